/* Blocks by short names, as they come in: put together of what is here already, and what is
 * missing asked for once, of who named it.
 *
 *     names ──► all here, right root ─────────────────────► checked like a block that came whole
 *       │          ▲                                  (also of a liar: the root is the header's)
 *       ├──some────┴── GET_BLOCK_TXS ◄── answer
 *       └──most missing, or a wrong root ──► GET_BLOCK of the same peer
 *
 * Nothing here decides anything: a block that is named and not here is consensus' to fetch, and it
 * goes on asking others when the time of a step is over (names_are_awaited). So a peer who names a
 * block and then says nothing costs that time. */
#include "node/drive/inner.h"

#include "chain/base/invariant.h"
#include "chain/proof/log.h"

enum { ASK_AGAIN_MS = 2000 }; /* as long as a range is waited for */

/* Where fewer than a quarter are here, names were of no use: the list of what is missing costs,
 * and the answer is nearly the block, which needs no more luck with names. */
static bool is_of_no_use(const struct rebuild *rebuild)
{
	return rebuild->missing_count > rebuild->header.tx_count - rebuild->header.tx_count / 4;
}

/* -- Places ------------------------------------------------------------------------------------ */

/* Half of B: twice a question and its answer, as far as was measured. Our own work takes what it
 * takes. */
static bool is_fresh(const struct drive *drive, const struct drive_rebuilding *one)
{
	uint64_t patience_ms = consensus_view_times(&drive->consensus).base_ms / 2;

	return one->is_used &&
	       (one->is_checked || drive->moment.now_ms < one->since_ms + patience_ms);
}

static void let_go(struct drive_rebuilding *one)
{
	rebuild_free(one->rebuild);
	*one = (struct drive_rebuilding){0};
}

static bool is_wanted(struct drive *drive, const struct hash *hash)
{
	const struct block *known = blocks_find(&drive->consensus.blocks, hash);

	return known && known->state == BLOCK_NAMED;
}

bool names_are_awaited(const struct drive *drive, const struct hash *block)
{
	for (size_t i = 0; i < REBUILDS_MAX; i++)
		if (is_fresh(drive, &drive->rebuildings[i]) &&
		    hash_equal(&drive->rebuildings[i].block, block))
			return true;
	return false;
}

static struct drive_rebuilding *find(struct drive *drive, uint16_t peer,
                                     const struct hash *block)
{
	for (size_t i = 0; i < REBUILDS_MAX; i++) {
		struct drive_rebuilding *one = &drive->rebuildings[i];

		if (one->is_used && one->peer == peer && hash_equal(&one->block, block))
			return one;
	}
	return NULL;
}

void names_are_checked(struct drive *drive, uint16_t peer, const struct hash *block)
{
	struct drive_rebuilding *one = find(drive, peer, block);

	if (one)
		one->is_checked = true;
}

void names_were_checked(struct drive *drive, uint16_t peer, const struct hash *block)
{
	struct drive_rebuilding *one = find(drive, peer, block);

	if (one && one->is_checked)
		let_go(one);
}

/* A free place, or that of one whose time is over: of this peer if he has as many as he may, else
 * the oldest. NULL: there is none. */
static struct drive_rebuilding *find_place(struct drive *drive, uint16_t peer)
{
	struct drive_rebuilding *oldest = NULL, *oldest_of_peer = NULL, *empty = NULL;
	size_t of_peer = 0;

	for (size_t i = 0; i < REBUILDS_MAX; i++) {
		struct drive_rebuilding *one = &drive->rebuildings[i];

		if (!one->is_used)
			empty = one;
		else if (!oldest || one->since_ms < oldest->since_ms)
			oldest = one;
		if (!one->is_used || one->peer != peer)
			continue;
		of_peer++;
		if (!oldest_of_peer || one->since_ms < oldest_of_peer->since_ms)
			oldest_of_peer = one;
	}
	if (of_peer >= REBUILDS_OF_PEER_MAX)
		return is_fresh(drive, oldest_of_peer) ? NULL : oldest_of_peer;
	if (empty)
		return empty;
	return is_fresh(drive, oldest) ? NULL : oldest;
}

void names_forget_peer(struct drive *drive, uint16_t peer)
{
	for (size_t i = 0; i < REBUILDS_MAX; i++)
		if (drive->rebuildings[i].is_used && drive->rebuildings[i].peer == peer)
			let_go(&drive->rebuildings[i]);
}

