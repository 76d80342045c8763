/* Files of wallets: replaced whole or not at all, and only their owner's. */
#include "tests/support/support.h"

#include "chain/crypto/hash.h"
#include "wallet-cli/keystore/wallet_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static uint8_t read_back[KEYSTORE_SIZE_MAX];
static size_t read_size;

static void open_folder(void)
{
	snprintf(folder, sizeof folder, "%s", scratch_folder());
}

static const char *path_of(const char *file)
{
	static char path[WALLET_PATH_SIZE];

	snprintf(path, sizeof path, "%s/%s", folder, file);
	return path;
}

static void assert_holds(const char *name, const char *text)
{
	struct why why = {{0}};

	ck_assert_msg(wallet_file_read(read_back, &read_size, folder, name, &why) ==
	                  STATUS_OK,
	              "%s", why.text);
	ck_assert_uint_eq(read_size, strlen(text));
	ck_assert_mem_eq(read_back, text, read_size);
}

static size_t files_in_folder(void)
{
	DIR *open = opendir(folder);
	size_t count = 0;

	ck_assert_ptr_nonnull(open);
	while (readdir(open))
		count++;
	closedir(open);
	return count - 2; /* . and .. */
}

static void create(const char *name, const char *text)
{
	struct why why = {{0}};

	ck_assert_msg(wallet_file_create(folder, name, text_view(text), &why) == STATUS_OK,
	              "%s", why.text);
}

