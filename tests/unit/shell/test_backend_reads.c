/* What programs read of streams, accounts and assets, over the node's own socket: every
 * answer against the model, at every height, in pages of every size. */
#include "chain/proof/state_hash.h"
#include "tests/unit/shell/backend_client.h"

static struct scene *scene;

static void start(void)
{
	scene = scene_new(&(struct store_options){0});
	scene_fill(scene);
}

static void stop(void)
{
	scene_free(scene);
}

static const size_t PAGE_SIZES[] = {1, 2, 3, 7, 1000};

enum { PAGE_SIZE_COUNT = sizeof PAGE_SIZES / sizeof *PAGE_SIZES };

/* -- Records ----------------------------------------------------------------------- */

static void check_key(const json_t *json, struct bytes_view key)
{
	char text[RECORD_KEY_SIZE_MAX + 1] = "";

	if (key.size == 0) {
		check_null(json, "key");
		check_null(json, "key_b64");
		return;
	}
	check_base64(json, "key_b64", key);
	if (key.at[0] == 0) {
		check_null(json, "key");
		return;
	}
	memcpy(text, key.at, key.size);
	check_text(json, "key", text);
}

static void check_record(const json_t *json, const struct model_stream *stream,
                         size_t position)
{
	const struct model_record *record = &stream->records[position];

	check_count(json, "position", position);
	check_account(json, "author", &record->tx->sender);
	check_hash(json, "txid", &record->tx->txid);
	check_count(json, "operation", record->index);
	check_count(json, "height", record->height);
	check_count(json, "time_ms", record->time_ms);
	check_count(json, "log_index", record->log_index);
	check_key(json, record->append->key);
	check_text(json, "content_type", "text/plain");
	if (record->append->value_kind == VALUE_FILE) {
		check_hex(json, "file", record->append->value.at, record->append->value.size);
		ck_assert_ptr_null(json_object_get(json, "value_b64"));
	} else {
		check_base64(json, "value_b64", record->append->value);
		ck_assert_ptr_null(json_object_get(json, "file"));
	}
	if (record->append->key.size > 0)
		check_count(json, "version", record->version);
	else
		check_null(json, "version");
}

static json_t *of_stream(const struct model_stream *stream)
{
	return json_pack("{ss}", "stream", stream->name);
}

START_TEST(every_record_is_listed_once_in_pages_of_any_size)
{
	for (size_t i = 0; i < MODEL_STREAMS; i++) {
		const struct model_stream *stream = &scene->streams[i];

		for (size_t j = 0; j < PAGE_SIZE_COUNT; j++) {
			json_t *items =
				ask_all(scene, "stream.list_records", of_stream(stream), PAGE_SIZES[j]);

			ck_assert_uint_eq(json_array_size(items), stream->count);
			for (size_t k = 0; k < stream->count; k++)
				check_record(json_array_get(items, k), stream, k);
			json_decref(items);
		}
	}
}
END_TEST

START_TEST(records_are_listed_from_a_position)
{
	const struct model_stream *stream = &scene->streams[1];

	ck_assert_uint_gt(stream->count, 12);
	for (size_t from = 0; from <= stream->count + 1; from++) {
		size_t count = from < stream->count ? stream->count - from : 0;
		json_t *items = ask_all(
			scene, "stream.list_records",
			json_pack("{so si}", "stream", json_hex(&stream->id), "from", (int)from), 5);

		ck_assert_uint_eq(json_array_size(items), count);
		for (size_t k = 0; k < count; k++)
			check_record(json_array_get(items, k), stream, from + k);
		json_decref(items);
	}
}
END_TEST

START_TEST(at_every_height_the_records_up_to_it_are_listed)
{
	for (size_t height = 0; height < scene->block_count; height++)
		for (size_t i = 0; i < MODEL_STREAMS; i++) {
			const struct model_stream *stream = &scene->streams[i];
			size_t count = scene->blocks[height].stream_counts[i];
			json_t *params =
				json_pack("{ss si}", "stream", stream->name, "at", (int)height);
			json_t *items;

			if (height < stream->created_height) {
				expect_error(scene, "stream.list_records", params, 103, stream->name);
				continue;
			}
			items = ask_all(scene, "stream.list_records", params, 4);
			ck_assert_uint_eq(json_array_size(items), count);
			for (size_t k = 0; k < count; k++)
				check_record(json_array_get(items, k), stream, k);
			json_decref(items);
		}
}
END_TEST

