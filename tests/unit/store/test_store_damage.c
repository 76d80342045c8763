/* Bits that flip, files that go missing, tails that are lost: all of it is found out,
 * when the store is opened, by its check, or by the read that meets it. No wrong answer
 * is ever given.
 *
 * RocksDB of Debian has its assertions on, so damage may also end the process. That is
 * detection too, and why each case runs in a child. */
#include "tests/unit/store/store_model.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { BLOCKS = 40, FLIPS_A_FILE = 24 };

enum outcome {
	OUTCOME_UNHARMED = 10, /* opens, checks, and answers everything rightly */
	OUTCOME_REFUSED,       /* does not open */
	OUTCOME_CHECK_FAILED,  /* store_check says what is damaged */
	OUTCOME_LOST_TAIL,     /* store_check says that blocks are missing */
	OUTCOME_READ_FAILED,   /* a read says STATUS_CORRUPT */
	OUTCOME_WRONG,         /* a wrong answer */
	OUTCOME_DIED,          /* RocksDB gave up */
	OUTCOME_COUNT,
};

/* Everything the model knows, read without asserting. */
static enum outcome read_entries(const struct store_model *model, struct store_view *view)
{
	for (size_t i = 0; i < model->entry_count; i++) {
		const struct model_entry *expected = &model->entries[i];
		struct store_entry entry;
		uint64_t found;

		if (store_read_entry(view, i, &entry, NULL) != STATUS_OK)
			return OUTCOME_READ_FAILED;
		if (entry.height != expected->height || entry.tx.size != expected->size ||
		    (expected->size > 0 &&
		     memcmp(entry.tx.at, expected->bytes, expected->size) != 0))
			return OUTCOME_WRONG;
		if (expected->is_header)
			continue;
		switch ((int)store_find_tx(view, &expected->txid, &found, NULL)) {
		case STATUS_OK:
			if (found != i)
				return OUTCOME_WRONG;
			break;
		case STATUS_NOT_FOUND:
			return OUTCOME_WRONG;
		default:
			return OUTCOME_READ_FAILED;
		}
	}
	return OUTCOME_UNHARMED;
}

static enum outcome read_states(const struct store_model *model, struct store_view *view)
{
	for (size_t height = 0; height < model->block_count; height++) {
		const struct model_state *state = &model->states[height];

		for (size_t i = 0; i < state->count; i++) {
			struct bytes_view key =
				bytes_view(state->values[i].key, state->values[i].key_size);
			struct bytes_view expected =
				bytes_view(state->values[i].value, state->values[i].value_size);
			struct bytes_view value;
			bool found;

			if (store_read_state(view, height, key, &value, &found, NULL) != STATUS_OK)
				return OUTCOME_READ_FAILED;
			if (!found || !bytes_equal(value, expected))
				return OUTCOME_WRONG;
		}
	}
	return OUTCOME_UNHARMED;
}

struct positions {
	uint64_t next;
	bool wrong;
};

static bool see_position(void *owner, const struct store_record *record)
{
	struct positions *positions = owner;

	positions->wrong = positions->wrong || record->position != positions->next;
	positions->next++;
	return true;
}

static enum outcome read_streams(const struct store_model *model, struct store_view *view)
{
	struct store_range all = {.direction = STORE_UP, .limit = SIZE_MAX};

	for (unsigned i = 0; i < MODEL_STREAMS; i++) {
		struct positions positions = {0};
		uint64_t expected = 0;

		for (size_t j = 0; j < model->record_count; j++)
			expected += model->records[j].stream == i;
		if (store_list_records(view, &model->streams[i], &all, see_position, &positions,
		                       NULL) != STATUS_OK)
			return OUTCOME_READ_FAILED;
		if (positions.wrong || positions.next != expected)
			return OUTCOME_WRONG;
	}
	return OUTCOME_UNHARMED;
}

