/* The test vectors of BOLT 8, appendix A "Transport Test Vectors": both sides of the handshake,
 * what each act has to be refused for, and the records at the places where the key changes.
 * Typed in: keys, acts and records as they stand there. */
#include "node/p2p/record.h"
#include "tests/support/support.h"

#include "chain/base/memory.h"

#include <stdio.h>
#include <stdlib.h>

static const char RESPONDER_ID[] =
	"028d7500dd4c12685d1f568b4c2b5048e8534b873319f3a8daa612b469132ec7f7";
static const char INITIATOR_ID[] =
	"034f355bdcb7cc0af728ef3cceb9615d90684bb5b2ca5f859ab0f0b704075871aa";
static const char ACT_1[] =
	"00036360e856310ce5d294e8be33fc807077dc56ac80d95d9cd4ddbd21325eff73f70df6086551151f58b8af"
	"e6c195782c6a";
static const char ACT_2[] =
	"0002466d7fcae563e5cb09a0d1870bb580344804617879a14949cf22285f1bae3f276e2470b93aac583c9ef6"
	"eafca3f730ae";
static const char ACT_3[] =
	"00b9e3a702e93e3a9948c2ed6e5fd7590a6e1c3a0344cfc9d5b57357049aa22355361aa02e55a8fc28fef5bd"
	"6d71ad0c38228dc68b1c466263b47fdf31e560e139ba";
static const char FIRST_KEY[] =
	"969ab31b4d288cedf6218839b27a3e2140827047f2c0f01bf5c04435d43511a9";
static const char SECOND_KEY[] =
	"bb9020b8965f4df047e07f955f3c4b88418984aadc5cdb35096b9ea8fa5c3442";
static const char CHAINING_KEY[] =
	"919219dbb2920afa8db80f9a51787a840bcf111ed8d588caf9ab4be716e42b01";

static struct sealer *sealer;
static struct signer *signer;
static struct noise_tools tools;

static void start(void)
{
	sealer = sealer_new();
	signer = signer_new(&(struct hash){{7}});
	ck_assert(sealer && signer);
	tools = (struct noise_tools){.sealer = sealer, .signer = signer};
}

static void stop(void)
{
	sealer_free(sealer);
	signer_free(signer);
}

static struct secret_key secret_of(uint8_t byte)
{
	struct secret_key secret;

	memset(secret.bytes, byte, sizeof secret.bytes);
	return secret;
}

static struct noise initiator(void)
{
	struct secret_key own = secret_of(0x11), ephemeral = secret_of(0x12);
	struct node_id remote;
	struct noise noise;

	memcpy(remote.bytes, from_hex(RESPONDER_ID).at, sizeof remote.bytes);
	ck_assert_int_eq(noise_init_initiator(&noise, &tools, text_view("lightning"), &own,
	                                      &ephemeral, &remote),
	                 STATUS_OK);
	ck_assert_mem_eq(noise.own_id.bytes, from_hex(INITIATOR_ID).at, COMPRESSED_KEY_SIZE);
	return noise;
}

static struct noise responder(void)
{
	struct secret_key own = secret_of(0x21), ephemeral = secret_of(0x22);
	struct noise noise;

	ck_assert_int_eq(noise_init_responder(&noise, &tools, text_view("lightning"), &own,
	                                      &ephemeral),
	                 STATUS_OK);
	ck_assert_mem_eq(noise.own_id.bytes, from_hex(RESPONDER_ID).at, COMPRESSED_KEY_SIZE);
	return noise;
}

static void must_be(const uint8_t *bytes, size_t size, const char *hex)
{
	ck_assert_uint_eq(strlen(hex), 2 * size);
	ck_assert_mem_eq(bytes, from_hex(hex).at, size);
}

START_TEST(the_initiator_writes_and_reads_the_acts)
{
	uint8_t act[NOISE_ACT_SIZE_MAX];
	struct noise noise = initiator();
	enum noise_finding finding;
	struct noise_keys keys;

	ck_assert_int_eq(noise_write_act_1(&noise, &tools, act), STATUS_OK);
	must_be(act, NOISE_ACT_1_SIZE, ACT_1);
	ck_assert_int_eq(noise_read_act_2(&noise, &tools, from_hex(ACT_2).at, &finding),
	                 STATUS_OK);
	ck_assert_int_eq(finding, NOISE_GOOD);
	ck_assert_int_eq(noise_write_act_3(&noise, &tools, act, &keys), STATUS_OK);
	must_be(act, NOISE_ACT_3_SIZE, ACT_3);
	must_be(keys.send.bytes, SEAL_KEY_SIZE, FIRST_KEY);
	must_be(keys.receive.bytes, SEAL_KEY_SIZE, SECOND_KEY);
	must_be(keys.chaining.bytes, HASH_SIZE, CHAINING_KEY);
}
END_TEST

