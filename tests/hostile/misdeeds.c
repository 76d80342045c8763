#include "tests/hostile/misdeeds.h"

#include "chain/base/text.h"
#include "chain/ledger/validators.h"
#include "node/p2p/addr_message.h"
#include "node/p2p/tx_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { VOTES = 5000, INVS = 40, QUESTIONS = 500, TXS = 40 };

static struct hostile peer;

const char *answer_text(enum answer answer)
{
	static const char *const texts[] = {
		[ANSWER_CLOSED] = "closed without a word",
		[ANSWER_VIOLATION] = "disconnected for a violation",
		[ANSWER_DUPLICATE] = "told to wait",
		[ANSWER_OTHER] = "disconnected for another reason",
		[ANSWER_ALIVE] = "passed over",
	};

	return texts[answer];
}

/* -- What the node does ------------------------------------------------------------------------ */

static enum answer await_end(void)
{
	uint8_t code = hostile_end(&peer);

	hostile_close(&peer);
	if (code == 0)
		return ANSWER_CLOSED;
	if (code == DISCONNECT_VIOLATION)
		return ANSWER_VIOLATION;
	return code == DISCONNECT_DUPLICATE ? ANSWER_DUPLICATE : ANSWER_OTHER;
}

static enum answer see_whether_alive(void)
{
	if (!hostile_ping(&peer))
		return await_end();
	hostile_close(&peer);
	return ANSWER_ALIVE;
}

static enum answer await_close(int file)
{
	size_t size = hostile_drain(file);

	close(file);
	return size == 0 ? ANSWER_CLOSED : ANSWER_OTHER;
}

static void fill_noise(uint8_t *bytes, size_t size)
{
	static uint64_t count;

	for (size_t i = 0; i < size; i += HASH_SIZE) {
		struct hash noise;

		count++;
		noise = hash_of(bytes_view(&count, sizeof count));
		memcpy(bytes + i, noise.bytes, size - i < HASH_SIZE ? size - i : HASH_SIZE);
	}
}

static enum answer send_frame(const struct hostile_target *target, uint8_t key,
                              const char *hex)
{
	uint8_t bytes[256];
	size_t size = strlen(hex) / 2;

	if (!hex_decode(bytes, size, text_view(hex)))
		live_fail("'%s' is no hex", hex);
	hostile_meet(&peer, target, key);
	(void)hostile_record(&peer, bytes_view(bytes, size));
	return await_end();
}

/* -- Before the session ------------------------------------------------------------------------- */

static enum answer silence(const struct hostile_target *target, uint8_t key)
{
	(void)key;
	return await_close(hostile_dial(target));
}

static enum answer garbage(const struct hostile_target *target, uint8_t key)
{
	uint8_t noise[4096];
	int file = hostile_dial(target);

	(void)key;
	fill_noise(noise, sizeof noise);
	noise[0] = 0; /* the right version */
	(void)hostile_push(file, bytes_view(noise, sizeof noise));
	return await_close(file);
}

static enum answer half_an_act(const struct hostile_target *target, uint8_t key)
{
	uint8_t act[NOISE_ACT_1_SIZE];
	int file = hostile_dial(target);

	hostile_init(&peer, target, key);
	hostile_act_1(&peer, act);
	hostile_close(&peer);
	(void)hostile_push(file, bytes_view(act, sizeof act / 2));
	return await_close(file);
}

static enum answer wrong_network(const struct hostile_target *target, uint8_t key)
{
	struct hostile_target other = *target;
	uint8_t act[NOISE_ACT_1_SIZE];
	int file = hostile_dial(target);

	other.genesis.bytes[0] ^= 1;
	hostile_init(&peer, &other, key);
	hostile_act_1(&peer, act);
	hostile_close(&peer);
	(void)hostile_push(file, bytes_view(act, sizeof act));
	return await_close(file);
}

static enum answer no_hello(const struct hostile_target *target, uint8_t key)
{
	hostile_init(&peer, target, key);
	hostile_knock(&peer, target);
	return await_end();
}

static enum answer reconnect(const struct hostile_target *target, uint8_t key)
{
	hostile_meet(&peer, target, key);
	hostile_close(&peer);
	hostile_init(&peer, target, key);
	hostile_knock(&peer, target);
	hostile_greet(&peer);
	return await_end();
}

/* -- Records and frames ------------------------------------------------------------------------- */

static enum answer large_record(const struct hostile_target *target, uint8_t key)
{
	hostile_meet(&peer, target, key);
	hostile_length(&peer, UINT16_MAX);
	return await_end();
}

