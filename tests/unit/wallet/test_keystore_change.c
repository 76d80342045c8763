/* Wallets that change, and files that cannot be trusted: a change is whole or not at all.
 */
#include "tests/unit/wallet/scene.h"

#include "chain/base/memory.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- Changing ----------------------------------------------------------------------- */

START_TEST(an_account_is_in_the_file_when_it_is_added)
{
	size_t position;

	create("alice", PASSPHRASE);
	add_account("sales");
	load("alice");
	ck_assert_uint_eq(keystore_account_count(keystore), 2);
	ck_assert(keystore_find_account(&position, keystore, text_view("sales")));
	ck_assert_uint_eq(position, 1);
	ck_assert(!keystore_find_account(&position, keystore, text_view("sale")));
	unlock(PASSPHRASE);
	add_account("third");
	ck_assert_uint_eq(keystore_account(keystore, 2)->number, 2);
}
END_TEST

START_TEST(an_account_name_is_used_once)
{
	size_t position;

	create("alice", PASSPHRASE);
	ck_assert_int_eq(
	    keystore_add_account(&position, keystore, text_view("default"), &why),
	    STATUS_MALFORMED);
	ck_assert_ptr_nonnull(strstr(why.text, "has an account with the name default"));
	ck_assert_int_eq(keystore_add_account(&position, keystore, text_view("a/b"), &why),
	                 STATUS_MALFORMED);
	ck_assert_uint_eq(keystore_account_count(keystore), 1);
}
END_TEST

START_TEST(a_wallet_is_full_in_the_end)
{
	char name[16];
	size_t position;

	create("alice", PASSPHRASE);
	for (int i = 1; i < KEYSTORE_ACCOUNTS_MAX; i++) {
		snprintf(name, sizeof name, "a%d", i);
		add_account(name);
	}
	ck_assert_int_eq(keystore_add_account(&position, keystore, text_view("more"), &why),
	                 STATUS_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(why.text, "full"));
	load("alice");
	ck_assert_uint_eq(keystore_account_count(keystore), KEYSTORE_ACCOUNTS_MAX);
}
END_TEST

START_TEST(a_locked_wallet_changes_nothing_and_shows_nothing)
{
	struct hash before;
	struct hash after;
	size_t position;
	char words[WORDS_TEXT_SIZE];

	create("alice", PASSPHRASE);
	keystore_lock(keystore);
	before = file_hash("alice");
	ck_assert_int_eq(keystore_add_account(&position, keystore, text_view("x"), &why),
	                 STATUS_LOCKED);
	ck_assert_int_eq(keystore_change_passphrase(keystore, text_view("x"), &CHEAP, &why),
	                 STATUS_LOCKED);
	ck_assert_int_eq(keystore_words(words, keystore, &why), STATUS_LOCKED);
	after = file_hash("alice");
	ck_assert(hash_equal(&before, &after));
}
END_TEST

START_TEST(after_a_change_only_the_new_passphrase_opens)
{
	char words[WORDS_TEXT_SIZE];

	create("alice", PASSPHRASE);
	ck_assert_int_eq(keystore_change_passphrase(keystore, text_view("new"), &CHEAP, &why),
	                 STATUS_OK);
	add_account("sales"); /* with the new key */
	load("alice");
	ck_assert_int_eq(keystore_unlock(keystore, text_view(PASSPHRASE), &why),
	                 STATUS_LOCKED);
	unlock("new");
	ck_assert_int_eq(keystore_words(words, keystore, &why), STATUS_OK);
	ck_assert_str_eq(words, WORDS);
	/* To none, and from none. */
	ck_assert_int_eq(keystore_change_passphrase(keystore, text_view(""), NULL, &why),
	                 STATUS_OK);
	load("alice");
	ck_assert(!keystore_has_passphrase(keystore));
	unlock("");
	ck_assert_int_eq(
	    keystore_change_passphrase(keystore, text_view(PASSPHRASE), &CHEAP, &why),
	    STATUS_OK);
	load("alice");
	ck_assert(keystore_has_passphrase(keystore));
	unlock(PASSPHRASE);
}
END_TEST

/* The salt, and the nonce behind it, in the file that was written last. */
static struct keystore_file written(void)
{
	static uint8_t bytes[KEYSTORE_SIZE_MAX];
	struct keystore_file file;
	size_t size;

	ck_assert_int_eq(wallet_file_read(bytes, &size, folder, "alice", NULL), STATUS_OK);
	ck_assert_int_eq(keystore_file_decode(&file, bytes_view(bytes, size), NULL),
	                 STATUS_OK);
	return file;
}

