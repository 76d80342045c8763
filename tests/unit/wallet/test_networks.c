/* What is remembered of networks: it outlives the program, it is written whole or not at
 * all, and a file that somebody spoilt is named and never half believed. */
#include "tests/support/support.h"

#include "chain/base/text.h"
#include "wallet-cli/networks.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static struct networks networks;
static struct failure failure;

static const struct hash GENESIS = {{0xaa}}, OTHER = {{0xbb}}, ACCOUNT = {{1}};
static const struct public_key KEY = {{7}}, NEXT_KEY = {{8}};

static const char *path_of_file(void)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/networks.json", folder);
	return path;
}

static void write_file(const char *text)
{
	FILE *file = fopen(path_of_file(), "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void load(void)
{
	networks_close(&networks);
	ck_assert_int_eq(networks_load(&networks, folder, &failure), EXIT_CODE_OK);
}

static void save(void)
{
	ck_assert_int_eq(networks_save(&networks, &failure), EXIT_CODE_OK);
}

static void start(void)
{
	snprintf(folder, sizeof folder, "%s", scratch_folder());
	failure = (struct failure){0};
	load();
}

static void stop(void)
{
	networks_close(&networks);
}

START_TEST(nothing_is_known_at_first_and_nothing_is_written)
{
	struct hash genesis;
	struct public_key key;
	const char *name;

	ck_assert(!networks_node(&networks, "node", &genesis, &name));
	ck_assert(!networks_key(&networks, &GENESIS, &ACCOUNT, &key));
	save();
	ck_assert_int_ne(access(path_of_file(), F_OK), 0);
}
END_TEST

START_TEST(what_was_saved_is_there_the_next_time)
{
	struct hash genesis;
	struct public_key key;
	const char *name;
	struct stat facts;

	networks_set_node(&networks, "/a \"node\"", &GENESIS, "clinic");
	networks_set_key(&networks, &GENESIS, &ACCOUNT, &KEY);
	save();
	load();
	ck_assert(networks_node(&networks, "/a \"node\"", &genesis, &name));
	ck_assert(hash_equal(&genesis, &GENESIS));
	ck_assert_str_eq(name, "clinic");
	ck_assert(networks_key(&networks, &GENESIS, &ACCOUNT, &key));
	ck_assert_mem_eq(&key, &KEY, sizeof key);
	/* A key is one of a network: elsewhere the account still has its first. */
	ck_assert(!networks_key(&networks, &OTHER, &ACCOUNT, &key));
	ck_assert_int_eq(stat(path_of_file(), &facts), 0);
	ck_assert_int_eq(facts.st_mode & 0777, 0600);
}
END_TEST

START_TEST(the_newest_word_counts_and_an_old_one_is_not_written_again)
{
	struct public_key key;

	networks_set_key(&networks, &GENESIS, &ACCOUNT, &KEY);
	networks_set_key(&networks, &GENESIS, &ACCOUNT, &NEXT_KEY);
	save();
	load();
	ck_assert(networks_key(&networks, &GENESIS, &ACCOUNT, &key));
	ck_assert_mem_eq(&key, &NEXT_KEY, sizeof key);
	networks_set_key(&networks, &GENESIS, &ACCOUNT, &NEXT_KEY);
	ck_assert(!networks.is_changed);
}
END_TEST

START_TEST(without_a_folder_it_is_said_and_nothing_is_left_behind)
{
	networks_set_key(&networks, &GENESIS, &ACCOUNT, &KEY);
	ck_assert_int_eq(mkdir(path_of_file(), 0700), 0);
	ck_assert_int_eq(networks_save(&networks, &failure), EXIT_CODE_FAILURE);
	ck_assert_ptr_nonnull(strstr(failure.message, "networks.json cannot be written"));
	ck_assert_int_eq(rmdir(path_of_file()), 0);
	ck_assert_int_eq(rmdir(folder), 0); /* it is empty */
	ck_assert_int_eq(mkdir(folder, 0700), 0);
}
END_TEST

START_TEST(a_spoilt_file_is_named)
{
	static const char *const texts[] = {
	    "", "{", "[]", "7", "{\"nodes\":{},\"nodes\":{}}", "{\"nodes\":\xff}"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		networks_close(&networks);
		write_file(texts[i]);
		ck_assert_int_eq(networks_load(&networks, folder, &failure), EXIT_CODE_FAILURE);
		ck_assert_ptr_nonnull(strstr(failure.message, "networks.json is damaged"));
		ck_assert_ptr_null(networks.root);
	}
}
END_TEST

/* Members of another type are like none, and are replaced. */
START_TEST(a_file_of_another_shape_says_nothing)
{
	static const char *const texts[] = {
	    "{}",
	    "{\"nodes\":7,\"keys\":[]}",
	    "{\"nodes\":{\"node\":7},\"keys\":{\"x\":{}}}",
	    "{\"nodes\":{\"node\":{\"genesis\":7,\"network\":[]}}}",
	    "{\"nodes\":{\"node\":{\"genesis\":\"AA\"}},\"keys\":{\"x\":7}}",
	};
	struct hash genesis;
	struct public_key key;
	const char *name;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		write_file(texts[i]);
		load();
		ck_assert(!networks_node(&networks, "node", &genesis, &name));
		ck_assert_str_eq(name, "");
		ck_assert(!networks_key(&networks, &GENESIS, &ACCOUNT, &key));
		networks_set_node(&networks, "node", &GENESIS, "clinic");
		networks_set_key(&networks, &GENESIS, &ACCOUNT, &KEY);
		ck_assert(networks_node(&networks, "node", &genesis, &name));
		ck_assert(networks_key(&networks, &GENESIS, &ACCOUNT, &key));
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("networks");
	TCase *cases = tcase_create("networks");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, nothing_is_known_at_first_and_nothing_is_written);
	tcase_add_test(cases, what_was_saved_is_there_the_next_time);
	tcase_add_test(cases, the_newest_word_counts_and_an_old_one_is_not_written_again);
	tcase_add_test(cases, without_a_folder_it_is_said_and_nothing_is_left_behind);
	tcase_add_test(cases, a_spoilt_file_is_named);
	tcase_add_test(cases, a_file_of_another_shape_says_nothing);
	suite_add_tcase(suite, cases);
	return suite;
}
