#include "node/shell/sign_state.h"
#include "tests/support/support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static char path[300];
static struct sign_state state;
static struct why why;

static void start(void)
{
	state.file = -1;
	snprintf(path, sizeof path, "%s/sign-state", scratch_folder());
}

static void stop(void)
{
	sign_state_close(&state);
}

static struct sign_mark mark_of(uint64_t epoch, uint64_t view, uint64_t height)
{
	return (struct sign_mark){.epoch = epoch, .view = view, .committed_height = height};
}

static void create_and_open(void)
{
	struct sign_mark mark = mark_of(0, 0, 0);

	ck_assert_msg(sign_state_create(path, &mark, 0, &why) == STATUS_OK, "%s", why.text);
	ck_assert_msg(sign_state_open(&state, path, &why) == STATUS_OK, "%s", why.text);
}

static void reopen(void)
{
	sign_state_close(&state);
	ck_assert_msg(sign_state_open(&state, path, &why) == STATUS_OK, "%s", why.text);
}

static void advance(uint64_t epoch, uint64_t view, uint64_t height)
{
	struct sign_mark mark = mark_of(epoch, view, height);

	ck_assert_msg(sign_state_advance(&state, &mark, &why) == STATUS_OK, "%s", why.text);
}

static void check_mark(uint64_t epoch, uint64_t view, uint64_t height)
{
	ck_assert_uint_eq(state.mark.epoch, epoch);
	ck_assert_uint_eq(state.mark.view, view);
	ck_assert_uint_eq(state.mark.committed_height, height);
}

/* As the database is given rows, and not synced. */
static void hold(const char *rows)
{
	buffer_append_text(&state.held, rows);
	sign_state_given(&state, sign_state_next(&state), false);
}

static void check_held(const char *rows)
{
	ck_assert_uint_eq(state.held.size, strlen(rows));
	ck_assert_mem_eq(state.held.at, rows, strlen(rows));
}

static enum status decode(const uint8_t *bytes, size_t size, struct sign_slot *slot, bool *lost)
{
	return sign_file_decode(slot, lost, bytes_view(bytes, size));
}

static void read_bytes(uint8_t bytes[SIGN_FILE_SIZE])
{
	int file = open(path, O_RDONLY);

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(pread(file, bytes, SIGN_FILE_SIZE, 0), SIGN_FILE_SIZE);
	close(file);
}

static void write_bytes(const uint8_t *bytes, size_t size)
{
	int file = open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(pwrite(file, bytes, size, 0), (ssize_t)size);
	close(file);
}

/* -- Use ------------------------------------------------------------------------------------ */

START_TEST(the_last_mark_is_there_after_every_reopening)
{
	create_and_open();
	check_mark(0, 0, 0);
	ck_assert(!state.slot_lost);
	for (uint64_t i = 1; i < 40; i++) {
		advance(i / 10, i, i / 2);
		check_mark(i / 10, i, i / 2);
		if (i % 3 == 0)
			reopen();
		check_mark(i / 10, i, i / 2);
		ck_assert(!state.slot_lost);
	}
}
END_TEST

START_TEST(a_new_epoch_may_begin_with_a_smaller_view)
{
	create_and_open();
	advance(1, 900, 5);
	advance(2, 1, 6);
	reopen();
	check_mark(2, 1, 6);
}
END_TEST

START_TEST(the_same_mark_again_costs_no_write)
{
	create_and_open();
	advance(1, 2, 3);
	ck_assert_uint_eq(state.sequence, 2);
	advance(1, 2, 3);
	ck_assert_uint_eq(state.sequence, 2);
}
END_TEST

