#include "node/drive/cosigning.h"

#include "chain/base/invariant.h"
#include "chain/base/memory.h"

/* -- Keys ------------------------------------------------------------------------------ */

static bool has_key(const struct hash *key)
{
	static const struct hash NONE;

	return !hash_equal(key, &NONE);
}

/* The index of a key; NOBODY: it is not of the set. */
static uint16_t find_key(const struct cosigners *who, const struct hash *key)
{
	size_t low = 0, high = who->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = hash_compare(&who->keys[middle], key);

		if (order == 0)
			return (uint16_t)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NOBODY;
}

static void set_keys(struct cosigners *who, uint64_t epoch, const struct validator_set *set,
                     size_t quorum, const struct hash *own_key)
{
	who->epoch = epoch;
	who->count = set->count;
	who->quorum = quorum;
	for (size_t i = 0; i < set->count; i++) {
		size_t at = i;

		while (at > 0 &&
		       hash_compare(&who->keys[at - 1], &set->items[i].cosign_key) > 0) {
			who->keys[at] = who->keys[at - 1];
			at--;
		}
		who->keys[at] = set->items[i].cosign_key;
	}
	who->self = has_key(own_key) ? find_key(who, own_key) : NOBODY;
}

/* -- Life ------------------------------------------------------------------------------- */

enum status cosigning_init(struct cosigning *cosigning, const struct hash *own_key)
{
	memset(cosigning, 0, sizeof *cosigning);
	cosigning->own_key = *own_key;
	cosigning->ask_due_ms = UINT64_MAX;
	cosigning->has_lost_seals = true;
	cosigning->slots = memory_new(VALIDATORS_MAX * sizeof *cosigning->slots);
	cosigning->newest = memory_new(sizeof *cosigning->newest);
	cosigning->reached = memory_new(sizeof *cosigning->reached);
	if (cosigning->slots && cosigning->newest && cosigning->reached)
		return STATUS_OK;
	cosigning_close(cosigning);
	return STATUS_MEMORY;
}

void cosigning_close(struct cosigning *cosigning)
{
	memory_free(cosigning->slots);
	memory_free(cosigning->newest);
	memory_free(cosigning->reached);
	while (cosigning->seal_count > 0)
		memory_free(cosigning->seals[--cosigning->seal_count]);
	memset(cosigning, 0, sizeof *cosigning);
}

/* -- Asking ------------------------------------------------------------------------------ */

static bool is_missing(const struct cosigning *cosigning)
{
	return cosigning->own_count > 0;
}

/* Something happened: whoever is still missed is asked for when it is quiet for a while. */
static void restart_asking(struct cosigning *cosigning, uint64_t now_ms)
{
	cosigning->ask_wait_ms = COSIGN_ASK_MS;
	cosigning->ask_due_ms =
		is_missing(cosigning) ? now_ms + COSIGN_ASK_MS : UINT64_MAX;
}

static bool is_due(uint64_t *due_ms, uint64_t *wait_ms, uint64_t now_ms)
{
	if (now_ms < *due_ms)
		return false;
	*wait_ms = *wait_ms * 2 < COSIGN_ASK_MS_MAX ? *wait_ms * 2 : COSIGN_ASK_MS_MAX;
	*due_ms = now_ms + *wait_ms;
	return true;
}

bool cosigning_asks(struct cosigning *cosigning, struct cosign_question *question,
                    uint64_t now_ms)
{
	if (is_due(&cosigning->ask_due_ms, &cosigning->ask_wait_ms, now_ms)) {
		question->epoch = cosigning->who.epoch;
		question->size = cosigning->done_size;
		return true;
	}
	for (size_t i = 0; i < cosigning->seal_count; i++) {
		struct cosigning_seal *seal = cosigning->seals[i];

		if (!is_due(&seal->ask_due_ms, &seal->ask_wait_ms, now_ms))
			continue;
		question->epoch = seal->point.epoch;
		question->size = seal->point.size;
		return true;
	}
	return false;
}

/* -- Points of ours ----------------------------------------------------------------------- */

