#include "consensus/views.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

static size_t size_of_quorum(size_t validators_max)
{
	return 1 + 3 * 8 + HASH_SIZE + 2 + (validators_max + 7) / 8 +
	       validators_max * SIGNATURE_SIZE;
}

enum status views_init(struct views *views, size_t validators_max)
{
	*views = (struct views){.certificate_size_max = size_of_quorum(validators_max)};
	/* Pages of it that are never written cost nothing. */
	views->memory =
		memory_new((2 * VIEWS_HELD_MAX + 1) * views->certificate_size_max);
	return views->memory ? STATUS_OK : STATUS_MEMORY;
}

void views_close(struct views *views)
{
	memory_free(views->memory);
	views->memory = NULL;
}

static uint8_t *place_of(const struct views *views, uint64_t view, enum vote_kind kind)
{
	size_t index = 2 * VIEWS_HELD_MAX;

	if (kind != VOTE_FINALIZE)
		index = 2 * (size_t)(view % VIEWS_HELD_MAX) + (kind == VOTE_NULLIFY);
	return views->memory + index * views->certificate_size_max;
}

/* Returns its size. */
static size_t keep(struct views *views, const struct certificate *certificate)
{
	const struct ballot *ballot = &certificate->ballot;
	size_t size = certificate_size(certificate);
	struct writer out;

	INVARIANT(size <= views->certificate_size_max);
	out = writer_on(place_of(views, ballot->view, (enum vote_kind)ballot->kind), size);
	certificate_put(&out, certificate);
	return size;
}

void views_start(struct views *views, uint64_t final_view, const struct hash *final_block,
                 const struct certificate *certificate)
{
	memset(views->facts, 0, sizeof views->facts);
	views->final_view = final_view;
	views->final_block = *final_block;
	views->final_size = certificate ? keep(views, certificate) : 0;
	views->current = final_view + 1;
	views->highest = final_view;
}

const struct view_facts *views_facts(const struct views *views, uint64_t view)
{
	const struct view_facts *facts = &views->facts[view % VIEWS_HELD_MAX];

	return facts->view == view && view > views->final_view ? facts : NULL;
}

bool views_is_notarized(const struct views *views, uint64_t view)
{
	const struct view_facts *facts = views_facts(views, view);

	return facts && facts->notarized;
}

bool views_is_nullified(const struct views *views, uint64_t view)
{
	const struct view_facts *facts = views_facts(views, view);

	return facts && facts->nullified;
}

static void move_frontier(struct views *views)
{
	if (views->current <= views->final_view)
		views->current = views->final_view + 1;
	while (views_facts(views, views->current))
		views->current++;
}

static struct view_facts *take_facts(struct views *views, uint64_t view)
{
	struct view_facts *facts = &views->facts[view % VIEWS_HELD_MAX];

	if (facts->view != view)
		*facts = (struct view_facts){.view = view};
	return facts;
}

static enum views_news add_notarized(struct views *views,
                                     const struct certificate *certificate)
{
	const struct ballot *ballot = &certificate->ballot;
	struct view_facts *facts = take_facts(views, ballot->view);

	if (facts->notarized)
		return hash_equal(&facts->block, &ballot->block) &&
		               facts->parent_view == ballot->parent_view
		           ? VIEWS_KNOWN
		           : VIEWS_BROKEN;
	facts->notarized = true;
	facts->parent_view = ballot->parent_view;
	facts->block = ballot->block;
	facts->notarized_size = keep(views, certificate);
	return VIEWS_NEWS;
}

static enum views_news add_nullified(struct views *views,
                                     const struct certificate *certificate)
{
	struct view_facts *facts = take_facts(views, certificate->ballot.view);

	if (facts->nullified)
		return VIEWS_KNOWN;
	facts->nullified = true;
	facts->nullified_size = keep(views, certificate);
	return VIEWS_NEWS;
}

static enum views_news add_final(struct views *views,
                                 const struct certificate *certificate)
{
	const struct ballot *ballot = &certificate->ballot;
	const struct view_facts *facts = views_facts(views, ballot->view);

	if (facts && facts->nullified)
		return VIEWS_BROKEN;
	if (facts && facts->notarized &&
	    (!hash_equal(&facts->block, &ballot->block) ||
	     facts->parent_view != ballot->parent_view))
		return VIEWS_BROKEN;
	views->final_view = ballot->view;
	views->final_block = ballot->block;
	views->final_size = keep(views, certificate);
	return VIEWS_NEWS;
}

enum views_news views_add(struct views *views, const struct certificate *certificate)
{
	const struct ballot *ballot = &certificate->ballot;
	enum views_news news = VIEWS_KNOWN;

	if (ballot->view == views->final_view && ballot->kind != VOTE_NULLIFY &&
	    ballot->view > 0 && !hash_equal(&ballot->block, &views->final_block))
		return VIEWS_BROKEN;
	if (ballot->view == views->final_view && ballot->kind == VOTE_NULLIFY &&
	    ballot->view > 0)
		return VIEWS_BROKEN;
	if (ballot->view <= views->final_view)
		return VIEWS_KNOWN;
	if (ballot->kind != VOTE_FINALIZE &&
	    ballot->view > views->final_view + VIEWS_HELD_MAX)
		return VIEWS_FAR;
	switch ((enum vote_kind)ballot->kind) {
	case VOTE_NOTARIZE:
		news = add_notarized(views, certificate);
		break;
	case VOTE_NULLIFY:
		news = add_nullified(views, certificate);
		break;
	case VOTE_FINALIZE:
		news = add_final(views, certificate);
		break;
	}
	if (ballot->view > views->highest)
		views->highest = ballot->view;
	move_frontier(views);
	return news;
}

struct bytes_view views_certificate(const struct views *views, uint64_t view,
                                    enum vote_kind kind)
{
	const struct view_facts *facts = views_facts(views, view);
	size_t size = 0;

	if (kind == VOTE_FINALIZE)
		size = view == views->final_view ? views->final_size : 0;
	else if (facts)
		size = kind == VOTE_NOTARIZE ? facts->notarized_size : facts->nullified_size;
	if (size == 0)
		return (struct bytes_view){0};
	return bytes_view(place_of(views, view, kind), size);
}

uint64_t views_parent(const struct views *views)
{
	uint64_t view = views->current - 1;

	while (view > views->final_view && !views_is_notarized(views, view))
		view--;
	return view;
}

const struct hash *views_block(const struct views *views, uint64_t view)
{
	const struct view_facts *facts = views_facts(views, view);

	if (view == views->final_view)
		return &views->final_block;
	return facts && facts->notarized ? &facts->block : NULL;
}

bool views_block_is_final(const struct views *views, uint64_t view)
{
	const struct hash *block = views_block(views, view);

	return block && hash_equal(block, &views->final_block);
}

bool views_sound(const struct views *views)
{
	/* Everything between the final view and the frontier is known, the frontier is not.
	 * The last of them stands for all: each step of the frontier asked. */
	return views->current > views->final_view && !views_facts(views, views->current) &&
	       (views->current == views->final_view + 1 ||
	        views_facts(views, views->current - 1));
}