/* One key and one nonce seal once: a second text under both would give both away. */
START_TEST(no_key_and_nonce_seal_twice)
{
	struct keystore_file before;
	struct keystore_file after;
	char name[16];

	create("alice", PASSPHRASE);
	for (int i = 0; i < 10; i++) {
		before = written();
		snprintf(name, sizeof name, "a%d", i);
		add_account(name);
		after = written();
		ck_assert_mem_eq(&before.salt, &after.salt, sizeof after.salt);
		ck_assert_mem_ne(&before.nonce, &after.nonce, sizeof after.nonce);
	}
	before = after;
	ck_assert_int_eq(
	    keystore_change_passphrase(keystore, text_view(PASSPHRASE), &CHEAP, &why),
	    STATUS_OK);
	after = written();
	ck_assert_mem_ne(&before.salt, &after.salt, sizeof after.salt);
	ck_assert_mem_ne(&before.check, &after.check, sizeof after.check);
}
END_TEST

START_TEST(two_programs_do_not_overwrite_each_other)
{
	struct keystore *other;
	size_t position;

	create("alice", PASSPHRASE);
	ck_assert_int_eq(keystore_load(&other, folder, "alice", &why), STATUS_OK);
	ck_assert_int_eq(keystore_unlock(other, text_view(PASSPHRASE), &why), STATUS_OK);
	add_account("mine");
	ck_assert_int_eq(keystore_add_account(&position, other, text_view("theirs"), &why),
	                 STATUS_BUSY);
	ck_assert_uint_eq(keystore_account_count(other), 1);
	keystore_free(other);
	load("alice");
	ck_assert_str_eq(keystore_account(keystore, 1)->name, "mine");
}
END_TEST

/* A disk that is full after `_i` bytes of the new file. */
START_TEST(a_failed_write_leaves_the_old_wallet_on_disk_and_in_memory)
{
	struct rlimit limit;
	struct hash before;
	struct hash after;
	size_t position;

	create("alice", PASSPHRASE);
	before = file_hash("alice");
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = (rlim_t)_i;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(keystore_add_account(&position, keystore, text_view("x"), &why),
	                 STATUS_STORAGE);
	ck_assert_int_eq(keystore_change_passphrase(keystore, text_view("x"), &CHEAP, &why),
	                 STATUS_STORAGE);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	after = file_hash("alice");
	ck_assert(hash_equal(&before, &after));
	ck_assert_uint_eq(keystore_account_count(keystore), 1);
	/* And it goes on from there, with the old passphrase. */
	add_account("x");
	load("alice");
	unlock(PASSPHRASE);
	ck_assert_uint_eq(keystore_account_count(keystore), 2);
}
END_TEST

START_TEST(without_memory_everything_stays_as_it_was)
{
	struct keystore_plan plan = plan_for("bob", PASSPHRASE);
	unsigned long nth = 0;
	size_t position;
	enum status status;

	create("alice", PASSPHRASE);
	do {
		memory_fail_at(++nth, 0);
		status = keystore_add_account(&position, keystore, text_view("x"), &why);
		memory_fail_at(0, 0);
		ck_assert(status == STATUS_OK || status == STATUS_MEMORY);
		ck_assert_uint_eq(keystore_account_count(keystore), status == STATUS_OK ? 2 : 1);
	} while (status != STATUS_OK);
	ck_assert_uint_gt(nth, 3);
	load("alice");
	nth = 0;
	do {
		memory_fail_at(++nth, 0);
		status = keystore_unlock(keystore, text_view(PASSPHRASE), &why);
		memory_fail_at(0, 0);
		ck_assert(status == STATUS_OK || status == STATUS_MEMORY);
		ck_assert(keystore_is_unlocked(keystore) == (status == STATUS_OK));
	} while (status != STATUS_OK);
	close_wallet();
	nth = 0;
	do {
		memory_fail_at(++nth, 0);
		status = keystore_create(&keystore, &plan, &why);
		memory_fail_at(0, 0);
		ck_assert(status == STATUS_OK || status == STATUS_MEMORY);
		ck_assert((keystore != NULL) == (status == STATUS_OK));
	} while (status != STATUS_OK);
}
END_TEST

/* -- Bad files ----------------------------------------------------------------------- */

static uint8_t whole[KEYSTORE_SIZE_MAX];
static size_t whole_size;

static void read_whole(void)
{
	ck_assert_int_eq(wallet_file_read(whole, &whole_size, folder, "alice", NULL),
	                 STATUS_OK);
}

static void write_whole(size_t size)
{
	int file = open(path_of("alice.wallet"), O_WRONLY | O_TRUNC);

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(write(file, whole, size), (ssize_t)size);
	close(file);
}

static void mend_hash(void)
{
	struct hash digest = hash_of(bytes_view(whole, whole_size - HASH_SIZE));

	memcpy(whole + whole_size - HASH_SIZE, digest.bytes, HASH_SIZE);
}

