#include "chain/ledger/validators.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct signer *signer;
static struct network network;
static struct key_pair keys[VALIDATORS_MAX]; /* as the set's */
static struct validator_set set;

static int by_key(const void *a, const void *b)
{
	const struct key_pair *left = a, *right = b;

	return memcmp(&left->public_key, &right->public_key, sizeof left->public_key);
}

static void make_set(size_t count)
{
	struct random random = random_from(count);

	for (size_t i = 0; i < count; i++) {
		struct secret_key secret;

		random_fill(&random, secret.bytes, sizeof secret.bytes);
		ck_assert_int_eq(key_pair_init(&keys[i], signer, &secret), STATUS_OK);
	}
	qsort(keys, count, sizeof keys[0], by_key);
	set = (struct validator_set){.count = count};
	for (size_t i = 0; i < count; i++)
		set.items[i] = (struct validator){
			.account = random_hash(&random),
			.vote_key = keys[i].public_key,
			.cosign_key = random_hash(&random),
		};
}

static void start(void)
{
	struct hash genesis = {{1}};

	signer = signer_new(&genesis);
	ck_assert_ptr_nonnull(signer);
	network_init(&network, &genesis);
}

static void stop(void)
{
	signer_free(signer);
}

START_TEST(the_quorum_is_that_of_the_table)
{
	/* n, f = floor((n - 1) / 3), q = n - f */
	static const size_t TABLE[][3] = {
		{1, 0, 1}, {2, 0, 2}, {3, 0, 3}, {4, 1, 3},  {5, 1, 4},     {6, 1, 5},
		{7, 2, 5}, {8, 2, 6}, {9, 2, 7}, {10, 3, 7}, {100, 33, 67}, {128, 42, 86},
	};

	for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
		ck_assert_uint_eq(validators_fault_count(TABLE[i][0], FAULT_BYZANTINE),
		                  TABLE[i][1]);
		ck_assert_uint_eq(validators_quorum(TABLE[i][0], FAULT_BYZANTINE), TABLE[i][2]);
	}
}
END_TEST

START_TEST(where_none_lie_a_quorum_is_a_majority)
{
	for (size_t count = 1; count <= VALIDATORS_MAX; count++) {
		size_t quorum = validators_quorum(count, FAULT_CRASH);

		ck_assert_uint_eq(quorum, count / 2 + 1);
		ck_assert_uint_eq(validators_fault_count(count, FAULT_CRASH), count - quorum);
	}
}
END_TEST

START_TEST(two_quorums_share_an_honest_validator)
{
	for (size_t count = 1; count <= VALIDATORS_MAX; count++)
		ck_assert_uint_ge(2 * validators_quorum(count, FAULT_BYZANTINE),
		                  count + validators_fault_count(count, FAULT_BYZANTINE) + 1);
}
END_TEST

START_TEST(a_set_is_sorted_and_has_no_key_twice)
{
	struct validator swap;

	make_set(4);
	ck_assert(validators_are_valid(&set));
	swap = set.items[1];
	set.items[1] = set.items[2];
	set.items[2] = swap;
	ck_assert(!validators_are_valid(&set));
	make_set(4);
	set.items[2].vote_key = set.items[1].vote_key;
	ck_assert(!validators_are_valid(&set));
	make_set(4);
	set.items[3].cosign_key = set.items[0].cosign_key;
	ck_assert(!validators_are_valid(&set));
}
END_TEST

START_TEST(a_set_has_no_account_twice)
{
	make_set(4);
	set.items[3].account = set.items[0].account;
	ck_assert(!validators_are_valid(&set));
}
END_TEST

/* In whatever order they come and go, it is the set that it would be. */
START_TEST(a_set_stays_sorted_while_validators_come_and_go)
{
	struct random lots = random_from(3);
	struct validator_set all, some = {.count = 0};
	bool is_in[20] = {false};

	make_set(20);
	all = set;
	for (int step = 0; step < 2000; step++) {
		size_t i = random_below(&lots, 20), index, count = 0;

		ck_assert_int_eq(validators_find(&some, &all.items[i].account, &index), is_in[i]);
		if (is_in[i])
			validators_take_out(&some, index);
		else
			validators_add(&some, &all.items[i]);
		is_in[i] = !is_in[i];
		for (size_t j = 0; j < 20; j++)
			if (is_in[j])
				ck_assert_mem_eq(&some.items[count++], &all.items[j],
				                 sizeof all.items[j]);
		ck_assert_uint_eq(some.count, count);
	}
}
END_TEST

