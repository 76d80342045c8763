/* Bans as people write them, and as they come back from the disk. */
#include "node/shell/ban_file.h"
#include "node/shell/file.h"
#include "tests/support/support.h"

#include <stdio.h>

/* The generator of secp256k1, compressed (SEC 2 section 2.4.1). */
#define NODE "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

static struct bans bans, back;
static char path[128];

static void setup(void)
{
	snprintf(path, sizeof path, "%s/bans.json", scratch_folder());
	bans.count = 0;
}

static struct ban parsed(const char *text)
{
	struct ban ban = {.until_ms = BAN_FOR_GOOD};

	ck_assert_ptr_null(ban_parse_peer(&ban, text_view(text)));
	return ban;
}

static void write_text(const char *text)
{
	ck_assert_int_eq(file_write(path, text_view(text), 0600, NULL), STATUS_OK);
}

START_TEST(whom_is_read_and_printed_the_same)
{
	static const char *const texts[] = {NODE, "192.0.2.7", "2001:db8::1", "::1"};
	char text[BAN_PEER_SIZE];
	struct ban ban;

	for (size_t i = 0; i < 4; i++) {
		ban = parsed(texts[i]);
		ban_peer_text(text, &ban);
		ck_assert_str_eq(text, texts[i]);
	}
	/* The same machine, as a socket of both families shows it. */
	ban = parsed("::ffff:192.0.2.7");
	ban_peer_text(text, &ban);
	ck_assert_str_eq(text, "192.0.2.7");
}
END_TEST

START_TEST(what_is_no_peer_is_refused)
{
	static const char *const texts[] = {
		"",
		"192.0.2",
		"192.0.2.7:17470",
		"192.0.2.0/24",
		"node.example",
		"[::1]",
		"0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179",
		"0579be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct ban ban = {0};

		ck_assert_msg(ban_parse_peer(&ban, text_view(texts[i])) != NULL, "'%s'", texts[i]);
	}
}
END_TEST

START_TEST(a_list_comes_back_from_the_disk)
{
	struct ban ban = parsed(NODE);
	struct buffer out;

	ban.since_ms = 1790000000000;
	strcpy(ban.reason, "sagt \"nichts\"\n\xc3\xa4");
	ck_assert(bans_add(&bans, &ban));
	ban = parsed("192.0.2.7");
	ban.until_ms = 1790000000001;
	ck_assert(bans_add(&bans, &ban));
	buffer_init(&out, BAN_FILE_SIZE_MAX);
	ban_file_print(&bans, &out);
	ck_assert_int_eq(out.status, STATUS_OK);
	ck_assert_int_eq(file_write(path, buffer_view(&out), 0600, NULL), STATUS_OK);
	buffer_close(&out);
	ck_assert_int_eq(ban_file_read(&back, path, NULL), STATUS_OK);
	ck_assert_uint_eq(back.count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(back.items[i].is_node, bans.items[i].is_node);
		ck_assert_mem_eq(&back.items[i].node, &bans.items[i].node, sizeof ban.node);
		ck_assert(net_address_equal(&back.items[i].address, &bans.items[i].address));
		ck_assert_uint_eq(back.items[i].since_ms, bans.items[i].since_ms);
		ck_assert_uint_eq(back.items[i].until_ms, bans.items[i].until_ms);
		ck_assert_str_eq(back.items[i].reason, bans.items[i].reason);
	}
}
END_TEST

START_TEST(the_longest_list_fits_its_file)
{
	struct ban ban = parsed(NODE);
	struct buffer out;

	ban.until_ms = INT64_MAX;
	ban.since_ms = INT64_MAX;
	memset(ban.reason, '\x01', BAN_REASON_SIZE_MAX);
	for (size_t i = 0; i < BANS_MAX; i++) {
		ban.node.bytes[31] = (uint8_t)(i >> 8);
		ban.node.bytes[32] = (uint8_t)i;
		ck_assert(bans_add(&bans, &ban));
	}
	buffer_init(&out, BAN_FILE_SIZE_MAX);
	ban_file_print(&bans, &out);
	ck_assert_int_eq(out.status, STATUS_OK);
	buffer_close(&out);
}
END_TEST

START_TEST(no_file_is_no_ban)
{
	back.count = 7;
	ck_assert_int_eq(ban_file_read(&back, path, NULL), STATUS_NOT_FOUND);
	ck_assert_uint_eq(back.count, 0);
}
END_TEST

START_TEST(what_cannot_be_understood_is_said_where)
{
	static const struct {
		const char *text, *said;
	} files[] = {
		{"", "no JSON"},
		{"{\"bans\": 7}", "no list"},
		{"[]", "no list"},
		{"{\"bans\": [{\"peer\": \"192.0.2.7\"}]}", "ban 1"},
		{"{\"bans\": [{\"peer\": \"somebody\", \"since_ms\": 1, \"until_ms\": null, "
	     "\"reason\": \"\"}]}",
	     "ban 1"},
		{"{\"bans\": [{\"peer\": \"192.0.2.7\", \"since_ms\": 1, \"until_ms\": \"x\", "
	     "\"reason\": \"\"}]}",
	     "ban 1"},
		{"{\"bans\": [{\"peer\": \"192.0.2.7\", \"since_ms\": 1, \"until_ms\": -1, "
	     "\"reason\": \"\"}]}",
	     "ban 1"},
		{"{\"bans\": [], \"bans\": []}", "no JSON"},
	};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct why why = {{0}};

		write_text(files[i].text);
		ck_assert_int_eq(ban_file_read(&back, path, &why), STATUS_MALFORMED);
		ck_assert_msg(strstr(why.text, files[i].said) && strstr(why.text, path), "%s",
		              why.text);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("ban_file");
	TCase *cases = tcase_create("ban_file");

	tcase_add_checked_fixture(cases, setup, NULL);
	tcase_add_test(cases, whom_is_read_and_printed_the_same);
	tcase_add_test(cases, what_is_no_peer_is_refused);
	tcase_add_test(cases, a_list_comes_back_from_the_disk);
	tcase_add_test(cases, the_longest_list_fits_its_file);
	tcase_add_test(cases, no_file_is_no_ban);
	tcase_add_test(cases, what_cannot_be_understood_is_said_where);
	suite_add_tcase(suite, cases);
	return suite;
}