static enum outcome read_all(const struct store_model *model, struct store *store)
{
	struct store_view *view;
	enum outcome outcome;

	if (store_view_open(&view, store, NULL) != STATUS_OK)
		return OUTCOME_READ_FAILED;
	outcome = read_entries(model, view);
	if (outcome == OUTCOME_UNHARMED)
		outcome = read_states(model, view);
	if (outcome == OUTCOME_UNHARMED)
		outcome = read_streams(model, view);
	store_view_close(view);
	return outcome;
}

static enum outcome look_at(const struct store_model *model, const char *path)
{
	struct store_options options = {0};
	struct store_check check = {
		.committed_height = model->block_count - 1,
		.seed = 5,
	};
	struct store_check_result result;
	struct store *store;
	struct why why = {{0}};
	enum outcome outcome;
	enum status status = store_open(&store, path, &options, NULL, &why);

	if (status != STATUS_OK)
		return why.text[0] ? OUTCOME_REFUSED : OUTCOME_WRONG;
	status = store_check(store, &check, &result, &why);
	if (status != STATUS_OK)
		outcome = why.text[0] ? OUTCOME_CHECK_FAILED : OUTCOME_WRONG;
	else if (result.lost_tail)
		outcome = OUTCOME_LOST_TAIL;
	else
		outcome = read_all(model, store);
	store_close(store);
	return outcome;
}

/* Exit code of a child. RocksDB's threads are of the process that it ran in first: whoever
 * forks children that are to use it must not have used it himself. */
static int wait_for(pid_t child)
{
	int result;

	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &result, 0), child);
	return WIFSIGNALED(result) ? -WTERMSIG(result) : WEXITSTATUS(result);
}

static enum outcome look_in_child(const struct store_model *model, const char *path)
{
	int result;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		/* What RocksDB says when it dies is of no use here. */
		if (!freopen("/dev/null", "w", stderr))
			_exit(OUTCOME_WRONG);
		_exit((int)look_at(model, path));
	}
	result = wait_for(child);
	if (result < 0)
		return result == -SIGABRT ? OUTCOME_DIED : OUTCOME_WRONG;
	return (enum outcome)result;
}

/* The folder once more, its files shared with the first: RocksDB writes new files and never
 * into old ones. Whoever changes one gives it new bytes first: file_replace. */
static void folder_share(const char *from, const char *to)
{
	char source[STORE_PATH_SIZE + 96], target[STORE_PATH_SIZE + 96];
	struct folder_list list;

	folder_list(&list, to);
	for (size_t i = 0; i < list.count; i++) {
		snprintf(target, sizeof target, "%s/%s", to, list.names[i]);
		ck_assert_int_eq(unlink(target), 0);
	}
	ck_assert(mkdir(to, 0700) == 0 || errno == EEXIST);
	folder_list(&list, from);
	for (size_t i = 0; i < list.count; i++) {
		snprintf(source, sizeof source, "%s/%s", from, list.names[i]);
		snprintf(target, sizeof target, "%s/%s", to, list.names[i]);
		ck_assert_int_eq(link(source, target), 0);
	}
}

static void file_replace(const char *path, const void *bytes, size_t size)
{
	ck_assert_int_eq(unlink(path), 0);
	file_write(path, bytes, size);
}

/* -- A store with files of every kind ---------------------------------------------- */

struct damage {
	struct store_fixture f;
	struct store_model *model;
	char copy[STORE_PATH_SIZE + 16];
	unsigned seen[OUTCOME_COUNT];
};

/* Half of the blocks in tables, the rest in the write-ahead log. */
static void make_store(const char *path, uint64_t seed)
{
	struct store_fixture f;
	struct store_model *model;

	store_fixture_init_at(&f, path, NULL);
	model = model_new(&f, seed);
	model_run(model, &f, BLOCKS / 2, 8);
	ck_ok(&f, store_compact(f.store, &f.why));
	model_run(model, &f, BLOCKS / 2, 8);
	model_free(model);
	store_fixture_close(&f);
}