START_TEST(a_set_reads_back_from_what_the_state_keeps)
{
	static const size_t COUNTS[] = {1, 2, 128};
	struct validator_set back;
	size_t count = COUNTS[_i], size = 2 + 96 * count;
	uint8_t *bytes = malloc(size);
	struct writer out = writer_on(bytes, size);

	make_set(count);
	validator_set_put(&out, &set);
	ck_assert_uint_eq(out.left, 0);
	ck_assert_int_eq(validator_set_decode(&back, bytes_view(bytes, size)), STATUS_OK);
	ck_assert_uint_eq(back.count, count);
	ck_assert_mem_eq(back.items, set.items, count * sizeof set.items[0]);
	ck_assert_int_ne(validator_set_decode(&back, bytes_view(bytes, size - 1)), STATUS_OK);
	bytes[0] = bytes[1] = 0;
	ck_assert_int_eq(validator_set_decode(&back, bytes_view(bytes, 2)), STATUS_MALFORMED);
	free(bytes);
}
END_TEST

START_TEST(a_set_has_1_to_128_keys_that_are_points)
{
	make_set(VALIDATORS_MAX);
	ck_assert(validators_are_valid(&set));
	set.count = VALIDATORS_MAX + 1;
	ck_assert(!validators_are_valid(&set));
	set.count = 0;
	ck_assert(!validators_are_valid(&set));
	make_set(2);
	/* Above the field's prime: no x coordinate. */
	memset(set.items[1].vote_key.bytes, 0xff, PUBLIC_KEY_SIZE);
	ck_assert(!validators_are_valid(&set));
}
END_TEST

START_TEST(the_hash_covers_every_member_and_every_consensus_parameter)
{
	struct parameters parameters = parameters_default();
	struct hash wanted, got;

	make_set(3);
	wanted = validators_hash(&set, &parameters, &network);
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		parameters.values[i]++;
		got = validators_hash(&set, &parameters, &network);
		ck_assert_int_eq(!hash_equal(&got, &wanted),
		                 parameter_facts((enum parameter)i)->is_consensus);
		parameters.values[i]--;
	}
	for (size_t i = 0; i < 3; i++) {
		struct validator *validator = &set.items[i];

		validator->account.bytes[31] ^= 1;
		got = validators_hash(&set, &parameters, &network);
		ck_assert(!hash_equal(&got, &wanted));
		validator->account.bytes[31] ^= 1;
		validator->vote_key.bytes[0] ^= 1;
		got = validators_hash(&set, &parameters, &network);
		ck_assert(!hash_equal(&got, &wanted));
		validator->vote_key.bytes[0] ^= 1;
		validator->cosign_key.bytes[5] ^= 1;
		got = validators_hash(&set, &parameters, &network);
		ck_assert(!hash_equal(&got, &wanted));
		validator->cosign_key.bytes[5] ^= 1;
	}
	set.count = 2;
	got = validators_hash(&set, &parameters, &network);
	ck_assert(!hash_equal(&got, &wanted));
}
END_TEST

START_TEST(the_hash_is_over_the_bytes_that_the_protocol_says)
{
	struct parameters parameters = parameters_default();
	uint8_t bytes[HASH_SIZE + 21 + 2 + 2 * 96];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct hash wanted, got;

	make_set(2);
	writer_hash(&out, &network.genesis);
	writer_u32(&out, 1);
	writer_u8(&out, 0);
	writer_u32(&out, 4 << 20);
	writer_u32(&out, 16384);
	writer_u64(&out, 0);
	writer_u16(&out, 2);
	for (size_t i = 0; i < 2; i++)
		validator_put(&out, &set.items[i]);
	ck_assert_uint_eq(out.left, 0);
	wanted = hash_tagged("cairn/validators/v1", bytes_view(bytes, sizeof bytes));
	got = validators_hash(&set, &parameters, &network);
	ck_assert(hash_equal(&got, &wanted));
}
END_TEST

/* -- Votes --------------------------------------------------------------------------- */

