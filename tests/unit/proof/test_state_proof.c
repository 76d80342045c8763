/* Proofs of the state as bytes from strangers: one encoding, and no way to bend one. */
#include "chain/proof/state_proof.h"

#include "chain/proof/state_hash.h"
#include "tests/support/support.h"
#include "tests/unit/proof/memory_pages.h"

enum { KEYS = 40 };

static struct memory_pages pages;
static struct map map;
static struct state_root root;

/* Key 0 and key 1 differ in the last bit alone: 256 steps, nearly all of them past
 * nothing. */
static struct hash key_of(uint64_t number)
{
	struct random random = random_from(number < 2 ? 1 : number);
	struct hash key_hash = random_hash(&random);

	if (number < 2)
		key_hash.bytes[31] = (uint8_t)((key_hash.bytes[31] & 0xfe) | number);
	return key_hash;
}

static void setup(void)
{
	struct state_change changes[KEYS];

	for (uint64_t i = 0; i < KEYS; i++)
		changes[i] = (struct state_change){
			.key_hash = key_of(i), .value_hash = key_of(1000 + i), .present = true};
	map_change(&map, changes, KEYS);
	root = memory_pages_update(&pages, (struct state_root){0}, changes, KEYS, 1);
}

static void teardown(void)
{
	memory_pages_close(&pages);
	map_close(&map);
}

/* The samples: present deep, present, absent where nothing is, absent beside another. */
enum { SAMPLES = 4 };

static struct hash sample_key(int sample)
{
	static struct state_proof proof;
	struct hash key_hash;

	if (sample < 2)
		return key_of(sample == 0 ? 1 : 7);
	for (uint64_t number = 100;; number++) {
		key_hash = key_of(number);
		memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
		if (proof.ends_in_leaf == (sample == 3))
			return key_hash;
	}
}

struct encoded {
	uint8_t bytes[STATE_PROOF_SIZE_MAX + 1];
	size_t size;
};

static void encode(struct encoded *encoded, const struct state_proof *proof)
{
	struct writer out;

	encoded->size = state_proof_size(proof);
	ck_assert_uint_le(encoded->size, STATE_PROOF_SIZE_MAX);
	out = writer_on(encoded->bytes, encoded->size);
	state_proof_put(&out, proof);
	ck_assert_uint_eq(out.left, 0);
}

static enum status decode(struct state_proof *proof, const struct encoded *encoded)
{
	return state_proof_decode(proof, bytes_view(encoded->bytes, encoded->size));
}

START_TEST(a_proof_comes_back_from_its_bytes)
{
	struct hash key_hash = sample_key(_i);
	static struct state_proof proof, back;
	static struct encoded encoded, again;

	memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
	encode(&encoded, &proof);
	ck_assert_int_eq(decode(&back, &encoded), STATUS_OK);
	ck_assert(
		state_proof_is_valid(&root.hash, &key_hash, map_get(&map, &key_hash), &back));
	encode(&again, &back);
	ck_assert_uint_eq(again.size, encoded.size);
	ck_assert_mem_eq(again.bytes, encoded.bytes, encoded.size);
}
END_TEST

START_TEST(two_keys_that_differ_in_the_last_bit_take_256_steps)
{
	struct hash key_hash = key_of(1);
	static struct state_proof proof;
	static struct encoded encoded;

	memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
	ck_assert_uint_eq(proof.depth, STATE_PROOF_DEPTH_MAX);
	encode(&encoded, &proof);
	/* A depth, a bitmap, the leaf, and only the few siblings that are there. */
	ck_assert_uint_lt(encoded.size, 2 + 32 + 12 * HASH_SIZE + 65);
}
END_TEST

START_TEST(a_proof_cut_anywhere_or_with_more_behind_it_is_refused)
{
	struct hash key_hash = sample_key(_i);
	static struct state_proof proof, back;
	static struct encoded encoded;
	size_t whole;

	memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
	encode(&encoded, &proof);
	whole = encoded.size;
	for (encoded.size = 0; encoded.size < whole; encoded.size++)
		ck_assert_int_ne(decode(&back, &encoded), STATUS_OK);
	encoded.bytes[whole] = 0;
	encoded.size = whole + 1;
	ck_assert_int_eq(decode(&back, &encoded), STATUS_TRAILING);
}
END_TEST

