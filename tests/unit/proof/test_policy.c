/* Policies: read, written, and asked about checkpoints. */
#include "chain/base/text.h"
#include "chain/proof/policy.h"
#include "tests/support/support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEYS = 8 };

static const char ORIGIN[] = "example.com/log";

static uint8_t seeds[KEYS][COSIGN_SEED_SIZE];
static struct hash keys[KEYS];
static char logs[KEYS][NOTE_KEY_TEXT_SIZE_MAX + 1];      /* vkeys */
static char witnesses[KEYS][NOTE_KEY_TEXT_SIZE_MAX + 1]; /* of the name "w" and a digit */
static struct arena arena;
static struct buffer text;
static struct policy policy;
static struct why why;

static void vkey(char *out, const char *name, enum note_signature_type type,
                 const struct hash *key)
{
	struct note_key note_key = note_key_of(text_view(name), type, key);
	struct buffer buffer;

	buffer_init(&buffer, NOTE_KEY_TEXT_SIZE_MAX + 1);
	note_key_put(&buffer, &note_key);
	buffer_append(&buffer, "", 1);
	memcpy(out, buffer.at, buffer.size);
	buffer_close(&buffer);
}

static void start(void)
{
	arena = (struct arena){0};
	buffer_init(&text, POLICY_SIZE_MAX + 1);
	for (unsigned i = 0; i < KEYS; i++) {
		char name[3] = {'w', (char)('0' + i)};

		seeds[i][0] = (uint8_t)(i + 1);
		ck_assert_int_eq(cosign_key_public(&keys[i], seeds[i]), STATUS_OK);
		vkey(logs[i], ORIGIN, NOTE_ED25519, &keys[i]);
		vkey(witnesses[i], name, NOTE_COSIGNATURE, &keys[i]);
	}
}

static void stop(void)
{
	buffer_close(&text);
	arena_close(&arena);
}

static enum status decode(void)
{
	return policy_decode(&policy, &arena, buffer_view(&text), &why);
}

static void add(const char *format, ...) PRINTF_LIKE(1, 2);

