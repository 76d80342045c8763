/* The keys of a node, and the one that is made of another. */
#include "node/shell/keys.h"
#include "tests/support/support.h"

#include <stdio.h>

static struct data_dir dir;
static struct node_keys keys;
static struct why why;

static void start(void)
{
	char path[300];

	snprintf(path, sizeof path, "%s/node", scratch_folder());
	ck_assert_msg(data_dir_create(&dir, path, &why) == STATUS_OK, "%s", why.text);
	ck_assert_msg(node_keys_create(&keys, &dir, &why) == STATUS_OK, "%s", why.text);
}

static void stop(void)
{
	node_keys_close(&keys);
	data_dir_close(&dir);
}

START_TEST(what_was_made_is_loaded_the_evidence_key_too)
{
	struct node_keys loaded;

	ck_assert_int_eq(node_keys_load(&loaded, &dir, &why), STATUS_OK);
	ck_assert_mem_eq(&loaded.vote.public_key, &keys.vote.public_key,
	                 sizeof keys.vote.public_key);
	ck_assert_mem_eq(&loaded.evidence.public_key, &keys.evidence.public_key,
	                 sizeof keys.evidence.public_key);
	ck_assert(hash_equal(&loaded.cosign_key, &keys.cosign_key));
	node_keys_close(&loaded);
}
END_TEST

START_TEST(the_evidence_key_is_another_than_the_vote_key_and_signs)
{
	static const struct hash message = {{7}}, auxiliary = {{8}};
	struct signature signature;

	ck_assert_mem_ne(&keys.evidence.public_key, &keys.vote.public_key,
	                 sizeof keys.vote.public_key);
	ck_assert_int_eq(key_pair_sign(&signature, keys.signer, &keys.evidence, &message,
	                               &auxiliary),
	                 STATUS_OK);
	ck_assert(signature_is_valid(&signature, &message, &keys.evidence.public_key));
	ck_assert(!signature_is_valid(&signature, &message, &keys.vote.public_key));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("node_keys");
	TCase *tests = tcase_create("keys");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, what_was_made_is_loaded_the_evidence_key_too);
	tcase_add_test(tests, the_evidence_key_is_another_than_the_vote_key_and_signs);
	suite_add_tcase(suite, tests);
	return suite;
}
