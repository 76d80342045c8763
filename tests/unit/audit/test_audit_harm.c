/* Whatever is changed in any kind of row of a stored ledger, the audit finds it, with the height
 * that the row belongs to. */
#include "tests/unit/audit/audit_scene.h"

#include <inttypes.h>

static struct audit_scene *scene;
static char kept[STORE_PATH_SIZE];

static void make_kept(void)
{
	scene_make_elsewhere(kept);
}

static void nothing(void)
{
}

static void open_copy(void)
{
	scene = calloc(1, sizeof *scene);
	ck_assert_ptr_nonnull(scene);
	scene_open_copy(scene, kept);
}

static void close_scene(void)
{
	scene_close(scene);
	free(scene);
}

/* -- Seeded faults -------------------------------------------------------------------------------- */

enum fault { FAULT_FLIP, FAULT_DELETE };

static uint64_t height_of_leaf(uint64_t log_index)
{
	struct store_view *view = store_fixture_view(&scene->f);
	struct store_entry entry;

	ck_ok(&scene->f, store_read_entry(view, log_index, &entry, &scene->f.why));
	store_view_close(view);
	return entry.height;
}

/* The height of a good row; false: its family has none, or it is not worked out here. */
static bool height_of_row(enum family family, struct bytes_view key, struct bytes_view value,
                          uint64_t *height)
{
	uint64_t last = key.size >= 8 ? get_be64(key.at + key.size - 8) : 0;

	switch (family) {
	case FAMILY_BLOCK:
	case FAMILY_STALE:
	case FAMILY_STATE_HISTORY:
		*height = last;
		return true;
	case FAMILY_CONSENSUS:
		*height = SCENE_SEAL;
		return true;
	case FAMILY_NODE:
		*height = get_be64(key.at);
		return true;
	case FAMILY_ENTRY:
	case FAMILY_STATE:
		*height = get_le64(value.at);
		return true;
	case FAMILY_TXID:
	case FAMILY_STREAM:
		*height = height_of_leaf(get_le64(value.at));
		return true;
	case FAMILY_ACCOUNT:
		*height = height_of_leaf(last);
		return true;
	case FAMILY_PENDING:
		*height = SCENE_BLOCKS + 1;
		return true;
	case FAMILY_META:
	case FAMILY_STREAM_LOG:
	case FAMILY_LOG:
	case FAMILY_VOTE:
	case FAMILY_INDEX:
	case FAMILY_COUNT:
		break;
	}
	return false;
}

/* A row of the family, by its number. */
static void pick(enum family family, size_t index, struct buffer *key, struct buffer *value)
{
	struct bytes_view key_view, value_view;
	struct scan scan;

	buffer_clear(key);
	buffer_clear(value);
	scan_up(&scan, scene->f.store, NULL, family, NULL, NULL);
	for (size_t i = 0; i < index; i++)
		scan_next(&scan);
	ck_assert(scan_has(&scan, &key_view, &value_view));
	buffer_append_view(key, key_view);
	buffer_append_view(value, value_view);
	ck_ok(&scene->f, scan_close(&scan, &scene->f.why));
}

static void put(enum family family, const struct buffer *key, const struct buffer *value)
{
	batch_put(scene->f.store, family, buffer_view(key), buffer_view(value));
	ck_ok(&scene->f, batch_write(scene->f.store, true, &scene->f.why));
}

static void take_away(enum family family, const struct buffer *key)
{
	struct row_key row_key;

	row_key.size = 0;
	row_key_add(&row_key, buffer_view(key));
	batch_delete(scene->f.store, family, &row_key);
	ck_ok(&scene->f, batch_write(scene->f.store, true, &scene->f.why));
}

/* A bit of the value; where it has none, of the key, which is a row missing and one too
 * many. */
static void flip(enum family family, struct random *random, struct buffer *key,
                 struct buffer *value)
{
	if (value->size == 0) {
		take_away(family, key);
		key->at[key->size - 1] ^= (uint8_t)(1 << random_below(random, 8));
	} else {
		value->at[random_below(random, (uint32_t)value->size)] ^=
			(uint8_t)(1 << random_below(random, 8));
	}
	put(family, key, value);
}

/* A row that was harmed: as it was. */
struct harmed {
	enum family family;
	size_t index;
	struct buffer key;
	struct buffer value;
};

static void harm(struct harmed *harmed, enum family family, enum fault fault,
                 struct random *random)
{
	/* Of what consensus keeps, the first is the list of validators; cosignatures have a test
	 * of their own. */
	uint32_t rows = family == FAMILY_CONSENSUS
	                    ? 1
	                    : (uint32_t)store_fixture_rows(&scene->f, family);
	struct buffer key, value;