void names_forget_unwanted(struct drive *drive)
{
	for (size_t i = 0; i < REBUILDS_MAX; i++)
		if (drive->rebuildings[i].is_used &&
		    !is_wanted(drive, &drive->rebuildings[i].block))
			let_go(&drive->rebuildings[i]);
}

void names_close(struct drive *drive)
{
	for (size_t i = 0; i < REBUILDS_MAX; i++)
		let_go(&drive->rebuildings[i]);
}

/* -- What is here ----------------------------------------------------------------------------------- */

/* Oldest first, as blocks take them; nothing is looked at behind the last that was missing. */
static enum status offer_pool(struct drive *drive, struct rebuild *rebuild)
{
	enum status status = STATUS_OK;

	for (const struct pool_tx *tx = drive->pool.txs;
	     tx && rebuild->missing_count > 0 && status == STATUS_OK; tx = tx->hh.next)
		status = rebuild_offer(rebuild, &tx->tx.leaf_hash, tx->tx.bytes);
	return status;
}

static enum status offer_block(struct rebuild *rebuild, const struct shelf_block *block)
{
	struct cursor in = cursor_on(shelf_body(block));
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < block->header.tx_count && rebuild->missing_count > 0 &&
	                     status == STATUS_OK;
	     i++)
		status = rebuild_offer(rebuild, &block->names[i].leaf_hash, body_next(&in));
	return status;
}

/* What a leader proposed in vain the next one proposes again, and who never had it in the pool has
 * it in that block: on the same parent, as no block has what is in one below it. */
static enum status offer_rivals(struct drive *drive, struct rebuild *rebuild)
{
	const struct shelf_block *block;
	enum status status = STATUS_OK;
	size_t count = 0;

	for (block = drive->shelf.blocks; block && count < REBUILD_RIVALS_MAX &&
	                                  rebuild->missing_count > 0 && status == STATUS_OK;
	     block = block->hh.next) {
		if (block->is_bad ||
		    !hash_equal(&block->header.parent, &rebuild->header.parent))
			continue;
		status = offer_block(rebuild, block);
		count++;
	}
	return status;
}

/* What was sent to us and is not in the pool: it is about to be checked, or was refused. */
static enum status offer_late(struct drive *drive, struct rebuild *rebuild)
{
	enum status status = STATUS_OK;

	for (struct late_txs *txs = drive->late.newest;
	     txs && rebuild->missing_count > 0 && status == STATUS_OK; txs = txs->older) {
		struct cursor in = cursor_on(txs->entries);

		status = late_hash(txs);
		for (size_t i = 0; i < txs->count && rebuild->missing_count > 0 && status == STATUS_OK;
		     i++)
			status = rebuild_offer(rebuild, &txs->leaf_hashes[i], body_next(&in));
	}
	return status;
}

static enum status offer_all(struct drive *drive, struct rebuild *rebuild)
{
	enum status status = offer_pool(drive, rebuild);

	if (status == STATUS_OK)
		status = offer_rivals(drive, rebuild);
	return status == STATUS_OK ? offer_late(drive, rebuild) : status;
}

/* -- What is missing ---------------------------------------------------------------------------------- */

/* Without memory for the question it is as if the names had not come. */
static void ask(struct drive *drive, struct drive_rebuilding *one, struct buffer *bytes)
{
	if (bytes->status == STATUS_OK)
		drive->world.send(drive->world.owner, one->peer, buffer_view(bytes));
	else
		let_go(one);
	buffer_close(bytes);
}

/* The place stays: while the answer may be on its way nobody else is asked. */
static void ask_whole(struct drive *drive, struct drive_rebuilding *one)
{
	struct buffer bytes;

	rebuild_free(one->rebuild);
	one->rebuild = NULL;
	drive->counters.bodies_asked++;
	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	message_put_get_block(&bytes, &one->block);
	ask(drive, one, &bytes);
}