START_TEST(a_new_file_is_its_owners_alone_whatever_the_umask)
{
	struct stat facts;

	umask(0);
	create("alice", "one");
	ck_assert_int_eq(stat(path_of("alice.wallet"), &facts), 0);
	ck_assert_int_eq(facts.st_mode & 07777, 0600);
	assert_holds("alice", "one");
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(a_missing_folder_is_made_for_its_owner_alone)
{
	struct stat facts;

	umask(0);
	strcat(folder, "/wallets");
	create("alice", "one");
	ck_assert_int_eq(stat(folder, &facts), 0);
	ck_assert_int_eq(facts.st_mode & 07777, 0700);
	assert_holds("alice", "one");
}
END_TEST

START_TEST(an_existing_wallet_is_never_overwritten)
{
	struct why why = {{0}};

	create("alice", "one");
	ck_assert_int_eq(wallet_file_create(folder, "alice", text_view("two"), &why),
	                 STATUS_STORAGE);
	ck_assert_ptr_nonnull(strstr(why.text, "there is a wallet alice already"));
	assert_holds("alice", "one");
	/* Neither is a link to nowhere that has its name. */
	ck_assert_int_eq(symlink("nowhere", path_of("bob.wallet")), 0);
	ck_assert_int_eq(wallet_file_create(folder, "bob", text_view("two"), &why),
	                 STATUS_STORAGE);
	ck_assert_uint_eq(files_in_folder(), 2);
}
END_TEST

static struct hash hash_of_text(const char *text)
{
	return hash_of(text_view(text));
}

START_TEST(a_file_is_replaced_only_if_it_is_the_one_that_was_read)
{
	struct hash one = hash_of_text("one");
	struct hash two = hash_of_text("two");
	struct why why = {{0}};

	create("alice", "one");
	ck_assert_int_eq(wallet_file_replace(folder, "alice", &two, text_view("three"), &why),
	                 STATUS_BUSY);
	ck_assert_ptr_nonnull(strstr(why.text, "another program has changed"));
	assert_holds("alice", "one");
	ck_assert_int_eq(wallet_file_replace(folder, "alice", &one, text_view("two"), &why),
	                 STATUS_OK);
	assert_holds("alice", "two");
	ck_assert_int_eq(wallet_file_replace(folder, "bob", &one, text_view("two"), &why),
	                 STATUS_NOT_FOUND);
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(what_a_crash_left_behind_does_not_hinder_the_next_write)
{
	struct hash one = hash_of_text("one");
	int left;

	create("alice", "one");
	left = open(path_of("alice.wallet.new"), O_WRONLY | O_CREAT, 0644);
	ck_assert_int_ge(left, 0);
	ck_assert_int_eq(write(left, "half", 4), 4);
	close(left);
	assert_holds("alice", "one");
	ck_assert_int_eq(wallet_file_replace(folder, "alice", &one, text_view("two"), NULL),
	                 STATUS_OK);
	assert_holds("alice", "two");
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

/* The kernel stops the write after `_i` bytes, as a full disk would. */
START_TEST(a_failed_write_leaves_the_old_file_and_nothing_else)
{
	struct hash one = hash_of_text("one");
	struct rlimit limit;
	struct why why = {{0}};

	create("alice", "one");
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = (rlim_t)_i;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(
	    wallet_file_replace(folder, "alice", &one, text_view("twelve bytes"), &why),
	    STATUS_STORAGE);
	ck_assert_int_eq(wallet_file_create(folder, "bob", text_view("twelve bytes"), &why),
	                 STATUS_STORAGE);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_ptr_nonnull(strstr(why.text, "bob.wallet.new"));
	assert_holds("alice", "one");
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(a_temporary_name_that_is_taken_by_a_folder_stops_the_write)
{
	struct hash one = hash_of_text("one");
	struct why why = {{0}};

	create("alice", "one");
	ck_assert_int_eq(mkdir(path_of("alice.wallet.new"), 0700), 0);
	ck_assert_int_eq(wallet_file_replace(folder, "alice", &one, text_view("two"), &why),
	                 STATUS_STORAGE);
	assert_holds("alice", "one");
}
END_TEST

static const unsigned OPEN_MODES[] = {0640, 0604, 0620, 0602, 0610, 0601, 0666, 0777};

START_TEST(a_file_that_others_may_touch_is_refused_with_the_remedy)
{
	struct why why = {{0}};
	char remedy[WALLET_PATH_SIZE];

	create("alice", "one");
	ck_assert_int_eq(chmod(path_of("alice.wallet"), OPEN_MODES[_i]), 0);
	ck_assert_int_eq(wallet_file_read(read_back, &read_size, folder, "alice", &why),
	                 STATUS_STORAGE);
	snprintf(remedy, sizeof remedy, "chmod 600 %s/alice.wallet", folder);
	ck_assert_msg(strstr(why.text, remedy) != NULL, "%s", why.text);
	ck_assert_int_eq(chmod(path_of("alice.wallet"), 0600), 0);
	assert_holds("alice", "one");
	ck_assert_int_eq(chmod(path_of("alice.wallet"), 0400), 0);
	assert_holds("alice", "one");
}
END_TEST

START_TEST(what_is_no_ordinary_file_is_refused_at_once)
{
	struct why why = {{0}};

	ck_assert_int_eq(mkfifo(path_of("pipe.wallet"), 0600), 0);
	ck_assert_int_eq(wallet_file_read(read_back, &read_size, folder, "pipe", &why),
	                 STATUS_STORAGE);
	ck_assert_ptr_nonnull(strstr(why.text, "no ordinary file"));
	ck_assert_int_eq(mkdir(path_of("folder.wallet"), 0700), 0);
	ck_assert_int_eq(wallet_file_read(read_back, &read_size, folder, "folder", &why),
	                 STATUS_STORAGE);
}
END_TEST

START_TEST(a_link_is_read_but_not_replaced)
{
	struct hash one = hash_of_text("one");
	struct why why = {{0}};
	char target[WALLET_PATH_SIZE];

	create("alice", "one");
	snprintf(target, sizeof target, "%s", path_of("alice.wallet"));
	ck_assert_int_eq(symlink(target, path_of("link.wallet")), 0);
	assert_holds("link", "one");
	ck_assert_int_eq(wallet_file_replace(folder, "link", &one, text_view("two"), &why),
	                 STATUS_STORAGE);
	ck_assert_ptr_nonnull(strstr(why.text, "is a link"));
	assert_holds("alice", "one");
}
END_TEST

START_TEST(a_file_larger_than_any_wallet_is_refused)
{
	create("alice", "one");
	ck_assert_int_eq(truncate(path_of("alice.wallet"), KEYSTORE_SIZE_MAX), 0);
	ck_assert_int_eq(wallet_file_read(read_back, &read_size, folder, "alice", NULL),
	                 STATUS_OK);
	ck_assert_uint_eq(read_size, KEYSTORE_SIZE_MAX);
	ck_assert_int_eq(truncate(path_of("alice.wallet"), KEYSTORE_SIZE_MAX + 1), 0);
	ck_assert_int_eq(wallet_file_read(read_back, &read_size, folder, "alice", NULL),
	                 STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_name_cannot_lead_out_of_the_folder)
{
	static const char *const names[] = {"", ".", "..", "../alice", "a/b", ".a", "a\nb"};
	struct hash one = hash_of_text("one");

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ck_assert_int_eq(wallet_file_create(folder, names[i], text_view("x"), NULL),
		                 STATUS_MALFORMED);
		ck_assert_int_eq(wallet_file_read(read_back, &read_size, folder, names[i], NULL),
		                 STATUS_MALFORMED);
		ck_assert_int_eq(
		    wallet_file_replace(folder, names[i], &one, text_view("x"), NULL),
		    STATUS_MALFORMED);
	}
	ck_assert_uint_eq(files_in_folder(), 0);
}
END_TEST

START_TEST(a_missing_wallet_is_said_to_be_missing)
{
	struct why why = {{0}};

	ck_assert_int_eq(wallet_file_read(read_back, &read_size, folder, "alice", &why),
	                 STATUS_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(why.text, "there is no wallet alice"));
}
END_TEST

START_TEST(a_list_has_the_wallets_in_order_and_nothing_else)
{
	static const char *const others[] = {"x.wallet.new", "notes.txt", ".hidden.wallet",
	                                     ".wallet",      "wallet",    "a b.wallet"};
	struct wallet_names names;

	create("charlie", "3");
	create("alice", "1");
	create("bob.wallet", "2");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		int file = open(path_of(others[i]), O_WRONLY | O_CREAT, 0600);

		ck_assert_int_ge(file, 0);
		close(file);
	}
	ck_assert_int_eq(wallet_file_list(&names, folder, NULL), STATUS_OK);
	ck_assert_uint_eq(names.count, 3);
	ck_assert_str_eq(names.names[0], "alice");
	ck_assert_str_eq(names.names[1], "bob.wallet");
	ck_assert_str_eq(names.names[2], "charlie");
	wallet_names_close(&names);
}
END_TEST

START_TEST(a_folder_that_is_not_there_has_no_wallets)
{
	struct wallet_names names;

	ck_assert_int_eq(wallet_file_list(&names, path_of("none"), NULL), STATUS_OK);
	ck_assert_uint_eq(names.count, 0);
	wallet_names_close(&names);
	create("alice", "1");
	ck_assert_int_eq(wallet_file_list(&names, path_of("alice.wallet"), NULL),
	                 STATUS_STORAGE);
}
END_TEST

/* Many writers that each read, add a letter and replace: every letter of every writer
 * must be there in the end, because who comes second is told so. */
enum { WRITERS = 4, LETTERS = 25 };

struct letter_writer {
	pthread_t thread;
	uint8_t letter;
	enum status status; /* the first that is neither done nor busy */
};

static void *add_letters(void *argument)
{
	struct letter_writer *writer = argument;

	for (int added = 0; added < LETTERS && writer->status == STATUS_OK;) {
		uint8_t bytes[KEYSTORE_SIZE_MAX];
		size_t size;
		struct hash old;

		writer->status = wallet_file_read(bytes, &size, folder, "shared", NULL);
		if (writer->status != STATUS_OK)
			break;
		old = hash_of(bytes_view(bytes, size));
		bytes[size] = writer->letter;
		writer->status = wallet_file_replace(folder, "shared", &old,
		                                     bytes_view(bytes, size + 1), NULL);
		if (writer->status == STATUS_OK)
			added++;
		else if (writer->status == STATUS_BUSY)
			writer->status = STATUS_OK;
	}
	return NULL;
}

START_TEST(writers_at_the_same_time_lose_nothing)
{
	struct letter_writer writers[WRITERS] = {0};
	size_t seen[WRITERS] = {0};

	create("shared", "");
	for (size_t i = 0; i < WRITERS; i++) {
		writers[i].letter = (uint8_t)i;
		ck_assert_int_eq(
		    pthread_create(&writers[i].thread, NULL, add_letters, &writers[i]), 0);
	}
	for (size_t i = 0; i < WRITERS; i++) {
		ck_assert_int_eq(pthread_join(writers[i].thread, NULL), 0);
		ck_assert_int_eq(writers[i].status, STATUS_OK);
	}
	ck_assert_int_eq(wallet_file_read(read_back, &read_size, folder, "shared", NULL),
	                 STATUS_OK);
	ck_assert_uint_eq(read_size, WRITERS * LETTERS);
	for (size_t i = 0; i < read_size; i++)
		seen[read_back[i]]++;
	for (size_t i = 0; i < WRITERS; i++)
		ck_assert_uint_eq(seen[i], LETTERS);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("wallet_file");
	TCase *tests = tcase_create("wallet_file");

	tcase_add_checked_fixture(tests, open_folder, NULL);
	tcase_add_test(tests, a_new_file_is_its_owners_alone_whatever_the_umask);
	tcase_add_test(tests, a_missing_folder_is_made_for_its_owner_alone);
	tcase_add_test(tests, an_existing_wallet_is_never_overwritten);
	tcase_add_test(tests, a_file_is_replaced_only_if_it_is_the_one_that_was_read);
	tcase_add_test(tests, what_a_crash_left_behind_does_not_hinder_the_next_write);
	tcase_add_loop_test(tests, a_failed_write_leaves_the_old_file_and_nothing_else, 0,
	                    12);
	tcase_add_test(tests, a_temporary_name_that_is_taken_by_a_folder_stops_the_write);
	tcase_add_loop_test(tests, a_file_that_others_may_touch_is_refused_with_the_remedy, 0,
	                    (int)(sizeof OPEN_MODES / sizeof *OPEN_MODES));
	tcase_add_test(tests, what_is_no_ordinary_file_is_refused_at_once);
	tcase_add_test(tests, a_link_is_read_but_not_replaced);
	tcase_add_test(tests, a_file_larger_than_any_wallet_is_refused);
	tcase_add_test(tests, a_name_cannot_lead_out_of_the_folder);
	tcase_add_test(tests, a_missing_wallet_is_said_to_be_missing);
	tcase_add_test(tests, a_list_has_the_wallets_in_order_and_nothing_else);
	tcase_add_test(tests, a_folder_that_is_not_there_has_no_wallets);
	tcase_add_test(tests, writers_at_the_same_time_lose_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
