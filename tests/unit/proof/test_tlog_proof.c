/* Proof files: their form. */
#include "chain/base/text.h"
#include "chain/proof/tlog_proof.h"
#include "tests/support/support.h"

#include <stdlib.h>

#define HASH_LINE "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define NOTE \
	"example.com/log\n20852163\n" HASH_LINE "\n\xe2\x80\x94 example.com/log AAAAAAA=\n"

static struct tlog_proof proof;
static struct why why;

static enum status decode(const char *text)
{
	return tlog_proof_decode(&proof, text_view(text), &why);
}

START_TEST(a_proof_is_read_and_written_again)
{
	static const char text[] =
		TLOG_PROOF_MAGIC "extra YWdl\nindex 73894\n" HASH_LINE HASH_LINE "\n" NOTE;
	struct buffer out;

	ck_assert_msg(decode(text) == STATUS_OK, "%s", why.text);
	ck_assert(bytes_equal(proof.extra, text_view("YWdl")));
	ck_assert_uint_eq(proof.index, 73894);
	ck_assert_uint_eq(proof.path_count, 2);
	ck_assert_uint_eq(proof.checkpoint.size, 20852163);
	ck_assert_mem_eq(&proof.path[1], &proof.checkpoint.root, HASH_SIZE);
	buffer_init(&out, 4096);
	tlog_proof_put(&out, text_view("age"), 73894, proof.path, 2, text_view(NOTE));
	ck_assert(bytes_equal(buffer_view(&out), text_view(text)));
	buffer_close(&out);
}
END_TEST

START_TEST(extra_and_hashes_may_be_missing)
{
	ck_assert_int_eq(decode(TLOG_PROOF_MAGIC "index 0\n\n" NOTE), STATUS_OK);
	ck_assert_ptr_null(proof.extra.at);
	ck_assert_uint_eq(proof.path_count, 0);
	ck_assert_int_eq(decode(TLOG_PROOF_MAGIC "extra \nindex 0\n\n" NOTE), STATUS_OK);
	ck_assert_ptr_nonnull(proof.extra.at);
	ck_assert_uint_eq(proof.extra.size, 0);
}
END_TEST

START_TEST(proofs_that_are_none_are_refused)
{
	static const char *const bad[] = {
		"",
		"c2sp.org/tlog-proof@v1",
		"c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE,
		TLOG_PROOF_MAGIC,
		TLOG_PROOF_MAGIC "\n\n" NOTE,
		TLOG_PROOF_MAGIC "index 00\n\n" NOTE,
		TLOG_PROOF_MAGIC "index 18446744073709551616\n\n" NOTE,
		TLOG_PROOF_MAGIC "index  1\n\n" NOTE,
		TLOG_PROOF_MAGIC "index 1 \n\n" NOTE,
		TLOG_PROOF_MAGIC "index\n\n" NOTE,
		TLOG_PROOF_MAGIC "Index 1\n\n" NOTE,
		TLOG_PROOF_MAGIC "extra YWdl",
		TLOG_PROOF_MAGIC "extra YWdl\n",
		TLOG_PROOF_MAGIC "extra YWdl\nextra YWdl\nindex 0\n\n" NOTE,
		TLOG_PROOF_MAGIC "index 0\nextra YWdl\n\n" NOTE,
		TLOG_PROOF_MAGIC "index 0\n" NOTE,
		TLOG_PROOF_MAGIC "index 0\n" HASH_LINE,
		TLOG_PROOF_MAGIC "index 0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\n" NOTE,
		TLOG_PROOF_MAGIC "index 0\nCsUY\n\n" NOTE,
		TLOG_PROOF_MAGIC "index 0\n\n",
		TLOG_PROOF_MAGIC "index 0\n\n\n" NOTE,
		TLOG_PROOF_MAGIC "index 0\n\nexample.com/log\n1\n" HASH_LINE,
		TLOG_PROOF_MAGIC "index 0\n\ntext\n\n\xe2\x80\x94 a AAAAAAA=\n",
		TLOG_PROOF_MAGIC "index 0\r\n\r\n" NOTE,
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(decode(bad[i]) == STATUS_MALFORMED, "%zu", i);
}
END_TEST

START_TEST(a_path_has_a_maximum)
{
	struct buffer text;

	buffer_init(&text, 1 << 16);
	buffer_append_text(&text, TLOG_PROOF_MAGIC "index 0\n");
	for (int i = 0; i <= LOG_PATH_MAX; i++)
		buffer_append_text(&text, HASH_LINE);
	buffer_append_text(&text, "\n" NOTE);
	ck_assert_int_eq(tlog_proof_decode(&proof, buffer_view(&text), &why),
	                 STATUS_TOO_LARGE);
	buffer_close(&text);
}
END_TEST

START_TEST(several_proofs_are_cut_apart)
{
	static const char one[] = TLOG_PROOF_MAGIC "index 0\n\n" NOTE;
	static const char two[] = TLOG_PROOF_MAGIC "extra YWdl\nindex 1\n\n" NOTE;
	struct bytes_view part, left;
	struct buffer text;

	buffer_init(&text, 1 << 16);
	buffer_append_text(&text, one);
	buffer_append_text(&text, two);
	buffer_append_text(&text, one);
	left = buffer_view(&text);
	ck_assert(tlog_proof_next(&part, &left));
	ck_assert(bytes_equal(part, text_view(one)));
	ck_assert(tlog_proof_next(&part, &left));
	ck_assert(bytes_equal(part, text_view(two)));
	ck_assert(tlog_proof_next(&part, &left));
	ck_assert(bytes_equal(part, text_view(one)));
	ck_assert(!tlog_proof_next(&part, &left));
	buffer_close(&text);
	/* what is no proof is a part as well, for the reader to refuse */
	left = text_view("x\n" TLOG_PROOF_MAGIC);
	ck_assert(tlog_proof_next(&part, &left));
	ck_assert(bytes_equal(part, text_view("x\n")));
	ck_assert(tlog_proof_next(&part, &left));
	ck_assert(bytes_equal(part, text_view(TLOG_PROOF_MAGIC)));
	ck_assert(!tlog_proof_next(&part, &left));
	left = text_view("\n");
	ck_assert(tlog_proof_next(&part, &left));
	ck_assert_uint_eq(part.size, 1);
}
END_TEST

START_TEST(every_cut_of_a_proof_is_refused)
{
	static const char text[] =
		TLOG_PROOF_MAGIC "extra YWdl\nindex 73894\n" HASH_LINE "\n" NOTE;

	for (size_t size = 0; size < sizeof text - 1; size++) {
		uint8_t *bytes = malloc(size + 1);

		memcpy(bytes, text, size);
		ck_assert_int_ne(tlog_proof_decode(&proof, bytes_view(bytes, size), &why),
		                 STATUS_OK);
		free(bytes);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("proof files");
	TCase *tests = tcase_create("proof files");

	tcase_add_test(tests, a_proof_is_read_and_written_again);
	tcase_add_test(tests, extra_and_hashes_may_be_missing);
	tcase_add_test(tests, proofs_that_are_none_are_refused);
	tcase_add_test(tests, a_path_has_a_maximum);
	tcase_add_test(tests, several_proofs_are_cut_apart);
	tcase_add_test(tests, every_cut_of_a_proof_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
