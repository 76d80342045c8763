#include "node/shell/secret_file.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[300];
static struct why why;
static const struct secret_key nothing;

static void start(void)
{
	snprintf(path, sizeof path, "%s/vote.key", scratch_folder());
}

static struct secret_key create(void)
{
	struct secret_key secret;

	ck_assert_msg(secret_file_create(&secret, path, SECRET_VOTE, &why) == STATUS_OK, "%s",
	              why.text);
	return secret;
}

static void write_text(const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0600), 0);
}

static void load_refused(enum status expected)
{
	struct secret_key secret;

	memset(&secret, 0xff, sizeof secret);
	ck_assert_int_eq(secret_file_load(&secret, path, SECRET_VOTE, &why), expected);
	ck_assert_ptr_nonnull(strstr(why.text, path));
	ck_assert_mem_eq(&secret, &nothing, sizeof secret);
}

START_TEST(a_key_reads_back_as_it_was_made)
{
	struct secret_key made = create(), loaded;

	ck_assert_mem_ne(&made, &nothing, sizeof made);
	ck_assert_int_eq(secret_file_load(&loaded, path, SECRET_VOTE, &why), STATUS_OK);
	ck_assert_mem_eq(&loaded, &made, sizeof made);
}
END_TEST

START_TEST(the_file_is_for_its_owner_alone_and_looks_as_written_down)
{
	mode_t before = umask(0);
	struct secret_key made = create();
	struct stat facts;
	char text[200];
	FILE *file = fopen(path, "r");
	size_t size;

	umask(before);
	(void)made;
	ck_assert_int_eq(stat(path, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 07777, 0600);
	ck_assert_ptr_nonnull(file);
	size = fread(text, 1, sizeof text - 1, file);
	text[size] = '\0';
	fclose(file);
	ck_assert_uint_eq(size, strlen("cairn secret vote 1\n") + 64 + 1);
	ck_assert_mem_eq(text, "cairn secret vote 1\n", 20);
	ck_assert_uint_eq(strspn(text + 20, "0123456789abcdef"), 64);
	ck_assert_str_eq(text + 84, "\n");
}
END_TEST

START_TEST(two_keys_differ)
{
	struct secret_key first = create(), second;

	ck_assert_int_eq(unlink(path), 0);
	second = create();
	ck_assert_mem_ne(&first, &second, sizeof first);
}
END_TEST

START_TEST(a_key_is_never_overwritten)
{
	struct secret_key first = create(), second;

	memset(&second, 0xff, sizeof second);
	ck_assert_int_eq(secret_file_create(&second, path, SECRET_VOTE, &why), STATUS_EXISTS);
	ck_assert_mem_eq(&second, &nothing, sizeof second);
	ck_assert_int_eq(secret_file_load(&second, path, SECRET_VOTE, &why), STATUS_OK);
	ck_assert_mem_eq(&first, &second, sizeof first);
}
END_TEST

START_TEST(a_key_is_not_loaded_for_another_purpose)
{
	struct secret_key secret;

	create();
	ck_assert_int_eq(secret_file_load(&secret, path, SECRET_NODE, &why), STATUS_FOREIGN);
	ck_assert_ptr_nonnull(strstr(why.text, "is no node key that this program knows"));
	ck_assert_int_eq(secret_file_load(&secret, path, SECRET_COSIGN, &why),
	                 STATUS_FOREIGN);
}
END_TEST

START_TEST(a_key_that_others_may_touch_is_refused)
{
	static const mode_t MODES[] = {0640, 0604, 0620, 0602, 0601, 0610, 0644, 0777};

	create();
	for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++) {
		ck_assert_int_eq(chmod(path, MODES[i]), 0);
		load_refused(STATUS_PERMISSION);
		ck_assert_ptr_nonnull(strstr(why.text, "run 'chmod 600 "));
	}
	ck_assert_int_eq(chmod(path, 0400), 0);
	{
		struct secret_key secret;

		ck_assert_int_eq(secret_file_load(&secret, path, SECRET_VOTE, &why), STATUS_OK);
	}
}
END_TEST

