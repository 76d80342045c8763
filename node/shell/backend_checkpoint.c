#include "node/shell/backend_checkpoint.h"

#include "chain/base/memory.h"
#include "chain/proof/tlog_proof.h"
#include "chain/receipt/extra.h"
#include "node/shell/backend_receipt.h"
#include "node/shell/clock.h"
#include "node/shell/quorums.h"
#include "rpc/api/ledger_json.h"
#include "rpc/api/params.h"

#include <inttypes.h>

enum { NOTE_ROOM = 64 << 10 }; /* 129 signature lines, at most 250 bytes each, and the text */

/* -- The newest ---------------------------------------------------------------------- */

enum status checkpoint_cache_new(struct checkpoint_cache **made, struct why *why)
{
	struct checkpoint_cache *cache = memory_new(sizeof *cache);

	*made = cache;
	if (!cache)
		return why_set(why, STATUS_MEMORY, "start the RPC server");
	buffer_init(&cache->note, NOTE_ROOM);
	return STATUS_OK;
}

void checkpoint_cache_free(struct checkpoint_cache *cache)
{
	if (cache)
		buffer_close(&cache->note);
	memory_free(cache);
}

/* The last leaf of a block's checkpoint is its own header's. */
static bool find_height(struct query *query, struct checkpoint_cache *cache)
{
	struct store_entry entry;
	enum status status =
		store_read_entry(query->view, cache->point.size - 1, &entry, &query->why);

	if (status == STATUS_OK && !entry.is_header)
		status = STATUS_MALFORMED;
	cache->height = entry.height;
	return query_check(query, status, "the block of the newest checkpoint");
}

static bool fill_cache(struct query *query, struct checkpoint_cache *cache)
{
	const struct node *node = query->backend->node;
	enum status status = quorum_read_newest(&cache->room, query->view, &query->why);

	cache->is_there = status == STATUS_OK;
	if (status == STATUS_NOT_FOUND)
		return true;
	if (!query_check(query, status, "the newest checkpoint"))
		return false;
	cache->point = cache->room.point;
	cache->cosigned = cache->room.count;
	buffer_clear(&cache->note);
	cosigned_note(&cache->note, text_view(node->origin), &cache->room);
	return query_check(query, cache->note.status, "the newest checkpoint") &&
	       find_height(query, cache);
}

const struct checkpoint_cache *query_checkpoint(struct query *query)
{
	struct checkpoint_cache *cache = query->backend->checkpoint;
	uint64_t serial = query->backend->view_serial + 1;

	if (!query_is_good(query))
		return NULL;
	if (cache->serial != serial) {
		cache->serial = 0;
		if (!fill_cache(query, cache))
			return NULL;
		cache->serial = serial;
	}
	return cache->is_there ? cache : NULL;
}

const struct checkpoint_cache *query_need_checkpoint(struct query *query)
{
	const struct checkpoint_cache *checkpoint = query_checkpoint(query);

	if (!checkpoint)
		query_refuse(query, RPC_NO_QUORUM,
		             "no checkpoint has been cosigned by a quorum of the validators yet");
	return checkpoint;
}

void query_put_proof_file(struct query *query, struct buffer *out,
                          const struct checkpoint_cache *checkpoint, uint64_t log_index,
                          struct bytes_view extra)
{
	struct log_reader reader;
	struct store_log log;
	struct log_path path;
	enum status status;

	if (!query_is_good(query))
		return;
	reader = store_log_open(&log, query->view, NULL);
	status = log_prove_inclusion(&path, &reader, log_index, checkpoint->point.size,
	                             &query->why);
	if (query_check(query, status, "the network's log"))
		tlog_proof_put(out, extra, log_index, path.hashes, path.count,
		               buffer_view(&checkpoint->note));
}

/* -- chain.get_checkpoint ------------------------------------------------------------- */

static json_t *json_of_checkpoint(uint64_t size, const struct hash *root, uint64_t height,
                                  struct bytes_view note)
{
	json_t *json = json_object();

	object_put(&json, "size", json_of_count(size));
	object_put(&json, "root", json_of_hash(root));
	object_put(&json, "height", json_of_count(height));
	object_put(&json, "note", note.size > 0 ? json_of_text(note) : json_null());
	return json;
}

void backend_get_checkpoint(struct rpc_call *call, json_t *params, void *owner)
{
	const struct checkpoint_cache *checkpoint;
	const struct ledger_tip *tip;
	json_t *json = NULL;
	struct query query;
	struct hash root;

	if (!query_start(&query, call, params, owner))
		return;
	checkpoint = query_checkpoint(&query);
	if (checkpoint) {
		json = json_of_checkpoint(checkpoint->point.size, &checkpoint->point.root,
		                          checkpoint->height, buffer_view(&checkpoint->note));
	} else if (query_is_good(&query)) {
		tip = store_view_tip(query.view);
		root = log_frontier_root(&tip->frontier);
		json = json_of_checkpoint(tip->frontier.size, &root, tip->header.height,
		                          (struct bytes_view){0});
	}
	query_answer(&query, json);
}

bool backend_put_checkpoint(void *owner, struct buffer *out)
{
	struct backend *backend = owner;
	struct query query = {.backend = backend, .view = backend->view};
	const struct checkpoint_cache *checkpoint;

	query.status = backend_refresh(backend, &query.why);
	checkpoint = query_checkpoint(&query);
	if (checkpoint)
		buffer_append_view(out, buffer_view(&checkpoint->note));
	else if (!query_is_good(&query))
		out->status = query.status;
	return checkpoint && out->status == STATUS_OK;
}

