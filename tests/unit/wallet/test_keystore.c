/* Wallets as people use them: made, restored, opened, used for signing. */
#include "tests/unit/wallet/scene.h"

#include "chain/crypto/address.h"
#include "chain/crypto/keys.h"

#include <unistd.h>

/* -- Making and opening ---------------------------------------------------------------
 */

START_TEST(a_wallet_is_listed_locked_and_signs_unlocked)
{
	struct hash message = {{7}};
	struct signature signature;
	struct public_key key;
	struct hash id;

	create("alice", PASSPHRASE);
	ck_assert(keystore_is_unlocked(keystore));
	id = keystore_account(keystore, 0)->id;
	load("alice");
	ck_assert(!keystore_is_unlocked(keystore));
	ck_assert(keystore_has_passphrase(keystore));
	ck_assert_str_eq(keystore_name(keystore), "alice");
	ck_assert_uint_eq(keystore_created_ms(keystore), UINT64_C(1790000000123));
	ck_assert_uint_eq(keystore_account_count(keystore), 1);
	ck_assert_str_eq(keystore_account(keystore, 0)->name, "default");
	ck_assert(hash_equal(&keystore_account(keystore, 0)->id, &id));
	ck_assert_int_eq(keystore_sign(&signature, &key, keystore, 0, &message, &why),
	                 STATUS_LOCKED);
	ck_assert_ptr_nonnull(strstr(why.text, "wallet alice is locked"));
	unlock(PASSPHRASE);
	ck_assert_int_eq(keystore_sign(&signature, &key, keystore, 0, &message, &why),
	                 STATUS_OK);
	ck_assert(signature_is_valid(&signature, &message, &key));
	id = account_id_of_key(&key);
	ck_assert(hash_equal(&keystore_account(keystore, 0)->id, &id));
}
END_TEST

/* The accounts of BIP-39's second english vector without a passphrase, computed apart
 * from this program down m/1747'/0'/0' and m/1747'/0'/1'. Whoever changes them loses
 * everybody's keys. */
START_TEST(words_open_the_accounts_that_they_always_opened)
{
	struct hash first =
		hash_from_hex("fc5cc0232b5517bcfc42bb5f3475f9173721c1968fd50d475fa8833aa8f72441");
	struct hash second =
		hash_from_hex("27c33b98b1f7633e7ea5de5a28688338e861c1f51e01ff2158a5b2e06e0088ae");

	create("alice", "");
	add_account("second");
	ck_assert(hash_equal(&keystore_account(keystore, 0)->id, &first));
	ck_assert(hash_equal(&keystore_account(keystore, 1)->id, &second));
}
END_TEST

START_TEST(a_restored_wallet_has_the_same_accounts_in_the_same_order)
{
	char words[WORDS_TEXT_SIZE];
	struct hash ids[3];

	create("alice", PASSPHRASE);
	add_account("sales");
	add_account("lab");
	for (size_t i = 0; i < 3; i++)
		ids[i] = keystore_account(keystore, i)->id;
	ck_assert_int_eq(keystore_words(words, keystore, &why), STATUS_OK);
	ck_assert_str_eq(words, WORDS);
	ck_assert_int_eq(words_decode(&entropy, text_view(words), NULL), STATUS_OK);
	create("again", "another one");
	add_account("x");
	add_account("y");
	for (size_t i = 0; i < 3; i++) {
		ck_assert(hash_equal(&keystore_account(keystore, i)->id, &ids[i]));
		for (size_t k = 0; k < i; k++)
			ck_assert(!hash_equal(&ids[i], &ids[k]));
	}
}
END_TEST

