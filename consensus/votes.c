#include "consensus/votes.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "consensus/safety.h"

enum status votes_init(struct votes *votes, size_t voters_max)
{
	*votes = (struct votes){.voters_max = voters_max, .least_view = 1};
	votes->memory = memory_new(VOTE_VIEWS * voters_max * sizeof *votes->memory);
	if (!votes->memory)
		return STATUS_MEMORY;
	for (size_t i = 0; i < VOTE_VIEWS; i++)
		votes->slots[i].voters = votes->memory + i * voters_max;
	return STATUS_OK;
}

void votes_close(struct votes *votes)
{
	memory_free(votes->memory);
	votes->memory = NULL;
}

void votes_clear(struct votes *votes)
{
	for (size_t i = 0; i < VOTE_VIEWS; i++)
		votes->slots[i].view = 0;
	votes->least_view = 1;
}

void votes_forget_below(struct votes *votes, uint64_t view)
{
	if (view > votes->least_view)
		votes->least_view = view;
}

static const struct vote_slot *slot_of(const struct votes *votes, uint64_t view)
{
	const struct vote_slot *slot = &votes->slots[view % VOTE_VIEWS];

	return slot->view == view && view >= votes->least_view ? slot : NULL;
}

/* Views that are counted differ by less than VOTE_VIEWS, so whoever else has the slot is no
 * longer counted. */
static struct vote_slot *take_slot(struct votes *votes, uint64_t view)
{
	struct vote_slot *slot = &votes->slots[view % VOTE_VIEWS];

	if (slot->view != view) {
		memset(slot->voters, 0, votes->voters_max * sizeof *slot->voters);
		slot->view = view;
	}
	return slot;
}

static bool cast_equals(const struct cast *cast, uint64_t parent_view,
                        const struct hash *block)
{
	return cast->parent_view == parent_view && hash_equal(&cast->block, block);
}

/* The voter's other vote, as it came. */
static void vote_of_cast(struct vote *vote, const struct vote *like, enum vote_kind kind,
                         const struct cast *cast)
{
	*vote = *like;
	vote->ballot.kind = (uint8_t)kind;
	vote->ballot.parent_view = cast->parent_view;
	vote->ballot.block = cast->block;
	vote->signature = cast->signature;
}

static enum vote_news add_cast(struct cast casts[2], uint8_t *count,
                               const struct vote *vote, struct vote *other)
{
	for (size_t i = 0; i < *count; i++)
		if (cast_equals(&casts[i], vote->ballot.parent_view, &vote->ballot.block))
			return VOTE_KNOWN;
	if (*count < 2)
		casts[(*count)++] = (struct cast){
			.parent_view = vote->ballot.parent_view,
			.block = vote->ballot.block,
			.signature = vote->signature,
		};
	if (cast_equals(&casts[0], vote->ballot.parent_view, &vote->ballot.block))
		return VOTE_NEWS;
	vote_of_cast(other, vote, (enum vote_kind)vote->ballot.kind, &casts[0]);
	return VOTE_CONTRADICTS;
}

static enum vote_news add_nullify(struct voter *voter, const struct vote *vote,
                                  struct vote *other)
{
	if (voter->nullified)
		return VOTE_KNOWN;
	voter->nullified = true;
	voter->nullify = vote->signature;
	if (voter->finalize_count == 0)
		return VOTE_NEWS;
	vote_of_cast(other, vote, VOTE_FINALIZE, &voter->finalize[0]);
	return VOTE_CONTRADICTS;
}

static enum vote_news add_finalize(struct voter *voter, const struct vote *vote,
                                   struct vote *other)
{
	enum vote_news news =
		add_cast(voter->finalize, &voter->finalize_count, vote, other);

	if (news != VOTE_NEWS || !voter->nullified)
		return news;
	*other = *vote;
	other->ballot = ballot_nullify(vote->ballot.epoch, vote->ballot.view);
	other->signature = voter->nullify;
	return VOTE_CONTRADICTS;
}

