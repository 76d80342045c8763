#include "chain/base/limits.h"
#include "node/drive/refused.h"
#include "tests/support/support.h"

static struct refused refused;

static void teardown(void)
{
	refused_close(&refused);
}

static struct hash numbered(uint32_t number)
{
	struct hash hash = {{0}};

	memcpy(hash.bytes, &number, sizeof number);
	return hash;
}

static void add(uint32_t number, enum verdict verdict)
{
	struct hash txid = numbered(number);
	struct refusal refusal = {.verdict = verdict};

	refused_add(&refused, &txid, &refusal);
}

static const struct refusal *find(uint32_t number)
{
	struct hash txid = numbered(number);

	return refused_find(&refused, &txid);
}

START_TEST(the_newest_reason_is_what_is_remembered)
{
	add(1, VERDICT_CONFLICT);
	add(1, VERDICT_EXPIRED);
	ck_assert_int_eq(find(1)->verdict, VERDICT_EXPIRED);
	ck_assert_ptr_null(find(2));
}
END_TEST

START_TEST(what_was_forgotten_is_gone)
{
	struct hash txid = numbered(1);

	add(1, VERDICT_CONFLICT);
	refused_forget(&refused, &txid);
	refused_forget(&refused, &txid);
	ck_assert_ptr_null(find(1));
}
END_TEST

START_TEST(beyond_the_maximum_the_oldest_go)
{
	for (uint32_t i = 0; i < POOL_REFUSED_MAX + 5; i++)
		add(i, VERDICT_CONFLICT);
	ck_assert_ptr_null(find(4));
	ck_assert_ptr_nonnull(find(5));
	ck_assert_ptr_nonnull(find(POOL_REFUSED_MAX + 4));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("refused");
	TCase *tests = tcase_create("refused");

	tcase_add_checked_fixture(tests, NULL, teardown);
	tcase_add_test(tests, the_newest_reason_is_what_is_remembered);
	tcase_add_test(tests, what_was_forgotten_is_gone);
	tcase_add_test(tests, beyond_the_maximum_the_oldest_go);
	suite_add_tcase(suite, tests);
	return suite;
}
