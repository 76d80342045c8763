/* Opening: what is not a store, not ours, not whole or not free is refused with a
 * sentence, and stays as it was. */
#include "tests/unit/store/store_model.h"

#include <sys/stat.h>
#include <sys/wait.h>

static void expect_refused(struct store_fixture *f, const struct network *network,
                           enum status wanted, const char *text)
{
	struct store *store = (struct store *)f;
	struct hash before = folder_hash(f->path), after;
	enum status status = store_open(&store, f->path, &f->options, network, &f->why);

	after = folder_hash(f->path);
	ck_assert_msg(status == wanted, "%s: %s", status_text(status), f->why.text);
	ck_assert_ptr_null(store);
	ck_assert_msg(strstr(f->why.text, text) != NULL, "'%s' is not in '%s'", text,
	              f->why.text);
	ck_assert_msg(hash_equal(&before, &after), "the folder was changed");
}

/* The fixture's own store is closed first; `close` at the end is for the rest. */
static void init_closed(struct store_fixture *f, unsigned block_count)
{
	struct store_model *model;

	store_fixture_init(f, NULL);
	model = model_new(f, 31);
	model_run(model, f, block_count, 5);
	model_free(model);
	store_close(f->store);
	f->store = NULL;
}

START_TEST(a_folder_without_a_store_is_refused)
{
	struct store_fixture f;

	init_closed(&f, 1);
	snprintf(f.path, sizeof f.path, "%s/none", scratch_folder());
	expect_refused(&f, NULL, STATUS_NOT_FOUND, "there is no folder");
	ck_assert_int_eq(mkdir(f.path, 0700), 0);
	expect_refused(&f, NULL, STATUS_NOT_FOUND, "holds no ledger");
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_folder_of_other_files_is_refused)
{
	struct store_fixture f;
	char name[STORE_PATH_SIZE + 16];

	init_closed(&f, 1);
	snprintf(f.path, sizeof f.path, "%s", scratch_folder());
	snprintf(name, sizeof name, "%s/notes.txt", f.path);
	file_write(name, "mine", 4);
	expect_refused(&f, NULL, STATUS_NOT_FOUND, "holds no ledger");
	snprintf(name, sizeof name, "%s/CURRENT", f.path);
	file_write(name, "mine", 4);
	expect_refused(&f, NULL, STATUS_CORRUPT, "CURRENT");
	store_fixture_close(&f);
}
END_TEST

START_TEST(another_programs_database_is_refused)
{
	rocksdb_options_t *options = rocksdb_options_create();
	struct store_fixture f;
	char *error = NULL;
	rocksdb_t *db;

	init_closed(&f, 1);
	snprintf(f.path, sizeof f.path, "%s/other", scratch_folder());
	rocksdb_options_set_create_if_missing(options, 1);
	db = rocksdb_open(options, f.path, &error);
	ck_assert_msg(db != NULL, "%s", error);
	rocksdb_close(db);
	expect_refused(&f, &f.ledger.network, STATUS_FOREIGN, "another program");
	rocksdb_options_destroy(options);
	store_fixture_close(&f);
}
END_TEST

/* A database with one family beside the default one. */
static void make_database(const char *path, const char *family)
{
	rocksdb_options_t *options = rocksdb_options_create();
	const rocksdb_options_t *all[2] = {options, options};
	const char *names[2] = {"default", family};
	rocksdb_column_family_handle_t *families[2];
	char *error = NULL;
	rocksdb_t *db;

	rocksdb_options_set_create_if_missing(options, 1);
	rocksdb_options_set_create_missing_column_families(options, 1);
	db = rocksdb_open_column_families(options, path, 2, names, all, families, &error);
	ck_assert_msg(db != NULL, "%s", error);
	rocksdb_column_family_handle_destroy(families[0]);
	rocksdb_column_family_handle_destroy(families[1]);
	rocksdb_close(db);
	rocksdb_options_destroy(options);
}