static void add(const char *format, ...)
{
	char line[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	buffer_append_text(&text, line);
}

static void add_witnesses(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		add("witness W%u %s\n", i, witnesses[i]);
}

/* -- Notes ----------------------------------------------------------------------------
 */

static struct buffer note_bytes;
static struct note note;
static struct checkpoint checkpoint;

static void note_start(void)
{
	struct hash root = {{7}};

	buffer_init(&note_bytes, NOTE_SIZE_MAX);
	checkpoint_put(&note_bytes, text_view(ORIGIN), 10, &root);
	buffer_append_text(&note_bytes, "\n");
}

static struct bytes_view note_text(void)
{
	return bytes_view(
		note_bytes.at,
		(size_t)((uint8_t *)memmem(note_bytes.at, note_bytes.size, "\n\n", 2) + 1 -
	             note_bytes.at));
}

static void log_signs(unsigned i)
{
	uint8_t bytes[COSIGN_SIGNATURE_SIZE];

	ck_assert_int_eq(checkpoint_sign(bytes, seeds[i], note_text()), STATUS_OK);
	note_signature_put(&note_bytes, text_view(ORIGIN),
	                   note_key_id(text_view(ORIGIN), NOTE_ED25519, &keys[i]),
	                   bytes_view(bytes, sizeof bytes));
}

static void witness_signs(unsigned i, uint64_t time_s)
{
	char name[3] = {'w', (char)('0' + i)};
	uint8_t bytes[COSIGNATURE_SIZE];

	ck_assert_int_eq(cosignature_sign(bytes, seeds[i], time_s, note_text()), STATUS_OK);
	note_signature_put(&note_bytes, text_view(name),
	                   note_key_id(text_view(name), NOTE_COSIGNATURE, &keys[i]),
	                   bytes_view(bytes, sizeof bytes));
}

/* Another digit in the base64 of the last line. */
static void spoil(void)
{
	uint8_t *at = &note_bytes.at[note_bytes.size - 10];

	*at = *at == 'A' ? 'B' : 'A';
}

static struct policy_result check(void)
{
	struct policy_result result;

	ck_assert_int_eq(note_decode(&note, buffer_view(&note_bytes), &why), STATUS_OK);
	ck_assert_int_eq(checkpoint_decode(&checkpoint, note.text, &why), STATUS_OK);
	result = policy_check(&policy, &note, &checkpoint, &why);
	buffer_close(&note_bytes);
	return result;
}

/* -- Reading ---------------------------------------------------------------------------
 */

START_TEST(the_example_of_the_specification_is_understood)
{
	add("# two organisations\n\n \t log \t %s https://example.com/ \n", logs[0]);
	add("witness X1 %s\nwitness X2 %s\nwitness X3 %s\n", witnesses[0], witnesses[1],
	    witnesses[2]);
	add("group X-witnesses 2 X1 X2 X3\n");
	add("  # and the other\n");
	add("witness Y1 %s\nwitness Y2 %s https://y2/\nwitness Y3 %s\n", witnesses[3],
	    witnesses[4], witnesses[5]);
	add("group Y-witnesses any Y1 Y2 Y3\n");
	add("group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
	ck_assert_msg(decode() == STATUS_OK, "%s", why.text);
	ck_assert_uint_eq(policy.log_count, 1);
	ck_assert_uint_eq(policy.node_count, 9);
	ck_assert_uint_eq(policy.voters, 6);
	ck_assert_uint_eq(policy.needed, 3);
	/* every subset of the six, against the sentence in words */
	for (unsigned set = 0; set < 64; set++) {
		unsigned x = (unsigned)__builtin_popcount(set & 7);
		unsigned y = (unsigned)__builtin_popcount(set >> 3);
		struct policy_result result;

		note_start();
		log_signs(0);
		for (unsigned i = 0; i < 6; i++)
			if (set >> i & 1)
				witness_signs(i, 100 + i);
		result = check();
		ck_assert_int_eq(result.finding,
		                 x >= 2 && y >= 1 ? POLICY_GOOD : POLICY_NO_QUORUM);
		ck_assert_uint_eq(result.cosigned, x + y);
	}
}
END_TEST

START_TEST(what_policy_put_writes_is_what_it_means)
{
	struct policy made;

	for (size_t count = 1; count <= KEYS; count++)
		for (size_t quorum = 1; quorum <= count; quorum++) {
			buffer_clear(&text);
			policy_put(&text, text_view("cairn/a/00"), keys, count, quorum);
			ck_assert_msg(decode() == STATUS_OK, "%s", why.text);
			ck_assert_uint_eq(policy.voters, count);
			ck_assert_uint_eq(policy.needed, quorum);
			ck_assert_int_eq(policy_of_keys(&made, &arena, text_view("cairn/a/00"), keys,
			                                count, quorum),
			                 STATUS_OK);
			ck_assert(policy_equal(&policy, &made));
			ck_assert(policy_equal(&made, &policy));
			ck_assert_uint_eq(made.voters, count);
			for (size_t i = 0; i < count; i++)
				ck_assert(bytes_equal(made.nodes[i].key.name, policy.nodes[i].key.name));
			/* another key, or another quorum, is another policy */
			if (count < KEYS) {
				ck_assert_int_eq(policy_of_keys(&made, &arena, text_view("cairn/a/00"),
				                                keys + 1, count, quorum),
				                 STATUS_OK);
				ck_assert(!policy_equal(&policy, &made));
			}
		}
}
END_TEST

START_TEST(lines_that_are_none_are_refused_by_number)
{
	static const char *const bad[] = {
		"group g 1\n",
		"group g 0 W0\n",
		"group g 3 W0 W1\n",
		"group g 01 W0\n",
		"group g some W0\n",
		"group g 1 W0 W0\n",
		"group g 1 nobody\n",
		"group none 1 W0\n",
		"group W0 1 W1\n",
		"quorum\n",
		"quorum nobody\n",
		"quorum W0 W1\n",
		"witness none k\n",
		"witness W9\n",
		"log\n",
		"nonsense\n",
		"log a b c\n",
		"quorum W0\nquorum W1\n",
		"group g 1 W0\ngroup h 1 W0\n",
		"group g any g\n",
		"quorum W0\x01\n",
		"quorum W0\x7f\n",
		"quorum W0\r\n",
		"quorum W0",
		"Quorum W0\n",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		buffer_clear(&text);
		add_witnesses(0, 2);
		add("%s", bad[i]);
		ck_assert_msg(decode() == STATUS_MALFORMED, "%s: %s", bad[i], why.text);
		ck_assert_msg(strncmp(why.text, "line ", 5) == 0, "%s", why.text);
	}
	buffer_clear(&text);
	add_witnesses(0, 2);
	ck_assert_int_eq(decode(), STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "no quorum"));
}
END_TEST

START_TEST(a_key_of_the_wrong_kind_or_twice_is_refused)
{
	add("log %s\nquorum none\n", witnesses[0]);
	ck_assert_int_eq(decode(), STATUS_FOREIGN);
	buffer_clear(&text);
	add("witness a %s\nquorum none\n", logs[0]);
	ck_assert_int_eq(decode(), STATUS_FOREIGN);
	buffer_clear(&text);
	add("log %s\nlog %s\nquorum none\n", logs[0], logs[0]);
	ck_assert_int_eq(decode(), STATUS_MALFORMED);
	buffer_clear(&text);
	add("witness a %s\nwitness b %s\nquorum none\n", witnesses[0], witnesses[0]);
	ck_assert_int_eq(decode(), STATUS_MALFORMED);
	/* as a log and as a witness it may stand: so it is with validators */
	buffer_clear(&text);
	add("log %s\nwitness a %s\nquorum a\n", logs[0], witnesses[0]);
	ck_assert_int_eq(decode(), STATUS_OK);
}
END_TEST

START_TEST(everything_has_a_maximum)
{
	for (unsigned i = 0; i <= POLICY_LOGS_MAX; i++) {
		struct hash key = {{(uint8_t)i, (uint8_t)(i >> 8)}};
		char line[NOTE_KEY_TEXT_SIZE_MAX + 1];

		vkey(line, ORIGIN, NOTE_ED25519, &key);
		add("log %s\n", line);
	}
	add("quorum none\n");
	ck_assert_int_eq(decode(), STATUS_TOO_LARGE);
	buffer_clear(&text);
	for (unsigned i = 0; i <= POLICY_WITNESSES_MAX; i++) {
		struct hash key = {{(uint8_t)i, (uint8_t)(i >> 8)}};
		char line[NOTE_KEY_TEXT_SIZE_MAX + 1];

		vkey(line, "w", NOTE_COSIGNATURE, &key);
		add("witness W%u %s\n", i, line);
	}
	add("quorum none\n");
	ck_assert_int_eq(decode(), STATUS_TOO_LARGE);
	buffer_clear(&text);
	add_witnesses(0, 1);
	add("group g0 1 W0\n");
	for (unsigned i = 1; i <= POLICY_GROUPS_MAX; i++)
		add("group g%u 1 g%u\n", i, i - 1);
	add("quorum g0\n");
	ck_assert_int_eq(decode(), STATUS_TOO_LARGE);
	buffer_clear(&text);
	while (text.size <= POLICY_SIZE_MAX)
		buffer_append_text(&text, "\n");
	ck_assert_int_eq(decode(), STATUS_TOO_LARGE);
	buffer_clear(&text);
	add("quorum");
	for (unsigned i = 0; i < 400; i++)
		add(" W");
	add("\n");
	ck_assert_int_eq(decode(), STATUS_MALFORMED);
}
END_TEST

/* -- Asking ----------------------------------------------------------------------------
 */

static void four_of_which_three(void)
{
	add("log %s\nlog %s\n", logs[0], logs[1]);
	add_witnesses(0, 4);
	add("group g 3 W0 W1 W2 W3\nquorum g\n");
	ck_assert_msg(decode() == STATUS_OK, "%s", why.text);
}

START_TEST(the_time_is_one_that_an_honest_voter_said)
{
	/* by four, one of whom may lie: the second earliest */
	static const struct {
		uint64_t times[4]; /* 0: does not sign */
		uint64_t wanted;
	} cases[] = {
		{{10, 20, 30, 0}, 20},       {{30, 20, 10, 0}, 20}, {{1, 500, 500, 500}, 500},
		{{500, 400, 300, 200}, 300}, {{0, 7, 7, 7}, 7},
	};

	four_of_which_three();
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct policy_result result;

		note_start();
		log_signs(1);
		for (unsigned i = 0; i < 4; i++)
			if (cases[k].times[i] > 0)
				witness_signs(i, cases[k].times[i]);
		result = check();
		ck_assert_int_eq(result.finding, POLICY_GOOD);
		ck_assert_uint_eq(result.not_later_than_s, cases[k].wanted);
	}
}
END_TEST

