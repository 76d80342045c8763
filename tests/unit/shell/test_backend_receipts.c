/* Receipts as programs get them, each judged as an outsider would: by the text and a policy. */
#include "chain/proof/tlog_proof.h"
#include "chain/receipt/cosigned.h"
#include "chain/receipt/receipt.h"
#include "chain/store/votes.h"
#include "tests/unit/shell/backend_client.h"

enum { SIGNERS = 4, QUORUM = 3 };

static struct scene *scene;
static struct buffer policy;
static struct arena arena;
static struct cosigned cosigned;

static void begin(bool is_filled)
{
	static const struct store_options options;
	struct hash keys[SIGNERS];
	char origin[ORIGIN_SIZE_MAX + 1];

	scene = scene_new(&options);
	if (is_filled)
		scene_fill(scene);
	buffer_init(&policy, POLICY_SIZE_MAX);
	origin_of(origin, text_view(scene->ledger.genesis->name),
	          &scene->ledger.network.genesis);
	for (unsigned i = 0; i < SIGNERS; i++) {
		uint8_t seed[COSIGN_SEED_SIZE];

		ledger_fixture_cosign_seed(seed, i);
		ck_assert_int_eq(cosign_key_public(&keys[i], seed), STATUS_OK);
	}
	policy_put(&policy, text_view(origin), keys, SIGNERS, QUORUM);
}

static void setup(void)
{
	begin(true);
}

static void teardown(void)
{
	arena_close(&arena);
	buffer_close(&policy);
	scene_free(scene);
}

static int by_key(const void *left, const void *right)
{
	return hash_compare(&((const struct cosign *)left)->cosign_key,
	                    &((const struct cosign *)right)->cosign_key);
}

/* The newest block is cosigned by a quorum, as the node keeps it under the tag. */
static void cosign_as(enum store_note_tag tag)
{
	const struct ledger_tip *tip = store_tip(scene->store);
	struct buffer text;
	uint8_t *bytes;
	struct writer out;

	cosigned = (struct cosigned){
		.point = {.size = tip->frontier.size, .root = log_frontier_root(&tip->frontier)}};
	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	cosign_point_text(&text, text_view(scene->node->origin), &cosigned.point);
	for (unsigned i = 0; i < QUORUM; i++) {
		uint8_t seed[COSIGN_SEED_SIZE];

		ledger_fixture_cosign_seed(seed, i);
		ck_assert_int_eq(cosign_make(&cosigned.items[cosigned.count++], seed, 1000 + i,
		                             buffer_view(&text)),
		                 STATUS_OK);
	}
	qsort(cosigned.items, cosigned.count, sizeof cosigned.items[0], by_key);
	buffer_close(&text);
	bytes = malloc(cosigned_size(&cosigned));
	ck_assert_ptr_nonnull(bytes);
	out = writer_on(bytes, cosigned_size(&cosigned));
	cosigned_put(&out, &cosigned);
	ck_assert_int_eq(store_put_note(scene->store, tag,
	                                tag == STORE_NOTE_SEAL ? cosigned.point.size : 0,
	                                bytes_view(bytes, cosigned_size(&cosigned)), true,
	                                NULL),
	                 STATUS_OK);
	free(bytes);
	backend_on_checkpoint(scene->node->backend);
}

static void cosign_newest(void)
{
	cosign_as(STORE_NOTE_CHECKPOINT);
}

/* The receipt in the answer, judged; the facts borrow from the answer. */
static struct receipt_facts judge(const json_t *answer)
{
	const json_t *receipt = json_object_get(answer, "receipt");
	struct receipt_texts texts = {.policy = buffer_view(&policy)};
	struct receipt_facts facts;
	struct why why = {{0}};

	ck_assert(json_is_string(receipt));
	texts.file = bytes_view(json_string_value(receipt), json_string_length(receipt));
	ck_assert_msg(receipt_verify(&facts, &arena, &texts, &why) == RECEIPT_GOOD, "%s",
	              why.text);
	ck_assert_uint_eq(facts.cosigned, QUORUM);
	ck_assert_uint_eq(facts.checkpoint.size, cosigned.point.size);
	return facts;
}

