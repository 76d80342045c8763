/* The test vectors of BIP-340, test-vectors.csv of that document: all of them where the
 * file is at hand, and four of them typed in, by their index there. */
#include "chain/crypto/hash.h"
#include "chain/crypto/keys.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

struct vector {
	const char *secret; /* empty: only to be verified */
	const char *key;
	const char *auxiliary;
	const char *message;
	const char *signature;
	bool valid;
};

static struct signer *signer;

static void start(void)
{
	struct hash seed = hash_of(text_view("seed"));

	signer = signer_new(&seed);
	ck_assert_ptr_nonnull(signer);
}

static void stop(void)
{
	signer_free(signer);
}

static void check_signing(const struct vector *vector)
{
	struct hash message = hash_from_hex(vector->message);
	struct hash auxiliary = hash_from_hex(vector->auxiliary);
	struct secret_key secret;
	struct signature signature;
	struct key_pair pair;

	memcpy(secret.bytes, from_hex(vector->secret).at, SECRET_KEY_SIZE);
	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_OK);
	ck_assert_mem_eq(pair.public_key.bytes, from_hex(vector->key).at, PUBLIC_KEY_SIZE);
	ck_assert_int_eq(key_pair_sign(&signature, signer, &pair, &message, &auxiliary),
	                 STATUS_OK);
	ck_assert_mem_eq(signature.bytes, from_hex(vector->signature).at, SIGNATURE_SIZE);
}

static void check_vector(const struct vector *vector)
{
	struct hash message = hash_from_hex(vector->message);
	struct signature signature;
	struct public_key key;

	memcpy(key.bytes, from_hex(vector->key).at, PUBLIC_KEY_SIZE);
	memcpy(signature.bytes, from_hex(vector->signature).at, SIGNATURE_SIZE);
	ck_assert_int_eq(signature_is_valid(&signature, &message, &key), vector->valid);
	if (*vector->secret)
		check_signing(vector);
}

START_TEST(the_typed_in_vectors_hold)
{
	static const struct vector VECTORS[] = {
	    /* index 0 */
	    {"0000000000000000000000000000000000000000000000000000000000000003",
	     "F9308A019258C31049344F85F89D5229B531C845836F99B08601F113BCE036F9",
	     "0000000000000000000000000000000000000000000000000000000000000000",
	     "0000000000000000000000000000000000000000000000000000000000000000",
	     "E907831F80848D1069A5371B402410364BDF1C5F8307B0084C55F1CE2DCA8215"
	     "25F66A4A85EA8B71E482A74F382D2CE5EBEEE8FDB2172F477DF4900D310536C0",
	     true},
	    /* index 1 */
	    {"B7E151628AED2A6ABF7158809CF4F3C762E7160F38B4DA56A784D9045190CFEF",
	     "DFF1D77F2A671C5F36183726DB2341BE58FEAE1DA2DECED843240F7B502BA659",
	     "0000000000000000000000000000000000000000000000000000000000000001",
	     "243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89",
	     "6896BD60EEAE296DB48A229FF71DFE071BDE413E6D43F917DC8DCF8C78DE3341"
	     "8906D11AC976ABCCB20B091292BFF4EA897EFCB639EA871CFA95F6DE339E4B0A",
	     true},
	    /* index 3: fails if the message is reduced modulo p or n */
	    {"0B432B2677937381AEF05BB02A66ECD012773062CF3FA2549E44F58ED2401710",
	     "25D1DFF95105F5253C4022F628A996AD3A0D95FBF21D468A1B33F8C160D8F517",
	     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	     "7EB0509757E246F19449885651611CB965ECC1A187DD51B64FDA1EDC9637D5EC"
	     "97582B9CB13DB3933705B32BA982AF5AF25FD78881EBB32771FC5922EFC66EA3",
	     true},
	    /* index 5: the public key is not on the curve */
	    {"", "EEFDEA4CDB677750A420FEE807EACF21EB9898AE79B9768766E4FAA04A2D4A34", "",
	     "243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89",
	     "6CFF5C3BA86C69EA4B7376F31A9BCB4F74C1976089B2D9963DA2E5543E177769"
	     "69E89B4C5564D00349106B8497785DD7D1D713A8AE82B32FA79D5F7FC407D39B",
	     false},
	};

	for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++)
		check_vector(&VECTORS[i]);
}
END_TEST

/* Cuts the next field off a line of a table. */
static char *take_field(char **line)
{
	char *field = *line;

	*line = strchr(field, ',');
	ck_assert_ptr_nonnull(*line);
	*(*line)++ = '\0';
	return field;
}

/* index, secret key, public key, aux_rand, message, signature, result, comment. False:
 * the message is not of 32 bytes, which is all that we sign. */
static bool check_line(char *line)
{
	struct vector vector;

	take_field(&line);
	vector.secret = take_field(&line);
	vector.key = take_field(&line);
	vector.auxiliary = take_field(&line);
	vector.message = take_field(&line);
	vector.signature = take_field(&line);
	vector.valid = strcmp(take_field(&line), "TRUE") == 0;
	if (strlen(vector.message) != 2 * HASH_SIZE)
		return false;
	check_vector(&vector);
	return true;
}

START_TEST(all_the_vectors_hold)
{
	size_t size, checked = 0, passed_over = 0;
	char *table = shared_vectors_read("bip340.csv", &size);
	char *place, *line;

	if (!table)
		return;
	strtok_r(table, "\r\n", &place); /* the names of the columns */
	while ((line = strtok_r(NULL, "\r\n", &place))) {
		if (check_line(line))
			checked++;
		else
			passed_over++;
	}
	printf(
	    "%zu vectors of bip340.csv checked; %zu passed over, for their messages are not "
	    "32 bytes\n",
	    checked, passed_over);
	ck_assert_uint_eq(checked, 15); /* indexes 0 to 14 */
	ck_assert_uint_eq(passed_over, 4);
	free(table);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("bip340");
	TCase *cases = tcase_create("bip340");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, the_typed_in_vectors_hold);
	tcase_add_test(cases, all_the_vectors_hold);
	suite_add_tcase(suite, cases);
	return suite;
}