START_TEST(strangers_and_spare_lines_do_not_count)
{
	struct policy_result result;

	four_of_which_three();
	note_start();
	log_signs(0);
	log_signs(5); /* no log of the policy */
	witness_signs(0, 1);
	witness_signs(1, 2);
	witness_signs(6, 3); /* no witness of it */
	witness_signs(1, 4); /* again */
	result = check();
	ck_assert_int_eq(result.finding, POLICY_NO_QUORUM);
	ck_assert_uint_eq(result.cosigned, 2);
}
END_TEST

START_TEST(each_way_to_fail_has_its_name)
{
	struct policy_result result;
	char line[NOTE_KEY_TEXT_SIZE_MAX + 1];

	four_of_which_three();
	note_start();
	for (unsigned i = 0; i < 3; i++)
		witness_signs(i, 1);
	ck_assert_int_eq(check().finding, POLICY_NO_LOG);

	note_start();
	log_signs(0);
	for (unsigned i = 0; i < 3; i++)
		witness_signs(i, 1);
	spoil();
	result = check();
	ck_assert_int_eq(result.finding, POLICY_BAD_SIGNATURE);
	ck_assert_ptr_nonnull(strstr(why.text, "w2"));

	/* the log's own signature over something else */
	note_start();
	log_signs(0);
	spoil();
	ck_assert_int_eq(check().finding, POLICY_BAD_SIGNATURE);

	buffer_clear(&text);
	vkey(line, "another.example/log", NOTE_ED25519, &keys[0]);
	add("log %s\n", line);
	add_witnesses(0, 1);
	add("quorum W0\n");
	ck_assert_int_eq(decode(), STATUS_OK);
	note_start();
	log_signs(0);
	witness_signs(0, 1);
	ck_assert_int_eq(check().finding, POLICY_OTHER_LOG);
}
END_TEST