START_TEST(every_byte_of_the_file_counts)
{
	create("alice", PASSPHRASE);
	close_wallet();
	read_whole();
	for (size_t i = 0; i < whole_size; i++) {
		enum status status;

		whole[i] ^= 0x10;
		write_whole(whole_size);
		status = keystore_load(&keystore, folder, "alice", &why);
		ck_assert_int_eq(status, i < 8 ? STATUS_FOREIGN : STATUS_CORRUPT);
		ck_assert_ptr_null(keystore);
		ck_assert_ptr_nonnull(strstr(why.text, "wallet alice: "));
		whole[i] ^= 0x10;
	}
	write_whole(whole_size);
	load("alice");
	unlock(PASSPHRASE);
}
END_TEST

START_TEST(a_file_cut_at_any_length_is_refused)
{
	create("alice", PASSPHRASE);
	close_wallet();
	read_whole();
	for (size_t size = 0; size < whole_size; size++) {
		write_whole(size);
		ck_assert_int_eq(keystore_load(&keystore, folder, "alice", &why), STATUS_CORRUPT);
	}
}
END_TEST

/* An address changed by somebody who cannot know the passphrase, and who mends the hash:
 * a listing shows it, but the wallet no longer opens. */
START_TEST(a_forged_address_is_found_when_the_wallet_is_unlocked)
{
	create("alice", PASSPHRASE);
	close_wallet();
	read_whole();
	whole[109 + 4] ^= 1; /* the first byte of the first account's id */
	mend_hash();
	write_whole(whole_size);
	load("alice");
	ck_assert_int_eq(keystore_unlock(keystore, text_view(PASSPHRASE), &why),
	                 STATUS_CORRUPT);
	ck_assert_str_eq(why.text, "wallet alice: the passphrase is right, but somebody has "
	                           "changed the file");
	ck_assert_int_eq(keystore_unlock(keystore, text_view("x"), &why), STATUS_LOCKED);
}
END_TEST

START_TEST(a_file_that_orders_100_gigabytes_is_refused)
{
	create("alice", PASSPHRASE);
	close_wallet();
	read_whole();
	put_le32(whole + 10, 1 << 27); /* N; with r = 8, 128 GiB */
	put_le32(whole + 14, 8);
	mend_hash();
	write_whole(whole_size);
	ck_assert_int_eq(keystore_load(&keystore, folder, "alice", &why), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_file_that_others_can_read_is_refused)
{
	create("alice", PASSPHRASE);
	close_wallet();
	ck_assert_int_eq(chmod(path_of("alice.wallet"), 0644), 0);
	ck_assert_int_eq(keystore_load(&keystore, folder, "alice", &why), STATUS_STORAGE);
	ck_assert_ptr_nonnull(strstr(why.text, "chmod 600"));
}
END_TEST

START_TEST(a_missing_wallet_is_not_found)
{
	ck_assert_int_eq(keystore_load(&keystore, folder, "nobody", &why), STATUS_NOT_FOUND);
	ck_assert_ptr_null(keystore);
}
END_TEST

static TCase *changing_tests(void)
{
	TCase *tests = tcase_create("changing");

	tcase_add_checked_fixture(tests, open_folder, close_wallet);
	tcase_add_test(tests, an_account_is_in_the_file_when_it_is_added);
	tcase_add_test(tests, an_account_name_is_used_once);
	tcase_add_test(tests, a_wallet_is_full_in_the_end);
	tcase_add_test(tests, a_locked_wallet_changes_nothing_and_shows_nothing);
	tcase_add_test(tests, after_a_change_only_the_new_passphrase_opens);
	tcase_add_test(tests, no_key_and_nonce_seal_twice);
	tcase_add_test(tests, two_programs_do_not_overwrite_each_other);
	tcase_add_loop_test(tests, a_failed_write_leaves_the_old_wallet_on_disk_and_in_memory,
	                    0, 3);
	tcase_add_test(tests, without_memory_everything_stays_as_it_was);
	return tests;
}

static TCase *bad_file_tests(void)
{
	TCase *tests = tcase_create("bad_files");

	tcase_add_checked_fixture(tests, open_folder, close_wallet);
	tcase_add_test(tests, every_byte_of_the_file_counts);
	tcase_add_test(tests, a_file_cut_at_any_length_is_refused);
	tcase_add_test(tests, a_forged_address_is_found_when_the_wallet_is_unlocked);
	tcase_add_test(tests, a_file_that_orders_100_gigabytes_is_refused);
	tcase_add_test(tests, a_file_that_others_can_read_is_refused);
	tcase_add_test(tests, a_missing_wallet_is_not_found);
	return tests;
}

Suite *test_suite(void)
{
	Suite *suite = suite_create("keystore_change");

	suite_add_tcase(suite, changing_tests());
	suite_add_tcase(suite, bad_file_tests());
	return suite;
}