START_TEST(a_proof_with_any_bit_flipped_is_refused)
{
	struct hash key_hash = sample_key(_i);
	static struct state_proof proof, back;
	static struct encoded encoded;

	memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
	encode(&encoded, &proof);
	for (size_t bit = 0; bit < 8 * encoded.size; bit++) {
		encoded.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(decode(&back, &encoded) != STATUS_OK ||
		          !state_proof_is_valid(&root.hash, &key_hash, map_get(&map, &key_hash),
		                                &back));
		encoded.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

START_TEST(another_root_key_or_value_is_not_proved)
{
	struct hash key_hash = sample_key(_i);
	const struct hash *found = map_get(&map, &key_hash);
	struct hash value_hash = found ? *found : key_hash;
	struct hash *targets[] = {&root.hash, &key_hash, &value_hash};
	static struct state_proof proof;

	memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
	for (size_t i = 0; i < (found ? 3 : 2); i++) {
		for (size_t bit = 0; bit < 256; bit++) {
			bool about_other_absent_key = i == 1 && !found;

			targets[i]->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			/* What proves that one key is absent proves it of its neighbours too. */
			if (!about_other_absent_key || bit / 8 * 8 + 7 - bit % 8 < proof.depth)
				ck_assert(!state_proof_is_valid(&root.hash, &key_hash,
				                                found ? &value_hash : NULL, &proof));
			targets[i]->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}
END_TEST

START_TEST(a_key_that_is_there_cannot_be_denied)
{
	struct hash key_hash = key_of(7);
	struct hash other = key_of(8);
	static struct state_proof proof;

	memory_pages_prove(&pages, &root, &map, &key_hash, &proof);
	ck_assert(!state_proof_is_valid(&root.hash, &key_hash, NULL, &proof));
	proof.ends_in_leaf = false;
	ck_assert(!state_proof_is_valid(&root.hash, &key_hash, NULL, &proof));
	/* With the leaf and the path of another key. */
	memory_pages_prove(&pages, &root, &map, &other, &proof);
	ck_assert(!state_proof_is_valid(&root.hash, &key_hash, NULL, &proof));
	/* With more steps than a key has bits. */
	proof.depth = STATE_PROOF_DEPTH_MAX + 1;
	proof.ends_in_leaf = false;
	ck_assert(!state_proof_is_valid(&root.hash, &key_hash, NULL, &proof));
}
END_TEST

/* A tree that no honest node has: a leaf where its own key does not lead. */
START_TEST(a_leaf_that_cannot_stand_there_proves_nothing)
{
	static struct state_proof proof;
	struct hash key_hash = {{0x10}};
	struct hash leaf, false_root;

	memset(&proof, 0, sizeof proof);
	proof.depth = 4;
	memset(proof.siblings, 0x77, proof.depth * sizeof *proof.siblings);
	proof.ends_in_leaf = true;
	for (unsigned last_nibble = 0; last_nibble < 16; last_nibble++) {
		proof.leaf_key_hash = (struct hash){{(uint8_t)(last_nibble << 4 | 5)}};
		leaf = state_leaf_hash(&proof.leaf_key_hash, &proof.leaf_value_hash);
		false_root = state_inner_hash(&proof.siblings[3], &leaf);
		for (unsigned i = 3; i-- > 0;)
			false_root = state_inner_hash(&false_root, &proof.siblings[i]);
		ck_assert(state_proof_is_valid(&false_root, &key_hash, NULL, &proof) ==
		          (last_nibble == 1));
	}
}
END_TEST

START_TEST(the_empty_tree_proves_every_key_absent)
{
	struct state_root empty = {0};
	struct hash key_hash = key_of(7);
	struct map none = {0};
	static struct state_proof proof;
	static struct encoded encoded;
	static const uint8_t EXPECTED[3];

	memory_pages_prove(&pages, &empty, &none, &key_hash, &proof);
	encode(&encoded, &proof);
	ck_assert_uint_eq(encoded.size, sizeof EXPECTED);
	ck_assert_mem_eq(encoded.bytes, EXPECTED, sizeof EXPECTED);
}
END_TEST

/* -- Encodings that say the same in another way
 * ------------------------------------------- */

/* Three steps past siblings 11.., nothing, 33.., ending in nothing. */
static void encode_small(struct encoded *encoded)
{
	memset(encoded, 0, sizeof *encoded);
	put_le16(encoded->bytes, 3);
	encoded->bytes[2] = 1 | 4;
	memset(encoded->bytes + 3, 0x11, HASH_SIZE);
	memset(encoded->bytes + 3 + HASH_SIZE, 0x33, HASH_SIZE);
	encoded->size = 3 + 2 * HASH_SIZE + 1;
}

START_TEST(a_small_proof_is_laid_out_as_documented)
{
	static struct encoded encoded;
	static struct state_proof proof;

	encode_small(&encoded);
	ck_assert_int_eq(decode(&proof, &encoded), STATUS_OK);
	ck_assert_uint_eq(proof.depth, 3);
	ck_assert_int_eq(proof.siblings[0].bytes[31], 0x11);
	ck_assert(hash_is_zero(&proof.siblings[1]));
	ck_assert_int_eq(proof.siblings[2].bytes[0], 0x33);
	ck_assert(!proof.ends_in_leaf);
}
END_TEST

START_TEST(unused_bits_are_refused)
{
	static struct encoded encoded;
	static struct state_proof proof;

	for (unsigned bit = 3; bit < 8; bit++) {
		encode_small(&encoded);
		encoded.bytes[2] |= (uint8_t)(1u << bit);
		ck_assert_int_eq(decode(&proof, &encoded), STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(an_empty_last_sibling_is_refused)
{
	static struct encoded encoded;
	static struct state_proof proof;

	encode_small(&encoded);
	encoded.bytes[2] = 1 | 2;
	ck_assert_int_eq(decode(&proof, &encoded), STATUS_MALFORMED);
}
END_TEST

START_TEST(an_empty_sibling_said_not_to_be_empty_is_refused)
{
	static struct encoded encoded;
	static struct state_proof proof;

	encode_small(&encoded);
	memset(encoded.bytes + 3, 0, HASH_SIZE);
	ck_assert_int_eq(decode(&proof, &encoded), STATUS_MALFORMED);
}
END_TEST

START_TEST(an_end_that_is_neither_nothing_nor_a_leaf_is_refused)
{
	static struct encoded encoded;
	static struct state_proof proof;

	encode_small(&encoded);
	encoded.bytes[encoded.size - 1] = 2;
	ck_assert_int_eq(decode(&proof, &encoded), STATUS_MALFORMED);
	encoded.bytes[encoded.size - 1] = 1;
	ck_assert_int_eq(decode(&proof, &encoded), STATUS_SHORT);
}
END_TEST

START_TEST(more_steps_than_a_key_has_bits_are_refused)
{
	static struct encoded encoded;
	static struct state_proof proof;

	memset(&encoded, 0xff, sizeof encoded);
	encoded.size = sizeof encoded.bytes;
	put_le16(encoded.bytes, STATE_PROOF_DEPTH_MAX + 1);
	ck_assert_int_eq(decode(&proof, &encoded), STATUS_TOO_LARGE);
	put_le16(encoded.bytes, UINT16_MAX);
	ck_assert_int_eq(decode(&proof, &encoded), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(the_largest_proof_fits_its_maximum)
{
	static struct encoded encoded, again;
	static struct state_proof proof;

	memset(&encoded, 0xff, sizeof encoded);
	encoded.size = STATE_PROOF_SIZE_MAX;
	put_le16(encoded.bytes, STATE_PROOF_DEPTH_MAX);
	encoded.bytes[STATE_PROOF_SIZE_MAX - 65] = 1;
	ck_assert_int_eq(decode(&proof, &encoded), STATUS_OK);
	encode(&again, &proof);
	ck_assert_uint_eq(again.size, STATE_PROOF_SIZE_MAX);
	ck_assert_mem_eq(again.bytes, encoded.bytes, encoded.size);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("state proof");
	TCase *tests = tcase_create("state proof");

	tcase_add_unchecked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, a_proof_comes_back_from_its_bytes, 0, SAMPLES);
	tcase_add_test(tests, two_keys_that_differ_in_the_last_bit_take_256_steps);
	tcase_add_loop_test(tests, a_proof_cut_anywhere_or_with_more_behind_it_is_refused, 0,
	                    SAMPLES);
	tcase_add_loop_test(tests, a_proof_with_any_bit_flipped_is_refused, 0, SAMPLES);
	tcase_add_loop_test(tests, another_root_key_or_value_is_not_proved, 0, SAMPLES);
	tcase_add_test(tests, a_key_that_is_there_cannot_be_denied);
	tcase_add_test(tests, a_leaf_that_cannot_stand_there_proves_nothing);
	tcase_add_test(tests, the_empty_tree_proves_every_key_absent);
	tcase_add_test(tests, a_small_proof_is_laid_out_as_documented);
	tcase_add_test(tests, unused_bits_are_refused);
	tcase_add_test(tests, an_empty_last_sibling_is_refused);
	tcase_add_test(tests, an_empty_sibling_said_not_to_be_empty_is_refused);
	tcase_add_test(tests, an_end_that_is_neither_nothing_nor_a_leaf_is_refused);
	tcase_add_test(tests, more_steps_than_a_key_has_bits_are_refused);
	tcase_add_test(tests, the_largest_proof_fits_its_maximum);
	suite_add_tcase(suite, tests);
	return suite;
}