START_TEST(quorum_none_asks_for_a_log_alone)
{
	struct policy_result result;

	add("log %s\nquorum none\n", logs[0]);
	ck_assert_int_eq(decode(), STATUS_OK);
	ck_assert_uint_eq(policy.needed, 0);
	note_start();
	log_signs(0);
	result = check();
	ck_assert_int_eq(result.finding, POLICY_GOOD);
	ck_assert_uint_eq(result.not_later_than_s, 0);
	note_start();
	log_signs(1);
	ck_assert_int_eq(check().finding, POLICY_NO_LOG);
}
END_TEST

START_TEST(no_memory_is_passed_up)
{
	unsigned long step = 1;

	policy_put(&text, text_view(ORIGIN), keys, 4, 3);
	for (; step < 50; step++) {
		enum status status;

		arena_close(&arena);
		memory_fail_at(step, 0);
		status = decode();
		memory_fail_at(0, 0);
		if (status == STATUS_OK)
			break;
		ck_assert_int_eq(status, STATUS_MEMORY);
	}
	ck_assert_uint_gt(step, 1);
	arena_close(&arena);
	memory_fail_at(1, 1);
	ck_assert_int_eq(policy_of_keys(&policy, &arena, text_view(ORIGIN), keys, 4, 3),
	                 STATUS_MEMORY);
	memory_fail_at(0, 0);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("policies");
	TCase *tests = tcase_create("policies");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, the_example_of_the_specification_is_understood);
	tcase_add_test(tests, what_policy_put_writes_is_what_it_means);
	tcase_add_test(tests, lines_that_are_none_are_refused_by_number);
	tcase_add_test(tests, a_key_of_the_wrong_kind_or_twice_is_refused);
	tcase_add_test(tests, everything_has_a_maximum);
	tcase_add_test(tests, the_time_is_one_that_an_honest_voter_said);
	tcase_add_test(tests, strangers_and_spare_lines_do_not_count);
	tcase_add_test(tests, each_way_to_fail_has_its_name);
	tcase_add_test(tests, quorum_none_asks_for_a_log_alone);
	tcase_add_test(tests, no_memory_is_passed_up);
	suite_add_tcase(suite, tests);
	return suite;
}
