/* A message with a field of every type, put through everything that bytes can suffer. */
#include "chain/codec/wire.h"
#include "tests/support/support.h"

WIRE_BYTES(note, text16, 2, 20)
#define wire_type_note struct bytes_view
WIRE_BYTES(blob, bytes16, 2, 12)
#define wire_type_blob struct bytes_view
WIRE_BYTES(body, bytes32, 4, 12)
#define wire_type_body struct bytes_view

#define SAMPLE_FIELDS(X)        \
	X(u8, kind)                 \
	X(u16, port)                \
	X(u32, count)               \
	X(u64, height)              \
	X(hash, parent)             \
	X(public_key, key)          \
	X(signature, sig)           \
	X(note, note)               \
	X(blob, blob)               \
	X(body, body)               \
	X(optional_u64, expires)    \
	X(optional_hash, reference) \
	X(optional_u64, absent)

WIRE_DECLARE(sample, SAMPLE_FIELDS)
WIRE_DEFINE(sample, SAMPLE_FIELDS)

enum { SAMPLE_SIZE_MAX = 400 };

static struct sample sample_of(struct random *random)
{
	struct sample sample = {
	    .kind = 7,
	    .port = 17470,
	    .count = 0xa0b0c0d0,
	    .height = UINT64_C(0x1122334455667788),
	    .parent = random_hash(random),
	    .note = text_view("gr\xc3\xbc\xc3\x9f dich"),
	    .blob = text_view("\x01\x02"),
	    .body = text_view("body"),
	    .expires = {true, 99},
	    .reference = {true, random_hash(random)},
	};

	random_fill(random, &sample.key, sizeof sample.key);
	random_fill(random, &sample.sig, sizeof sample.sig);
	return sample;
}

static size_t encode(uint8_t bytes[SAMPLE_SIZE_MAX], const struct sample *sample)
{
	size_t size = sample_size(sample);
	struct writer out = writer_on(bytes, SAMPLE_SIZE_MAX);

	ck_assert_uint_le(size, SAMPLE_SIZE_MAX);
	sample_put(&out, sample);
	ck_assert_uint_eq(SAMPLE_SIZE_MAX - out.left, size);
	return size;
}

/* Decoding them must give exactly these bytes back. */
static void check_canonical(const struct sample *sample, struct bytes_view bytes)
{
	uint8_t again[SAMPLE_SIZE_MAX];
	size_t size = encode(again, sample);

	ck_assert(bytes_equal(bytes_view(again, size), bytes));
}

START_TEST(a_message_reads_back_as_it_was)
{
	struct random random = random_from(4);
	struct sample sample = sample_of(&random), back;
	uint8_t bytes[SAMPLE_SIZE_MAX];
	size_t size = encode(bytes, &sample);

	ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size)), STATUS_OK);
	ck_assert_uint_eq(back.kind, sample.kind);
	ck_assert_uint_eq(back.port, sample.port);
	ck_assert_uint_eq(back.count, sample.count);
	ck_assert_uint_eq(back.height, sample.height);
	ck_assert(hash_equal(&back.parent, &sample.parent));
	ck_assert_mem_eq(&back.key, &sample.key, sizeof back.key);
	ck_assert_mem_eq(&back.sig, &sample.sig, sizeof back.sig);
	ck_assert(bytes_equal(back.note, sample.note));
	ck_assert(bytes_equal(back.blob, sample.blob));
	ck_assert(bytes_equal(back.body, sample.body));
	ck_assert(back.expires.present && back.expires.value == 99);
	ck_assert(back.reference.present &&
	          hash_equal(&back.reference.value, &sample.reference.value));
	ck_assert(!back.absent.present && back.absent.value == 0);
	check_canonical(&back, bytes_view(bytes, size));
}
END_TEST

START_TEST(a_message_of_nothing_reads_back)
{
	struct sample sample = {0}, back;
	uint8_t bytes[SAMPLE_SIZE_MAX];
	size_t size = encode(bytes, &sample);

	ck_assert_uint_eq(size, 1 + 2 + 4 + 8 + 32 + 32 + 64 + 2 + 2 + 4 + 1 + 1 + 1);
	ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size)), STATUS_OK);
	check_canonical(&back, bytes_view(bytes, size));
}
END_TEST

START_TEST(the_bytes_are_those_that_are_written_down)
{
	struct sample sample = {
	    .kind = 1,
	    .port = 2,
	    .count = 3,
	    .height = 4,
	    .note = text_view("n"),
	    .blob = text_view("bb"),
	    .body = text_view("ddd"),
	    .expires = {true, 5},
	};
	uint8_t bytes[SAMPLE_SIZE_MAX];
	size_t size = encode(bytes, &sample);
	static const uint8_t zeros[32 + 32 + 64];

	ck_assert_mem_eq(bytes,
	                 from_hex("01020003000000"
	                          "0400000000000000")
	                     .at,
	                 15);
	ck_assert_mem_eq(bytes + 15, zeros, sizeof zeros);
	ck_assert_uint_eq(size - 15 - sizeof zeros, 3 + 4 + 7 + 9 + 1 + 1);
	ck_assert_mem_eq(bytes + 15 + sizeof zeros,
	                 from_hex("01006e"
	                          "02006262"
	                          "03000000646464"
	                          "010500000000000000"
	                          "00"
	                          "00")
	                     .at,
	                 25);
}
END_TEST