static json_t *txid_params(const struct hash *txid, int wait_ms)
{
	char text[HASH_HEX_SIZE];

	hex_encode(text, hash_view(txid));
	return json_pack("{ss,si}", "txid", text, "wait_ms", wait_ms);
}

START_TEST(every_transaction_has_its_receipt)
{
	size_t count = 0;

	cosign_newest();
	for (size_t i = 0; i < scene->leaf_count; i++) {
		const struct tx *tx = scene->leaves[i].tx;
		struct receipt_facts facts;
		json_t *answer;

		if (!tx)
			continue;
		answer = ask(scene, "receipt.get", txid_params(&tx->txid, 0));
		facts = judge(answer);
		ck_assert_int_eq(facts.kind, RECEIPT_TX);
		ck_assert(hash_equal(&facts.tx.txid, &tx->txid));
		ck_assert_uint_eq(facts.log_index, i);
		json_decref(answer);
		count++;
	}
	ck_assert_uint_gt(count, 30);
}
END_TEST

START_TEST(the_names_in_a_receipt_are_those_of_its_operations)
{
	struct operation operations[] = {
		make_append(&scene->streams[1].id, "k", "b"),
		make_append(&scene->streams[0].id, "k", "a"),
		make_append(&scene->streams[1].id, "k", "c"),
		make_transfer(&scene->assets[0].id, &scene->ledger.accounts[1].id, 1),
	};
	struct receipt_facts facts;
	json_t *answer;

	plan(scene, 0, operations, 4);
	close_block(scene);
	cosign_newest();
	answer = ask(scene, "receipt.get",
	             txid_params(&scene->leaves[scene->leaf_count - 2].tx->txid, 0));
	facts = judge(answer);
	ck_assert_uint_eq(facts.name_count, 3);
	ck_assert(bytes_equal(facts.names[0].name, text_view("alpha")));
	ck_assert(bytes_equal(facts.names[1].name, text_view("beta.log")));
	ck_assert(bytes_equal(facts.names[2].name, text_view("gold")));
	json_decref(answer);
}
END_TEST

START_TEST(what_no_checkpoint_covers_is_waited_for_and_no_longer_than_asked)
{
	const struct tx *tx = scene->leaves[scene->leaf_count - 2].tx;
	static const struct hash NONE;

	ck_assert_ptr_nonnull(tx);
	expect_error(scene, "receipt.get", txid_params(&tx->txid, 0), 601, "no checkpoint");
	expect_error(scene, "receipt.get", txid_params(&NONE, 0), 102, "no final");
	/* Housekeeping is the loop's; here it is ours. */
	backend_on_tick(scene->node->backend);
}
END_TEST