static struct ballot ballot_of(enum vote_kind kind)
{
	struct ballot ballot = {
		.kind = (uint8_t)kind, .epoch = 1, .view = 2, .parent_view = 3, .block = {{4}}};

	return ballot;
}

START_TEST(the_digest_of_a_vote_is_over_the_bytes_that_the_protocol_says)
{
	static const char *const TAGS[] = {NULL, "cairn/notarize/v1", "cairn/nullify/v1",
	                                   "cairn/finalize/v1"};

	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		struct ballot ballot = ballot_of((enum vote_kind)kind);
		uint8_t bytes[HASH_SIZE + 3 * 8 + HASH_SIZE];
		struct writer out = writer_on(bytes, sizeof bytes);
		struct hash wanted, got;

		writer_hash(&out, &network.genesis);
		writer_u64(&out, 1);
		writer_u64(&out, 2);
		writer_u64(&out, 3);
		writer_hash(&out, &ballot.block);
		wanted = hash_tagged(TAGS[kind], bytes_view(bytes, sizeof bytes));
		got = ballot_digest(&ballot, &network);
		ck_assert(hash_equal(&got, &wanted));
	}
}
END_TEST

START_TEST(the_digest_changes_with_every_field_and_with_the_network)
{
	struct ballot ballot = ballot_of(VOTE_FINALIZE);
	struct ballot changed[6] = {ballot, ballot, ballot, ballot, ballot, ballot};
	struct hash genesis = {{2}};
	struct network other;
	struct hash digests[8];

	changed[0].kind = VOTE_NOTARIZE;
	changed[1].kind = VOTE_NULLIFY;
	changed[2].epoch++;
	changed[3].view++;
	changed[4].parent_view++;
	changed[5].block.bytes[31] = 1;
	for (size_t i = 0; i < 6; i++)
		digests[i] = ballot_digest(&changed[i], &network);
	digests[6] = ballot_digest(&ballot, &network);
	network_init(&other, &genesis);
	digests[7] = ballot_digest(&ballot, &other);
	for (size_t i = 0; i < 8; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert(!hash_equal(&digests[i], &digests[j]));
}
END_TEST

/* -- Certificates -------------------------------------------------------------------- */

static bool is_certified(const struct certificate *certificate)
{
	struct parameters parameters = parameters_default();

	return certificate_is_valid(certificate, &set, &parameters, &network);
}

/* Signed by the validators from `first` on, `count` of them. */
static struct certificate certify(size_t first, size_t count)
{
	struct certificate certificate = {
		.ballot = ballot_of(VOTE_FINALIZE),
		.validator_count = set.count,
	};
	struct hash digest = ballot_digest(&certificate.ballot, &network);
	static const struct hash auxiliary;

	for (size_t i = first; i < first + count; i++) {
		certificate.signers[i] = true;
		ck_assert_int_eq(key_pair_sign(&certificate.signatures[i], signer, &keys[i],
		                               &digest, &auxiliary),
		                 STATUS_OK);
	}
	return certificate;
}

static size_t encode(uint8_t **bytes, const struct certificate *certificate)
{
	size_t size = certificate_size(certificate);
	struct writer out;

	*bytes = malloc(size);
	out = writer_on(*bytes, size);
	certificate_put(&out, certificate);
	ck_assert_uint_eq(out.left, 0);
	return size;
}

static enum status decode(struct certificate *certificate, const uint8_t *bytes,
                          size_t size)
{
	struct cursor in = cursor_on(bytes_view(bytes, size));

	certificate_get(&in, certificate);
	return cursor_finish(&in);
}

static const size_t SIZES[] = {1, 2, 3, 4, 7, 8, 9, 10, 16, 17, 128};

START_TEST(a_certificate_reads_back_and_is_valid)
{
	size_t count = SIZES[_i];
	size_t quorum = validators_quorum(count, FAULT_BYZANTINE);
	struct certificate certificate, back;
	uint8_t *bytes;
	size_t size;

	make_set(count);
	certificate = certify(count - quorum, quorum);
	size = encode(&bytes, &certificate);
	ck_assert_uint_eq(size, 57 + 2 + (count + 7) / 8 + 64 * quorum);
	ck_assert_uint_le(size, CERTIFICATE_SIZE_MAX);
	ck_assert_int_eq(decode(&back, bytes, size), STATUS_OK);
	ck_assert_mem_eq(back.signatures, certificate.signatures, sizeof back.signatures);
	ck_assert_mem_eq(back.signers, certificate.signers, sizeof back.signers);
	ck_assert(is_certified(&back));
	free(bytes);
}
END_TEST

START_TEST(a_certificate_of_everybody_is_valid_and_the_largest)
{
	struct certificate certificate;

	make_set(VALIDATORS_MAX);
	certificate = certify(0, VALIDATORS_MAX);
	ck_assert_uint_eq(certificate_size(&certificate), CERTIFICATE_SIZE_MAX);
	ck_assert(is_certified(&certificate));
}
END_TEST

START_TEST(one_signature_too_few_is_no_certificate)
{
	size_t count = SIZES[_i];
	struct certificate certificate;

	make_set(count);
	certificate = certify(0, validators_quorum(count, FAULT_BYZANTINE) - 1);
	ck_assert(!is_certified(&certificate));
}
END_TEST

START_TEST(the_fault_model_says_how_many_certify)
{
	struct parameters parameters = parameters_default();
	struct certificate certificate;

	make_set(3);
	certificate = certify(0, 2);
	ck_assert(!certificate_is_valid(&certificate, &set, &parameters, &network));
	parameters.values[PARAMETER_fault_model] = FAULT_CRASH;
	ck_assert(certificate_is_valid(&certificate, &set, &parameters, &network));
	certificate = certify(0, 1);
	ck_assert(!certificate_is_valid(&certificate, &set, &parameters, &network));
}
END_TEST

START_TEST(a_wrong_signature_spoils_a_certificate)
{
	struct certificate certificate;

	make_set(4);
	certificate = certify(0, 4);
	certificate.signatures[2].bytes[63] ^= 1;
	/* Three are left, a quorum; but who shows four has to mean four. */
	ck_assert(!is_certified(&certificate));
	certificate.signers[2] = false;
	ck_assert(is_certified(&certificate));
	/* A good signature under another's name. */
	certificate.signers[2] = true;
	certificate.signatures[2] = certificate.signatures[1];
	ck_assert(!is_certified(&certificate));
}
END_TEST

START_TEST(a_certificate_over_another_ballot_is_not_valid)
{
	struct certificate certificate;

	make_set(4);
	certificate = certify(0, 3);
	certificate.ballot.kind = VOTE_NOTARIZE;
	ck_assert(!is_certified(&certificate));
	certificate = certify(0, 3);
	certificate.ballot.block.bytes[0] ^= 1;
	ck_assert(!is_certified(&certificate));
}
END_TEST

START_TEST(a_certificate_of_a_foreign_set_is_not_valid)
{
	struct certificate certificate;

	make_set(4);
	certificate = certify(0, 3);
	make_set(5);
	ck_assert(!is_certified(&certificate));
	certificate.validator_count = 5;
	certificate.signers[3] = true;
	ck_assert(!is_certified(&certificate));
	/* The same size, other keys. */
	set.count = 4;
	certificate.validator_count = 4;
	ck_assert(!is_certified(&certificate));
}
END_TEST

START_TEST(a_certificate_cut_anywhere_or_longer_is_refused)
{
	struct certificate certificate, back;
	uint8_t *bytes;
	size_t size;

	make_set(4);
	certificate = certify(0, 3);
	size = encode(&bytes, &certificate);
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *part = malloc(cut > 0 ? cut : 1);

		memcpy(part, bytes, cut);
		ck_assert_int_ne(decode(&back, part, cut), STATUS_OK);
		free(part);
	}
	bytes = realloc(bytes, size + 1);
	bytes[size] = 0;
	ck_assert_int_eq(decode(&back, bytes, size + 1), STATUS_TRAILING);
	free(bytes);
}
END_TEST

