/* Frames of WebSocket: every message in every cut, and each thing that RFC 6455 forbids. */
#include "chain/base/limits.h"
#include "rpc/server/frames.h"
#include "rpc/server/http.h"
#include "rpc/server/websocket.h"
#include "tests/support/websocket_client.h"

#include <stdlib.h>

static struct frames frames;
static struct buffer bytes; /* what a client sends */

static void start(void)
{
	ck_assert(frames_init(&frames));
	buffer_init(&bytes, SIZE_MAX);
}

static void stop(void)
{
	frames_close(&frames);
	buffer_close(&bytes);
}

static void put(unsigned kind, const char *payload, size_t size)
{
	size_t frame_size;
	uint8_t *frame = websocket_frame(kind, payload, size, &frame_size);

	buffer_append(&bytes, frame, frame_size);
	free(frame);
}

static void put_text(unsigned kind, const char *payload)
{
	put(kind, payload, strlen(payload));
}

/* What it comes to when it comes in pieces of this size. */
static enum frames_found read_in_pieces(size_t *at, size_t piece)
{
	enum frames_found found = FRAMES_MORE;

	do {
		size_t size = bytes.size - *at < piece ? bytes.size - *at : piece;
		struct bytes_view input = bytes_view(bytes.at + *at, size);

		found = frames_read(&frames, &input);
		*at += size - input.size;
	} while (found == FRAMES_MORE && *at < bytes.size);
	return found;
}

static void expect_message(size_t *at, size_t piece, const char *text)
{
	ck_assert_int_eq(read_in_pieces(at, piece), FRAMES_MESSAGE);
	ck_assert_uint_eq(frames.message.size, strlen(text));
	ck_assert(bytes_equal(buffer_view(&frames.message), text_view(text)));
	buffer_clear(&frames.message);
}

START_TEST(the_handshake_is_that_of_the_standard)
{
	char accept[WEBSOCKET_ACCEPT_SIZE];

	/* RFC 6455 section 1.3. */
	websocket_accept(accept, text_view("dGhlIHNhbXBsZSBub25jZQ=="));
	ck_assert_str_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
END_TEST

START_TEST(messages_are_whole_however_they_are_cut)
{
	for (size_t piece = 1; piece < 90; piece++) {
		size_t at = 0;

		start();
		put_text(WEBSOCKET_TEXT, "Hello");
		put_text(WEBSOCKET_TEXT, "");
		put_text(WEBSOCKET_TEXT | WEBSOCKET_NOT_FINAL, "gr\xc3");
		put_text(WEBSOCKET_PING, "alive?");
		put_text(WEBSOCKET_MORE | WEBSOCKET_NOT_FINAL, "");
		put_text(WEBSOCKET_MORE, "\xbc\xc3\x9f");
		put_text(WEBSOCKET_PONG, "");
		put_text(WEBSOCKET_CLOSE, "\x03\xe8" "bye");
		expect_message(&at, piece, "Hello");
		expect_message(&at, piece, "");
		ck_assert_int_eq(read_in_pieces(&at, piece), FRAMES_PING);
		ck_assert(frames_is_amid(&frames));
		ck_assert(bytes_equal(bytes_view(frames.control, frames.control_size),
		                      text_view("alive?")));
		expect_message(&at, piece, "gr\xc3\xbc\xc3\x9f");
		ck_assert(!frames_is_amid(&frames));
		ck_assert_int_eq(read_in_pieces(&at, piece), FRAMES_PONG);
		ck_assert_int_eq(read_in_pieces(&at, piece), FRAMES_CLOSE);
		ck_assert_uint_eq(frames.code, 1000);
		stop();
	}
}
END_TEST

START_TEST(sizes_are_read_and_written_in_each_of_their_forms)
{
	static const size_t sizes[] = {0, 1, 125, 126, 127, 65535, 65536, 100000};
	struct buffer out;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *text = malloc(sizes[i] + 1);
		struct bytes_view parts[3];
		size_t at = 0, head = sizes[i] < 126 ? 2 : sizes[i] < 65536 ? 4 : 10;

		start();
		memset(text, 'x', sizes[i] + 1);
		put(WEBSOCKET_TEXT, text, sizes[i]);
		ck_assert_int_eq(read_in_pieces(&at, SIZE_MAX), FRAMES_MESSAGE);
		ck_assert_uint_eq(frames.message.size, sizes[i]);
		buffer_init(&out, SIZE_MAX);
		parts[0] = bytes_view(text, sizes[i] / 3);
		parts[1] = bytes_view(text, 0);
		parts[2] = bytes_view(text, sizes[i] - sizes[i] / 3);
		frames_put(&frames, &out, FRAMES_KIND_TEXT, parts, 3);
		ck_assert_uint_eq(out.size, head + sizes[i]);
		ck_assert_uint_eq(out.at[0], 0x81);
		ck_assert_uint_eq(out.at[1], head == 2   ? sizes[i]
		                             : head == 4 ? 126
		                                         : 127);
		if (head == 4)
			ck_assert_uint_eq(get_be16(out.at + 2), sizes[i]);
		if (head == 10)
			ck_assert_uint_eq(get_be64(out.at + 2), sizes[i]);
		ck_assert_int_eq(memcmp(out.at + head, text, sizes[i]), 0);
		buffer_close(&out);
		free(text);
		stop();
	}
}
END_TEST