/* The store is made by a child; here the same blocks go into the model alone. */
static void damage_init(struct damage *damage, uint64_t seed)
{
	char path[STORE_PATH_SIZE];
	pid_t child;

	memset(damage, 0, sizeof *damage);
	snprintf(path, sizeof path, "%s/ledger", scratch_folder());
	fflush(NULL);
	child = fork();
	if (child == 0) {
		make_store(path, seed);
		_exit(0);
	}
	ck_assert_int_eq(wait_for(child), 0);
	store_fixture_init_memory(&damage->f, path, NULL);
	snprintf(damage->copy, sizeof damage->copy, "%s.copy", damage->f.path);
	damage->model = model_new(&damage->f, seed);
	model_run(damage->model, &damage->f, BLOCKS, 8);
}

static void damage_close(struct damage *damage)
{
	model_free(damage->model);
	store_fixture_close(&damage->f);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t name_size = strlen(name), suffix_size = strlen(suffix);

	return name_size >= suffix_size &&
	       strcmp(name + name_size - suffix_size, suffix) == 0;
}

/* The newest write-ahead log that has something in it; false: there is none. */
static bool newest_log(const char *folder, char name[STORE_PATH_SIZE + 96])
{
	struct folder_list list;
	bool found = false;

	folder_list(&list, folder);
	for (size_t i = 0; i < list.count; i++) {
		char path[STORE_PATH_SIZE + 96];
		size_t size;

		if (!has_suffix(list.names[i], ".log"))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, list.names[i]);
		free(file_read(path, &size));
		if (size == 0)
			continue;
		memcpy(name, path, sizeof path);
		found = true;
	}
	return found;
}

START_TEST(without_damage_nothing_is_found)
{
	struct damage damage;

	damage_init(&damage, 51);
	folder_share(damage.f.path, damage.copy);
	ck_assert_int_eq(look_in_child(damage.model, damage.copy), OUTCOME_UNHARMED);
	damage_close(&damage);
}
END_TEST

/* Files that are no part of the ledger: notes RocksDB keeps for people, and its lock. */
static bool is_beside_the_ledger(const char *name)
{
	return strncmp(name, "LOG", 3) == 0 || strncmp(name, "OPTIONS", 7) == 0 ||
	       strcmp(name, "LOCK") == 0 || strcmp(name, "IDENTITY") == 0;
}

START_TEST(no_flipped_bit_gives_a_wrong_answer)
{
	struct random random = random_from(52);
	struct folder_list list;
	struct damage damage;
	unsigned flips = 0;

	damage_init(&damage, 52);
	folder_list(&list, damage.f.path);
	for (size_t i = 0; i < list.count; i++) {
		char path[STORE_PATH_SIZE + 96];

		snprintf(path, sizeof path, "%s/%s", damage.copy, list.names[i]);
		for (unsigned j = 0; j < FLIPS_A_FILE; j++) {
			enum outcome outcome;
			uint8_t *bytes;
			size_t size, at;

			folder_share(damage.f.path, damage.copy);
			bytes = file_read(path, &size);
			if (size > 0) {
				at = random_below(&random, (uint32_t)size);
				bytes[at] ^= (uint8_t)(1 << random_below(&random, 8));
				file_replace(path, bytes, size);
				outcome = look_in_child(damage.model, damage.copy);
				ck_assert_msg(outcome != OUTCOME_WRONG, "bit in byte %zu of %zu of %s",
				              at, size, list.names[i]);
				damage.seen[outcome]++;
				flips++;
			}
			free(bytes);
			if (size == 0 || (is_beside_the_ledger(list.names[i]) && j == 1))
				break;
		}
	}
	/* The test can see something only if most of the flips hit what matters. */
	ck_assert_uint_gt(flips, 200);
	ck_assert_uint_gt(damage.seen[OUTCOME_REFUSED], 50);
	ck_assert_uint_gt(
		damage.seen[OUTCOME_CHECK_FAILED] + damage.seen[OUTCOME_READ_FAILED], 20);
	damage_close(&damage);
}
END_TEST