START_TEST(the_words_own_passphrase_makes_another_wallet_and_is_kept)
{
	struct keystore_plan plan = plan_for("alice", PASSPHRASE);
	struct hash plain;
	struct hash other;

	create("plain", PASSPHRASE);
	plain = keystore_account(keystore, 0)->id;
	close_wallet();
	plan.words_passphrase = text_view("TREZOR");
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_OK);
	other = keystore_account(keystore, 0)->id;
	ck_assert(!hash_equal(&plain, &other));
	load("alice");
	ck_assert_uint_eq(keystore_words_passphrase(keystore).size, 0); /* still locked */
	unlock(PASSPHRASE);
	ck_assert(bytes_equal(keystore_words_passphrase(keystore), text_view("TREZOR")));
	add_account("second");
	load("alice");
	ck_assert(hash_equal(&keystore_account(keystore, 0)->id, &other));
}
END_TEST

START_TEST(a_words_passphrase_outside_ascii_makes_no_wallet)
{
	struct keystore_plan plan = plan_for("alice", PASSPHRASE);

	plan.words_passphrase = text_view("\xc3\xbc");
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_MALFORMED);
	ck_assert_ptr_null(keystore);
	ck_assert_ptr_nonnull(strstr(why.text, "ASCII"));
	ck_assert_int_eq(access(path_of("alice.wallet"), F_OK), -1);
}
END_TEST

START_TEST(without_a_passphrase_a_wallet_opens_silently_and_at_once)
{
	struct keystore_plan plan = plan_for("alice", "");

	plan.cost = NULL; /* and pays nothing for it */
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_OK);
	load("alice");
	ck_assert(!keystore_has_passphrase(keystore));
	unlock("");
	ck_assert_int_eq(keystore_unlock(keystore, text_view("x"), &why), STATUS_LOCKED);
	ck_assert(!keystore_is_unlocked(keystore));
}
END_TEST

START_TEST(a_wrong_passphrase_is_called_so)
{
	static const char *const wrong[] = {"", "correct hors", "correct horse ",
	                                    "Correct horse"};

	create("alice", PASSPHRASE);
	load("alice");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		ck_assert_int_eq(keystore_unlock(keystore, text_view(wrong[i]), &why),
		                 STATUS_LOCKED);
		ck_assert_str_eq(why.text, "wallet alice: wrong passphrase");
		ck_assert(!keystore_is_unlocked(keystore));
	}
	unlock(PASSPHRASE);
	/* And a wrong one locks what was open. */
	ck_assert_int_eq(keystore_unlock(keystore, text_view("x"), &why), STATUS_LOCKED);
	ck_assert(!keystore_is_unlocked(keystore));
}
END_TEST

START_TEST(the_longest_passphrase_works_and_no_longer_one)
{
	static char passphrase[PASSPHRASE_SIZE_MAX + 2];
	struct keystore_plan plan;

	memset(passphrase, 'p', PASSPHRASE_SIZE_MAX);
	create("alice", passphrase);
	load("alice");
	unlock(passphrase);
	passphrase[PASSPHRASE_SIZE_MAX] = 'p';
	ck_assert_int_eq(keystore_unlock(keystore, text_view(passphrase), &why),
	                 STATUS_TOO_LARGE);
	plan = plan_for("bob", passphrase);
	close_wallet();
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(an_existing_wallet_is_not_made_again)
{
	struct keystore_plan plan = plan_for("alice", "other");
	struct hash before;
	struct hash after;

	create("alice", PASSPHRASE);
	before = file_hash("alice");
	close_wallet();
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_STORAGE);
	ck_assert_ptr_null(keystore);
	ck_assert_ptr_nonnull(strstr(why.text, "already"));
	after = file_hash("alice");
	ck_assert(hash_equal(&before, &after));
	load("alice");
	unlock(PASSPHRASE);
}
END_TEST

START_TEST(names_that_are_none_are_refused)
{
	struct keystore_plan plan = plan_for("../alice", "");

	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_MALFORMED);
	ck_assert_int_eq(keystore_load(&keystore, folder, "a b", &why), STATUS_MALFORMED);
	plan = plan_for("alice", "");
	plan.account_name = "a b";
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_MALFORMED);
	ck_assert_int_eq(access(path_of("alice.wallet"), F_OK), -1);
}
END_TEST