START_TEST(a_message_cut_anywhere_is_refused)
{
	struct random random = random_from(5);
	struct sample sample = sample_of(&random), back;
	uint8_t bytes[SAMPLE_SIZE_MAX];
	size_t size = encode(bytes, &sample);

	for (size_t cut = 0; cut < size; cut++)
		ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, cut)), STATUS_SHORT);
}
END_TEST

START_TEST(a_message_with_more_behind_it_is_refused)
{
	struct random random = random_from(6);
	struct sample sample = sample_of(&random), back;
	uint8_t bytes[SAMPLE_SIZE_MAX] = {0};
	size_t size = encode(bytes, &sample);

	for (size_t more = 1; more < 10; more++)
		ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size + more)),
		                 STATUS_TRAILING);
}
END_TEST

START_TEST(a_flipped_bit_makes_another_message_or_none)
{
	struct random random = random_from(7);
	struct sample sample = sample_of(&random), back;
	uint8_t bytes[SAMPLE_SIZE_MAX];
	size_t size = encode(bytes, &sample), taken = 0;

	for (size_t bit = 0; bit < 8 * size; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (sample_decode(&back, bytes_view(bytes, size)) == STATUS_OK) {
			check_canonical(&back, bytes_view(bytes, size));
			taken++;
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/* At least each bit of the fixed fields makes another good message. */
	ck_assert_uint_ge(taken, 8 * (15 + 32 + 32 + 64));
	ck_assert_uint_lt(taken, 8 * size);
}
END_TEST

START_TEST(random_bytes_are_refused_or_canonical)
{
	struct random random = random_from(8);
	uint8_t bytes[SAMPLE_SIZE_MAX];
	struct sample back;
	size_t taken = 0;

	for (int round = 0; round < 200000; round++) {
		size_t size = 150 + random_below(&random, 60);

		random_fill(&random, bytes, 15);
		memset(bytes + 15, 0, size - 15);
		/* lengths and flags that have a chance */
		for (size_t i = 143; i < size; i++)
			bytes[i] =
			    (uint8_t)(random_below(&random, 4) ? 0 : random_below(&random, 14));
		if (sample_decode(&back, bytes_view(bytes, size)) != STATUS_OK)
			continue;
		check_canonical(&back, bytes_view(bytes, size));
		taken++;
	}
	ck_assert_uint_gt(taken, 100);
}
END_TEST

START_TEST(a_text_or_string_over_its_maximum_is_refused)
{
	struct sample sample = {0}, back;
	uint8_t bytes[SAMPLE_SIZE_MAX];
	size_t size;

	sample.note = text_view("12345678901234567890"); /* 20 are allowed */
	size = encode(bytes, &sample);
	ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size)), STATUS_OK);
	sample.note = text_view("123456789012345678901");
	size = encode(bytes, &sample);
	ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size)), STATUS_TOO_LARGE);
	sample.note = text_view("\xff");
	size = encode(bytes, &sample);
	ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size)), STATUS_MALFORMED);
	sample.note = text_view("");
	sample.body = text_view("1234567890123"); /* 12 are allowed */
	size = encode(bytes, &sample);
	ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size)), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(an_optional_value_is_there_or_not_and_nothing_else)
{
	struct sample sample = {0}, back;
	uint8_t bytes[SAMPLE_SIZE_MAX];
	size_t size = encode(bytes, &sample);

	for (unsigned flag = 2; flag < 256; flag++) {
		bytes[size - 1] = (uint8_t)flag;
		ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size)), STATUS_MALFORMED);
	}
	bytes[size - 1] = 1; /* promises eight bytes that are not there */
	ck_assert_int_eq(sample_decode(&back, bytes_view(bytes, size)), STATUS_SHORT);
}
END_TEST

START_TEST(a_message_can_be_part_of_a_larger_one)
{
	struct random random = random_from(9);
	struct sample sample = sample_of(&random), back;
	uint8_t bytes[2 * SAMPLE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct cursor in;

	sample_put(&out, &sample);
	sample_put(&out, &sample);
	in = cursor_on(bytes_view(bytes, 2 * sample_size(&sample)));
	sample_get(&in, &back);
	check_canonical(&back, bytes_view(bytes, sample_size(&sample)));
	sample_get(&in, &back);
	check_canonical(&back, bytes_view(bytes, sample_size(&sample)));
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("wire");
	TCase *cases = tcase_create("wire");

	tcase_add_test(cases, a_message_reads_back_as_it_was);
	tcase_add_test(cases, a_message_of_nothing_reads_back);
	tcase_add_test(cases, the_bytes_are_those_that_are_written_down);
	tcase_add_test(cases, a_message_cut_anywhere_is_refused);
	tcase_add_test(cases, a_message_with_more_behind_it_is_refused);
	tcase_add_test(cases, a_flipped_bit_makes_another_message_or_none);
	tcase_add_test(cases, random_bytes_are_refused_or_canonical);
	tcase_add_test(cases, a_text_or_string_over_its_maximum_is_refused);
	tcase_add_test(cases, an_optional_value_is_there_or_not_and_nothing_else);
	tcase_add_test(cases, a_message_can_be_part_of_a_larger_one);
	suite_add_tcase(suite, cases);
	return suite;
}