static enum vote_news add(struct voter *voter, const struct vote *vote, struct vote *other)
{
	switch ((enum vote_kind)vote->ballot.kind) {
	case VOTE_NOTARIZE:
		return add_cast(voter->notarize, &voter->notarize_count, vote, other);
	case VOTE_NULLIFY:
		return add_nullify(voter, vote, other);
	case VOTE_FINALIZE:
		return add_finalize(voter, vote, other);
	}
	return VOTE_OUTSIDE;
}

enum vote_news votes_add(struct votes *votes, const struct vote *vote, uint64_t last_view,
                         struct vote *other)
{
	struct voter *voter;
	enum vote_news news;

	INVARIANT(vote->signer < votes->voters_max);
	INVARIANT(last_view < votes->least_view + VOTE_VIEWS);
	if (vote->ballot.view < votes->least_view || vote->ballot.view > last_view)
		return VOTE_OUTSIDE;
	voter = &take_slot(votes, vote->ballot.view)->voters[vote->signer];
	news = add(voter, vote, other);
	if (news != VOTE_CONTRADICTS)
		return news;
	if (voter->is_accused)
		return votes_has(votes, &vote->ballot, vote->signer) ? VOTE_NEWS : VOTE_KNOWN;
	voter->is_accused = true;
	return VOTE_CONTRADICTS;
}

static const struct signature *find(const struct votes *votes, const struct ballot *ballot,
                                    uint16_t signer)
{
	const struct vote_slot *slot = slot_of(votes, ballot->view);
	const struct voter *voter = slot ? &slot->voters[signer] : NULL;
	const struct cast *casts;
	size_t count;

	if (!voter)
		return NULL;
	if (ballot->kind == VOTE_NULLIFY)
		return voter->nullified ? &voter->nullify : NULL;
	casts = ballot->kind == VOTE_NOTARIZE ? voter->notarize : voter->finalize;
	count = ballot->kind == VOTE_NOTARIZE ? voter->notarize_count : voter->finalize_count;
	for (size_t i = 0; i < count; i++)
		if (cast_equals(&casts[i], ballot->parent_view, &ballot->block))
			return &casts[i].signature;
	return NULL;
}

bool votes_has(const struct votes *votes, const struct ballot *ballot, uint16_t signer)
{
	return find(votes, ballot, signer) != NULL;
}

bool votes_signature(const struct votes *votes, const struct ballot *ballot,
                     uint16_t signer, struct signature *signature)
{
	const struct signature *found = find(votes, ballot, signer);

	if (found)
		*signature = *found;
	return found != NULL;
}

static size_t take_casts(struct vote *found, const struct vote *like, enum vote_kind kind,
                         const struct cast *casts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		vote_of_cast(&found[i], like, kind, &casts[i]);
	return count;
}

size_t votes_of(const struct votes *votes, uint64_t epoch, uint64_t view, uint16_t signer,
                struct vote found[VOTES_OF_ONE_MAX])
{
	const struct vote_slot *slot = slot_of(votes, view);
	const struct voter *voter = slot ? &slot->voters[signer] : NULL;
	struct vote like = {.ballot = ballot_nullify(epoch, view), .signer = signer};
	size_t count;

	if (!voter)
		return 0;
	count = take_casts(found, &like, VOTE_NOTARIZE, voter->notarize, voter->notarize_count);
	count += take_casts(found + count, &like, VOTE_FINALIZE, voter->finalize,
	                    voter->finalize_count);
	if (voter->nullified) {
		found[count] = like;
		found[count++].signature = voter->nullify;
	}
	return count;
}

size_t votes_count(const struct votes *votes, const struct epoch *epoch,
                   const struct ballot *ballot)
{
	size_t count = 0;

	for (uint16_t i = 0; i < epoch->validators.count; i++)
		count += votes_has(votes, ballot, i);
	return count;
}

void votes_certificate(const struct votes *votes, const struct epoch *epoch,
                       const struct ballot *ballot, struct certificate *certificate)
{
	size_t quorum = epoch_quorum(epoch), count = 0;

	*certificate = (struct certificate){
		.ballot = *ballot,
		.validator_count = epoch->validators.count,
	};
	for (uint16_t i = 0; i < epoch->validators.count && count < quorum; i++) {
		certificate->signers[i] =
			votes_signature(votes, ballot, i, &certificate->signatures[i]);
		count += certificate->signers[i];
	}
	INVARIANT(count == quorum);
}