START_TEST(a_height_alone_is_not_worth_a_write_until_it_is_settled)
{
	struct sign_mark mark = mark_of(1, 2, 9);

	create_and_open();
	advance(1, 2, 3);
	advance(1, 2, 8);
	ck_assert_uint_eq(state.sequence, 2);
	reopen();
	check_mark(1, 2, 3);
	ck_assert_int_eq(sign_state_settle(&state, &mark, &why), STATUS_OK);
	ck_assert_int_eq(sign_state_settle(&state, &mark, &why), STATUS_OK);
	ck_assert_uint_eq(state.sequence, 3);
	reopen();
	check_mark(1, 2, 9);
}
END_TEST

START_TEST(rows_are_held_until_the_database_is_synced)
{
	create_and_open();
	hold("one ");
	advance(1, 2, 0);
	hold("two");
	advance(1, 2, 0); /* in the same view */
	reopen();
	check_held("one two");
	ck_assert_uint_eq(state.base, 0);
	sign_state_given(&state, sign_state_next(&state), true);
	ck_assert_uint_eq(state.held.size, 0);
	advance(1, 3, 1);
	reopen();
	check_held("");
	ck_assert_uint_eq(state.base, 4);
	ck_assert_uint_eq(state.sequence, 4);
}
END_TEST