START_TEST(another_layout_is_refused)
{
	static const struct {
		const char *family;
		enum status status;
		const char *text;
	} CASES[] = {
		{"cairn/1/0000000000000000000000000000000000000000000000000000000000000000",
	     STATUS_FOREIGN, "has layout 1, and this program knows layout 2"},
		{"cairn/3/0000000000000000000000000000000000000000000000000000000000000000",
	     STATUS_FOREIGN, "has layout 3, and this program knows layout 2"},
		{"cairn/2/00", STATUS_FOREIGN, "is not ours"},
		{"cairn/x", STATUS_FOREIGN, "is not ours"},
		{"cairn/", STATUS_FOREIGN, "is not ours"},
		{"cairn/2/0000000000000000000000000000000000000000000000000000000000000000",
	     STATUS_CORRUPT, "has not the families"},
	};
	struct store_fixture f;

	init_closed(&f, 1);
	snprintf(f.path, sizeof f.path, "%s/other", scratch_folder());
	make_database(f.path, CASES[_i].family);
	expect_refused(&f, NULL, CASES[_i].status, CASES[_i].text);
	store_fixture_close(&f);
}
END_TEST

START_TEST(another_networks_ledger_is_refused)
{
	struct store_fixture f;
	struct network other;
	struct hash genesis = hash_of(text_view("another genesis"));

	init_closed(&f, 3);
	network_init(&other, &genesis);
	expect_refused(&f, &other, STATUS_FOREIGN, "holds the ledger of network");
	store_fixture_open(&f);
	store_fixture_close(&f);
}
END_TEST

START_TEST(any_network_is_opened_when_none_is_named)
{
	struct store_fixture f;

	init_closed(&f, 3);
	ck_ok(&f, store_open(&f.store, f.path, &f.options, NULL, &f.why));
	ck_assert(hash_equal(&store_network(f.store)->genesis, &f.ledger.network.genesis));
	store_fixture_close(&f);
}
END_TEST

/* Makes a store, and holds it until `done` says that the other process has looked.
 * RocksDB's threads are of the process that it ran in first: that is this one. */
static void hold_store(const char *path, int ready, int done)
{
	struct store_fixture f;
	char byte = 0;

	store_fixture_init_at(&f, path, NULL);
	ck_assert_int_eq(write(ready, &byte, 1), 1);
	ck_assert_int_eq(read(done, &byte, 1), 1);
	store_fixture_close(&f);
}

START_TEST(a_store_that_another_process_has_open_is_refused)
{
	struct store_fixture f;
	int ready[2], done[2], result;
	char path[STORE_PATH_SIZE], byte = 0;
	pid_t child;

	snprintf(path, sizeof path, "%s/ledger", scratch_folder());
	ck_assert(pipe(ready) == 0 && pipe(done) == 0);
	child = fork();
	if (child == 0) {
		hold_store(path, ready[1], done[0]);
		_exit(0);
	}
	store_fixture_init_memory(&f, path, NULL);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	expect_refused(&f, NULL, STATUS_BUSY, "has the ledger in");
	/* Reading beside it is allowed. */
	f.options.read_only = true;
	store_fixture_open(&f);
	store_close(f.store);
	f.store = NULL;
	f.options.read_only = false;
	ck_assert_int_eq(write(done[1], &byte, 1), 1);
	ck_assert_int_eq(waitpid(child, &result, 0), child);
	ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 0);
	store_fixture_open(&f);
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_store_that_is_open_is_not_opened_again)
{
	struct store_fixture f;
	struct store *again;

	init_closed(&f, 1);
	store_fixture_open(&f);
	ck_assert_int_eq(store_open(&again, f.path, &f.options, NULL, &f.why), STATUS_BUSY);
	ck_assert_ptr_nonnull(strstr(f.why.text, "is open already"));
	store_fixture_do(&f, 0, make_describe("still here"));
	store_fixture_close(&f);
}
END_TEST

/* -- Making one -------------------------------------------------------------------- */

static enum status create_at(struct store_fixture *f, const char *path,
                             struct store **store)
{
	struct draft *genesis;
	enum status status;

