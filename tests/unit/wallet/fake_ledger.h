/* A ledger behind the small HTTP server: it decodes and checks what is submitted with the
 * project's own code, puts it into blocks, and misbehaves as it is told. It is no node: no
 * rules but the ones below, no disk, no others. */
#ifndef TESTS_UNIT_WALLET_FAKE_LEDGER_H
#define TESTS_UNIT_WALLET_FAKE_LEDGER_H

#include "tests/unit/wallet/fake_node.h"

#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "chain/ledger/tx.h"
#include "rpc/api/ledger_json.h"

enum { FAKE_GONE = INT32_MAX };

struct fake_tx {
	struct hash txid;
	unsigned height;       /* 0: pending; FAKE_GONE: it is not in the pool */
	bool is_put_off;
	char value[512];       /* of its records, each with a newline; cut to fit */
	bool rotates;          /* once final, the sender's key is: */
	struct public_key new_key;
};

struct fake_ledger {
	struct fake_node node;
	struct network network;
	pthread_mutex_t mutex; /* of all that follows */
	struct fake_tx *txs;   /* heap, in the order of arrival */
	size_t tx_count, tx_capacity;
	size_t batch_size_max; /* the largest batch that was seen */
	unsigned height;
	unsigned bodies;       /* with submissions */
	/* Of the one account whose key may be changed: the one that did it first. */
	struct hash rotated;
	struct public_key key;
	unsigned rotations;

	/* How it misbehaves; 0: it does not. Set by a test while the server runs. */
	atomic_uint put_off_every;   /* a transaction: 209 the first time */
	atomic_uint limit_every;     /* a body: -32005 for all of it */
	atomic_uint cut_every;       /* a body: taken, and then the connection is cut */
	atomic_uint forget_at;       /* once there are so many: the pending ones are lost */
	atomic_bool makes_no_blocks;
	atomic_bool refuses_all;     /* 401 for everything but reads */
	atomic_bool permits_nothing; /* 204 for every transaction */

	uint8_t last[4096]; /* the transaction that came last, if it is not larger */
	size_t last_size;

	/* Answers a method that the ledger itself does not know, in the server's thread; NULL:
	 * there is none. */
	json_t *(*_Atomic answer_other)(const char *method, const json_t *params);

	/* Called with each new key that arrives, in the server's thread. */
	void (*_Atomic on_new_key)(const struct public_key *new_key);
};

static inline json_t *fake_error(int code, const char *message)
{
	return json_pack("{s{siss}}", "error", "code", code, "message", message);
}

static inline struct fake_tx *fake_find(struct fake_ledger *ledger,
                                        const struct hash *txid)
{
	for (size_t i = ledger->tx_count; i > 0; i--)
		if (hash_equal(&ledger->txs[i - 1].txid, txid))
			return &ledger->txs[i - 1];
	return NULL;
}

static inline struct fake_tx *fake_add(struct fake_ledger *ledger, const struct hash *txid)
{
	if (ledger->tx_count == ledger->tx_capacity) {
		ledger->tx_capacity = ledger->tx_capacity ? 2 * ledger->tx_capacity : 64;
		ledger->txs =
			realloc(ledger->txs, ledger->tx_capacity * sizeof *ledger->txs);
		if (!ledger->txs)
			abort();
	}
	ledger->txs[ledger->tx_count] = (struct fake_tx){.txid = *txid};
	return &ledger->txs[ledger->tx_count++];
}

/* The values of its records; false: one of them is "bad". */
static inline bool fake_values(const struct tx *tx, char value[512])
{
	struct cursor in = tx_operations(tx);
	size_t size = 0;

	value[0] = '\0';
	for (uint16_t i = 0; i < tx->operation_count; i++) {
		struct operation operation;
		struct bytes_view view;

		if (operation_get(&in, &operation) != STATUS_OK ||
		    operation.kind != OPERATION_record_append)
			continue;
		view = operation.record_append.value;
		if (bytes_equal(view, text_view("bad")))
			return false;
		if (size < 500)
			size += (size_t)snprintf(value + size, 512 - size, "%.*s\n",
			                         (int)(view.size < 400 ? view.size : 400),
			                         view.at ? (const char *)view.at : "");
	}
	return true;
}

static inline bool fake_key_equal(const struct public_key *a, const struct public_key *b)
{
	return memcmp(a->bytes, b->bytes, PUBLIC_KEY_SIZE) == 0;
}

/* Does the key that signed control the sender, by what is final? */
static inline bool fake_is_key(const struct fake_ledger *ledger, const struct tx *tx)
{
	struct hash first = account_id_of_key(&tx->key);

	if (ledger->rotations > 0 && hash_equal(&tx->sender, &ledger->rotated))
		return fake_key_equal(&tx->key, &ledger->key);
	return hash_equal(&first, &tx->sender);
}