static enum answer empty_record(const struct hostile_target *target, uint8_t key)
{
	hostile_meet(&peer, target, key);
	(void)hostile_record(&peer, bytes_view(NULL, 0));
	return await_end();
}

static enum answer changed_record(const struct hostile_target *target, uint8_t key)
{
	uint8_t record[RECORD_SIZE_MAX], body[16] = {0, 3, 2, 0, 8};

	hostile_meet(&peer, target, key);
	hostile_seal(&peer, record, bytes_view(body, sizeof body));
	record[RECORD_LENGTH_SIZE] ^= 1;
	(void)hostile_push(peer.socket, bytes_view(record, sizeof body + RECORD_OVERHEAD));
	return await_end();
}

static enum answer huge_message(const struct hostile_target *target, uint8_t key)
{
	return send_frame(target, key, "01010201" "ffffffff" "00");
}

static enum answer second_hello(const struct hostile_target *target, uint8_t key)
{
	return send_frame(target, key, "00030100" "00000000");
}

static enum answer no_type(const struct hostile_target *target, uint8_t key)
{
	return send_frame(target, key, "01032301" "01000000" "00");
}

static enum answer unasked_block(const struct hostile_target *target, uint8_t key)
{
	return send_frame(target, key, "02030601" "01000000" "06");
}

static enum answer unasked_headers(const struct hostile_target *target, uint8_t key)
{
	return send_frame(target, key, "04030801" "01000000" "08");
}

static enum answer unasked_bodies(const struct hostile_target *target, uint8_t key)
{
	return send_frame(target, key, "04031301" "01000000" "13");
}

static enum answer stray_pongs(const struct hostile_target *target, uint8_t key)
{
	uint8_t pong[16] = {0, 3, 3, 0, 8};

	hostile_meet(&peer, target, key);
	for (uint8_t i = 0; i < 12; i++) {
		pong[15] = i;
		if (!hostile_record(&peer, bytes_view(pong, sizeof pong)))
			break;
	}
	return await_end();
}

/* -- Consensus --------------------------------------------------------------------------------- */

static void say(uint16_t type, struct buffer *message)
{
	if (message->status != STATUS_OK)
		live_fail("a message cannot be written: %s", status_text(message->status));
	hostile_say(&peer, type, buffer_view(message));
	buffer_clear(message);
}

static enum answer vote_flood(const struct hostile_target *target, uint8_t key)
{
	struct buffer message;

	buffer_init(&message, MESSAGE_SIZE_MAX);
	hostile_meet(&peer, target, key);
	for (uint16_t i = 0; i < VOTES; i++) {
		struct vote vote = {.ballot = {.kind = VOTE_NOTARIZE, .view = 2, .parent_view = 1},
		                    .signer = i};

		if (i % 4 == 0)
			vote.ballot.epoch = 1000000000;
		if (i % 4 == 1)
			vote.ballot.view = 10000;
		fill_noise(vote.signature.bytes, sizeof vote.signature.bytes);
		message_put_vote(&message, &vote);
		say(type_of_consensus(MESSAGE_VOTE), &message);
	}
	buffer_close(&message);
	return see_whether_alive();
}

/* Of the largest set, so that it is of no node's. */
static enum answer forged_certificate(const struct hostile_target *target, uint8_t key)
{
	static struct certificate certificate;
	static uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct buffer message;

	certificate = (struct certificate){
		.ballot = {.kind = VOTE_NOTARIZE, .view = 1000, .parent_view = 999},
		.validator_count = VALIDATORS_MAX,
	};
	for (size_t i = 0; i < VALIDATORS_MAX; i++) {
		certificate.signers[i] = true;
		fill_noise(certificate.signatures[i].bytes, sizeof certificate.signatures[i].bytes);
	}
	certificate_put(&out, &certificate);
	buffer_init(&message, MESSAGE_SIZE_MAX);
	message_put_certificate(&message, bytes_view(bytes, certificate_size(&certificate)));
	hostile_meet(&peer, target, key);
	say(type_of_consensus(MESSAGE_CERTIFICATE), &message);
	buffer_close(&message);
	return await_end();
}

static enum answer tall_claims(const struct hostile_target *target, uint8_t key)
{
	struct message_status status = {
		.status = {.view = UINT64_MAX, .final_view = UINT64_MAX - 1, .height = INT64_MAX}};
	struct buffer message;

	buffer_init(&message, MESSAGE_SIZE_MAX);
	hostile_meet(&peer, target, key);
	for (int i = 0; i < 30; i++) {
		status.status.height -= (uint64_t)i * 1000;
		message_put_status(&message, &status);
		say(type_of_consensus(MESSAGE_STATUS), &message);
	}
	buffer_close(&message);
	return see_whether_alive();
}