START_TEST(a_cost_beyond_reason_makes_no_wallet)
{
	static const struct scrypt_cost greedy = {1U << 30, 8, 1};
	static const struct scrypt_cost none = {15, 1, 1};
	struct keystore_plan plan = plan_for("alice", PASSPHRASE);

	plan.cost = &greedy;
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_TOO_LARGE);
	plan.cost = &none;
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_MALFORMED);
	ck_assert_int_eq(access(path_of("alice.wallet"), F_OK), -1);
}
END_TEST

/* The one test that pays the default. */
START_TEST(the_default_cost_makes_and_opens_a_wallet)
{
	struct keystore_plan plan = plan_for("alice", PASSPHRASE);

	plan.cost = NULL;
	ck_assert_int_eq(keystore_create(&keystore, &plan, &why), STATUS_OK);
	load("alice");
	unlock(PASSPHRASE);
}
END_TEST

START_TEST(several_wallets_live_in_one_folder)
{
	struct wallet_names names;

	create("bob", "b");
	create("alice", "a");
	ck_assert_int_eq(wallet_file_list(&names, folder, NULL), STATUS_OK);
	ck_assert_uint_eq(names.count, 2);
	load(names.names[0]);
	unlock("a");
	load(names.names[1]);
	unlock("b");
	wallet_names_close(&names);
}
END_TEST

/* -- Signing ------------------------------------------------------------------------ */

START_TEST(each_account_signs_with_its_own_key_and_fresh_randomness)
{
	struct hash message = {{1}};
	struct signature first;
	struct signature second;
	struct public_key key;
	struct hash id;

	create("alice", PASSPHRASE);
	add_account("sales");
	add_account("lab");
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 3; i++) {
			ck_assert_int_eq(keystore_sign(&first, &key, keystore, i, &message, &why),
			                 STATUS_OK);
			ck_assert_int_eq(keystore_sign(&second, &key, keystore, i, &message, &why),
			                 STATUS_OK);
			ck_assert(signature_is_valid(&first, &message, &key));
			ck_assert(signature_is_valid(&second, &message, &key));
			/* BIP-340: with other auxiliary randomness another nonce. */
			ck_assert_mem_ne(&first, &second, sizeof first);
			id = account_id_of_key(&key);
			ck_assert(hash_equal(&id, &keystore_account(keystore, i)->id));
		}
		load("alice"); /* and once more as read from the disk */
		unlock(PASSPHRASE);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("keystore");
	TCase *tests = tcase_create("keystore");

	tcase_add_checked_fixture(tests, open_folder, close_wallet);
	tcase_add_test(tests, a_wallet_is_listed_locked_and_signs_unlocked);
	tcase_add_test(tests, words_open_the_accounts_that_they_always_opened);
	tcase_add_test(tests, a_restored_wallet_has_the_same_accounts_in_the_same_order);
	tcase_add_test(tests, the_words_own_passphrase_makes_another_wallet_and_is_kept);
	tcase_add_test(tests, a_words_passphrase_outside_ascii_makes_no_wallet);
	tcase_add_test(tests, without_a_passphrase_a_wallet_opens_silently_and_at_once);
	tcase_add_test(tests, a_wrong_passphrase_is_called_so);
	tcase_add_test(tests, the_longest_passphrase_works_and_no_longer_one);
	tcase_add_test(tests, an_existing_wallet_is_not_made_again);
	tcase_add_test(tests, names_that_are_none_are_refused);
	tcase_add_test(tests, a_cost_beyond_reason_makes_no_wallet);
	tcase_add_test(tests, the_default_cost_makes_and_opens_a_wallet);
	tcase_add_test(tests, several_wallets_live_in_one_folder);
	tcase_add_test(tests, each_account_signs_with_its_own_key_and_fresh_randomness);
	suite_add_tcase(suite, tests);
	return suite;
}
