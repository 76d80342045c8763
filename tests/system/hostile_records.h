/* Rows of the table of hostile inputs: records, frames, their order, and HELLO. */
#ifndef TESTS_SYSTEM_HOSTILE_RECORDS_H
#define TESTS_SYSTEM_HOSTILE_RECORDS_H

#include "tests/system/hostile_one.h"

#include <sys/socket.h>

/* -- Records and frames --------------------------------------------------------------------------- */

static inline void lengths_that_cannot_be(void)
{
	static const uint16_t sizes[] = {RECORD_BODY_MAX + 1, UINT16_MAX};

	for (size_t i = 0; i < 2; i++) {
		hostile_meet(&peer, &target, fresh_key());
		hostile_length(&peer, sizes[i]);
		(void)hostile_end(&peer);
		hostile_close(&peer);
		await_lines("peer_gone", "a record", i + 1);
	}
	hostile_meet(&peer, &target, fresh_key());
	ck_assert(hostile_record(&peer, bytes_view(NULL, 0)));
	ck_assert_uint_eq(hostile_end(&peer), DISCONNECT_VIOLATION);
	hostile_close(&peer);
	await_lines("peer_gone", "it broke the protocol", 1);
}

/* Sealed once, sent twice; and one that is left out. */
static inline void records_again_and_lost(void)
{
	static const char ping[] = "00030200080000000102030405060708";

	for (size_t i = 0; i < 2; i++) {
		uint8_t record[64];
		struct bytes_view body = from_hex(ping), sealed;

		hostile_meet(&peer, &target, fresh_key());
		hostile_seal(&peer, record, body);
		sealed = bytes_view(record, body.size + RECORD_OVERHEAD);
		if (i == 1)
			hostile_seal(&peer, record, body);
		ck_assert(hostile_push(peer.socket, sealed));
		(void)hostile_push(peer.socket, sealed);
		ck_assert_uint_eq(hostile_end(&peer), 0);
		hostile_close(&peer);
		await_lines("peer_gone", "a record was wrong", i + 1);
	}
}

static const char *const frames[] = {
	"010302010" "0000080" "00",         /* 24: a certificate of 2 GiB is announced */
	"01010201" "ffffffff" "00",         /* 24: of 4 GiB */
	"00010200" "09000000" "00",         /* 24: a ping of nine bytes */
	"01020201" "00",                    /* 26: the rest of a message that did not begin */
	"01010201" "04000000" "02010102",   /* 26: all of it is there, and no end is said */
	"01030201" "08000000" "02",         /* 26: the last frame, and bytes are missing */
	"01030201" "01000000" "0202",       /* 26: one byte too many, of which a frame is made */
	"07030200" "00000000",              /* 26: lane 7 */
	"00ff0200" "08000000" "0000000000000000", /* 26: flags that there are not */
	"00000200",                         /* 26: nothing of nothing */
	"02030201" "01000000" "02",         /* a certificate on another lane */
	"01032301" "01000000" "00",         /* 27: of no type */
	"00030100" "00000000",              /* 36: a second HELLO, empty */
	"00030400" "00000000",              /* a goodbye without a reason */
	"02030601" "01000000" "06",         /* a block that nobody asked for */
	"04030801" "01000000" "08",         /* a range that nobody asked for */
	"02030c01" "01000000" "0c",         /* 77: short names that nobody asked for */
	"02030e01" "01000000" "0e",         /* 77: transactions of a block that nobody asked for */
	"03030901" "02000000" "09ff",       /* 31: transactions that cannot be read */
	"01030201" "02000000" "02ff",       /* 31: a certificate that cannot be read */
};

static inline void frames_of_no_honest_peer(void)
{
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
		hostile_meet(&peer, &target, fresh_key());
		ck_assert_msg(hostile_ping(&peer), "before frame %zu", i);
		ck_assert(hostile_record(&peer, from_hex(frames[i])));
		ck_assert_msg(hostile_end(&peer) == DISCONNECT_VIOLATION, "frame %zu: %s", i,
		              frames[i]);
		hostile_close(&peer);
	}
	await_lines("peer_gone", "it broke the protocol", sizeof frames / sizeof *frames);
}

/* A message that a later version may have, of 1 MiB: passed over, and what follows is heard. */
static inline void types_of_a_later_version(void)
{
	uint8_t body[RECORD_BODY_MAX];
	size_t left = 1 << 20, size = RECORD_BODY_MAX - FRAME_FIRST_HEAD_SIZE;
	uint64_t before;

	hostile_meet(&peer, &target, fresh_key());
	before = live_node_peak_memory(&node);
	memset(body, 0xaa, sizeof body);
	memcpy(body, from_hex("0601009000001000").at, FRAME_FIRST_HEAD_SIZE);
	ck_assert(hostile_record(&peer, bytes_view(body, sizeof body)));
	for (left -= size; left > 0; left -= size) {
		size = RECORD_BODY_MAX - FRAME_HEAD_SIZE;
		if (size > left)
			size = left;
		memcpy(body, from_hex("06000090").at, FRAME_HEAD_SIZE);
		body[1] = left == size ? FRAME_LAST : 0;
		ck_assert(hostile_record(&peer, bytes_view(body, FRAME_HEAD_SIZE + size)));
	}
	ck_assert(hostile_ping(&peer));
	ck_assert_uint_lt(live_node_peak_memory(&node) - before, 1 << 20);
	hostile_close(&peer);
}