/* It says that it is ahead, is asked for headers, and gives one twice, which nobody signed. */
static enum answer forged_headers(const struct hostile_target *target, uint8_t key)
{
	struct message_status status = {.status = {.height = INT64_MAX}};
	struct header header = {.version = HEADER_VERSION};
	uint8_t bytes[2 * HEADER_SIZE], certificate[64];
	struct buffer message;
	bool was_asked;

	buffer_init(&message, MESSAGE_SIZE_MAX);
	hostile_meet(&peer, target, key);
	message_put_status(&message, &status);
	say(type_of_consensus(MESSAGE_STATUS), &message);
	was_asked = hostile_await(&peer, type_of_consensus(MESSAGE_GET_HEADERS));
	if (was_asked) {
		header.height = get_le64(peer.question + 1);
		header_encode(bytes, &header);
		header_encode(bytes + HEADER_SIZE, &header);
		fill_noise(certificate, sizeof certificate);
		message_put_headers(&message, &(struct message_headers){
			.from = header.height,
			.count = 2,
			.headers = bytes_view(bytes, sizeof bytes),
			.certificate = bytes_view(certificate, sizeof certificate),
		});
		say(type_of_consensus(MESSAGE_HEADERS), &message);
	}
	buffer_close(&message);
	return was_asked ? await_end() : ANSWER_OTHER;
}

/* Rather more than it is heard on. */
static enum answer question_flood(const struct hostile_target *target, uint8_t key)
{
	struct buffer message;

	buffer_init(&message, MESSAGE_SIZE_MAX);
	hostile_meet(&peer, target, key);
	for (uint64_t i = 0; i < QUESTIONS; i++) {
		struct hash block = {{0}};

		message_put_get_headers(&message, i % 3 == 0 ? 1 : i << 32 | 1);
		say(type_of_consensus(MESSAGE_GET_HEADERS), &message);
		message_put_get_bodies(&message, &(struct message_get_bodies){
			.from = i % 3 == 0 ? 1 : i << 32 | 1,
			.count = PORTION_BLOCKS_MAX,
		});
		say(type_of_consensus(MESSAGE_GET_BODIES), &message);
		fill_noise(block.bytes, sizeof block.bytes);
		message_put_get_block(&message, &block);
		say(type_of_consensus(MESSAGE_GET_BLOCK), &message);
	}
	buffer_close(&message);
	return see_whether_alive();
}

/* -- Transactions and addresses ----------------------------------------------------------------- */

static enum answer unreadable_txs(const struct hostile_target *target, uint8_t key)
{
	return send_frame(target, key, "03030901" "02000000" "09ff");
}

/* Of the largest size, and no transactions at all. */
static enum answer bad_txs(const struct hostile_target *target, uint8_t key)
{
	static uint8_t bytes[TX_SIZE_MAX];
	struct bytes_view tx = bytes_view(bytes, sizeof bytes);
	struct buffer message;

	buffer_init(&message, MESSAGE_SIZE_MAX);
	hostile_meet(&peer, target, key);
	for (size_t i = 0; i < TXS; i++) {
		fill_noise(bytes, sizeof bytes);
		message_put_txs(&message, &tx, 1);
		say(type_of_consensus(MESSAGE_TXS), &message);
	}
	buffer_close(&message);
	return see_whether_alive();
}

/* Names that it has nothing for. */
static enum answer empty_names(const struct hostile_target *target, uint8_t key)
{
	static struct inv_entry entries[INV_MAX];
	struct buffer message;

	buffer_init(&message, INV_SIZE_MAX);
	hostile_meet(&peer, target, key);
	for (size_t i = 0; i < INVS; i++) {
		for (size_t j = 0; j < INV_MAX; j++) {
			fill_noise(entries[j].id.bytes, HASH_SIZE);
			entries[j].size = TX_SIZE_MAX;
		}
		inv_put(&message, entries, INV_MAX);
		say(TYPE_INV, &message);
	}
	buffer_close(&message);
	return see_whether_alive();
}

static enum answer no_names(const struct hostile_target *target, uint8_t key)
{
	return send_frame(target, key, "03031000" "02000000" "0000");
}

static enum answer say_records(const struct hostile_target *target, uint8_t key, size_t count)
{
	uint8_t bytes[NODE_RECORD_SIZE_MAX];
	struct bytes_view records[ADDR_RECORDS_MAX];
	struct buffer message;
	struct node_record record = {
		.seq = 1,
		.expiry_s = (uint64_t)time(NULL) + 3600,
		.address_count = 1,
		.addresses = {{.kind = NET_IPV4, .bytes = {11, 22, 33, 44}, .port = 1}},
	};
	struct writer out = writer_on(bytes, sizeof bytes);