START_TEST(every_flipped_bit_of_a_certificate_is_refused_or_not_valid)
{
	struct certificate certificate, back;
	uint8_t *bytes, *again;
	size_t size;

	make_set(4);
	certificate = certify(0, 3);
	size = encode(&bytes, &certificate);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
		if (decode(&back, bytes, size) == STATUS_OK) {
			ck_assert(!is_certified(&back));
			ck_assert_uint_eq(encode(&again, &back), size);
			ck_assert_mem_eq(again, bytes, size);
			free(again);
		}
		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
	}
	free(bytes);
}
END_TEST

START_TEST(a_spare_bit_that_is_set_is_refused)
{
	size_t bitmap_at = 57 + 2;

	for (size_t count = 1; count <= 17; count++) {
		struct certificate certificate = {.ballot = ballot_of(VOTE_FINALIZE),
		                                  .validator_count = count};
		struct certificate back;
		uint8_t *bytes;
		size_t size = encode(&bytes, &certificate);

		ck_assert_int_eq(decode(&back, bytes, size), STATUS_OK);
		for (size_t bit = count; bit < (count + 7) / 8 * 8; bit++) {
			bytes[bitmap_at + bit / 8] = (uint8_t)(1u << bit % 8);
			ck_assert_int_eq(decode(&back, bytes, size), STATUS_MALFORMED);
			bytes[bitmap_at + bit / 8] = 0;
		}
		free(bytes);
	}
}
END_TEST

