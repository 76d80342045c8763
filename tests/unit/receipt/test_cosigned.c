/* Cosignatures as bytes: what travels comes back as it was, and nothing else is let in; and as
 * the note that others check. */
#include "chain/base/memory.h"
#include "chain/crypto/cosign_key.h"
#include "chain/receipt/cosigned.h"
#include "tests/support/support.h"

enum { SIGNERS = 5 };

static struct cosigned sent;
static struct cosign_message back;
static struct buffer bytes;

static int by_key(const void *left, const void *right)
{
	return hash_compare(&((const struct cosign *)left)->cosign_key,
	                    &((const struct cosign *)right)->cosign_key);
}

static void setup(void)
{
	static const char origin[] = "cairn/test/00112233445566778899aabbccddeeff";
	struct buffer text;

	buffer_init(&bytes, COSIGNED_SIZE_MAX + 1);
	buffer_init(&text, CHECKPOINT_TEXT_SIZE_MAX);
	sent = (struct cosigned){.point = {.epoch = 3, .size = 17, .root = {{9}}}};
	cosign_point_text(&text, text_view(origin), &sent.point);
	for (uint8_t i = 0; i < SIGNERS; i++) {
		uint8_t seed[COSIGN_SEED_SIZE] = {i, 1};

		ck_assert_int_eq(cosign_make(&sent.items[sent.count++], seed, 1000u + i,
		                             buffer_view(&text)),
		                 STATUS_OK);
	}
	qsort(sent.items, sent.count, sizeof sent.items[0], by_key);
	buffer_close(&text);
}

static void teardown(void)
{
	buffer_close(&bytes);
}

static enum status send(void)
{
	buffer_clear(&bytes);
	message_put_cosign(&bytes, &sent);
	ck_assert_int_eq(bytes.status, STATUS_OK);
	return cosign_message_decode(&back, buffer_view(&bytes));
}

START_TEST(what_is_sent_comes_back_as_it_was)
{
	ck_assert_int_eq(send(), STATUS_OK);
	ck_assert_uint_eq(bytes.size, 1 + COSIGN_POINT_SIZE + 2 + SIGNERS * COSIGN_SIZE);
	ck_assert_int_eq(back.kind, MESSAGE_COSIGN);
	ck_assert(cosign_point_equal(&back.cosigned.point, &sent.point));
	ck_assert_uint_eq(back.cosigned.count, SIGNERS);
	ck_assert_mem_eq(back.cosigned.items, sent.items, SIGNERS * sizeof sent.items[0]);
}
END_TEST

START_TEST(a_question_comes_back_as_it_was)
{
	struct cosign_question question = {.epoch = 4, .size = 1000};

	message_put_get_cosign(&bytes, &question);
	ck_assert_uint_eq(bytes.size, 1 + 16);
	ck_assert_int_eq(cosign_message_decode(&back, buffer_view(&bytes)), STATUS_OK);
	ck_assert_int_eq(back.kind, MESSAGE_GET_COSIGN);
	ck_assert_uint_eq(back.question.epoch, 4);
	ck_assert_uint_eq(back.question.size, 1000);
}
END_TEST

START_TEST(the_largest_fits_and_one_more_does_not)
{
	sent.count = VALIDATORS_MAX;
	for (size_t i = 0; i < VALIDATORS_MAX; i++)
		sent.items[i] = (struct cosign){.cosign_key = {{(uint8_t)i, 1}}};
	ck_assert_int_eq(send(), STATUS_OK);
	ck_assert_uint_eq(bytes.size, 1 + COSIGNED_SIZE_MAX);
	put_le16(bytes.at + 1 + COSIGN_POINT_SIZE, VALIDATORS_MAX + 1);
	ck_assert_int_ne(cosign_message_decode(&back, buffer_view(&bytes)), STATUS_OK);
}
END_TEST

START_TEST(cut_anywhere_or_with_a_byte_more_it_is_refused)
{
	ck_assert_int_eq(send(), STATUS_OK);
	for (size_t size = 0; size < bytes.size; size++)
		ck_assert_int_ne(cosign_message_decode(&back, bytes_view(bytes.at, size)),
		                 STATUS_OK);
	buffer_append(&bytes, "", 1);
	ck_assert_int_ne(cosign_message_decode(&back, buffer_view(&bytes)), STATUS_OK);
}
END_TEST

START_TEST(no_signer_twice_nor_out_of_order_nor_none_nor_at_no_time)
{
	struct cosign first = sent.items[0];

	sent.items[1] = first;
	ck_assert_int_eq(send(), STATUS_MALFORMED);
	teardown();
	setup();
	first = sent.items[0];
	sent.items[0] = sent.items[1];
	sent.items[1] = first;
	ck_assert_int_eq(send(), STATUS_MALFORMED);
	teardown();
	setup();
	sent.items[0].time_s = COSIGNATURE_TIME_MAX + 1;
	ck_assert_int_eq(send(), STATUS_MALFORMED);
	teardown();
	setup();
	sent.point.size = 0;
	ck_assert_int_eq(send(), STATUS_MALFORMED);
	teardown();
	setup();
	send();
	put_le16(bytes.at + 1 + COSIGN_POINT_SIZE, 0);
	ck_assert_int_eq(cosign_message_decode(
						 &back, bytes_view(bytes.at, 1 + COSIGN_POINT_SIZE + 2)),
	                 STATUS_MALFORMED);
}
END_TEST

START_TEST(a_note_of_them_has_the_text_and_every_signature)
{
	static const char origin[] = "cairn/test/00112233445566778899aabbccddeeff";
	struct checkpoint checkpoint;
	struct buffer note;
	struct note decoded;

	buffer_init(&note, NOTE_SIZE_MAX);
	cosigned_note(&note, text_view(origin), &sent);
	ck_assert_int_eq(note.status, STATUS_OK);
	ck_assert_int_eq(note_decode(&decoded, buffer_view(&note), NULL), STATUS_OK);
	ck_assert_uint_eq(decoded.signature_count, SIGNERS + 1);
	ck_assert_int_eq(checkpoint_decode(&checkpoint, decoded.text, NULL), STATUS_OK);
	ck_assert_uint_eq(checkpoint.size, sent.point.size);
	ck_assert(hash_equal(&checkpoint.root, &sent.point.root));
	for (size_t i = 0; i < SIGNERS; i++)
		ck_assert(cosign_is_valid(&sent.items[i], decoded.text));
	buffer_close(&note);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("cosigned");
	TCase *tests = tcase_create("cosigned");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_is_sent_comes_back_as_it_was);
	tcase_add_test(tests, a_question_comes_back_as_it_was);
	tcase_add_test(tests, the_largest_fits_and_one_more_does_not);
	tcase_add_test(tests, cut_anywhere_or_with_a_byte_more_it_is_refused);
	tcase_add_test(tests, no_signer_twice_nor_out_of_order_nor_none_nor_at_no_time);
	tcase_add_test(tests, a_note_of_them_has_the_text_and_every_signature);
	suite_add_tcase(suite, tests);
	return suite;
}