START_TEST(a_file_that_is_missing_is_noticed)
{
	struct folder_list list;
	struct damage damage;
	unsigned missed = 0;

	damage_init(&damage, 53);
	folder_list(&list, damage.f.path);
	for (size_t i = 0; i < list.count; i++) {
		char path[STORE_PATH_SIZE + 96];
		enum outcome outcome;

		folder_share(damage.f.path, damage.copy);
		snprintf(path, sizeof path, "%s/%s", damage.copy, list.names[i]);
		ck_assert_int_eq(remove(path), 0);
		outcome = look_in_child(damage.model, damage.copy);
		ck_assert_msg(outcome != OUTCOME_WRONG, "%s", list.names[i]);
		if (has_suffix(list.names[i], ".sst") || strcmp(list.names[i], "CURRENT") == 0 ||
		    strncmp(list.names[i], "MANIFEST", 8) == 0)
			ck_assert_msg(outcome == OUTCOME_REFUSED, "%s", list.names[i]);
		missed += outcome == OUTCOME_UNHARMED;
	}
	ck_assert_uint_lt(missed, list.count);
	damage_close(&damage);
}
END_TEST

START_TEST(a_missing_newest_log_is_a_lost_tail)
{
	char name[STORE_PATH_SIZE + 96];
	struct damage damage;

	damage_init(&damage, 54);
	folder_share(damage.f.path, damage.copy);
	ck_assert(newest_log(damage.copy, name));
	ck_assert_int_eq(remove(name), 0);
	ck_assert_int_eq(look_in_child(damage.model, damage.copy), OUTCOME_LOST_TAIL);
	damage_close(&damage);
}
END_TEST

/* Half of the blocks behind the flip were acknowledged: to open as if they had never
 * been, which is what RocksDB does by default, would be to lose them in silence. */
START_TEST(a_bit_flipped_inside_the_newest_log_is_refused)
{
	char name[STORE_PATH_SIZE + 96];
	struct damage damage;
	uint8_t *bytes;
	size_t size;

	damage_init(&damage, 59);
	for (unsigned part = 1; part < 8; part++) {
		folder_share(damage.f.path, damage.copy);
		ck_assert(newest_log(damage.copy, name));
		bytes = file_read(name, &size);
		bytes[size / 10 * part] ^= 1;
		file_replace(name, bytes, size);
		free(bytes);
		ck_assert_int_eq(look_in_child(damage.model, damage.copy), OUTCOME_REFUSED);
	}
	damage_close(&damage);
}
END_TEST

START_TEST(a_log_cut_at_its_end_loses_whole_blocks_and_says_so)
{
	char name[STORE_PATH_SIZE + 96];
	struct damage damage;
	uint8_t *bytes;
	size_t size;

	damage_init(&damage, 55);
	for (unsigned cut = 1; cut < 5000; cut = cut * 7 + 1) {
		enum outcome outcome;

		folder_share(damage.f.path, damage.copy);
		ck_assert(newest_log(damage.copy, name));
		bytes = file_read(name, &size);
		ck_assert_uint_gt(size, cut);
		file_replace(name, bytes, size - cut);
		free(bytes);
		outcome = look_in_child(damage.model, damage.copy);
		ck_assert_int_eq(outcome, OUTCOME_LOST_TAIL);
	}
	damage_close(&damage);
}
END_TEST