START_TEST(a_certificate_of_an_impossible_shape_is_refused)
{
	uint8_t bytes[57 + 2 + 17] = {VOTE_FINALIZE};
	struct certificate back;

	ck_assert_int_eq(decode(&back, bytes, 59), STATUS_TOO_LARGE);
	put_le16(bytes + 57, VALIDATORS_MAX + 1);
	ck_assert_int_eq(decode(&back, bytes, sizeof bytes), STATUS_TOO_LARGE);
	put_le16(bytes + 57, UINT16_MAX);
	ck_assert_int_eq(decode(&back, bytes, sizeof bytes), STATUS_TOO_LARGE);
	put_le16(bytes + 57, VALIDATORS_MAX);
	ck_assert_int_eq(decode(&back, bytes, 59 + 16), STATUS_OK);
	for (unsigned kind = 0; kind < 256; kind++) {
		bytes[0] = (uint8_t)kind;
		ck_assert_int_eq(decode(&back, bytes, 59 + 16),
		                 kind >= 1 && kind <= 3 ? STATUS_OK : STATUS_MALFORMED);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("validators");
	TCase *tests = tcase_create("validators");
	int sizes = sizeof SIZES / sizeof SIZES[0];

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, the_quorum_is_that_of_the_table);
	tcase_add_test(tests, where_none_lie_a_quorum_is_a_majority);
	tcase_add_test(tests, a_set_has_no_account_twice);
	tcase_add_test(tests, a_set_stays_sorted_while_validators_come_and_go);
	tcase_add_loop_test(tests, a_set_reads_back_from_what_the_state_keeps, 0, 3);
	tcase_add_test(tests, the_fault_model_says_how_many_certify);
	tcase_add_test(tests, two_quorums_share_an_honest_validator);
	tcase_add_test(tests, a_set_is_sorted_and_has_no_key_twice);
	tcase_add_test(tests, a_set_has_1_to_128_keys_that_are_points);
	tcase_add_test(tests, the_hash_covers_every_member_and_every_consensus_parameter);
	tcase_add_test(tests, the_hash_is_over_the_bytes_that_the_protocol_says);
	tcase_add_test(tests, the_digest_of_a_vote_is_over_the_bytes_that_the_protocol_says);
	tcase_add_test(tests, the_digest_changes_with_every_field_and_with_the_network);
	tcase_add_loop_test(tests, a_certificate_reads_back_and_is_valid, 0, sizes);
	tcase_add_test(tests, a_certificate_of_everybody_is_valid_and_the_largest);
	tcase_add_loop_test(tests, one_signature_too_few_is_no_certificate, 0, sizes);
	tcase_add_test(tests, a_wrong_signature_spoils_a_certificate);
	tcase_add_test(tests, a_certificate_over_another_ballot_is_not_valid);
	tcase_add_test(tests, a_certificate_of_a_foreign_set_is_not_valid);
	tcase_add_test(tests, a_certificate_cut_anywhere_or_longer_is_refused);
	tcase_add_test(tests, every_flipped_bit_of_a_certificate_is_refused_or_not_valid);
	tcase_add_test(tests, a_spare_bit_that_is_set_is_refused);
	tcase_add_test(tests, a_certificate_of_an_impossible_shape_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