static void ask_missing(struct drive *drive, struct drive_rebuilding *one)
{
	struct rebuild *rebuild = one->rebuild;
	uint16_t *indexes = memory_new(rebuild->missing_count * sizeof *indexes);
	struct get_block_txs head = {
		.block = one->block,
		.number = one->number,
		.count = rebuild->missing_count,
	};
	struct buffer bytes;

	if (!indexes) {
		let_go(one);
		return;
	}
	one->asked_ms = drive->moment.now_ms;
	drive->counters.txs_asked += rebuild_missing(rebuild, indexes);
	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	message_put_kind(&bytes, MESSAGE_GET_BLOCK_TXS);
	get_block_txs_put_head(&bytes, &head);
	for (size_t i = 0; i < head.count; i++)
		get_block_txs_put_index(&bytes, indexes[i]);
	ask(drive, one, &bytes);
	memory_free(indexes);
}

static void check_whole(struct drive *drive, struct drive_rebuilding *one)
{
	struct buffer bytes;

	buffer_init(&bytes, MESSAGE_SIZE_MAX);
	message_put_block_head(&bytes, &one->rebuild->header);
	rebuild_put_body(one->rebuild, &bytes);
	rebuild_free(one->rebuild);
	one->rebuild = NULL;
	one->is_checked = bytes.status == STATUS_OK && check_rebuilt(drive, one->peer, &bytes);
	buffer_close(&bytes);
	if (one->is_checked)
		drive->counters.blocks_rebuilt++;
	else
		let_go(one);
}

static void go_on(struct drive *drive, struct drive_rebuilding *one)
{
	one->since_ms = drive->moment.now_ms;
	switch (one->rebuild->state) {
	case REBUILD_MATCHING:
		INVARIANT(one->rebuild->state != REBUILD_MATCHING);
		break;
	case REBUILD_ASKING:
		one->number = ++drive->question_number;
		if (is_of_no_use(one->rebuild))
			ask_whole(drive, one);
		else
			ask_missing(drive, one);
		break;
	case REBUILD_DONE:
		check_whole(drive, one);
		break;
	case REBUILD_FAILED:
		ask_whole(drive, one);
		break;
	}
}

/* -- Coming in ------------------------------------------------------------------------------------------ */

/* Nobody outside knows the seed of our tables. */
static uint64_t lot_of(const struct hash *block)
{
	return (uint64_t)table_hash(block->bytes, HASH_SIZE) << 32 |
	       table_hash(block->bytes, HASH_SIZE / 2);
}

/* The names come once more: a leader repeats a proposal that nothing came of. The question may
 * have been lost; it may also be under way on a slow link, and its answer counts whenever it
 * comes. So it is the same question. */
static void begin_again(struct drive *drive, struct drive_rebuilding *one)
{
	if (one->rebuild && drive->moment.now_ms >= one->asked_ms + ASK_AGAIN_MS)
		ask_missing(drive, one);
}

void names_begin(struct drive *drive, uint16_t peer, const struct header *header,
                 const struct compact_body *body)
{
	struct hash hash = header_hash(header, drive->network);
	struct drive_rebuilding *one;

	if (!is_wanted(drive, &hash) || names_are_awaited(drive, &hash) ||
	    drive->check_count >= CHECKS_MAX)
		return;
	if ((one = find(drive, peer, &hash))) {
		begin_again(drive, one);
		return;
	}
	if (!(one = find_place(drive, peer)))
		return;
	let_go(one);
	*one = (struct drive_rebuilding){
		.is_used = true,
		.peer = peer,
		.block = hash,
		.rebuild = rebuild_new(&hash, header, body, lot_of(&hash)),
	};
	drive->counters.blocks_named++;
	if (!one->rebuild || offer_all(drive, one->rebuild) != STATUS_OK) {
		let_go(one);
		return;
	}
	rebuild_matched(one->rebuild);
	go_on(drive, one);
}

void names_go_on(struct drive *drive, uint16_t peer, const struct block_txs *txs)
{
	struct drive_rebuilding *one = find(drive, peer, &txs->block);

	/* The block came another way meanwhile, or the answer to an earlier question is late. */
	if (!one || !one->rebuild || one->number != txs->number)
		return;
	switch (rebuild_fill(one->rebuild, txs)) {
	case REBUILD_GOOD:
		go_on(drive, one);
		break;
	case REBUILD_BREACH:
		let_go(one);
		blame(drive, peer, "other transactions than were asked for");
		break;
	case REBUILD_UNWANTED:
		break;
	case REBUILD_NO_MEMORY:
		let_go(one);
		break;
	}
}