START_TEST(what_is_held_fills_a_slot_and_no_more)
{
	static uint8_t rows[SIGN_HELD_MAX];

	memset(rows, 7, sizeof rows);
	create_and_open();
	buffer_append(&state.held, rows, sizeof rows);
	ck_assert_int_eq(state.held.status, STATUS_OK);
	sign_state_given(&state, sign_state_next(&state), false);
	advance(1, 1, 0);
	reopen();
	ck_assert_uint_eq(state.held.size, SIGN_HELD_MAX);
	ck_assert_mem_eq(state.held.at, rows, sizeof rows);
	buffer_append(&state.held, rows, 1);
	ck_assert_int_eq(state.held.status, STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_new_file_counts_on_from_the_database)
{
	struct sign_mark mark = mark_of(1, 1, 1);

	for (uint64_t number = 1000; number < 1002; number++) {
		ck_assert_int_eq(sign_state_replace(path, &mark, number, &why), STATUS_OK);
		ck_assert_int_eq(sign_state_open(&state, path, &why), STATUS_OK);
		ck_assert_uint_eq(state.base, number);
		ck_assert_uint_gt(sign_state_next(&state), number);
		advance(1, 2, 1);
		reopen();
		check_mark(1, 2, 1);
		sign_state_close(&state);
	}
}
END_TEST

START_TEST(a_smaller_view_is_a_bug_of_ours)
{
	create_and_open();
	advance(1, 2, 3);
	advance(1, 1, 3);
}
END_TEST

START_TEST(a_smaller_epoch_is_a_bug_of_ours)
{
	create_and_open();
	advance(1, 2, 3);
	advance(0, 5, 3);
}
END_TEST

START_TEST(a_smaller_height_is_a_bug_of_ours)
{
	create_and_open();
	advance(1, 2, 3);
	advance(1, 3, 2);
}
END_TEST

START_TEST(the_file_is_made_once)
{
	struct sign_mark mark = mark_of(7, 7, 7);

	create_and_open();
	advance(9, 9, 9);
	ck_assert_int_eq(sign_state_create(path, &mark, 0, &why), STATUS_EXISTS);
	reopen();
	check_mark(9, 9, 9);
}
END_TEST

START_TEST(without_a_file_nothing_can_be_opened)
{
	ck_assert_int_eq(sign_state_open(&state, path, &why), STATUS_NOT_FOUND);
}
END_TEST

/* A file size limit makes pwrite(2) fail as a full disk would. */
START_TEST(after_a_failed_write_there_is_no_next)
{
	struct rlimit limit = {0, RLIM_INFINITY}, before;
	struct sign_mark mark = mark_of(1, 1, 1);

	create_and_open();
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit.rlim_max = before.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(sign_state_advance(&state, &mark, &why), STATUS_STORAGE);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(sign_state_advance(&state, &mark, &why), STATUS_STORAGE);
	check_mark(0, 0, 0);
}
END_TEST

/* -- Damage --------------------------------------------------------------------------------- */

START_TEST(a_torn_write_leaves_the_mark_before_it)
{
	static uint8_t before[SIGN_FILE_SIZE], after[SIGN_FILE_SIZE], torn[SIGN_FILE_SIZE];
	char rows[2001] = {0};
	size_t whole = SIGN_HEAD_SIZE + 2000;

	memset(rows, 'r', 2000);
	create_and_open();
	advance(1, 10, 5);
	read_bytes(before);
	hold(rows);
	advance(1, 11, 5); /* goes to slot 1 */
	read_bytes(after);
	for (size_t size = 0; size <= SIGN_SLOT_SIZE; size += 500) {
		memcpy(torn, before, sizeof torn);
		memcpy(torn + SIGN_SLOT_SIZE, after + SIGN_SLOT_SIZE, size);
		write_bytes(torn, sizeof torn);
		reopen();
		check_mark(1, size >= whole ? 11 : 10, 5);
		check_held(size >= whole ? rows : "");
		ck_assert_int_eq(state.slot_lost, size > 0 && size < whole);
	}
}
END_TEST

START_TEST(a_lost_slot_is_the_next_to_be_written)
{
	static uint8_t bytes[SIGN_FILE_SIZE];

	create_and_open();
	advance(1, 10, 5); /* slot 0 */
	advance(1, 11, 5); /* slot 1 */
	read_bytes(bytes);
	memset(bytes + SIGN_SLOT_SIZE, 0, SIGN_SLOT_SIZE);
	write_bytes(bytes, sizeof bytes);
	reopen();
	ck_assert(state.slot_lost);
	check_mark(1, 10, 5);
	advance(1, 12, 5);
	reopen();
	ck_assert(!state.slot_lost);
	check_mark(1, 12, 5);
}
END_TEST

START_TEST(with_both_slots_lost_nothing_may_be_signed)
{
	static uint8_t bytes[SIGN_FILE_SIZE];

	create_and_open();
	read_bytes(bytes);
	bytes[100] ^= 1;
	bytes[SIGN_SLOT_SIZE + 30] ^= 1;
	write_bytes(bytes, sizeof bytes);
	sign_state_close(&state);
	ck_assert_int_eq(sign_state_open(&state, path, &why), STATUS_CORRUPT);
	ck_assert_ptr_nonnull(strstr(why.text, "it refuses to sign"));
	ck_assert_int_eq(state.file, -1);
	memset(bytes, 0, sizeof bytes);
	ck_assert_int_eq(decode(bytes, sizeof bytes, &(struct sign_slot){0}, &(bool){false}),
	                 STATUS_CORRUPT);
}
END_TEST

/* The other slot is whole, so there is a mark: never a mixture. */
static size_t flips_noticed(uint8_t *bytes, size_t from, size_t size, uint64_t view)
{
	size_t noticed = 0;

	for (size_t bit = 8 * from; bit < 8 * (from + size); bit++) {
		struct sign_slot slot;
		enum status status;
		bool lost;

		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		status = decode(bytes, SIGN_FILE_SIZE, &slot, &lost);
		noticed += status == STATUS_FOREIGN ||
		           (status == STATUS_OK && lost && slot.mark.view == view);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	return noticed;
}

START_TEST(every_flipped_bit_is_noticed)
{
	static uint8_t bytes[SIGN_FILE_SIZE];
	size_t size = SIGN_HEAD_SIZE + 4;

	create_and_open();
	hold("rows");
	advance(3, 77, 41); /* slot 0 */
	advance(3, 78, 41);
	read_bytes(bytes);
	ck_assert_uint_eq(flips_noticed(bytes, 0, size, 78), 8 * size);
	ck_assert_uint_eq(flips_noticed(bytes, SIGN_SLOT_SIZE, size, 77), 8 * size);
}
END_TEST

START_TEST(a_file_of_another_size_is_refused)
{
	static uint8_t bytes[SIGN_FILE_SIZE + 1];
	struct sign_slot slot;
	bool lost;

	create_and_open();
	read_bytes(bytes);
	ck_assert_int_eq(decode(bytes, SIGN_FILE_SIZE - 1, &slot, &lost), STATUS_SHORT);
	ck_assert_int_eq(decode(bytes, SIGN_FILE_SIZE + 1, &slot, &lost), STATUS_TRAILING);
	ck_assert_int_eq(decode(bytes, 0, &slot, &lost), STATUS_SHORT);
	write_bytes(bytes, SIGN_FILE_SIZE + 1);
	sign_state_close(&state);
	ck_assert_int_eq(sign_state_open(&state, path, &why), STATUS_CORRUPT);
}
END_TEST

/* Slots that no run of this program leaves side by side. */
static uint64_t newest; /* of the pair that was read */

static enum status decode_pair(struct sign_mark a, uint64_t a_sequence,
                               struct sign_mark b, uint64_t b_sequence)
{
	static uint8_t bytes[SIGN_FILE_SIZE];
	struct sign_slot slots[2] = {
		{.mark = a, .sequence = a_sequence},
		{.mark = b, .sequence = b_sequence},
	};
	struct sign_slot slot = {0};
	enum status status;
	bool lost;

	(void)sign_slot_encode(bytes, &slots[0]);
	(void)sign_slot_encode(bytes + SIGN_SLOT_SIZE, &slots[1]);
	status = decode(bytes, sizeof bytes, &slot, &lost);
	newest = slot.sequence;
	return status;
}

START_TEST(slots_of_two_files_do_not_make_one)
{
	struct sign_mark low = mark_of(1, 5, 5), high = mark_of(1, 6, 5);

	ck_assert_int_eq(decode_pair(low, 8, high, 9), STATUS_OK);
	ck_assert_uint_eq(newest, 9);
	ck_assert_int_eq(decode_pair(high, 10, low, 9), STATUS_OK);
	ck_assert_uint_eq(newest, 10);
	ck_assert_int_eq(decode_pair(low, 8, high, 11), STATUS_CORRUPT); /* not one apart */
	ck_assert_int_eq(decode_pair(low, 10, high, 9), STATUS_CORRUPT); /* backwards */
	ck_assert_int_eq(decode_pair(low, 9, high, 10), STATUS_CORRUPT); /* in wrong places */
	ck_assert_int_eq(decode_pair(low, 8, low, 8), STATUS_CORRUPT);
	ck_assert_int_eq(decode_pair(low, 0, low, UINT64_MAX), STATUS_CORRUPT);
}
END_TEST

START_TEST(a_link_in_the_files_place_is_refused)
{
	char target[310];

	create_and_open();
	sign_state_close(&state);
	snprintf(target, sizeof target, "%s.moved", path);
	ck_assert_int_eq(rename(path, target), 0);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq(sign_state_open(&state, path, &why), STATUS_STORAGE);
}
END_TEST

START_TEST(the_bytes_of_a_slot_are_those_that_are_written_down)
{
	static uint8_t bytes[SIGN_SLOT_SIZE];
	struct sign_slot slot = {
		.mark = {2, 3, 4, 5, 6, 1},
		.sequence = 9,
		.base = 8,
		.held = text_view("rows"),
	};
	uint8_t zeros[SIGN_HEAD_SIZE] = {0};

	ck_assert_uint_eq(sign_slot_encode(bytes, &slot), 2 * SIGN_HEAD_SIZE);
	ck_assert_mem_eq(bytes + 32,
	                 from_hex("636169726e73676e"
	                          "02000000"
	                          "04000000"
	                          "0900000000000000"
	                          "0800000000000000"
	                          "0200000000000000"
	                          "0300000000000000"
	                          "0400000000000000"
	                          "0500000000000000"
	                          "0600000000000000"
	                          "01")
	                     .at,
	                 73);
	ck_assert_mem_eq(bytes + 105, zeros, SIGN_HEAD_SIZE - 105);
	ck_assert_mem_eq(bytes + SIGN_HEAD_SIZE, "rows", 4);
	ck_assert_mem_eq(bytes + SIGN_HEAD_SIZE + 4, zeros, SIGN_HEAD_SIZE - 4);
	ck_assert_mem_ne(bytes, zeros, 32);
}
END_TEST

START_TEST(what_is_forgotten_is_kept_too_and_costs_a_write)
{
	struct sign_mark mark = mark_of(2, 9, 5);

	create_and_open();
	advance(2, 9, 5);
	mark.floor_epoch = 2;
	mark.floor_view = 9;
	mark.recall = 2;
	ck_assert_int_eq(sign_state_advance(&state, &mark, &why), STATUS_OK);
	reopen();
	check_mark(2, 9, 5);
	ck_assert_uint_eq(state.mark.floor_epoch, 2);
	ck_assert_uint_eq(state.mark.floor_view, 9);
	ck_assert_uint_eq(state.mark.recall, 2);
}
END_TEST

START_TEST(a_person_who_knows_may_begin_anew_even_further_back)
{
	struct sign_mark mark = mark_of(1, 3, 2);

	create_and_open();
	advance(2, 9, 5);
	ck_assert_int_eq(sign_state_replace(path, &mark, 0, &why), STATUS_OK);
	reopen();
	check_mark(1, 3, 2);
	ck_assert(!state.slot_lost);
}
END_TEST

START_TEST(what_no_program_remembers_is_damage)
{
	struct sign_mark mark = mark_of(1, 3, 2);

	mark.recall = 4;
	ck_assert_int_eq(sign_state_replace(path, &mark, 0, &why), STATUS_OK);
	sign_state_close(&state);
	ck_assert_int_eq(sign_state_open(&state, path, &why), STATUS_CORRUPT);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("sign_state");
	TCase *cases = tcase_create("sign_state");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, the_last_mark_is_there_after_every_reopening);
	tcase_add_test(cases, a_new_epoch_may_begin_with_a_smaller_view);
	tcase_add_test(cases, the_same_mark_again_costs_no_write);
	tcase_add_test(cases, a_height_alone_is_not_worth_a_write_until_it_is_settled);
	tcase_add_test(cases, rows_are_held_until_the_database_is_synced);
	tcase_add_test(cases, what_is_held_fills_a_slot_and_no_more);
	tcase_add_test(cases, a_new_file_counts_on_from_the_database);
	tcase_add_test_raise_signal(cases, a_smaller_view_is_a_bug_of_ours, SIGABRT);
	tcase_add_test_raise_signal(cases, a_smaller_epoch_is_a_bug_of_ours, SIGABRT);
	tcase_add_test_raise_signal(cases, a_smaller_height_is_a_bug_of_ours, SIGABRT);
	tcase_add_test(cases, the_file_is_made_once);
	tcase_add_test(cases, without_a_file_nothing_can_be_opened);
	tcase_add_test(cases, after_a_failed_write_there_is_no_next);
	tcase_add_test(cases, a_torn_write_leaves_the_mark_before_it);
	tcase_add_test(cases, a_lost_slot_is_the_next_to_be_written);
	tcase_add_test(cases, with_both_slots_lost_nothing_may_be_signed);
	tcase_add_test(cases, every_flipped_bit_is_noticed);
	tcase_add_test(cases, a_file_of_another_size_is_refused);
	tcase_add_test(cases, slots_of_two_files_do_not_make_one);
	tcase_add_test(cases, a_link_in_the_files_place_is_refused);
	tcase_add_test(cases, the_bytes_of_a_slot_are_those_that_are_written_down);
	tcase_add_test(cases, what_is_forgotten_is_kept_too_and_costs_a_write);
	tcase_add_test(cases, a_person_who_knows_may_begin_anew_even_further_back);
	tcase_add_test(cases, what_no_program_remembers_is_damage);
	suite_add_tcase(suite, cases);
	return suite;
}