	ck_assert_uint_gt(rows, 0);
	*harmed = (struct harmed){.family = family, .index = random_below(random, rows)};
	buffer_init(&harmed->key, SIZE_MAX);
	buffer_init(&harmed->value, SIZE_MAX);
	buffer_init(&key, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	pick(family, harmed->index, &harmed->key, &harmed->value);
	buffer_append_view(&key, buffer_view(&harmed->key));
	buffer_append_view(&value, buffer_view(&harmed->value));
	if (fault == FAULT_FLIP)
		flip(family, random, &key, &value);
	else
		take_away(family, &key);
	buffer_close(&key);
	buffer_close(&value);
}

/* Something of this kind was found, at the row's height where that can be worked out. */
static void expect_found(const struct harmed *harmed, const char *kind, bool has_height,
                         uint64_t height)
{
	const struct audit_report *report = &scene->report;
	size_t shown = report->finding_count < AUDIT_FINDINGS_MAX ? report->finding_count
	                                                          : AUDIT_FINDINGS_MAX;
	bool is_found = false;

	for (size_t i = 0; i < shown; i++)
		is_found = is_found ||
		           (strstr(report->findings[i].text, kind) &&
		            (!has_height || (report->findings[i].has_height &&
		                             report->findings[i].height == height)));
	ck_assert_msg(is_found,
	              "row %zu of '%s', of block %" PRIu64 ", was not found; the first of %zu: %s",
	              harmed->index, family_name(harmed->family), height, report->finding_count,
	              report->finding_count > 0 ? report->findings[0].text : "nothing");
}

/* What blocks make beside themselves, and what the audit calls it. None of it ends a replay, so
 * that one audit has to find all. */
static const struct {
	enum family family;
	const char *kind;
} MADE[] = {
	{FAMILY_TXID, "the index of txids"},
	{FAMILY_STREAM, "the index of streams"},
	{FAMILY_ACCOUNT, "the index of accounts"},
	{FAMILY_STREAM_LOG, "the tiles of streams"},
	{FAMILY_STATE, "a row of the state "},
	{FAMILY_STATE_HISTORY, "the history of the state"},
	{FAMILY_NODE, "the pages of the state tree"},
	{FAMILY_STALE, "the lists for pruning"},
	{FAMILY_LOG, "the tiles of the log"},
	{FAMILY_CONSENSUS, "the validator lists"},
	{FAMILY_INDEX, "the index of names"},
};

enum { MADE_COUNT = sizeof MADE / sizeof *MADE };

START_TEST(a_harmed_row_of_each_kind_is_found_with_its_height)
{
	struct random random = random_from((uint64_t)_i + 1);
	bool has_height[MADE_COUNT];
	uint64_t height[MADE_COUNT] = {0};
	struct harmed harmed[MADE_COUNT];

	for (size_t i = 0; i < MADE_COUNT; i++) {
		harm(&harmed[i], MADE[i].family, _i % 3 == 2 ? FAULT_DELETE : FAULT_FLIP, &random);
		has_height[i] =
			height_of_row(MADE[i].family, buffer_view(&harmed[i].key),
		                  buffer_view(&harmed[i].value), &height[i]);
	}
	scene_audit(scene);
	ck_assert(scene->report.is_whole);
	for (size_t i = 0; i < MADE_COUNT; i++) {
		expect_found(&harmed[i], MADE[i].kind, has_height[i], height[i]);
		buffer_close(&harmed[i].key);
		buffer_close(&harmed[i].value);
	}
}
END_TEST

/* A header, a certificate, a transaction, a place in the log. */
START_TEST(a_harmed_block_is_found_with_its_height)
{
	struct random random = random_from((uint64_t)_i + 100);
	enum family family = _i % 2 ? FAMILY_ENTRY : FAMILY_BLOCK;
	struct harmed harmed;
	uint64_t height;

	harm(&harmed, family, _i >= 6 ? FAULT_DELETE : FAULT_FLIP, &random);
	ck_assert(height_of_row(family, buffer_view(&harmed.key), buffer_view(&harmed.value),
	                        &height));
	scene_audit(scene);
	expect_found(&harmed, "", true, height);
	buffer_close(&harmed.key);
	buffer_close(&harmed.value);
}
END_TEST

START_TEST(a_row_of_each_kind_that_no_block_made_is_found)
{
	struct buffer key, value;

	buffer_init(&key, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	for (size_t i = 0; i < MADE_COUNT; i++) {
		enum family family = MADE[i].family;

		pick(family,
		     family == FAMILY_CONSENSUS ? 0 : store_fixture_rows(&scene->f, family) - 1, &key,
		     &value);
		key.at[key.size - 1] ^= 0x40;
		put(family, &key, &value);
	}
	scene_audit(scene);
	for (size_t i = 0; i < MADE_COUNT; i++) {
		struct harmed strange = {.family = MADE[i].family};

		expect_found(&strange, MADE[i].kind, false, 0);
	}
	buffer_close(&key);
	buffer_close(&value);
}
END_TEST

/* A block, and an entry, behind the newest. */
START_TEST(what_goes_on_behind_the_newest_block_is_found)
{
	enum family family = _i == 0 ? FAMILY_BLOCK : FAMILY_ENTRY;
	struct harmed strange = {.family = family};
	struct buffer key, value;

	buffer_init(&key, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	pick(family, store_fixture_rows(&scene->f, family) - 1, &key, &value);
	key.at[0] ^= 0x40;
	put(family, &key, &value);
	scene_audit(scene);
	expect_found(&strange, "go on behind the newest block", false, 0);
	buffer_close(&key);
	buffer_close(&value);
}
END_TEST

START_TEST(what_is_kept_beside_the_chain_is_looked_at)
{
	static const struct {
		enum family family;
		size_t row;
		size_t byte;
	} FAULTS[] = {
		{FAMILY_VOTE, 0, 0},      /* the epoch of the own votes */
		{FAMILY_VOTE, 1, 200},    /* a signature */
		{FAMILY_PENDING, 0, 12},  /* the header */
		{FAMILY_PENDING, 0, 300}, /* a transaction */
	};
	struct buffer key, value;

	buffer_init(&key, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	pick(FAULTS[_i].family, FAULTS[_i].row, &key, &value);
	ck_assert_uint_lt(FAULTS[_i].byte, value.size);
	value.at[FAULTS[_i].byte] ^= 1;
	put(FAULTS[_i].family, &key, &value);
	scene_audit(scene);
	ck_assert_uint_eq(scene->report.finding_count, 1);
	buffer_close(&key);
	buffer_close(&value);
}
END_TEST

/* Those over the seal, with its height, and the newest ones: any bit of them. */
START_TEST(harmed_cosignatures_are_found)
{
	struct random random = random_from((uint64_t)_i + 200);
	struct harmed strange = {.family = FAMILY_CONSENSUS, .index = (size_t)(1 + _i % 2)};
	struct buffer key, value;

	buffer_init(&key, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	pick(FAMILY_CONSENSUS, strange.index, &key, &value);
	flip(FAMILY_CONSENSUS, &random, &key, &value);
	scene_audit(scene);
	ck_assert_uint_eq(scene->report.finding_count, 1);
	expect_found(&strange, "cosignatures", strange.index == 1, SCENE_SEAL);
	buffer_close(&key);
	buffer_close(&value);
}
END_TEST

/* The tip's row: the last bytes are the frontier of the log. */
START_TEST(another_tip_is_found)
{
	struct buffer key, value;

	buffer_init(&key, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	buffer_append_text(&key, META_TIP);
	tip_row_append(&value, store_tip(scene->f.store));
	value.at[value.size - 1] ^= 1;
	put(FAMILY_META, &key, &value);
	scene_audit(scene);
	ck_assert(scene_has_finding_at(scene, SCENE_BLOCKS));
	buffer_close(&key);
	buffer_close(&value);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("audit_harm");
	TCase *harmed = tcase_create("harmed");

	tcase_add_unchecked_fixture(harmed, make_kept, nothing);
	tcase_add_checked_fixture(harmed, open_copy, close_scene);
	tcase_add_loop_test(harmed, a_harmed_row_of_each_kind_is_found_with_its_height, 0, 6);
	tcase_add_loop_test(harmed, a_harmed_block_is_found_with_its_height, 0, 8);
	tcase_add_test(harmed, a_row_of_each_kind_that_no_block_made_is_found);
	tcase_add_loop_test(harmed, what_goes_on_behind_the_newest_block_is_found, 0, 2);
	tcase_add_loop_test(harmed, what_is_kept_beside_the_chain_is_looked_at, 0, 4);
	tcase_add_loop_test(harmed, harmed_cosignatures_are_found, 0, 6);
	tcase_add_test(harmed, another_tip_is_found);
	suite_add_tcase(suite, harmed);
	return suite;
}