static const struct cosigning_own *find_own(const struct cosigning *cosigning, uint64_t size)
{
	for (size_t i = cosigning->own_count; i > 0; i--)
		if (cosigning->own[i - 1].size == size)
			return &cosigning->own[i - 1];
	return NULL;
}

static void drop_own(struct cosigning *cosigning, size_t count)
{
	cosigning->own_count -= count;
	memmove(cosigning->own, cosigning->own + count,
	        cosigning->own_count * sizeof *cosigning->own);
}

/* What is covered by a quorum of the present set waits no longer. */
static void drop_done(struct cosigning *cosigning)
{
	size_t count = 0;

	while (count < cosigning->own_count &&
	       cosigning->own[count].size <= cosigning->done_size)
		count++;
	drop_own(cosigning, count);
}

static void add_own(struct cosigning *cosigning, const struct cosign_point *point,
                    bool is_first, uint64_t now_ms)
{
	if (cosigning->own_count == COSIGN_OWN_MAX)
		drop_own(cosigning, 1);
	cosigning->own[cosigning->own_count++] = (struct cosigning_own){
		.size = point->size,
		.root = point->root,
		.stored_ms = now_ms,
		.is_first = is_first,
	};
	if (cosigning->ask_due_ms == UINT64_MAX)
		restart_asking(cosigning, now_ms);
}

/* -- Quorums -------------------------------------------------------------------------------- */

static const struct cosigning_slot *find_slot(const struct cosigning *cosigning,
                                              uint16_t signer, uint64_t size)
{
	for (size_t i = 0; i < COSIGN_AHEAD_MAX; i++)
		if (cosigning->slots[signer][i].size == size)
			return &cosigning->slots[signer][i];
	return NULL;
}

/* Everything by the present set over this point of ours; they ascend, as the keys do. */
static void gather(const struct cosigning *cosigning, const struct cosigning_own *own,
                   struct cosigned *out)
{
	out->point = (struct cosign_point){
		.epoch = cosigning->who.epoch,
		.size = own->size,
		.root = own->root,
	};
	out->count = 0;
	for (uint16_t i = 0; i < cosigning->who.count; i++) {
		const struct cosigning_slot *slot = find_slot(cosigning, i, own->size);

		if (slot && hash_equal(&slot->root, &own->root))
			out->items[out->count++] = slot->cosign;
	}
}

static bool is_newer(const struct cosigning *cosigning, const struct cosign_point *point)
{
	const struct cosigned *newest = cosigning->newest;

	return newest->count == 0 || point->size > newest->point.size ||
	       (point->size == newest->point.size && point->epoch > newest->point.epoch);
}

static void look_at(struct cosigning *cosigning, uint64_t size)
{
	const struct cosigning_own *own = find_own(cosigning, size);
	struct cosigned *reached = cosigning->reached;

	if (!own || size <= cosigning->done_size)
		return;
	gather(cosigning, own, reached);
	if (reached->count < cosigning->who.quorum)
		return;
	cosigning->done_size = size;
	cosigning->ask_wait_ms = COSIGN_ASK_MS;
	drop_done(cosigning);
	if (!is_missing(cosigning))
		cosigning->ask_due_ms = UINT64_MAX;
	if (!is_newer(cosigning, &reached->point))
		return;
	cosigning->reached = cosigning->newest;
	cosigning->newest = reached;
	cosigning->has_reached = true;
}

/* A seal that is reached is taken once and leaves. */
static bool take_seal(struct cosigning *cosigning, struct cosigned *reached)
{
	for (size_t i = 0; i < cosigning->seal_count; i++) {
		struct cosigning_seal *seal = cosigning->seals[i];

		if (seal->count < seal->who.quorum)
			continue;
		reached->point = seal->point;
		reached->count = 0;
		for (size_t j = 0; j < seal->who.count; j++)
			if (seal->has[j])
				reached->items[reached->count++] = seal->cosigns[j];
		memory_free(seal);
		cosigning->seal_count--;
		memmove(&cosigning->seals[i], &cosigning->seals[i + 1],
		        (cosigning->seal_count - i) * sizeof cosigning->seals[0]);
		return true;
	}
	return false;
}

