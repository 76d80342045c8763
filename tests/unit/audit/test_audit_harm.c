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
	case FAMILY_CONSENSUS:
		*height = last;
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

static void expect_found(enum family family, size_t index, enum fault fault,
                         struct bytes_view key, struct bytes_view value)
{
	const struct audit_report *report = &scene->report;
	uint64_t height;

	ck_assert_msg(report->finding_count > 0,
	              "row %zu of '%s', fault %d: the audit found nothing", index,
	              family_name(family), (int)fault);
	if (height_of_row(family, key, value, &height))
		ck_assert_msg(scene_has_finding_at(scene, height),
		              "row %zu of '%s', of block %" PRIu64 ", fault %d: found block %" PRIu64
		              ": %s",
		              index, family_name(family), height, (int)fault,
		              report->findings[0].height, report->findings[0].text);
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

static void harm_and_heal(enum family family, size_t index, enum fault fault,
                          struct random *random)
{
	struct buffer key, value, good_key, good_value;

	buffer_init(&key, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	buffer_init(&good_key, SIZE_MAX);
	buffer_init(&good_value, SIZE_MAX);
	pick(family, index, &key, &value);
	buffer_append_view(&good_key, buffer_view(&key));
	buffer_append_view(&good_value, buffer_view(&value));
	if (fault == FAULT_FLIP)
		flip(family, random, &key, &value);
	else
		take_away(family, &key);
	scene_audit(scene);
	if (fault == FAULT_FLIP)
		take_away(family, &key);
	put(family, &good_key, &good_value);
	expect_found(family, index, fault, buffer_view(&good_key), buffer_view(&good_value));
	buffer_close(&key);
	buffer_close(&value);
	buffer_close(&good_key);
	buffer_close(&good_value);
}

/* Of what the blocks make, any bit, and any row that is gone. */
START_TEST(each_harmed_row_is_found_with_its_height)
{
	enum family family = (enum family)_i;
	struct random random = random_from((uint64_t)_i + 1);
	size_t rows = store_fixture_rows(&scene->f, family);

	/* The whole ledger's rows and those beside it have tests of their own. */
	if (family == FAMILY_META || family == FAMILY_VOTE || family == FAMILY_PENDING)
		return;
	ck_assert_uint_gt(rows, 0);
	for (int i = 0; i < 2; i++)
		harm_and_heal(family, random_below(&random, (uint32_t)rows), FAULT_FLIP, &random);
	harm_and_heal(family, random_below(&random, (uint32_t)rows), FAULT_DELETE, &random);
}
END_TEST

START_TEST(a_row_that_no_block_made_is_found)
{
	static const enum family FAMILIES[] = {
		FAMILY_BLOCK,   FAMILY_ENTRY,         FAMILY_TXID, FAMILY_STREAM, FAMILY_ACCOUNT,
		FAMILY_STATE,   FAMILY_STATE_HISTORY, FAMILY_NODE, FAMILY_STALE,  FAMILY_STREAM_LOG,
		FAMILY_INDEX,   FAMILY_LOG,
	};
	enum family family = FAMILIES[_i];
	struct buffer key, value;

	buffer_init(&key, SIZE_MAX);
	buffer_init(&value, SIZE_MAX);
	pick(family, store_fixture_rows(&scene->f, family) - 1, &key, &value);
	key.at[key.size - 1] ^= 0x40;
	put(family, &key, &value);
	scene_audit(scene);
	ck_assert_msg(scene->report.finding_count > 0, "a strange row of '%s' was not found",
	              family_name(family));
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
	tcase_add_loop_test(harmed, each_harmed_row_is_found_with_its_height, 0, FAMILY_COUNT);
	tcase_add_loop_test(harmed, a_row_that_no_block_made_is_found, 0, 12);
	tcase_add_loop_test(harmed, what_is_kept_beside_the_chain_is_looked_at, 0, 4);
	tcase_add_test(harmed, another_tip_is_found);
	suite_add_tcase(suite, harmed);
	return suite;
}