START_TEST(each_record_is_found_by_its_position)
{
	for (size_t i = 0; i < MODEL_STREAMS; i++) {
		const struct model_stream *stream = &scene->streams[i];

		for (size_t k = 0; k < stream->count; k++) {
			json_t *json =
				ask(scene, "stream.get_record",
			        json_pack("{ss si}", "stream", stream->name, "position", (int)k));

			check_record(json, stream, k);
			check_count(json, "at_height", model_tip(scene));
			json_decref(json);
		}
		expect_error(
			scene, "stream.get_record",
			json_pack("{ss si}", "stream", stream->name, "position", (int)stream->count),
			104, "there is none at position");
	}
}
END_TEST

START_TEST(an_author_has_the_records_that_they_wrote)
{
	for (size_t i = 0; i < MODEL_STREAMS; i++)
		for (unsigned author = 0; author < MODEL_ACCOUNTS; author++) {
			const struct model_stream *stream = &scene->streams[i];
			const struct hash *id = &scene->ledger.accounts[author].id;
			json_t *items = ask_all(
				scene, "stream.list_by_author",
				json_pack("{ss so}", "stream", stream->name, "account", json_hex(id)), 2);
			size_t found = 0;

			for (size_t k = 0; k < stream->count; k++)
				if (hash_equal(&stream->records[k].tx->sender, id))
					check_record(json_array_get(items, found++), stream, k);
			ck_assert_uint_eq(json_array_size(items), found);
			json_decref(items);
		}
}
END_TEST

/* -- Keys -------------------------------------------------------------------------- */

static json_t *of_key(const struct model_stream *stream, struct bytes_view key)
{
	char text[2 * RECORD_KEY_SIZE_MAX];

	base64_encode(text, key);
	return json_pack("{ss ss%}", "stream", stream->name, "key_b64", text,
	                 base64_encoded_size(key.size));
}

/* The position of the newest record under a key among the first `end`. */
static bool find_latest(const struct model_stream *stream, struct bytes_view key,
                        size_t end, size_t *position)
{
	for (size_t i = end; i > 0; i--) {
		if (!bytes_equal(stream->records[i - 1].append->key, key))
			continue;
		*position = i - 1;
		return true;
	}
	return false;
}

static void check_latest(const struct model_stream *stream, struct bytes_view key,
                         size_t count, json_t *params)
{
	size_t position;
	json_t *json;

	if (!find_latest(stream, key, count, &position)) {
		expect_error(scene, "stream.get_latest", params, 104, "has no record under key");
		return;
	}
	json = ask(scene, "stream.get_latest", params);
	check_record(json, stream, position);
	json_decref(json);
}

START_TEST(at_every_height_the_latest_record_of_a_key_is_found)
{
	for (unsigned number = 1; number < 5; number++)
		for (size_t height = 0; height < scene->block_count; height++)
			for (size_t i = 0; i < MODEL_STREAMS; i++) {
				const struct model_stream *stream = &scene->streams[i];
				json_t *params = of_key(stream, fill_key(number));

				json_object_set_new(params, "at", json_integer((json_int_t)height));
				if (height < stream->created_height)
					expect_error(scene, "stream.get_latest", params, 103, "after block");
				else
					check_latest(stream, fill_key(number),
					             scene->blocks[height].stream_counts[i], params);
			}
}
END_TEST

