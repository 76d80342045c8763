/* What the handlers that read the ledger share: which state a call asks for, pages of
 * lists, proofs, transactions from the log.
 *
 * A query is one call that reads. Whatever goes wrong marks it, and the first thing wins;
 * reads that follow find nothing; query_answer, asked once at the end, answers with what
 * went wrong or with the result. Bytes that a read gives are the view's: borrowed until
 * the next read. */
#ifndef NODE_SHELL_BACKEND_READ_H
#define NODE_SHELL_BACKEND_READ_H

#include "node/shell/backend.h"

struct query {
	struct backend *backend;
	struct rpc_call *call;
	const json_t *params;
	struct store_view *view;
	uint64_t height;    /* the state after this block is read */
	enum status status; /* STATUS_OK, or what failed with us: *why has more */
	struct why why;
	bool is_refused; /* the call asks for what there is not: `fault` says what */
	struct rpc_fault fault;
};

/* Begin a query of the newest state, or of the one that "at" or "at_time_ms" ask for.
 * `owner` is the handler's. False: the call was answered already. */
MUST_CHECK bool query_start(struct query *query, struct rpc_call *call,
                            const json_t *params, void *owner);
MUST_CHECK bool query_start_at(struct query *query, struct rpc_call *call,
                               const json_t *params, void *owner);

static inline bool query_is_good(const struct query *query)
{
	return query->status == STATUS_OK && !query->is_refused;
}

/* Mark it as failed: with us, or with what was asked. */
void query_fail(struct query *query, enum status status);
void query_refuse(struct query *query, enum rpc_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* True for STATUS_OK. Else it fails; `what` must be there, so STATUS_NOT_FOUND, and a
 * value of ours that cannot be decoded, mean that the store is damaged. */
MUST_CHECK bool query_check(struct query *query, enum status status, const char *what);

/* " after block 12" where the state is not the newest, for the end of a sentence. */
struct query_when {
	char text[40];
};

struct query_when query_when(const struct query *query);

/* Answer the call. The result is taken; NULL stands for "out of memory". query_answer_at
 * adds the height that was asked about. */
void query_answer(struct query *query, json_t *result);
void query_answer_at(struct query *query, json_t *result);

/* A member of *object, whose value is taken. Out of memory *object is freed and NULL, and
 * stays so. */
void object_put(json_t **object, const char *name, json_t *value);
/* Likewise an item of an array. */
void array_put(json_t **array, json_t *item);

/* -- The state --------------------------------------------------------------------- */

/* The value under a key; false: there is none. */
MUST_CHECK bool query_state(struct query *query, const struct state_key *key,
                            struct bytes_view *value);

/* Is "prove" true? */
bool query_wants_proof(const struct query *query);

/* What the state has under a key, or that it has nothing, with the way to its root:
 *
 *     {"state_root","height","key_hash","value_b64" or null,"proof_b64"}
 *
 * proof_b64 is a state_proof's encoding (chain/proof/state_proof.h). */
MUST_CHECK json_t *query_proof(struct query *query, const struct state_key *key);

/* The stream that "stream" names, which must be there. *info borrows. */
MUST_CHECK bool query_stream(struct query *query, struct hash *id,
                             struct stream_info *info);

/* A stream's head; zeros and the root of nothing while it has no records. */
MUST_CHECK bool query_stream_head(struct query *query, const struct hash *stream,
                                  struct stream_head *head);

/* -- Transactions of the log ------------------------------------------------------- */

/* The transaction with this log index, which must be there. *tx borrows. */
MUST_CHECK bool query_tx(struct query *query, uint64_t log_index, struct tx *tx,
                         uint64_t *height);

struct tx_place {
	uint64_t log_index;
	uint64_t height;
	uint64_t index; /* in the block */
	uint64_t time_ms;
};

/* Where a transaction of the block of this height is. */
MUST_CHECK bool query_place(struct query *query, uint64_t log_index, uint64_t height,
                            struct tx_place *place);
/* "log_index","height","index","time_ms". */
void object_put_place(json_t **object, const struct tx_place *place);

/* What tx.get gives of it, which must be there. NULL: the query has failed, or memory is
 * out. */
MUST_CHECK json_t *query_final_tx(struct query *query, uint64_t log_index);

/* The hashes of a proof of the log. */
MUST_CHECK json_t *json_of_path(const struct log_path *path);

/* -- Pages of lists ---------------------------------------------------------------- */

/* A page is full with "limit" items, or when it has more than RPC_PAGE_SIZE_MAX bytes;
 * the list then goes on at a cursor: the number of the first item of the next page, or
 * the last name of this one in hex. Where rows are passed over, it is full after
 * RPC_PAGE_ROWS_MAX of them too, so that no call holds up the others. */
struct page {
	struct query *query;
	json_t *items;
	size_t limit;
	size_t size_max;  /* it ends above so many bytes: RPC_PAGE_SIZE_MAX, or less */
	size_t size;      /* bytes of the items as text */
	size_t row_count; /* taken */
	bool is_cut;      /* there is more, at `next` */
	char next[RPC_CURSOR_SIZE_MAX + 1];
	uint64_t from;    /* of a numbered list: the first number */
	size_t last_size; /* of a list of names: the last one taken, at first the cursor's */
	uint8_t last[RECORD_KEY_SIZE_MAX];
};

/* A page of a numbered list: from "cursor" on, or from `first`. */
void page_start(struct page *page, struct query *query, uint64_t first);
/* Of a list of names: behind "cursor", which must be one, or from the first. */
void page_start_names(struct page *page, struct query *query,
                      bool (*is_name)(struct bytes_view text));

/* Rows to ask the store for: one above the limit, to learn whether there are more. */
static inline struct store_range page_range(const struct page *page,
                                            enum store_direction direction)
{
	return (struct store_range){page->from, direction, page->limit + 1};
}

static inline struct bytes_view page_after(const struct page *page)
{
	return bytes_view(page->last, page->last_size);
}

/* Does the page take this row? If not, it is cut before it. */
MUST_CHECK bool page_takes(struct page *page, uint64_t number);
MUST_CHECK bool page_takes_name(struct page *page, struct bytes_view name);

/* An item of the row that was taken. Its value is taken too; NULL fails the query. */
void page_add(struct page *page, json_t *item);

/* What the store said of the whole list. */
void page_listed(struct page *page, enum status status);

/* {"items","next","height"}. */
void query_answer_page(struct query *query, struct page *page);
/* With one member more, whose value is taken; NULL: without it. */
void query_answer_page_with(struct query *query, struct page *page, const char *name,
                            json_t *value);

#endif