/* -- chain.get_succession -------------------------------------------------------------- */

struct succession {
	struct page page;
	struct cosigned cosigned;
	struct epoch_set next;
	struct buffer extra, note, file;
	uint64_t missing_epoch; /* that ended, and whose set has not cosigned its seal so far */
	uint64_t missing_size;  /* of that seal's checkpoint; 0: nothing is missing */
};

static void put_part(struct query *query, struct succession *succession,
                     const struct store_header *seal)
{
	const struct backend *backend = query->backend;
	struct checkpoint_cache checkpoint = {.point = succession->cosigned.point};

	buffer_clear(&succession->extra);
	buffer_clear(&succession->note);
	buffer_clear(&succession->file);
	receipt_extra_put_succession(&succession->extra, &backend->network->genesis,
	                             &seal->header, &succession->next.validators,
	                             &succession->next.parameters);
	cosigned_note(&succession->note, text_view(backend->node->origin),
	              &succession->cosigned);
	if (!query_check(query, succession->extra.status, "the validators of an epoch") ||
	    !query_check(query, succession->note.status, "the cosignatures over a seal"))
		return;
	checkpoint.note = succession->note;
	query_put_proof_file(query, &succession->file, &checkpoint, seal->header.log_size,
	                     buffer_view(&succession->extra));
	if (!query_check(query, succession->file.status, "the proof of a seal"))
		return;
}

/* False: the epoch has not ended, or nothing proves that it has. */
static bool read_part(struct query *query, struct succession *succession, uint64_t epoch)
{
	struct store_header seal;
	uint64_t height;
	enum status status = seal_find(&height, query->view, epoch, &query->why);

	if (status == STATUS_NOT_FOUND)
		return false;
	if (status == STATUS_OK)
		status = store_read_header(query->view, height, &seal, &query->why);
	if (status == STATUS_OK)
		status = epoch_set_read(&succession->next, query->view, height, &query->why);
	if (!query_check(query, status, "the end of an epoch"))
		return false;
	status = quorum_read_seal(&succession->cosigned, query->view, seal.header.log_size + 1,
	                          &query->why);
	if (status == STATUS_NOT_FOUND) {
		succession->missing_epoch = epoch;
		succession->missing_size = seal.header.log_size + 1;
		return false;
	}
	if (!query_check(query, status, "the cosignatures over a seal"))
		return false;
	put_part(query, succession, &seal);
	return query_is_good(query);
}

static json_t *part_json(const struct succession *succession, uint64_t epoch)
{
	json_t *json = json_object();

	object_put(&json, "epoch", json_of_count(epoch));
	object_put(&json, "proof", json_of_text(buffer_view(&succession->file)));
	return json;
}

enum status query_find_seal_quorum(struct query *query, uint64_t seal_size)
{
	struct cosigned *cosigned = memory_new(sizeof *cosigned);
	enum status status = STATUS_MEMORY;

	if (cosigned)
		status = quorum_read_seal(cosigned, query->view, seal_size, &query->why);
	memory_free(cosigned);
	return status;
}

static void read_parts(struct query *query, struct succession *succession)
{
	struct page *page = &succession->page;

	page_start(page, query, (uint64_t)rpc_param_integer(query->params, "from_epoch"));
	for (uint64_t epoch = page->from;
	     query_is_good(query) && read_part(query, succession, epoch) &&
	     page_takes(page, epoch);
	     epoch++)
		page_add(page, part_json(succession, epoch));
}

/* Right behind a change the last signature may still be on its way. */
static bool waits(struct query *query, struct succession *succession, json_t *params,
                  uint64_t deadline_ms)
{
	if (!query_is_good(query) || succession->missing_size == 0)
		return false;
	if (deadline_ms > clock_monotonic_ms() &&
	    backend_await_seal(query->backend, query->call, params, succession->missing_size,
	                       deadline_ms)) {
		json_decref(succession->page.items);
		return true;
	}
	query_refuse(query, RPC_NO_QUORUM,
	             "the validators of epoch %" PRIu64 " have not cosigned the block that "
	             "ended it, or this node does not have it yet",
	             succession->missing_epoch);
	return false;
}

void backend_answer_succession(struct backend *backend, struct rpc_call *call, json_t *params,
                               uint64_t deadline_ms)
{
	struct succession *succession = memory_new(sizeof *succession);
	struct query query;

	if (!succession) {
		backend_fail(call, STATUS_MEMORY, &(struct why){"read the succession"});
		return;
	}
	if (query_start(&query, call, params, backend)) {
		buffer_init(&succession->extra, NOTE_ROOM);
		buffer_init(&succession->note, NOTE_ROOM);
		buffer_init(&succession->file, 4 * NOTE_ROOM);
		read_parts(&query, succession);
		if (!waits(&query, succession, params, deadline_ms))
			query_answer_page(&query, &succession->page);
	}
	buffer_close(&succession->extra);
	buffer_close(&succession->note);
	buffer_close(&succession->file);
	memory_free(succession);
}

void backend_get_succession(struct rpc_call *call, json_t *params, void *owner)
{
	uint64_t wait_ms = (uint64_t)rpc_param_integer(params, "wait_ms");

	backend_answer_succession(owner, call, params, clock_monotonic_ms() + wait_ms);
}