START_TEST(the_latest_record_is_found_at_a_time_too)
{
	const struct model_stream *stream = &scene->streams[0];
	uint64_t start_ms = scene->blocks[0].header.time_ms;

	for (size_t height = stream->created_height; height < scene->block_count; height++)
		for (uint64_t offset = 0; offset < 2; offset++) {
			uint64_t time_ms = scene->blocks[height].header.time_ms + offset * 999;
			json_t *params = json_pack("{ss ss sI}", "stream", stream->name, "key",
			                           "temperature", "at_time_ms", (json_int_t)time_ms);

			check_latest(stream, text_view("temperature"),
			             scene->blocks[height].stream_counts[0], params);
		}
	expect_error(scene, "stream.get_latest",
	             json_pack("{ss ss sI}", "stream", stream->name, "key", "temp",
	                       "at_time_ms", (json_int_t)start_ms - 1),
	             101, "before the first block");
	expect_error(scene, "stream.get_latest",
	             json_pack("{ss ss sI}", "stream", stream->name, "key", "temp", "at",
	                       (json_int_t)scene->block_count),
	             101, "there is no block");
}
END_TEST

START_TEST(the_history_of_a_key_is_all_its_records_oldest_first)
{
	for (unsigned number = 0; number < 5; number++)
		for (size_t i = 0; i < MODEL_STREAMS; i++) {
			const struct model_stream *stream = &scene->streams[i];
			struct bytes_view key = fill_key(number);
			json_t *items = ask_all(scene, "stream.get_history", of_key(stream, key), 3);
			size_t found = 0;

			/* What has no key is no key's. */
			for (size_t k = 0; key.size > 0 && k < stream->count; k++)
				if (bytes_equal(stream->records[k].append->key, key))
					check_record(json_array_get(items, found++), stream, k);
			ck_assert_uint_eq(json_array_size(items), found);
			json_decref(items);
		}
}
END_TEST

static void check_keys(const struct model_stream *stream, const json_t *items)
{
	for (size_t k = 0; k < json_array_size(items); k++) {
		const json_t *item = json_array_get(items, k);
		size_t size, position;
		uint8_t *bytes = bytes_of(item, "key_b64", &size);
		struct bytes_view key = bytes_view(bytes, size);

		check_key(item, key);
		check_count(item, "versions", model_versions(stream, key, stream->count));
		ck_assert(find_latest(stream, key, stream->count, &position));
		check_count(item, "position", position);
		free(bytes);
	}
}

START_TEST(each_key_is_listed_once_in_pages_of_any_size)
{
	for (size_t i = 0; i < MODEL_STREAMS; i++)
		for (size_t j = 0; j < PAGE_SIZE_COUNT; j++) {
			const struct model_stream *stream = &scene->streams[i];
			json_t *items =
				ask_all(scene, "stream.list_keys", of_stream(stream), PAGE_SIZES[j]);
			size_t wanted = 0;

			for (size_t k = 0; k < stream->count; k++)
				wanted += stream->records[k].append->key.size > 0 &&
				          stream->records[k].version == 0;
			ck_assert_uint_eq(json_array_size(items), wanted);
			check_keys(stream, items);
			json_decref(items);
		}
}
END_TEST

/* -- Streams ----------------------------------------------------------------------- */

static void check_stream(const json_t *json, const struct model_stream *stream,
                         size_t count)
{
	uint64_t created_ms = scene->blocks[stream->created_height].header.time_ms;

	check_text(json, "name", stream->name);
	check_hash(json, "id", &stream->id);
	check_account(json, "owner", &scene->ledger.accounts[stream->owner].id);
	check_text(json, "write", "open");
	check_text(json, "read", "public");
	check_count(json, "records", count);
	check_count(json, "created_height", stream->created_height);
	check_count(json, "created_ms", created_ms);
}

START_TEST(streams_are_listed_by_name)
{
	for (size_t j = 0; j < PAGE_SIZE_COUNT; j++) {
		json_t *items = ask_all(scene, "stream.list", NULL, PAGE_SIZES[j]);

		ck_assert_uint_eq(json_array_size(items), MODEL_STREAMS);
		for (size_t i = 0; i < MODEL_STREAMS; i++)
			check_stream(json_array_get(items, i), &scene->streams[i],
			             scene->streams[i].count);
		json_decref(items);
	}
}
END_TEST

