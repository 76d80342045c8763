/* cairn account rotate: the new key is safe before anybody hears of it, the old one signs
 * until the change is final, and whatever breaks between leaves a wallet that can sign. */
#include "tests/unit/wallet/program.h"

#include "chain/crypto/address.h"
#include "wallet-cli/keystore/keystore.h"

/* -- What the wallet's file held when the new key arrived ------------------------------- */

static atomic_bool was_kept;
static const char *_Atomic kept_name;

/* As another program would find it after a crash at this very moment. */
static void look_into_the_file(const struct public_key *new_key)
{
	struct hash id = account_id_of_key(new_key);
	char wallets[128];
	struct keystore *keystore;
	size_t position;

	was_kept = false;
	snprintf(wallets, sizeof wallets, "%s/wallets", folder);
	if (keystore_load(&keystore, wallets, "default", NULL) != STATUS_OK)
		return;
	was_kept = keystore_find_account(&position, keystore, text_view(kept_name)) &&
	           hash_equal(&keystore_account(keystore, position)->id, &id);
	keystore_free(keystore);
}

/* A record that the ledger takes only if the account's current key has signed it. */
static void expect_signing(void)
{
	EXPECT(0, "record", "add", "notes", "hello");
}

/* The same without asking anybody for the key: by what the wallet remembers. */
static void expect_signing_offline(void)
{
	char genesis[HASH_HEX_SIZE];

	hex_encode(genesis, hash_view(&ledger.network.genesis));
	EXPECT(0, "tx", "build", "record.append", "stream=notes", "value=x", "-o",
	       path_of("tx"));
	EXPECT(0, "--node", "/nowhere/sock", "tx", "sign", path_of("tx"), "--genesis",
	       genesis);
	EXPECT(0, "tx", "send", path_of("tx"));
}

START_TEST(the_new_key_is_in_the_file_before_the_ledger_hears_of_it)
{
	make_wallet();
	ledger.on_new_key = look_into_the_file;
	kept_name = "main-key-2";
	EXPECT(0, "account", "rotate");
	ck_assert(is_txid(out));
	ck_assert_ptr_nonnull(strstr(notes, "main-key-2"));
	ck_assert(was_kept);
	ck_assert_uint_eq(fake_rotations(&ledger), 1);
	expect_signing();
	kept_name = "main-key-3";
	EXPECT(0, "account", "rotate", "-q");
	ck_assert_str_eq(notes, "");
	ck_assert(was_kept);
	ck_assert_uint_eq(fake_rotations(&ledger), 2);
	expect_signing();
	expect_signing_offline();
}
END_TEST

START_TEST(the_account_keeps_its_address)
{
	char before[sizeof out];

	make_wallet();
	EXPECT(0, "account", "list", "-q");
	snprintf(before, sizeof before, "%s", out);
	EXPECT(0, "account", "rotate");
	EXPECT(0, "account", "list", "-q");
	ck_assert_int_eq(strncmp(out, before, strlen(before)), 0);
	EXPECT(0, "wallet", "list");
}
END_TEST

START_TEST(a_change_that_is_refused_leaves_the_old_key_in_use)
{
	make_wallet();
	ledger.refuses_all = true;
	EXPECT(4, "account", "rotate");
	ledger.refuses_all = false;
	ck_assert_uint_eq(fake_rotations(&ledger), 0);
	expect_signing();
	expect_signing_offline();
	/* A key that was shown and not taken is not used a second time. */
	ledger.on_new_key = look_into_the_file;
	kept_name = "main-key-3";
	EXPECT(0, "account", "rotate");
	ck_assert(was_kept);
	expect_signing();
}
END_TEST

START_TEST(an_answer_that_is_cut_loses_neither_key)
{
	make_wallet();
	ledger.cut_every = 1;
	EXPECT(6, "account", "rotate");
	ledger.cut_every = 0;
	/* It had arrived and is final, though nobody said so: the node is asked. */
	ck_assert_uint_eq(fake_rotations(&ledger), 1);
	expect_signing();
	expect_signing_offline();
}
END_TEST