bool cosigning_take(struct cosigning *cosigning, struct cosigned *reached, bool *is_seal,
                    bool *is_newest)
{
	*is_seal = take_seal(cosigning, reached);
	*is_newest = *is_seal ? is_newer(cosigning, &reached->point) : cosigning->has_reached;
	if (*is_seal) {
		if (*is_newest)
			*cosigning->newest = *reached;
		return true;
	}
	if (!cosigning->has_reached)
		return false;
	cosigning->has_reached = false;
	*reached = *cosigning->newest;
	return true;
}

/* -- Blocks -------------------------------------------------------------------------------- */

void cosigning_on_block(struct cosigning *cosigning, const struct cosign_point *point,
                        uint64_t time_ms, bool is_late, uint64_t now_ms)
{
	uint64_t period = time_ms / COSIGN_PERIOD_MS;
	bool is_first = period != cosigning->period && !is_late;

	cosigning->period = period;
	add_own(cosigning, point, is_first, now_ms);
	look_at(cosigning, point->size);
}

/* What came for the present set over its seal goes with it. */
static void move_slots(struct cosigning *cosigning, struct cosigning_seal *seal)
{
	for (uint16_t i = 0; i < cosigning->who.count; i++) {
		const struct cosigning_slot *slot = find_slot(cosigning, i, seal->point.size);

		if (!slot || !hash_equal(&slot->root, &seal->point.root))
			continue;
		seal->cosigns[i] = slot->cosign;
		seal->has[i] = true;
		seal->count++;
	}
}

static struct cosigning_seal *new_seal(struct cosigning *cosigning, uint64_t now_ms)
{
	struct cosigning_seal *seal = memory_new(sizeof *seal);

	if (!seal)
		return NULL;
	if (cosigning->seal_count == COSIGN_SEALS_MAX) {
		cosigning->has_lost_seals = true;
		memory_free(cosigning->seals[0]);
		memmove(&cosigning->seals[0], &cosigning->seals[1],
		        --cosigning->seal_count * sizeof cosigning->seals[0]);
	}
	seal->ask_wait_ms = COSIGN_ASK_MS;
	seal->ask_due_ms = now_ms + COSIGN_ASK_MS;
	cosigning->seals[cosigning->seal_count++] = seal;
	return seal;
}

static void begin(struct cosigning *cosigning, const struct epoch *epoch,
                  const struct cosign_point *point, bool is_first, uint64_t now_ms)
{
	struct cosign_point own = *point;

	own.epoch = epoch->number;
	set_keys(&cosigning->who, epoch->number, &epoch->validators, epoch_quorum(epoch),
	         &cosigning->own_key);
	memset(cosigning->slots, 0, VALIDATORS_MAX * sizeof *cosigning->slots);
	cosigning->own_count = 0;
	cosigning->signed_size = 0;
	cosigning->done_size = 0;
	cosigning->ask_due_ms = UINT64_MAX;
	add_own(cosigning, &own, is_first, now_ms);
}

void cosigning_start(struct cosigning *cosigning, const struct epoch *epoch,
                     const struct cosign_point *tip, uint64_t tip_time_ms,
                     const struct cosigned *kept, uint64_t now_ms)
{
	begin(cosigning, epoch, tip, false, now_ms);
	cosigning->period = tip_time_ms / COSIGN_PERIOD_MS;
	if (!kept || kept->count == 0)
		return;
	*cosigning->newest = *kept;
	if (kept->point.epoch != epoch->number)
		return;
	cosigning->done_size = kept->point.size;
	drop_done(cosigning);
	restart_asking(cosigning, now_ms);
}

bool cosigning_seeks_seals(struct cosigning *cosigning)
{
	bool seeks =
		cosigning->has_lost_seals && cosigning->seal_count <= COSIGN_SEALS_MAX / 2;

	if (seeks)
		cosigning->has_lost_seals = false;
	return seeks;
}