/* 100,000 messages of one byte; the node answers others all the while, and then this one too. */
static inline void very_many_small_ones(void)
{
	uint8_t body[RECORD_BODY_MAX];
	size_t size = 0, all = 0;

	for (; size + 9 <= sizeof body; size += 9)
		memcpy(body + size, from_hex("06030090" "01000000" "00").at, 9);
	hostile_meet(&peer, &target, fresh_key());
	while (all < 100000) {
		/* A payload ends where its message ends. */
		ck_assert(hostile_record(&peer, bytes_view(body, size)));
		all += size / 9;
		if (all % 5 == 0)
			(void)peer_count();
		hostile_hear(&peer); /* it is asked whether it is there */
	}
	ck_assert(hostile_ping(&peer));
	hostile_close(&peer);
}

/* -- Order and negotiation --------------------------------------------------------------------------- */

static inline void a_message_before_hello(void)
{
	hostile_init(&peer, &target, fresh_key());
	hostile_knock(&peer, &target);
	ck_assert(hostile_record(&peer, from_hex("01030201" "01000000" "02")));
	/* Whether the last word is heard depends on ours not being out: none is. */
	(void)hostile_end(&peer);
	hostile_close(&peer);
	await_lines("no_session", "it broke the protocol", 1);
}

static inline void no_hello(void)
{
	hostile_init(&peer, &target, fresh_key());
	hostile_knock(&peer, &target);
	(void)hostile_end(&peer);
	hostile_close(&peer);
	await_lines("no_session", "it did not answer in time", 1);
}

/* A HELLO of these bytes instead of ours. */
static inline void say_hello(struct bytes_view hello)
{
	uint8_t body[RECORD_BODY_MAX] = {LANE_CONTROL, FRAME_FIRST | FRAME_LAST, TYPE_HELLO};

	hostile_init(&peer, &target, fresh_key());
	hostile_knock(&peer, &target);
	put_le32(body + 4, (uint32_t)hello.size);
	memcpy(body + FRAME_FIRST_HEAD_SIZE, hello.at, hello.size);
	ck_assert(hostile_record(&peer,
	                         bytes_view(body, FRAME_FIRST_HEAD_SIZE + hello.size)));
	(void)hostile_end(&peer);
	hostile_close(&peer);
}

static inline struct hello plain_hello(void)
{
	return (struct hello){
		.protocol_least = P2P_VERSION,
		.protocol_most = P2P_VERSION,
		.agent = text_view("hostile"),
	};
}

static inline void hellos_that_are_none(void)
{
	static uint8_t large[HELLO_SIZE_MAX + 1];
	struct hello hello[4] = {plain_hello(), plain_hello(), plain_hello(), plain_hello()};
	struct buffer bytes;

	hello[0].protocol_least = P2P_VERSION + 1; /* above the most */
	hello[1].agent = text_view("\x1b[31mred\x1b[0m");
	hello[2].feature_count = 2;                /* the same one twice */
	hello[3].agent = text_view("");
	for (size_t i = 0; i < 4; i++) {
		buffer_init(&bytes, HELLO_SIZE_MAX);
		hello_put(&bytes, &hello[i]);
		if (i == 3)
			buffer_append(&bytes, "", 1);      /* a byte too many */
		ck_assert_int_eq(bytes.status, STATUS_OK);
		say_hello(buffer_view(&bytes));
		buffer_close(&bytes);
		await_lines("no_session", "it broke the protocol", i + 1);
	}
	say_hello(bytes_view(large, sizeof large));
	await_lines("no_session", "it broke the protocol", 5);
}

static inline void no_common_version(void)
{
	struct hello hello = plain_hello();
	struct buffer bytes;

	hello.protocol_least = P2P_VERSION + 1;
	hello.protocol_most = P2P_VERSION + 9;
	buffer_init(&bytes, HELLO_SIZE_MAX);
	hello_put(&bytes, &hello);
	say_hello(buffer_view(&bytes));
	buffer_close(&bytes);
	await_lines("no_session", "no common protocol version", 1);
}

/* A question behind the goodbye; a half that is closed. */
static inline void ends_in_the_middle(void)
{
	hostile_meet(&peer, &target, fresh_key());
	ck_assert(hostile_record(&peer, from_hex("00030400" "01000000" "01"
	                                         "02030501" "01000000" "05")));
	ck_assert_uint_eq(hostile_end(&peer), 0);
	hostile_close(&peer);
	await_lines("peer_gone", "it said goodbye", 1);
	hostile_meet(&peer, &target, fresh_key());
	ck_assert_int_eq(shutdown(peer.socket, SHUT_WR), 0);
	ck_assert_uint_eq(hostile_end(&peer), 0);
	hostile_close(&peer);
	await_lines("peer_gone", "", 2);
}

#endif