START_TEST(the_responder_reads_and_writes_the_acts)
{
	uint8_t act[NOISE_ACT_SIZE_MAX];
	struct noise noise = responder();
	enum noise_finding finding;
	struct noise_keys keys;

	ck_assert_int_eq(noise_read_act_1(&noise, &tools, from_hex(ACT_1).at, &finding),
	                 STATUS_OK);
	ck_assert_int_eq(finding, NOISE_GOOD);
	ck_assert_int_eq(noise_write_act_2(&noise, &tools, act), STATUS_OK);
	must_be(act, NOISE_ACT_2_SIZE, ACT_2);
	ck_assert_int_eq(noise_read_act_3(&noise, &tools, from_hex(ACT_3).at, &finding, &keys),
	                 STATUS_OK);
	ck_assert_int_eq(finding, NOISE_GOOD);
	must_be(noise.remote_id.bytes, COMPRESSED_KEY_SIZE, INITIATOR_ID);
	must_be(keys.receive.bytes, SEAL_KEY_SIZE, FIRST_KEY);
	must_be(keys.send.bytes, SEAL_KEY_SIZE, SECOND_KEY);
	must_be(keys.chaining.bytes, HASH_SIZE, CHAINING_KEY);
}
END_TEST

/* -- What is refused. The short reads of the appendix are the session's affair: it hands on
 * whole acts only. */

struct refused {
	int act;
	const char *hex;
	enum noise_finding finding;
};

static const struct refused REFUSED[] = {
	{1,
	 "01036360e856310ce5d294e8be33fc807077dc56ac80d95d9cd4ddbd21325eff73f70df6086551151f58b8af"
     "e6c195782c6a",
	 NOISE_BAD_VERSION},
	{1,
	 "00046360e856310ce5d294e8be33fc807077dc56ac80d95d9cd4ddbd21325eff73f70df6086551151f58b8af"
     "e6c195782c6a",
	 NOISE_BAD_KEY},
	{1,
	 "00036360e856310ce5d294e8be33fc807077dc56ac80d95d9cd4ddbd21325eff73f70df6086551151f58b8af"
     "e6c195782c6b",
	 NOISE_BAD_TAG},
	{2,
	 "0102466d7fcae563e5cb09a0d1870bb580344804617879a14949cf22285f1bae3f276e2470b93aac583c9ef6"
     "eafca3f730ae",
	 NOISE_BAD_VERSION},
	{2,
	 "0004466d7fcae563e5cb09a0d1870bb580344804617879a14949cf22285f1bae3f276e2470b93aac583c9ef6"
     "eafca3f730ae",
	 NOISE_BAD_KEY},
	{2,
	 "0002466d7fcae563e5cb09a0d1870bb580344804617879a14949cf22285f1bae3f276e2470b93aac583c9ef6"
     "eafca3f730af",
	 NOISE_BAD_TAG},
	{3,
	 "01b9e3a702e93e3a9948c2ed6e5fd7590a6e1c3a0344cfc9d5b57357049aa22355361aa02e55a8fc28fef5bd"
     "6d71ad0c38228dc68b1c466263b47fdf31e560e139ba",
	 NOISE_BAD_VERSION},
	{3, /* ACT3_BAD_CIPHERTEXT */
	 "00c9e3a702e93e3a9948c2ed6e5fd7590a6e1c3a0344cfc9d5b57357049aa22355361aa02e55a8fc28fef5bd"
     "6d71ad0c38228dc68b1c466263b47fdf31e560e139ba",
	 NOISE_BAD_TAG},
	{3,
	 "00bfe3a702e93e3a9948c2ed6e5fd7590a6e1c3a0344cfc9d5b57357049aa2235536ad09a8ee351870c2bb7f"
     "78b754a26c6cef79a98d25139c856d7efd252c2ae73c",
	 NOISE_BAD_KEY},
	{3,
	 "00b9e3a702e93e3a9948c2ed6e5fd7590a6e1c3a0344cfc9d5b57357049aa22355361aa02e55a8fc28fef5bd"
     "6d71ad0c38228dc68b1c466263b47fdf31e560e139bb",
	 NOISE_BAD_TAG},
};

static enum noise_finding read_act(int act, const uint8_t *bytes)
{
	struct noise noise = act == 2 ? initiator() : responder();
	uint8_t own[NOISE_ACT_SIZE_MAX];
	enum noise_finding finding = NOISE_GOOD;
	struct noise_keys keys;

	if (act == 1) {
		ck_assert_int_eq(noise_read_act_1(&noise, &tools, bytes, &finding), STATUS_OK);
	} else if (act == 2) {
		ck_assert_int_eq(noise_write_act_1(&noise, &tools, own), STATUS_OK);
		ck_assert_int_eq(noise_read_act_2(&noise, &tools, bytes, &finding), STATUS_OK);
	} else {
		ck_assert_int_eq(noise_read_act_1(&noise, &tools, from_hex(ACT_1).at, &finding),
		                 STATUS_OK);
		ck_assert_int_eq(noise_write_act_2(&noise, &tools, own), STATUS_OK);
		ck_assert_int_eq(noise_read_act_3(&noise, &tools, bytes, &finding, &keys),
		                 STATUS_OK);
	}
	return finding;
}

