/* The log against what others computed: a few values typed in with their source, the
 * drawing of RFC 6962 section 2.1.3, and the proofs of the transparency-dev/merkle test
 * data, 98 of inclusion and 98 of consistency. */
#include "chain/base/text.h"
#include "chain/proof/log.h"
#include "tests/support/support.h"
#include "tests/unit/proof/memory_tiles.h"

#include <math.h>
#include <stdlib.h>

static void check_hex(struct hash hash, const char *expected)
{
	char text[HASH_HEX_SIZE];

	hex_encode(text, hash_view(&hash));
	ck_assert_str_eq(text, expected);
}

/* -- Typed in --------------------------------------------------------------------------
 */

/* FIPS 180-4: SHA-256 of nothing. RFC 6962 section 2.1: MTH({}). */
START_TEST(the_empty_root_is_the_hash_of_nothing)
{
	check_hex(log_empty_root(),
	          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

/* SHA-256 of the single byte 0x00, which `printf '\0' | sha256sum` gives as well. */
START_TEST(the_leaf_of_no_bytes_is_the_hash_of_a_zero_byte)
{
	check_hex(log_leaf_hash(bytes_view(NULL, 0)),
	          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}
END_TEST

/* The eight leaves and roots of google/certificate-transparency's merkle tree tests. */
static const char *const CT_LEAVES[] = {"",
                                        "00",
                                        "10",
                                        "2021",
                                        "3031",
                                        "40414243",
                                        "5051525354555657",
                                        "606162636465666768696a6b6c6d6e6f"};
static const char *const CT_ROOTS[] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

START_TEST(the_certificate_transparency_leaves_have_their_roots)
{
	struct log_frontier frontier = {0};

	for (size_t i = 0; i < 8; i++) {
		struct hash leaf = log_leaf_hash(from_hex(CT_LEAVES[i]));

		log_frontier_append(&frontier, &leaf);
		check_hex(log_frontier_root(&frontier), CT_ROOTS[i]);
	}
}
END_TEST

/* RFC 6962 section 2.1.3, seven leaves:
 *
 *                 hash
 *                /    \
 *               k      l
 *              / \    / \
 *             g   h  i   j
 *            /\  /\  /\  |
 *           a b c d e f  d6
 */
struct drawing {
	struct hash a, b, c, d, e, f, j, g, h, i, k, l;
	struct memory_tiles tiles;
};

static struct hash leaf_of(const char *text)
{
	return log_leaf_hash(text_view(text));
}

static void draw(struct drawing *tree)
{
	struct hash leaves[7];

	tree->a = leaf_of("d0");
	tree->b = leaf_of("d1");
	tree->c = leaf_of("d2");
	tree->d = leaf_of("d3");
	tree->e = leaf_of("d4");
	tree->f = leaf_of("d5");
	tree->j = leaf_of("d6");
	tree->g = log_node_hash(&tree->a, &tree->b);
	tree->h = log_node_hash(&tree->c, &tree->d);
	tree->i = log_node_hash(&tree->e, &tree->f);
	tree->k = log_node_hash(&tree->g, &tree->h);
	tree->l = log_node_hash(&tree->i, &tree->j);
	memcpy(leaves, &tree->a, sizeof leaves);
	memory_tiles_init(&tree->tiles);
	memory_tiles_append(&tree->tiles, leaves, 0, 7);
}

/* `expected` ends with NULL. */
static void check_path(const struct log_path *path, const struct hash *const *expected)
{
	size_t count = 0;

	for (; expected[count]; count++) {
		ck_assert_uint_lt(count, path->count);
		ck_assert(hash_equal(&path->hashes[count], expected[count]));
	}
	ck_assert_uint_eq(path->count, count);
}

/* "The audit path for d0 is [b, h, l] ... d3 [c, g, l] ... d4 [f, j, k] ... d6 [i, k]" */
START_TEST(the_audit_paths_drawn_in_the_rfc_are_made)
{
	struct drawing tree;
	struct log_reader reader = memory_tiles_reader(&tree.tiles);
	const struct hash *const expected[7][4] = {[0] = {&tree.b, &tree.h, &tree.l},
	                                           [3] = {&tree.c, &tree.g, &tree.l},
	                                           [4] = {&tree.f, &tree.j, &tree.k},
	                                           [6] = {&tree.i, &tree.k}};
	static const uint64_t INDEXES[] = {0, 3, 4, 6};
	struct log_path path;

	draw(&tree);
	for (size_t n = 0; n < 4; n++) {
		ck_assert_int_eq(log_prove_inclusion(&path, &reader, INDEXES[n], 7, NULL),
		                 STATUS_OK);
		check_path(&path, expected[INDEXES[n]]);
	}
	memory_tiles_close(&tree.tiles);
}
END_TEST

/* PROOF(3, D[7]) = [c, d, g, l], PROOF(4, D[7]) = [l], PROOF(6, D[7]) = [i, j, k] */
START_TEST(the_consistency_proofs_drawn_in_the_rfc_are_made)
{
	struct drawing tree;
	struct log_reader reader = memory_tiles_reader(&tree.tiles);
	const struct hash *const expected[7][5] = {[3] = {&tree.c, &tree.d, &tree.g, &tree.l},
	                                           [4] = {&tree.l},
	                                           [6] = {&tree.i, &tree.j, &tree.k}};
	static const uint64_t SIZES[] = {3, 4, 6};
	struct log_path path;

	draw(&tree);
	for (size_t n = 0; n < 3; n++) {
		ck_assert_int_eq(log_prove_consistency(&path, &reader, SIZES[n], 7, NULL),
		                 STATUS_OK);
		check_path(&path, expected[SIZES[n]]);
	}
	memory_tiles_close(&tree.tiles);
}
END_TEST

/* -- transparency-dev/merkle, testdata -------------------------------------------------
 */

/* Numbers reach 2^64 - 1, which Jansson reads only as reals: rounded, and so clamped. */
static json_t *vectors_read(const char *name)
{
	size_t size;
	char *text = shared_vectors_read(name, &size);
	json_error_t error;
	json_t *json;

	if (!text)
		return NULL;
	json = json_loadb(text, size, JSON_DECODE_INT_AS_REAL, &error);
	ck_assert_msg(json != NULL, "%s: %s", name, error.text);
	free(text);
	return json;
}

static uint64_t number_of(const json_t *vector, const char *field)
{
	double value = json_real_value(json_object_get(vector, field));

	ck_assert(value >= 0);
	return value >= ldexp(1, 64) ? UINT64_MAX : (uint64_t)value;
}

static struct bytes_view bytes_from_json(uint8_t bytes[256], const json_t *text)
{
	struct bytes_view base64 = text_view(json_string_value(text));
	size_t size;

	ck_assert_uint_le(base64_decoded_size_max(base64.size), 256);
	ck_assert(base64_decode(bytes, &size, base64));
	return bytes_view(bytes, size);
}

/* False where the text is no 32 bytes: such a claim is refused before it is hashed. */
static bool hash_from_json(struct hash *hash, const json_t *text)
{
	uint8_t bytes[256];
	struct bytes_view view = bytes_from_json(bytes, text);

	if (view.size != HASH_SIZE)
		return false;
	memcpy(hash->bytes, bytes, HASH_SIZE);
	return true;
}

/* Two roots of one size are only compared, and the authors compare texts of any length:
 * the hash of such a text stands in for it. */
static struct hash root_from_json(const json_t *text)
{
	uint8_t bytes[256];
	struct bytes_view view = bytes_from_json(bytes, text);
	struct hash hash;

	return hash_from_json(&hash, text) ? hash : hash_of(view);
}

static bool path_from_json(struct log_path *path, const json_t *vector)
{
	const json_t *proof = json_object_get(vector, "proof");

	path->count = json_array_size(proof);
	ck_assert_uint_le(path->count, LOG_PATH_MAX);
	for (size_t i = 0; i < path->count; i++)
		if (!hash_from_json(&path->hashes[i], json_array_get(proof, i)))
			return false;
	return true;
}

static bool inclusion_holds(const json_t *vector)
{
	struct hash root, leaf;
	struct log_path path;

	return hash_from_json(&root, json_object_get(vector, "root")) &&
	       hash_from_json(&leaf, json_object_get(vector, "leafHash")) &&
	       path_from_json(&path, vector) &&
	       log_inclusion_is_valid(&root, number_of(vector, "treeSize"), &leaf,
	                              number_of(vector, "leafIdx"), path.hashes, path.count);
}

static bool consistency_holds(const json_t *vector)
{
	struct hash root1 = root_from_json(json_object_get(vector, "root1"));
	struct hash root2 = root_from_json(json_object_get(vector, "root2"));
	struct log_path path;

	return path_from_json(&path, vector) &&
	       log_consistency_is_valid(&root1, number_of(vector, "size1"), &root2,
	                                number_of(vector, "size2"), path.hashes, path.count);
}

static void check_vectors(const char *name, size_t count,
                          bool (*holds)(const json_t *vector))
{
	json_t *vectors = vectors_read(name);
	json_t *vector;
	size_t i;

	if (!vectors)
		return;
	ck_assert_uint_eq(json_array_size(vectors), count);
	json_array_foreach (vectors, i, vector) {
		bool wrong = json_is_true(json_object_get(vector, "wantErr"));

		ck_assert_msg(holds(vector) == !wrong, "%s: %s",
		              json_string_value(json_object_get(vector, "name")),
		              json_string_value(json_object_get(vector, "desc")));
	}
	json_decref(vectors);
}

START_TEST(official_inclusion_proofs_are_judged_as_their_authors_say)
{
	check_vectors("rfc6962-inclusion.json", 98, inclusion_holds);
}
END_TEST

START_TEST(official_consistency_proofs_are_judged_as_their_authors_say)
{
	check_vectors("rfc6962-consistency.json", 98, consistency_holds);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("rfc6962");
	TCase *tests = tcase_create("rfc6962");

	tcase_add_test(tests, the_empty_root_is_the_hash_of_nothing);
	tcase_add_test(tests, the_leaf_of_no_bytes_is_the_hash_of_a_zero_byte);
	tcase_add_test(tests, the_certificate_transparency_leaves_have_their_roots);
	tcase_add_test(tests, the_audit_paths_drawn_in_the_rfc_are_made);
	tcase_add_test(tests, the_consistency_proofs_drawn_in_the_rfc_are_made);
	tcase_add_test(tests, official_inclusion_proofs_are_judged_as_their_authors_say);
	tcase_add_test(tests, official_consistency_proofs_are_judged_as_their_authors_say);
	suite_add_tcase(suite, tests);
	return suite;
}