	ck_ok(f, block_genesis(&genesis, &f->ledger.network, f->ledger.genesis, &f->why));
	status = store_create(store, path, &f->options, &f->ledger.network,
	                      buffer_view(&f->genesis_file), genesis, &f->why);
	draft_free(genesis);
	return status;
}

START_TEST(a_store_is_not_made_where_something_is)
{
	struct store_fixture f;
	struct store *store;
	struct hash before, after;

	init_closed(&f, 3);
	before = folder_hash(f.path);
	ck_assert_int_eq(create_at(&f, f.path, &store), STATUS_EXISTS);
	ck_assert_ptr_null(store);
	after = folder_hash(f.path);
	ck_assert(hash_equal(&before, &after));
	store_fixture_close(&f);
}
END_TEST

START_TEST(a_store_is_made_in_an_empty_folder_and_behind_a_slash)
{
	struct store_fixture f;
	char path[STORE_PATH_SIZE];
	struct folder_list list;

	init_closed(&f, 1);
	snprintf(path, sizeof path, "%s/made", scratch_folder());
	ck_assert_int_eq(mkdir(path, 0700), 0);
	strcat(path, "/");
	ck_assert_int_eq(create_at(&f, path, &f.store), STATUS_OK);
	ck_assert_uint_eq(store_tip(f.store)->header.height, 0);
	path[strlen(path) - strlen("made/")] = '\0';
	folder_list(&list, path);
	ck_assert_uint_eq(list.count, 1);
	store_fixture_close(&f);
}
END_TEST

START_TEST(what_an_unfinished_creation_left_does_not_disturb)
{
	struct store_fixture f;
	char path[STORE_PATH_SIZE + 8], left[STORE_PATH_SIZE + 16];
	char name[STORE_PATH_SIZE + 32];

	init_closed(&f, 2);
	snprintf(path, sizeof path, "%s.made", f.path);
	snprintf(left, sizeof left, "%s.new", path);
	folder_copy(f.path, left);
	snprintf(name, sizeof name, "%s/CURRENT", left);
	ck_assert_int_eq(remove(name), 0);
	ck_assert_int_eq(create_at(&f, path, &f.store), STATUS_OK);
	ck_assert_uint_eq(store_tip(f.store)->header.height, 0);
	ck_assert_int_ne(access(left, F_OK), 0);
	store_fixture_close(&f);
}
END_TEST

/* -- Upkeep ------------------------------------------------------------------------ */

START_TEST(a_healthy_store_says_so)
{
	struct store_fixture f;
	struct store_health health;
	uint64_t bytes;

	init_closed(&f, 10);
	store_fixture_open(&f);
	store_health(f.store, &health);
	ck_assert_uint_eq(health.background_errors, 0);
	ck_assert(!health.writes_stopped);
	ck_assert_uint_gt(health.memory_bytes, 0);
	ck_ok(&f, store_disk_bytes(f.store, &bytes, &f.why));
	ck_assert_uint_gt(bytes, 10 * HEADER_SIZE);
	store_fixture_close(&f);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store open");
	TCase *open = tcase_create("open");
	TCase *make = tcase_create("make");

	tcase_add_test(open, a_folder_without_a_store_is_refused);
	tcase_add_test(open, a_folder_of_other_files_is_refused);
	tcase_add_test(open, another_programs_database_is_refused);
	tcase_add_loop_test(open, another_layout_is_refused, 0, 6);
	tcase_add_test(open, another_networks_ledger_is_refused);
	tcase_add_test(open, any_network_is_opened_when_none_is_named);
	tcase_add_test(open, a_store_that_another_process_has_open_is_refused);
	tcase_add_test(open, a_store_that_is_open_is_not_opened_again);
	suite_add_tcase(suite, open);
	tcase_add_test(make, a_store_is_not_made_where_something_is);
	tcase_add_test(make, a_store_is_made_in_an_empty_folder_and_behind_a_slash);
	tcase_add_test(make, what_an_unfinished_creation_left_does_not_disturb);
	tcase_add_test(make, a_healthy_store_says_so);
	suite_add_tcase(suite, make);
	return suite;
}