/* The new key, if the only operation is to change it; false: it did not agree. */
static inline bool fake_rotation(struct fake_ledger *ledger, const struct tx *tx,
                                 bool *rotates, struct public_key *new_key)
{
	struct cursor in = tx_operations(tx);
	struct operation operation;
	struct hash message;
	void (*on_new_key)(const struct public_key *) = ledger->on_new_key;

	*rotates = operation_get(&in, &operation) == STATUS_OK &&
	           operation.kind == OPERATION_account_rotate;
	if (!*rotates)
		return true;
	*new_key = operation.account_rotate.new_key;
	if (on_new_key)
		on_new_key(new_key);
	message = rotation_message(&ledger->network, &tx->sender, new_key, tx->salt);
	return signature_is_valid(&operation.account_rotate.new_key_signature, &message,
	                          new_key);
}

/* Into the pool. One that is put off is remembered only so that it is taken the next
 * time, behind all others. */
static inline json_t *fake_take(struct fake_ledger *ledger, const struct hash *txid,
                                const char value[512])
{
	struct fake_tx *known = fake_find(ledger, txid);
	struct fake_tx *added;
	bool was_put_off = known && known->is_put_off;

	if (known && !known->is_put_off)
		return known->height > 0 ? fake_error(203, "already in the ledger") : NULL;
	if (was_put_off)
		known->is_put_off = false;
	added = fake_add(ledger, txid);
	memcpy(added->value, value, sizeof added->value);
	if (was_put_off || !ledger->put_off_every ||
	    ledger->tx_count % ledger->put_off_every != 0)
		return NULL;
	added->is_put_off = true;
	added->height = FAKE_GONE;
	return fake_error(209, "too many are on their way");
}

static inline json_t *fake_submit(struct fake_ledger *ledger, const json_t *params,
                                  struct hash *txid)
{
	const json_t *base64 = json_object_get(params, "tx_b64");
	size_t size = json_string_length(base64);
	uint8_t *bytes = malloc(base64_decoded_size_max(size) + 1);
	struct refusal refusal = {0};
	struct public_key new_key = {{0}};
	struct fake_tx *taken;
	bool rotates = false;
	char value[512];
	struct tx tx;
	json_t *error = NULL;

	if (!base64_decode(bytes, &size, bytes_view(json_string_value(base64), size)) ||
	    tx_decode(&tx, &ledger->network, bytes_view(bytes, size), &refusal) !=
	        VERDICT_GOOD)
		error = fake_error(205, "no transaction");
	else if (tx_check_signature(&tx, &refusal) != VERDICT_GOOD)
		error = fake_error(201, "bad signature");
	else if (ledger->permits_nothing || !fake_is_key(ledger, &tx))
		error = fake_error(204, "not the key of this account");
	else if (!fake_rotation(ledger, &tx, &rotates, &new_key))
		error = fake_error(201, "the new key did not sign");
	else if (!fake_values(&tx, value))
		error = fake_error(208, "this one is bad");
	if (error) {
		free(bytes);
		return error;
	}
	*txid = tx.txid;
	ledger->last_size = size <= sizeof ledger->last ? size : 0;
	memcpy(ledger->last, bytes, ledger->last_size);
	error = fake_take(ledger, txid, value);
	taken = error ? NULL : fake_find(ledger, txid);
	if (taken && rotates) {
		taken->rotates = true;
		taken->new_key = new_key;
		ledger->rotated = tx.sender;
	}
	free(bytes);
	return error;
}

static inline void fake_make_block(struct fake_ledger *ledger)
{
	bool any = false;

	for (size_t i = 0; i < ledger->tx_count; i++)
		if (ledger->txs[i].height == 0) {
			ledger->txs[i].height = ledger->height + 1;
			any = true;
			if (ledger->txs[i].rotates) {
				ledger->key = ledger->txs[i].new_key;
				ledger->rotations++;
			}
		}
	ledger->height += any;
}

static inline json_t *fake_block(struct fake_ledger *ledger, unsigned height)
{
	json_t *txids;

	if (height == ledger->height + 1 && !ledger->makes_no_blocks)
		fake_make_block(ledger);
	if (height > ledger->height)
		return fake_error(101, "no such block");
	txids = json_array();
	for (size_t i = 0; i < ledger->tx_count; i++)
		if (ledger->txs[i].height == height)
			json_array_append_new(txids, json_of_hash(&ledger->txs[i].txid));
	return json_pack("{s{siso}}", "result", "height", (int)height, "txids", txids);
}

static inline json_t *fake_status(struct fake_ledger *ledger, const json_t *params)
{
	const struct fake_tx *known;
	struct hash txid;

	if (!hex_decode(txid.bytes, HASH_SIZE,
	                text_view(json_string_value(json_object_get(params, "txid")))))
		return fake_error(-32602, "txid");
	known = fake_find(ledger, &txid);
	return json_pack("{s{ss}}", "result", "status",
	                 !known || known->is_put_off ? "unknown"
	                 : known->height == 0        ? "pending"
	                                             : "final");
}

static inline json_t *fake_account(const struct fake_ledger *ledger, const json_t *params)
{
	const char *text = json_string_value(json_object_get(params, "account"));
	struct hash id, key;

	if (ledger->rotations == 0 || address_decode(&id, text_view(text), NULL) != STATUS_OK ||
	    !hash_equal(&id, &ledger->rotated))
		return fake_error(106, "new here");
	memcpy(key.bytes, ledger->key.bytes, HASH_SIZE);
	return json_pack("{s{so}}", "result", "key", json_of_hash(&key));
}