START_TEST(at_every_height_a_stream_is_as_it_was)
{
	for (size_t height = 0; height < scene->block_count; height++)
		for (size_t i = 0; i < MODEL_STREAMS; i++) {
			const struct model_stream *stream = &scene->streams[i];
			json_t *params =
				json_pack("{ss si}", "stream", stream->name, "at", (int)height);
			json_t *json;

			if (height < stream->created_height) {
				expect_error(scene, "stream.get", params, 103, "there is no stream");
				continue;
			}
			json = ask(scene, "stream.get", params);
			check_stream(json, stream, scene->blocks[height].stream_counts[i]);
			check_text(json, "description", "made by a test");
			check_text(json, "schema", "");
			check_count(json, "height", height);
			json_decref(json);
		}
}
END_TEST

/* The root of a stream's log from its records, as the protocol document draws a leaf. */
static struct hash root_of(const struct model_stream *stream)
{
	struct log_frontier frontier = {0};

	for (size_t i = 0; i < stream->count; i++) {
		const struct model_record *record = &stream->records[i];
		struct record_leaf leaf = {
			.position = i,
			.author = record->tx->sender,
			.txid = record->tx->txid,
			.operation = record->index,
			.time_ms = record->time_ms,
			.key = record->append->key,
			.content_type = record->append->content_type,
			.value_kind = record->append->value_kind,
			.value_hash = hash_of(record->append->value),
		};
		uint8_t bytes[RECORD_LEAF_SIZE_MAX];
		struct writer out = writer_on(bytes, sizeof bytes);
		struct hash leaf_hash;

		if (leaf.value_kind == VALUE_FILE)
			memcpy(leaf.value_hash.bytes, record->append->value.at, HASH_SIZE);
		record_leaf_put(&out, &leaf);
		leaf_hash = log_leaf_hash(bytes_view(bytes, sizeof bytes - out.left));
		log_frontier_append(&frontier, &leaf_hash);
	}
	return log_frontier_root(&frontier);
}

START_TEST(a_stream_tells_the_root_of_its_own_log)
{
	for (size_t i = 0; i < MODEL_STREAMS; i++) {
		struct hash root = root_of(&scene->streams[i]);
		json_t *json = ask(scene, "stream.get", of_stream(&scene->streams[i]));

		check_hash(json, "log_root", &root);
		json_decref(json);
	}
}
END_TEST

START_TEST(what_has_no_stream_is_an_error_that_names_it)
{
	static const char *const METHODS[] = {"stream.get", "stream.list_records",
	                                      "stream.list_keys"};

	for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++)
		expect_error(scene, METHODS[i], json_pack("{ss}", "stream", "delta"), 103,
		             "there is no stream \"delta\"");
	expect_error(scene, "stream.get_history",
	             json_pack("{ss ss}", "stream", "delta", "key", "x"), 103, "delta");
	expect_error(scene, "stream.get_record",
	             json_pack("{ss si}", "stream", "delta", "position", 0), 103, "delta");
}
END_TEST

/* -- The suite --------------------------------------------------------------------- */

Suite *test_suite(void)
{
	Suite *suite = suite_create("backend_reads");
	TCase *tests = tcase_create("streams");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, every_record_is_listed_once_in_pages_of_any_size);
	tcase_add_test(tests, records_are_listed_from_a_position);
	tcase_add_test(tests, at_every_height_the_records_up_to_it_are_listed);
	tcase_add_test(tests, each_record_is_found_by_its_position);
	tcase_add_test(tests, an_author_has_the_records_that_they_wrote);
	tcase_add_test(tests, at_every_height_the_latest_record_of_a_key_is_found);
	tcase_add_test(tests, the_latest_record_is_found_at_a_time_too);
	tcase_add_test(tests, the_history_of_a_key_is_all_its_records_oldest_first);
	tcase_add_test(tests, each_key_is_listed_once_in_pages_of_any_size);
	tcase_add_test(tests, streams_are_listed_by_name);
	tcase_add_test(tests, at_every_height_a_stream_is_as_it_was);
	tcase_add_test(tests, a_stream_tells_the_root_of_its_own_log);
	tcase_add_test(tests, what_has_no_stream_is_an_error_that_names_it);
	suite_add_tcase(suite, tests);
	return suite;
}