START_TEST(until_it_is_final_the_old_key_signs)
{
	make_wallet();
	expect_signing();
	ledger.makes_no_blocks = true;
	EXPECT(0, "account", "rotate", "--wait", "pending");
	ck_assert_uint_eq(fake_rotations(&ledger), 0);
	/* It is lost, and then nothing has happened. */
	ledger.forget_at = 1;
	EXPECT(0, "tx", "build", "record.append", "stream=notes", "value=x", "-o",
	       path_of("tx"));
	EXPECT(0, "--node", "/nowhere/sock", "tx", "sign", path_of("tx"), "--genesis",
	       "fa00000000000000000000000000000000000000000000000000000000000000");
	EXPECT(0, "tx", "send", path_of("tx"), "--wait", "pending");
	ledger.makes_no_blocks = false;
	expect_signing();
	expect_signing_offline();
	ck_assert_uint_eq(fake_rotations(&ledger), 0);
}
END_TEST

START_TEST(words_bring_the_changed_key_back)
{
	make_wallet();
	EXPECT(0, "account", "rotate");
	EXPECT(0, "wallet", "show", "--words");
	write_file("words", out);
	EXPECT(0, "wallet", "restore", "again", "--words-file", path_of("words"),
	       "--passphrase-file", path_of("empty"), "-q");
	/* The first key alone does not do, and the sentence says what does. */
	EXPECT(4, "--wallet", "again", "record", "add", "notes", "x");
	ck_assert_ptr_nonnull(strstr(notes, "'cairn account new'"));
	EXPECT(0, "--wallet", "again", "account", "new", "next", "-q");
	EXPECT(0, "--wallet", "again", "record", "add", "notes", "x");
}
END_TEST

START_TEST(a_locked_wallet_changes_no_key)
{
	write_file("right", "correct horse\n");
	write_file("wrong", "battery\n");
	EXPECT(0, "wallet", "new", "--passphrase-file", path_of("right"), "-q");
	EXPECT(9, "account", "rotate", "--passphrase-file", path_of("wrong"));
	EXPECT(0, "account", "list", "-q");
	ck_assert_ptr_eq(strchr(out, '\n'), out + strlen(out) - 1); /* one account */
	EXPECT(0, "account", "rotate", "--passphrase-file", path_of("right"));
	EXPECT(0, "record", "add", "notes", "x", "--passphrase-file", path_of("right"));
}
END_TEST

START_TEST(a_file_that_cannot_be_written_sends_nothing)
{
	size_t sent;

	make_wallet();
	expect_signing();
	sent = fake_tx_count(&ledger);
	/* Where the new file would be written there is a folder. */
	ck_assert_int_eq(mkdir(path_of("wallets/default.wallet.new"), 0700), 0);
	EXPECT(1, "account", "rotate");
	ck_assert_uint_eq(fake_tx_count(&ledger), sent);
	ck_assert_int_eq(rmdir(path_of("wallets/default.wallet.new")), 0);
	expect_signing();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rotate");
	TCase *cases = tcase_create("rotate");

	tcase_set_timeout(cases, 60);
	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, the_new_key_is_in_the_file_before_the_ledger_hears_of_it);
	tcase_add_test(cases, the_account_keeps_its_address);
	tcase_add_test(cases, a_change_that_is_refused_leaves_the_old_key_in_use);
	tcase_add_test(cases, an_answer_that_is_cut_loses_neither_key);
	tcase_add_test(cases, until_it_is_final_the_old_key_signs);
	tcase_add_test(cases, words_bring_the_changed_key_back);
	tcase_add_test(cases, a_locked_wallet_changes_no_key);
	tcase_add_test(cases, a_file_that_cannot_be_written_sends_nothing);
	suite_add_tcase(suite, cases);
	return suite;
}