static inline json_t *fake_call(struct fake_ledger *ledger, const json_t *call)
{
	const char *method = json_string_value(json_object_get(call, "method"));
	const json_t *params = json_object_get(call, "params");
	struct hash txid = {{0}};
	json_t *error;

	if (strcmp(method, "node.get_status") == 0)
		return json_pack("{s{ssso}}", "result", "network", "fake", "genesis",
		                 json_of_hash(&ledger->network.genesis));
	if (strcmp(method, "account.get") == 0)
		return fake_account(ledger, params);
	if (strcmp(method, "chain.get_head") == 0)
		return json_pack("{s{si}}", "result", "height", (int)ledger->height);
	if (strcmp(method, "chain.get_block") == 0)
		return fake_block(
			ledger, (unsigned)json_integer_value(json_object_get(params, "height")));
	if (strcmp(method, "tx.get_status") == 0)
		return fake_status(ledger, params);
	if (ledger->refuses_all)
		return fake_error(-32002, "not for you");
	if (ledger->answer_other && strncmp(method, "tx.", 3) != 0)
		return (*ledger->answer_other)(method, params);
	error = fake_submit(ledger, params, &txid);
	if (error)
		return error;
	if (strcmp(method, "tx.submit_and_wait") == 0)
		fake_make_block(ledger);
	return json_pack("{s{sosssi}}", "result", "txid", json_of_hash(&txid), "status",
	                 "pending", "height", (int)ledger->height);
}

static inline void fake_forget(struct fake_ledger *ledger)
{
	size_t kept = 0;

	if (!ledger->forget_at || ledger->tx_count < ledger->forget_at)
		return;
	ledger->forget_at = 0;
	for (size_t i = 0; i < ledger->tx_count; i++)
		if (ledger->txs[i].height > 0)
			ledger->txs[kept++] = ledger->txs[i];
	ledger->tx_count = kept;
}

static inline struct fake_answer fake_ledger_answer(void *owner, const char *head,
                                                    const char *body)
{
	struct fake_ledger *ledger = owner;
	json_t *calls = json_loads(body, 0, NULL);
	bool is_batch = json_is_array(calls);
	bool has_submissions = strstr(body, "tx.submit") != NULL;
	struct fake_answer answer = {FAKE_WHOLE, 200, NULL};
	json_t *answers = json_array();

	(void)head;
	pthread_mutex_lock(&ledger->mutex);
	ledger->bodies += has_submissions;
	if (is_batch && has_submissions && json_array_size(calls) > ledger->batch_size_max)
		ledger->batch_size_max = json_array_size(calls);
	if (has_submissions && ledger->limit_every &&
	    ledger->bodies % ledger->limit_every == 0) {
		answer.body = strdup("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32005,"
		                     "\"message\":\"too much\"}}");
		goto out_calls;
	}
	for (size_t i = 0; i < (is_batch ? json_array_size(calls) : 1); i++) {
		const json_t *call = is_batch ? json_array_get(calls, i) : calls;
		json_t *one = fake_call(ledger, call);

		json_object_set_new(one, "jsonrpc", json_string("2.0"));
		json_object_set(one, "id", json_object_get(call, "id"));
		json_array_append_new(answers, one);
	}
	if (has_submissions)
		fake_forget(ledger);
	answer.body = json_dumps(is_batch ? answers : json_array_get(answers, 0), 0);
	if (has_submissions && ledger->cut_every && ledger->bodies % ledger->cut_every == 0)
		answer.manner = FAKE_CLOSE;
out_calls:
	pthread_mutex_unlock(&ledger->mutex);
	json_decref(answers);
	json_decref(calls);
	return answer;
}

/* For the test's own thread, while the server runs. */
static inline unsigned fake_rotations(struct fake_ledger *ledger)
{
	unsigned rotations;

	pthread_mutex_lock(&ledger->mutex);
	rotations = ledger->rotations;
	pthread_mutex_unlock(&ledger->mutex);
	return rotations;
}

static inline size_t fake_tx_count(struct fake_ledger *ledger)
{
	size_t count;

	pthread_mutex_lock(&ledger->mutex);
	count = ledger->tx_count;
	pthread_mutex_unlock(&ledger->mutex);
	return count;
}

static inline void fake_ledger_start(struct fake_ledger *ledger, const char *folder)
{
	struct hash genesis = {{0xfa}};

	*ledger = (struct fake_ledger){.node = {.answer = fake_ledger_answer}};
	ledger->node.owner = ledger;
	network_init(&ledger->network, &genesis);
	pthread_mutex_init(&ledger->mutex, NULL);
	fake_start(&ledger->node, folder);
}

static inline void fake_ledger_stop(struct fake_ledger *ledger)
{
	fake_stop(&ledger->node);
	pthread_mutex_destroy(&ledger->mutex);
	free(ledger->txs);
}

#endif