START_TEST(the_tail_that_is_left_is_whole_and_goes_on)
{
	char name[STORE_PATH_SIZE + 96];
	struct store_check_result result;
	struct store_check check = {.committed_height = BLOCKS};
	struct damage damage;
	struct store_view *view;
	uint8_t *bytes;
	size_t size;
	uint64_t tip;

	damage_init(&damage, 56);
	ck_assert(newest_log(damage.f.path, name));
	bytes = file_read(name, &size);
	file_replace(name, bytes, size / 2);
	free(bytes);
	store_fixture_open(&damage.f);
	ck_ok(&damage.f, store_check(damage.f.store, &check, &result, &damage.f.why));
	ck_assert(result.lost_tail);
	tip = store_tip(damage.f.store)->header.height;
	ck_assert_uint_eq(result.tip_height, tip);
	ck_assert(tip >= BLOCKS / 2 && tip < BLOCKS);
	ck_assert(
		hash_equal(&store_tip(damage.f.store)->hash, &damage.model->blocks[tip].hash));
	/* The next block, taken from the model as if from a peer, is stored on it. */
	view = store_fixture_view(&damage.f);
	{
		struct ledger_source source = store_view_source(view);
		struct buffer body;
		enum verdict verdict;
		struct draft *draft;

		buffer_init(&body, BLOCK_BODY_MAX);
		for (size_t i = 0; i < damage.model->entry_count; i++) {
			const struct model_entry *entry = &damage.model->entries[i];
			uint8_t prefix[2];

			if (entry->height != tip + 1 || entry->is_header)
				continue;
			put_le16(prefix, (uint16_t)entry->size);
			buffer_append(&body, prefix, 2);
			buffer_append(&body, entry->bytes, entry->size);
		}
		ck_ok(&damage.f,
		      block_execute(&draft, &damage.f.ledger.network, &source,
		                    store_view_tip(view), NULL,
		                    &damage.model->blocks[tip + 1].header, buffer_view(&body),
		                    &verdict, NULL, &damage.f.why));
		ck_assert_int_eq(verdict, VERDICT_GOOD);
		ck_ok(&damage.f, store_commit(damage.f.store, draft, NULL, &damage.f.why));
		draft_free(draft);
		buffer_close(&body);
	}
	store_view_close(view);
	ck_assert_uint_eq(store_tip(damage.f.store)->header.height, tip + 1);
	damage_close(&damage);
}
END_TEST

/* -- Damage that RocksDB cannot see ------------------------------------------------ */

/* A row that is whole, but says something else: what store_check is for. */
static void put_row(struct store_fixture *f, enum family family, struct row_key key,
                    struct bytes_view value)
{
	rocksdb_writeoptions_t *options = rocksdb_writeoptions_create();
	char *error = NULL;

	rocksdb_put_cf(f->store->db, options, f->store->families[family],
	               (const char *)key.bytes, key.size, (const char *)value.at, value.size,
	               &error);
	ck_assert_ptr_null(error);
	rocksdb_writeoptions_destroy(options);
}

static void expect_check_fails(struct store_fixture *f, const char *text)
{
	struct store_check check = {.seed = 1, .sample_count = SIZE_MAX};
	struct store_check_result result;

	ck_assert_int_eq(store_check(f->store, &check, &result, &f->why), STATUS_CORRUPT);
	ck_assert_msg(strstr(f->why.text, text) != NULL, "'%s' is not in '%s'", text,
	              f->why.text);
}

/* Changes one byte in the middle of a row, checks, and changes it back. */
static void expect_noticed(struct store_fixture *f, enum family family,
                           struct row_key key, const char *text)
{
	rocksdb_readoptions_t *options = rocksdb_readoptions_create();
	struct pinned pinned = {0};
	struct bytes_view value;
	uint8_t *bytes;
	size_t size;

	ck_ok(f, database_get(f->store, options, family, &key, &pinned, &value, &f->why));
	size = value.size;
	bytes = model_copy(value.at, size);
	pinned_release(&pinned);
	rocksdb_readoptions_destroy(options);
	bytes[size / 2] ^= 1;
	put_row(f, family, key, bytes_view(bytes, size));
	expect_check_fails(f, text);
	bytes[size / 2] ^= 1;
	put_row(f, family, key, bytes_view(bytes, size));
	free(bytes);
}