enum status cosigning_add_seal(struct cosigning *cosigning, const struct validator_set *set,
                               size_t quorum, const struct cosign_point *point,
                               uint64_t now_ms)
{
	struct cosigning_seal *seal;

	if (cosigning->seal_count == COSIGN_SEALS_MAX) {
		cosigning->has_lost_seals = true;
		return STATUS_OK;
	}
	for (size_t i = 0; i < cosigning->seal_count; i++)
		if (cosigning->seals[i]->point.epoch == point->epoch)
			return STATUS_OK;
	seal = new_seal(cosigning, now_ms);
	if (!seal)
		return STATUS_MEMORY;
	seal->point = *point;
	set_keys(&seal->who, point->epoch, set, quorum, &cosigning->own_key);
	return STATUS_OK;
}

enum status cosigning_on_seal(struct cosigning *cosigning, const struct cosign_point *point,
                              const struct epoch *next, uint64_t time_ms, uint64_t now_ms)
{
	struct cosigning_seal *seal = new_seal(cosigning, now_ms);

	if (!seal)
		return STATUS_MEMORY;
	INVARIANT(point->epoch == cosigning->who.epoch);
	seal->who = cosigning->who;
	seal->point = *point;
	move_slots(cosigning, seal);
	cosigning->period = time_ms / COSIGN_PERIOD_MS;
	begin(cosigning, next, point, true, now_ms);
	return STATUS_OK;
}

/* -- Signing -------------------------------------------------------------------------------- */

static bool seal_due(struct cosigning *cosigning, struct cosign_point *point)
{
	for (size_t i = 0; i < cosigning->seal_count; i++) {
		struct cosigning_seal *seal = cosigning->seals[i];

		if (seal->is_signed || seal->who.self == NOBODY)
			continue;
		seal->is_signed = true;
		*point = seal->point;
		return true;
	}
	return false;
}

/* The lowest of the last few that are to be signed. */
static const struct cosigning_own *own_due(const struct cosigning *cosigning,
                                           uint64_t now_ms)
{
	const struct cosigning_own *due = NULL;
	size_t count = 0;

	for (size_t i = cosigning->own_count; i > 0 && count < COSIGN_TURN_MAX; i--) {
		const struct cosigning_own *own = &cosigning->own[i - 1];
		bool is_newest = i == cosigning->own_count;

		if (own->size <= cosigning->signed_size)
			break;
		if (!own->is_first &&
		    !(is_newest && now_ms >= own->stored_ms + COSIGN_PERIOD_MS))
			continue;
		due = own;
		count++;
	}
	return due;
}

bool cosigning_due(struct cosigning *cosigning, struct cosign_point *point,
                   uint64_t now_ms)
{
	const struct cosigning_own *own;

	if (seal_due(cosigning, point))
		return true;
	own = cosigning->who.self == NOBODY ? NULL : own_due(cosigning, now_ms);
	if (!own)
		return false;
	cosigning->signed_size = own->size;
	*point = (struct cosign_point){
		.epoch = cosigning->who.epoch,
		.size = own->size,
		.root = own->root,
	};
	return true;
}

/* -- Cosignatures in ------------------------------------------------------------------------ */

static struct cosigning_seal *find_seal(const struct cosigning *cosigning, uint64_t epoch)
{
	for (size_t i = 0; i < cosigning->seal_count; i++)
		if (cosigning->seals[i]->point.epoch == epoch)
			return cosigning->seals[i];
	return NULL;
}

static enum cosign_use weigh_seal(const struct cosigning_seal *seal,
                                  const struct cosign_point *point, const struct hash *key)
{
	uint16_t signer = find_key(&seal->who, key);

	if (signer == NOBODY)
		return COSIGN_FOREIGN;
	return cosign_point_equal(&seal->point, point) && !seal->has[signer] ? COSIGN_USEFUL
	                                                                     : COSIGN_USELESS;
}

/* Is it there, and not over a root that our disk shows to be a lie? */
static bool is_held(const struct cosigning *cosigning, const struct cosigning_own *own,
                    uint16_t signer, uint64_t size)
{
	const struct cosigning_slot *slot = find_slot(cosigning, signer, size);

	return slot && (!own || hash_equal(&slot->root, &own->root));
}