	hostile_meet(&peer, target, key);
	record.node_id = peer.self.node_id;
	node_record_put(&out, &record);
	for (size_t i = 0; i < count; i++)
		records[i] = bytes_view(bytes, node_record_size(&record));
	buffer_init(&message, ADDR_SIZE_MAX);
	addr_put(&message, records, count);
	say(TYPE_ADDR, &message);
	buffer_close(&message);
	return await_end();
}

static enum answer unsigned_record(const struct hostile_target *target, uint8_t key)
{
	return say_records(target, key, 1);
}

static enum answer many_records(const struct hostile_target *target, uint8_t key)
{
	return say_records(target, key, ADDR_UNASKED_MAX + 1);
}

/* No node says it to an open network. */
static enum answer stray_known(const struct hostile_target *target, uint8_t key)
{
	static const uint8_t bits[2] = {0xff, 0x01};
	const struct known known = {{{1}}, 9, {bits, sizeof bits}};
	struct buffer message;

	hostile_meet(&peer, target, key);
	buffer_init(&message, KNOWN_SIZE_MAX);
	known_put(&message, &known);
	say(TYPE_KNOWN, &message);
	buffer_close(&message);
	return await_end();
}

/* -- The list ------------------------------------------------------------------------------------- */

const struct misdeed misdeeds[] = {
	{"silence", "connect and say nothing", ANSWER_CLOSED, silence},
	{"garbage", "4 KiB of noise", ANSWER_CLOSED, garbage},
	{"half-an-act", "half of a first act, and nothing more", ANSWER_CLOSED, half_an_act},
	{"wrong-network", "a first act of another network", ANSWER_CLOSED, wrong_network},
	{"no-hello", "a good handshake, and nothing behind it", ANSWER_CLOSED, no_hello},
	{"reconnect", "leave, and come back at once", ANSWER_DUPLICATE, reconnect},
	{"large-record", "a record of 65,535 bytes", ANSWER_CLOSED, large_record},
	{"empty-record", "a record of no bytes", ANSWER_VIOLATION, empty_record},
	{"changed-record", "a record with a bit flipped", ANSWER_CLOSED, changed_record},
	{"huge-message", "a certificate of 4 GiB is announced", ANSWER_VIOLATION, huge_message},
	{"second-hello", "HELLO once more", ANSWER_VIOLATION, second_hello},
	{"no-type", "a message of no type", ANSWER_VIOLATION, no_type},
	{"unasked-block", "a block that nobody asked for", ANSWER_VIOLATION, unasked_block},
	{"unasked-headers", "headers that nobody asked for", ANSWER_VIOLATION, unasked_headers},
	{"unasked-bodies", "bodies that nobody asked for", ANSWER_VIOLATION, unasked_bodies},
	{"stray-pongs", "twelve PONGs that nobody asked for", ANSWER_VIOLATION, stray_pongs},
	{"vote-flood", "5,000 votes of nobody, for any epoch and view", ANSWER_ALIVE, vote_flood},
	{"forged-certificate", "a certificate that no set signed", ANSWER_VIOLATION,
	 forged_certificate},
	{"tall-claims", "STATUS with heights that nobody has, and less each time", ANSWER_ALIVE,
	 tall_claims},
	{"forged-headers", "headers that do not follow on each other, from who says that it is ahead",
	 ANSWER_VIOLATION, forged_headers},
	{"question-flood", "500 questions for headers, bodies and blocks at once", ANSWER_ALIVE,
	 question_flood},
	{"unreadable-txs", "transactions that cannot be read", ANSWER_VIOLATION, unreadable_txs},
	{"bad-txs", "noise of 64 KiB as transactions, 40 times", ANSWER_ALIVE, bad_txs},
	{"empty-names", "20,000 names of transactions that do not exist", ANSWER_ALIVE, empty_names},
	{"no-names", "an INV without names", ANSWER_VIOLATION, no_names},
	{"unsigned-record", "a node record that its node did not sign", ANSWER_VIOLATION,
	 unsigned_record},
	{"many-records", "eleven node records that nobody asked for", ANSWER_VIOLATION,
	 many_records},
	{"stray-known", "a KNOWN in a network that lists nobody", ANSWER_VIOLATION, stray_known},
};
const size_t misdeed_count = sizeof misdeeds / sizeof *misdeeds;

const struct misdeed *misdeed_find(const char *name)
{
	for (size_t i = 0; i < misdeed_count; i++)
		if (strcmp(misdeeds[i].name, name) == 0)
			return &misdeeds[i];
	return NULL;
}