START_TEST(what_the_standard_forbids_is_closed_with_its_code)
{
	static const struct {
		const char *hex;
		unsigned code;
	} cases[] = {
		{"8105" "48656c6c6f", 1002},            /* not masked */
		{"c18537fa213d" "7f9f4d5158", 1002},    /* of an extension */
		{"838137fa213d" "00", 1002},            /* kinds that there are not */
		{"8b8137fa213d" "00", 1002},
		{"808137fa213d" "00", 1002},            /* goes on with nothing */
		{"018137fa213d" "56" "818137fa213d" "56", 1002}, /* begins twice */
		{"828137fa213d" "56", 1003},            /* not text */
		{"81fe000537fa213d" "7f9f4d5158", 1002}, /* a size in too long a form */
		{"81ff000000000000ffff37fa213d" "00", 1002},
		{"81ff800000000000000037fa213d" "00", 1002},
		{"098137fa213d" "00", 1002},            /* a ping in pieces */
		{"89fe007e37fa213d" "00", 1002},        /* a ping that is too long */
		{"88810000000003", 1002},               /* half a code */
		{"888200000000" "03e7", 1002},          /* codes that nobody may send */
		{"888200000000" "03ee", 1002},
		{"888200000000" "0bb7", 1002},
		{"888300000000" "03e8ff", 1007},        /* a reason that is no text */
		{"818100000000ff", 1007},
		{"818200000000c328", 1007},
		{"818300000000eda080", 1007},           /* a surrogate */
		{"018100000000c3" "808100000000" "28", 1007}, /* wrong across frames */
		{"018100000000c3" "808000000000", 1007},      /* and cut at the end */
		{"81ff0000000000800001" "00000000" "00", 1009},
		{"81ff7fffffffffffffff" "00000000" "00", 1009},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bytes_view sent = from_hex(cases[i].hex);

		for (size_t piece = 1; piece <= sent.size; piece++) {
			size_t at = 0;

			start();
			buffer_append_view(&bytes, sent);
			ck_assert_msg(read_in_pieces(&at, piece) == FRAMES_WRONG, "%s", cases[i].hex);
			ck_assert_msg(frames.code == cases[i].code, "%s: %u", cases[i].hex,
			              frames.code);
			ck_assert_uint_gt(strlen(frames.reason), 0);
			stop();
		}
	}
}
END_TEST

/* However small the frames that it comes in. */
START_TEST(a_message_larger_than_a_body_is_refused)
{
	size_t piece = RPC_BODY_MAX / 4, at = 0;
	char *text = calloc(1, piece);

	start();
	memset(text, 'x', piece);
	put(WEBSOCKET_TEXT | WEBSOCKET_NOT_FINAL, text, piece);
	for (int i = 0; i < 3; i++)
		put(WEBSOCKET_MORE | WEBSOCKET_NOT_FINAL, text, piece);
	ck_assert_int_eq(read_in_pieces(&at, 65536), FRAMES_MORE);
	put(WEBSOCKET_MORE, text, 0);
	ck_assert_int_eq(read_in_pieces(&at, 65536), FRAMES_MESSAGE);
	ck_assert_uint_eq(frames.message.size, RPC_BODY_MAX);
	buffer_clear(&frames.message);
	bytes.size -= 6; /* instead of the empty frame: one byte more */
	at = bytes.size;
	put(WEBSOCKET_TEXT | WEBSOCKET_NOT_FINAL, text, 1);
	for (int i = 0; i < 4; i++)
		put(WEBSOCKET_MORE | WEBSOCKET_NOT_FINAL, text, piece);
	ck_assert_int_eq(read_in_pieces(&at, 65536), FRAMES_WRONG);
	ck_assert_uint_eq(frames.code, FRAMES_TOO_LARGE);
	free(text);
	stop();
}
END_TEST

START_TEST(a_close_frame_says_code_and_reason)
{
	struct buffer out;

	start();
	buffer_init(&out, SIZE_MAX);
	frames_put_close(&frames, &out, FRAMES_GOING_AWAY, "bye");
	ck_assert_uint_eq(out.size, 7);
	ck_assert_int_eq(memcmp(out.at, "\x88\x05\x03\xe9" "bye", 7), 0);
	buffer_clear(&out);
	frames_put_close(&frames, &out, FRAMES_NO_CODE, "");
	ck_assert_uint_eq(out.size, 2);
	ck_assert_int_eq(memcmp(out.at, "\x88\x00", 2), 0);
	buffer_close(&out);
	stop();
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("frames");
	TCase *tests = tcase_create("frames");

	tcase_add_test(tests, the_handshake_is_that_of_the_standard);
	tcase_add_test(tests, messages_are_whole_however_they_are_cut);
	tcase_add_test(tests, sizes_are_read_and_written_in_each_of_their_forms);
	tcase_add_test(tests, what_the_standard_forbids_is_closed_with_its_code);
	tcase_add_test(tests, a_message_larger_than_a_body_is_refused);
	tcase_add_test(tests, a_close_frame_says_code_and_reason);
	suite_add_tcase(suite, tests);
	return suite;
}