START_TEST(a_wrong_act_is_refused_for_what_is_wrong)
{
	const struct refused *refused = &REFUSED[_i];

	ck_assert_int_eq(read_act(refused->act, from_hex(refused->hex).at), refused->finding);
}
END_TEST

/* Beyond the appendix: there is no byte that does not matter. */
START_TEST(any_changed_byte_of_an_act_is_refused)
{
	static const char *const acts[] = {ACT_1, ACT_2, ACT_3};

	for (int act = 1; act <= 3; act++) {
		struct bytes_view good = from_hex(acts[act - 1]);
		uint8_t bytes[NOISE_ACT_SIZE_MAX];

		memcpy(bytes, good.at, good.size);
		ck_assert_int_eq(read_act(act, bytes), NOISE_GOOD);
		for (size_t i = 0; i < good.size; i++) {
			bytes[i] ^= 1;
			ck_assert_int_ne(read_act(act, bytes), NOISE_GOOD);
			bytes[i] ^= 1;
		}
	}
}
END_TEST

/* -- Records ------------------------------------------------------------------------------------- */

struct record {
	int index;
	const char *hex;
};

static const struct record RECORDS[] = {
	{0,
	 "cf2b30ddf0cf3f80e7c35a6e6730b59fe802473180f396d88a8fb0db8cbcf25d2f214cf9ea1d95"},
	{1,
	 "72887022101f0b6753e0c7de21657d35a4cb2a1f5cde2650528bbc8f837d0f0d7ad833b1a256a1"},
	{500,
	 "178cb9d7387190fa34db9c2d50027d21793c9bc2d40b1e14dcf30ebeeeb220f48364f7a4c68bf8"},
	{501,
	 "1b186c57d44eb6de4c057c49940d79bb838a145cb528d6e8fd26dbe50a60ca2c104b56b60e45bd"},
	{1000,
	 "4a2f3cc3b5e78ddb83dcb426d9863d9d9a723b0337c89dd0b005d89f8d3c05c52b76b29b740f09"},
	{1001,
	 "2ecd8c8a5629d0d02ab457a0fdd0f7b90a192cd46be5ecb6ca570bfc5e268338b1a16cf4ef2d36"},
};

static struct noise_keys vector_keys(void)
{
	struct noise_keys keys;

	memcpy(keys.send.bytes, from_hex(FIRST_KEY).at, SEAL_KEY_SIZE);
	memcpy(keys.receive.bytes, from_hex(FIRST_KEY).at, SEAL_KEY_SIZE);
	keys.chaining = hash_from_hex(CHAINING_KEY);
	return keys;
}

START_TEST(a_thousand_records_are_sealed_as_written_there_and_open_again)
{
	struct noise_keys keys = vector_keys();
	struct record_key key = record_key_to_send(&keys);
	struct record_input reader = {.key = record_key_to_receive(&keys)};
	uint8_t bytes[5 + RECORD_OVERHEAD];
	size_t next = 0;

	for (int i = 0; i <= 1001; i++) {
		struct bytes_view in = bytes_view(bytes, sizeof bytes), body;
		enum record_finding finding;

		ck_assert_int_eq(record_seal(&key, sealer, bytes, text_view("hello")), STATUS_OK);
		if (i == RECORDS[next].index)
			must_be(bytes, sizeof bytes, RECORDS[next++].hex);
		ck_assert_int_eq(record_next(&reader, sealer, &in, &body, &finding), STATUS_OK);
		ck_assert_int_eq(finding, RECORD_WHOLE);
		ck_assert(bytes_equal(body, text_view("hello")));
		ck_assert_uint_eq(in.size, 0);
	}
	ck_assert_uint_eq(next, sizeof RECORDS / sizeof *RECORDS);
}
END_TEST

/* Was it typed in right? Every hex text above stands in the document. */
START_TEST(what_is_typed_in_stands_in_the_document)
{
	size_t size;
	char *text = shared_vectors_read("bolt8.txt", &size);

	if (!text)
		return;
	for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
		ck_assert_ptr_nonnull(strstr(text, REFUSED[i].hex));
	for (size_t i = 0; i < sizeof RECORDS / sizeof *RECORDS; i++)
		ck_assert_ptr_nonnull(strstr(text, RECORDS[i].hex));
	ck_assert_ptr_nonnull(strstr(text, ACT_1));
	ck_assert_ptr_nonnull(strstr(text, ACT_2));
	ck_assert_ptr_nonnull(strstr(text, ACT_3));
	free(text);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bolt8");
	TCase *cases = tcase_create("bolt8");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, the_initiator_writes_and_reads_the_acts);
	tcase_add_test(cases, the_responder_reads_and_writes_the_acts);
	tcase_add_loop_test(cases, a_wrong_act_is_refused_for_what_is_wrong, 0,
	                    sizeof REFUSED / sizeof *REFUSED);
	tcase_add_test(cases, any_changed_byte_of_an_act_is_refused);
	tcase_add_test(cases, a_thousand_records_are_sealed_as_written_there_and_open_again);
	tcase_add_test(cases, what_is_typed_in_stands_in_the_document);
	suite_add_tcase(suite, cases);
	return suite;
}