enum cosign_use cosigning_weigh(const struct cosigning *cosigning,
                                const struct cosign_point *point, const struct hash *key)
{
	const struct cosigning_seal *seal = find_seal(cosigning, point->epoch);
	const struct cosigning_own *own;
	uint16_t signer;

	if (seal)
		return weigh_seal(seal, point, key);
	if (point->epoch != cosigning->who.epoch)
		return COSIGN_USELESS;
	signer = find_key(&cosigning->who, key);
	if (signer == NOBODY)
		return COSIGN_FOREIGN;
	own = find_own(cosigning, point->size);
	if (point->size <= cosigning->done_size ||
	    (own && !hash_equal(&own->root, &point->root)) ||
	    is_held(cosigning, own, signer, point->size))
		return COSIGN_USELESS;
	return COSIGN_USEFUL;
}

/* That of his lie about the same, or a free one, or one that is not needed any more, or that of his
 * newest: the next ones stay, so that a disk that is always a little behind gets its quorums all the
 * same. */
static struct cosigning_slot *slot_for(struct cosigning *cosigning, uint16_t signer,
                                       uint64_t size)
{
	struct cosigning_slot *slots = cosigning->slots[signer];
	struct cosigning_slot *newest = &slots[0];

	for (size_t i = 0; i < COSIGN_AHEAD_MAX; i++)
		if (slots[i].size == size)
			return &slots[i];
	for (size_t i = 0; i < COSIGN_AHEAD_MAX; i++) {
		if (slots[i].size <= cosigning->done_size)
			return &slots[i];
		if (slots[i].size > newest->size)
			newest = &slots[i];
	}
	return newest;
}

void cosigning_add(struct cosigning *cosigning, const struct cosign_point *point,
                   const struct cosign *cosign)
{
	struct cosigning_seal *seal = find_seal(cosigning, point->epoch);
	uint16_t signer;

	if (cosigning_weigh(cosigning, point, &cosign->cosign_key) != COSIGN_USEFUL)
		return;
	if (seal) {
		signer = find_key(&seal->who, &cosign->cosign_key);
		seal->cosigns[signer] = *cosign;
		seal->has[signer] = true;
		seal->count++;
		return;
	}
	signer = find_key(&cosigning->who, &cosign->cosign_key);
	*slot_for(cosigning, signer, point->size) = (struct cosigning_slot){
		.size = point->size,
		.root = point->root,
		.cosign = *cosign,
	};
	look_at(cosigning, point->size);
}

/* -- Answers, time -------------------------------------------------------------------------- */

static bool answer_seal(const struct cosigning_seal *seal, struct cosigned *answer,
                        const struct cosign_question *question)
{
	answer->point = seal->point;
	answer->count = 0;
	for (size_t i = 0; i < seal->who.count; i++)
		if (seal->has[i])
			answer->items[answer->count++] = seal->cosigns[i];
	return answer->count > 0 && question->size <= seal->point.size;
}

bool cosigning_answer(const struct cosigning *cosigning, struct cosigned *answer,
                      const struct cosign_question *question)
{
	const struct cosigning_seal *seal = find_seal(cosigning, question->epoch);
	const struct cosigned *newest = cosigning->newest;

	if (seal)
		return answer_seal(seal, answer, question);
	if (newest->count > 0 && newest->point.epoch == question->epoch &&
	    newest->point.size > question->size) {
		*answer = *newest;
		return true;
	}
	if (question->epoch != cosigning->who.epoch || cosigning->own_count == 0)
		return false;
	gather(cosigning, &cosigning->own[cosigning->own_count - 1], answer);
	return answer->count > 0 && answer->point.size > question->size;
}

uint64_t cosigning_wake_ms(const struct cosigning *cosigning)
{
	uint64_t at_ms = cosigning->ask_due_ms;

	if (cosigning->who.self != NOBODY && cosigning->own_count > 0) {
		const struct cosigning_own *own = &cosigning->own[cosigning->own_count - 1];
		uint64_t due_ms = own->stored_ms + COSIGN_PERIOD_MS;

		if (own->size > cosigning->signed_size && due_ms < at_ms)
			at_ms = due_ms;
	}
	for (size_t i = 0; i < cosigning->seal_count; i++)
		if (cosigning->seals[i]->ask_due_ms < at_ms)
			at_ms = cosigning->seals[i]->ask_due_ms;
	return at_ms;
}