START_TEST(a_key_of_another_user_is_refused)
{
	if (geteuid() != 0) {
		fprintf(stderr, "skipped: only root can give a file away\n");
		return;
	}
	create();
	ck_assert_int_eq(chown(path, 12345, (gid_t)-1), 0);
	load_refused(STATUS_PERMISSION);
	ck_assert_ptr_nonnull(strstr(why.text, "belongs to user 12345"));
}
END_TEST

START_TEST(a_link_or_a_folder_in_the_files_place_is_refused)
{
	char target[310];

	create();
	snprintf(target, sizeof target, "%s.moved", path);
	ck_assert_int_eq(rename(path, target), 0);
	load_refused(STATUS_NOT_FOUND);
	ck_assert_int_eq(symlink(target, path), 0);
	load_refused(STATUS_PERMISSION);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	load_refused(STATUS_STORAGE);
}
END_TEST

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

START_TEST(a_file_that_is_not_exactly_so_is_refused)
{
	static const struct {
		const char *text;
		enum status status;
	} CASES[] = {
	    {"cairn secret vote 1\n" KEY "\n", STATUS_OK},
	    {"", STATUS_FOREIGN},
	    {KEY "\n", STATUS_FOREIGN},
	    {"cairn secret vote 2\n" KEY "\n", STATUS_FOREIGN},
	    {"cairn secret vote 1" KEY "\n", STATUS_FOREIGN},
	    {"cairn secret vote 1\r\n" KEY "\n", STATUS_FOREIGN},
	    {"cairn secret vote 1\n", STATUS_MALFORMED},
	    {"cairn secret vote 1\n" KEY, STATUS_MALFORMED},
	    {"cairn secret vote 1\n" KEY "\n\n", STATUS_MALFORMED},
	    {"cairn secret vote 1\n" KEY " ", STATUS_MALFORMED},
	    {"cairn secret vote 1\n0" KEY "\n", STATUS_MALFORMED},
	    {"cairn secret vote 1\n" KEY KEY KEY KEY "\n", STATUS_MALFORMED},
	    {"cairn secret vote 1\n"
	     "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff\n",
	     STATUS_MALFORMED},
	};
	struct secret_key secret;

	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		write_text(CASES[i].text);
		if (CASES[i].status != STATUS_OK) {
			load_refused(CASES[i].status);
			continue;
		}
		ck_assert_int_eq(secret_file_load(&secret, path, SECRET_VOTE, &why), STATUS_OK);
		ck_assert_mem_eq(secret.bytes, from_hex(KEY).at, SECRET_KEY_SIZE);
	}
}
END_TEST

START_TEST(a_key_never_shows_in_a_message)
{
	write_text("cairn secret vote 1\n" KEY "\n\n");
	load_refused(STATUS_MALFORMED);
	ck_assert_ptr_null(strstr(why.text, "0011223344"));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("secret_file");
	TCase *cases = tcase_create("secret_file");

	tcase_add_checked_fixture(cases, start, NULL);
	tcase_add_test(cases, a_key_reads_back_as_it_was_made);
	tcase_add_test(cases, the_file_is_for_its_owner_alone_and_looks_as_written_down);
	tcase_add_test(cases, two_keys_differ);
	tcase_add_test(cases, a_key_is_never_overwritten);
	tcase_add_test(cases, a_key_is_not_loaded_for_another_purpose);
	tcase_add_test(cases, a_key_that_others_may_touch_is_refused);
	tcase_add_test(cases, a_key_of_another_user_is_refused);
	tcase_add_test(cases, a_link_or_a_folder_in_the_files_place_is_refused);
	tcase_add_test(cases, a_file_that_is_not_exactly_so_is_refused);
	tcase_add_test(cases, a_key_never_shows_in_a_message);
	suite_add_tcase(suite, cases);
	return suite;
}