static void *tick(void *argument)
{
	atomic_bool *done = argument;
	struct timespec pause = {.tv_nsec = 5000000};

	while (!atomic_load(done)) {
		backend_on_tick(scene->node->backend);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

START_TEST(who_waits_in_vain_is_told_so_in_time)
{
	const struct tx *tx = scene->leaves[scene->leaf_count - 2].tx;
	atomic_bool done = false;
	pthread_t ticker;

	ck_assert_int_eq(pthread_create(&ticker, NULL, tick, &done), 0);
	expect_error(scene, "receipt.get", txid_params(&tx->txid, 30), 601, "no checkpoint");
	atomic_store(&done, true);
	pthread_join(ticker, NULL);
}
END_TEST

static void *ask_and_wait(void *argument)
{
	const struct tx *tx = argument;

	return ask(scene, "receipt.get", txid_params(&tx->txid, 60000));
}

START_TEST(who_waits_gets_it_with_the_checkpoint)
{
	union {
		const struct tx *tx;
		void *argument;
	} newest = {.tx = scene->leaves[scene->leaf_count - 2].tx};
	struct receipt_facts facts;
	pthread_t client;
	void *answer;

	ck_assert_int_eq(pthread_create(&client, NULL, ask_and_wait, newest.argument), 0);
	while (atomic_load(&scene->node->backend->receipt_waiter_count) == 0)
		sched_yield();
	cosign_newest();
	ck_assert_int_eq(pthread_join(client, &answer), 0);
	facts = judge(answer);
	ck_assert(hash_equal(&facts.tx.txid, &newest.tx->txid));
	json_decref(answer);
}
END_TEST

START_TEST(what_the_state_has_and_what_it_has_not_is_proved)
{
	struct receipt_facts facts;
	json_t *answer;

	expect_error(scene, "receipt.get_state_proof", json_pack("{ss}", "stream", "alpha"),
	             601, "no checkpoint");
	cosign_newest();
	answer = ask(scene, "receipt.get_state_proof", json_pack("{ss}", "stream", "alpha"));
	facts = judge(answer);
	ck_assert_int_eq(facts.kind, RECEIPT_STATE);
	ck_assert(facts.present && json_is_true(json_object_get(answer, "present")));
	ck_assert(bytes_equal(facts.name, text_view("alpha")));
	check_count(answer, "height", model_tip(scene));
	json_decref(answer);
	answer = ask(scene, "receipt.get_state_proof",
	             json_pack("{ss,ss}", "stream", "alpha", "key", "temp"));
	ck_assert(judge(answer).present);
	json_decref(answer);
	answer = ask(scene, "receipt.get_absence",
	             json_pack("{ss,ss}", "stream", "alpha", "key", "nobody wrote this"));
	facts = judge(answer);
	ck_assert(!facts.present);
	json_decref(answer);
	answer = ask(scene, "receipt.get_absence", json_pack("{ss}", "asset", "copper"));
	ck_assert(!judge(answer).present);
	json_decref(answer);
	answer = ask(scene, "receipt.get_state_proof", json_pack("{ss}", "state_key_b64", "BA=="));
	ck_assert_uint_eq(judge(answer).key.size, 1);
	json_decref(answer);
	expect_error(scene, "receipt.get_absence", json_pack("{ss}", "asset", "gold"), 401,
	             "something there");
	expect_error(scene, "receipt.get_absence",
	             json_pack("{ss,ss}", "asset", "gold", "key", "x"), -32602, "stream");
	expect_error(scene, "receipt.get_absence", json_object(), -32602, "");
}
END_TEST

/* Page by page, each with its receipt: all of it, and what was written. */
static void check_list(const struct model_stream *stream, int limit)
{
	size_t from = 0;

	while (from < stream->count) {
		json_t *answer =
			ask(scene, "stream.list_records",
		        json_pack("{ss,si,si,sb}", "stream", stream->name, "from", (int)from,
		                  "limit", limit, "prove", 1));
		struct receipt_facts facts = judge(answer);

		ck_assert_int_eq(facts.kind, RECEIPT_RECORDS);
		ck_assert_uint_eq(facts.count, stream->count);
		ck_assert_uint_eq(facts.from, from);
		ck_assert_uint_eq(facts.record_count,
		                  json_array_size(json_object_get(answer, "items")));
		for (size_t i = 0; i < facts.record_count; i++) {
			const struct receipt_record *record = &facts.records[i];

			ck_assert(record->tx != NULL);
			ck_assert(bytes_equal(record->operation.record_append.value,
			                      stream->records[from + i].append->value));
		}
		from += facts.record_count;
		json_decref(answer);
	}
}

START_TEST(a_list_comes_with_the_proof_that_nothing_is_left_out)
{
	cosign_newest();
	for (size_t i = 0; i < MODEL_STREAMS; i++) {
		check_list(&scene->streams[i], 7);
		check_list(&scene->streams[i], 1000);
	}
	/* What was written since is not covered yet. */
	plan_one(scene, 0, make_append(&scene->streams[0].id, "k", "later"));
	close_block(scene);
	scene->streams[0].count--;
	check_list(&scene->streams[0], 1000);
	expect_error(scene, "stream.list_records",
	             json_pack("{ss,si,sb}", "stream", "alpha", "at", 3, "prove", 1), -32602,
	             "prove");
	expect_error(scene, "stream.list_records",
	             json_pack("{ss,si,sb}", "stream", "alpha", "from", 100000, "prove", 1),
	             104, "none from");
}
END_TEST

START_TEST(an_empty_stream_is_proved_to_be_empty)
{
	struct receipt_facts facts;
	json_t *answer;

	teardown();
	begin(false);
	plan_one(scene, 0, make_stream("alpha", STREAM_WRITE_OPEN));
	close_block(scene);
	cosign_newest();
	answer = ask(scene, "stream.list_records",
	             json_pack("{ss,sb}", "stream", "alpha", "prove", 1));
	facts = judge(answer);
	ck_assert_uint_eq(facts.count, 0);
	ck_assert_uint_eq(facts.record_count, 0);
	json_decref(answer);
}
END_TEST

START_TEST(the_checkpoint_is_the_note_that_was_signed)
{
	json_t *answer;
	struct note note;

	cosign_newest();
	answer = ask(scene, "chain.get_checkpoint", NULL);
	check_count(answer, "size", cosigned.point.size);
	check_count(answer, "height", model_tip(scene));
	ck_assert_int_eq(
		note_decode(&note,
	                text_view(json_string_value(json_object_get(answer, "note"))), NULL),
		STATUS_OK);
	ck_assert_uint_eq(note.signature_count, QUORUM + 1);
	json_decref(answer);
	/* A newer block alone is not signed. */
	close_block(scene);
	answer = ask(scene, "chain.get_checkpoint", NULL);
	check_count(answer, "size", cosigned.point.size);
	json_decref(answer);
	cosign_newest();
	answer = ask(scene, "chain.get_checkpoint", NULL);
	check_count(answer, "size", cosigned.point.size);
	json_decref(answer);
}
END_TEST

/* The body of GET /checkpoint, and its status. */
static unsigned get_page(char *text, size_t size)
{
	static const char request[] = "GET /checkpoint HTTP/1.1\r\nHost: localhost\r\n"
								  "Connection: close\r\n\r\n";
	int file = client_connect(scene);
	size_t got = 0;
	ssize_t part;

	client_send(file, request, sizeof request - 1);
	while ((part = recv(file, text + got, size - got - 1, 0)) > 0)
		got += (size_t)part;
	close(file);
	text[got] = '\0';
	return (unsigned)strtoul(text + strcspn(text, " "), NULL, 10);
}

START_TEST(the_page_for_watchers_is_the_same_note)
{
	static char text[1 << 16];
	json_t *answer;

	ck_assert_uint_eq(get_page(text, sizeof text), 404);
	cosign_newest();
	ck_assert_uint_eq(get_page(text, sizeof text), 200);
	answer = ask(scene, "chain.get_checkpoint", NULL);
	ck_assert_str_eq(strstr(text, "\r\n\r\n") + 4,
	                 json_string_value(json_object_get(answer, "note")));
	json_decref(answer);
}
END_TEST

START_TEST(without_a_change_the_succession_is_empty)
{
	json_t *answer = ask(scene, "chain.get_succession", NULL);

	ck_assert_uint_eq(json_array_size(json_object_get(answer, "items")), 0);
	check_null(answer, "next");
	json_decref(answer);
}
END_TEST

/* An epoch ends, and nobody has cosigned that so far. */
static void end_epoch(void)
{
	const struct tx *tx =
		ledger_fixture_root_tx(&scene->ledger, make_param("term_length", 3));
	struct draft *draft = ledger_fixture_sealed(&scene->ledger, NULL, &tx, 1);
	struct certificate certificate =
		model_certificate(scene, &draft->header, &draft->hash);

	ck_assert(draft->header.flags & HEADER_FLAG_SEAL);
	ck_assert_int_eq(store_commit(scene->store, draft, &certificate, NULL), STATUS_OK);
	memory_ledger_commit(&scene->ledger.ledger, draft);
	backend_on_block(scene->node->backend, draft->header.height);
	draft_free(draft);
}

START_TEST(a_seal_that_is_not_cosigned_is_waited_for_and_no_longer_than_asked)
{
	atomic_bool done = false;
	pthread_t ticker;

	end_epoch();
	expect_error(scene, "chain.get_succession", json_pack("{si}", "wait_ms", 0), 601,
	             "epoch 0");
	ck_assert_int_eq(pthread_create(&ticker, NULL, tick, &done), 0);
	expect_error(scene, "chain.get_succession", json_pack("{si}", "wait_ms", 30), 601,
	             "epoch 0");
	atomic_store(&done, true);
	pthread_join(ticker, NULL);
}
END_TEST

static void *ask_for_succession(void *argument)
{
	(void)argument;
	return ask(scene, "chain.get_succession", json_pack("{si}", "wait_ms", 60000));
}

START_TEST(who_waits_for_a_succession_gets_it_with_the_seals_quorum)
{
	json_t *items;
	pthread_t client;
	void *answer;

	end_epoch();
	ck_assert_int_eq(pthread_create(&client, NULL, ask_for_succession, NULL), 0);
	while (atomic_load(&scene->node->backend->receipt_waiter_count) == 0)
		sched_yield();
	/* By the set that begins: not what is waited for. */
	cosign_newest();
	cosign_as(STORE_NOTE_SEAL);
	ck_assert_int_eq(pthread_join(client, &answer), 0);
	items = json_object_get(answer, "items");
	ck_assert_uint_eq(json_array_size(items), 1);
	check_count(json_array_get(items, 0), "epoch", 0);
	check_null(answer, "next");
	json_decref(answer);
}
END_TEST

static void *ask_in_vain(void *argument)
{
	(void)argument;
	expect_error(scene, "chain.get_succession", json_pack("{si}", "wait_ms", 60000), 601,
	             "epoch 0");
	return NULL;
}

START_TEST(who_waits_for_a_succession_when_the_node_stops_is_told)
{
	pthread_t client;

	end_epoch();
	ck_assert_int_eq(pthread_create(&client, NULL, ask_in_vain, NULL), 0);
	while (atomic_load(&scene->node->backend->receipt_waiter_count) == 0)
		sched_yield();
	backend_free(scene->node->backend);
	scene->node->backend = NULL;
	ck_assert_int_eq(pthread_join(client, NULL), 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend_receipts");
	TCase *tests = tcase_create("backend_receipts");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, every_transaction_has_its_receipt);
	tcase_add_test(tests, the_names_in_a_receipt_are_those_of_its_operations);
	tcase_add_test(tests, what_no_checkpoint_covers_is_waited_for_and_no_longer_than_asked);
	tcase_add_test(tests, who_waits_in_vain_is_told_so_in_time);
	tcase_add_test(tests, who_waits_gets_it_with_the_checkpoint);
	tcase_add_test(tests, what_the_state_has_and_what_it_has_not_is_proved);
	tcase_add_test(tests, a_list_comes_with_the_proof_that_nothing_is_left_out);
	tcase_add_test(tests, an_empty_stream_is_proved_to_be_empty);
	tcase_add_test(tests, the_checkpoint_is_the_note_that_was_signed);
	tcase_add_test(tests, the_page_for_watchers_is_the_same_note);
	tcase_add_test(tests, without_a_change_the_succession_is_empty);
	tcase_add_test(tests,
	               a_seal_that_is_not_cosigned_is_waited_for_and_no_longer_than_asked);
	tcase_add_test(tests, who_waits_for_a_succession_gets_it_with_the_seals_quorum);
	tcase_add_test(tests, who_waits_for_a_succession_when_the_node_stops_is_told);
	suite_add_tcase(suite, tests);
	return suite;
}