START_TEST(a_row_that_says_something_else_is_noticed)
{
	const struct model_block *tip, *early;
	struct store_check check = {.sample_count = SIZE_MAX};
	struct store_check_result result;
	struct state_page_key page;
	struct store_fixture f;
	struct store_model *model;
	struct hash zero = {{0}};
	size_t last_tx;

	store_fixture_init(&f, NULL);
	model = model_new(&f, 57);
	model_run(model, &f, BLOCKS, 8);
	tip = &model->blocks[BLOCKS];
	early = &model->blocks[3];
	for (last_tx = model->entry_count - 1; model->entries[last_tx].is_header;)
		last_tx--;
	expect_noticed(&f, FAMILY_BLOCK, row_key_of_number(BLOCKS), "block 40");
	expect_noticed(&f, FAMILY_BLOCK, row_key_of_number(BLOCKS - 3), "block");
	expect_noticed(&f, FAMILY_BLOCK, row_key_of_number(3), "entry");
	expect_noticed(&f, FAMILY_ENTRY, row_key_of_number(last_tx), "tx_root");
	expect_noticed(&f, FAMILY_ENTRY,
	               row_key_of_number(early->header.log_size - early->header.tx_count),
	               "entry");
	expect_noticed(&f, FAMILY_TXID, row_key_of_hash(&tip->hash), "block 40");
	expect_noticed(&f, FAMILY_TXID, row_key_of_hash(&model->entries[2].txid), "txid");
	page = state_page_key_of(tip->state_root.version, 0, &zero);
	expect_noticed(&f, FAMILY_NODE, row_key_of_page(&page), "root page");
	expect_noticed(&f, FAMILY_LOG, row_key_of_tile(NULL, 0, 0), "root covers");
	expect_noticed(&f, FAMILY_LOG,
	               row_key_of_tile(NULL, 0, tip->header.log_size / LOG_TILE_WIDTH),
	               "log");
	ck_ok(&f, store_check(f.store, &check, &result, &f.why));
	ck_assert_uint_eq(result.entries_checked, model->entry_count);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

START_TEST(every_start_looks_at_other_entries)
{
	struct store_check check = {.sample_count = 10};
	struct store_check_result result;
	struct store_fixture f;
	struct store_model *model;
	struct row_key key;
	unsigned noticed = 0;
	uint8_t height[8] = {3};

	store_fixture_init(&f, NULL);
	model = model_new(&f, 58);
	model_run(model, &f, 80, 8);
	/* An entry far below the tip that is another one now. */
	key = row_key_of_number(model->blocks[5].header.log_size);
	put_row(&f, FAMILY_ENTRY, key, bytes_view(height, sizeof height));
	for (check.seed = 0; check.seed < 200; check.seed++)
		noticed += store_check(f.store, &check, &result, &f.why) == STATUS_CORRUPT;
	ck_assert(noticed > 0 && noticed < 200);
	model_free(model);
	store_fixture_close(&f);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("store damage");
	TCase *files = tcase_create("files");
	TCase *rows = tcase_create("rows");

	tcase_add_test(files, without_damage_nothing_is_found);
	tcase_add_test(files, no_flipped_bit_gives_a_wrong_answer);
	tcase_add_test(files, a_file_that_is_missing_is_noticed);
	tcase_add_test(files, a_missing_newest_log_is_a_lost_tail);
	tcase_add_test(files, a_bit_flipped_inside_the_newest_log_is_refused);
	tcase_add_test(files, a_log_cut_at_its_end_loses_whole_blocks_and_says_so);
	tcase_add_test(files, the_tail_that_is_left_is_whole_and_goes_on);
	suite_add_tcase(suite, files);
	tcase_add_test(rows, a_row_that_says_something_else_is_noticed);
	tcase_add_test(rows, every_start_looks_at_other_entries);
	suite_add_tcase(suite, rows);
	return suite;
}
