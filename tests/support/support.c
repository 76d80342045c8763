#include "tests/support/support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	SRunner *runner = srunner_create(test_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct random random_from(uint64_t seed)
{
	struct random random = {.state = seed + UINT64_C(1442695040888963407)};

	random_u32(&random);
	return random;
}

uint32_t random_u32(struct random *random)
{
	uint64_t old = random->state;
	uint32_t shifted = (uint32_t)((old >> 18 ^ old) >> 27);
	uint32_t turn = (uint32_t)(old >> 59);

	random->state =
		old * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return shifted >> turn | shifted << (-turn & 31);
}

uint64_t random_u64(struct random *random)
{
	uint64_t high = random_u32(random);

	return high << 32 | random_u32(random);
}

uint32_t random_below(struct random *random, uint32_t bound)
{
	return (uint32_t)((uint64_t)random_u32(random) * bound >> 32);
}

void random_fill(struct random *random, void *bytes, size_t size)
{
	uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)random_u32(random);
}

struct hash random_hash(struct random *random)
{
	struct hash hash;

	random_fill(random, hash.bytes, sizeof hash.bytes);
	return hash;
}

static unsigned digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (unsigned)(digit - 'a') + 10;
	ck_assert_msg(digit >= 'A' && digit <= 'F', "'%c' is no hex digit", digit);
	return (unsigned)(digit - 'A') + 10;
}

struct bytes_view from_hex(const char *text)
{
	static uint8_t ring[64 << 10];
	static size_t used;
	size_t size = strlen(text) / 2;

	ck_assert_msg(strlen(text) % 2 == 0 && size <= sizeof ring, "bad hex: %s", text);
	if (size > sizeof ring - used)
		used = 0;
	for (size_t i = 0; i < size; i++)
		ring[used + i] =
			(uint8_t)(digit_value(text[2 * i]) << 4 | digit_value(text[2 * i + 1]));
	used += size;
	return bytes_view(ring + used - size, size);
}

struct hash hash_from_hex(const char *text)
{
	struct bytes_view bytes = from_hex(text);
	struct hash hash;

	ck_assert_uint_eq(bytes.size, HASH_SIZE);
	memcpy(hash.bytes, bytes.at, HASH_SIZE);
	return hash;
}

char *shared_vectors_read(const char *name, size_t *size)
{
	const char *source = getenv("CAIRN_SOURCE_DIR");
	char path[4096];
	char *bytes;
	long end;
	FILE *file;

	snprintf(path, sizeof path, "%s/../shared/vectors/%s", source ? source : ".", name);
	file = fopen(path, "rb");
	if (!file) {
		fprintf(stderr, "skipped: no %s here; the typed-in vectors were checked\n", name);
		return NULL;
	}
	ck_assert(fseek(file, 0, SEEK_END) == 0);
	end = ftell(file);
	ck_assert(end >= 0 && fseek(file, 0, SEEK_SET) == 0);
	bytes = malloc((size_t)end + 1);
	ck_assert_ptr_nonnull(bytes);
	*size = fread(bytes, 1, (size_t)end, file);
	ck_assert_uint_eq(*size, (size_t)end);
	bytes[*size] = '\0';
	fclose(file);
	return bytes;
}

json_t *shared_vectors_json(const char *name)
{
	size_t size;
	char *text = shared_vectors_read(name, &size);
	json_error_t error;
	json_t *json;

	if (!text)
		return NULL;
	json = json_loadb(text, size, JSON_ALLOW_NUL, &error);
	ck_assert_msg(json != NULL, "%s: %s", name, error.text);
	free(text);
	return json;
}

static char scratch[64];
static pid_t scratch_owner;

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	(void)facts;
	(void)kind;
	(void)place;
	return remove(path);
}

static void scratch_remove(void)
{
	if (scratch[0] && scratch_owner == getpid())
		nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_folder(void)
{
	scratch_remove();
	strcpy(scratch, "/tmp/cairn-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch));
	if (scratch_owner != getpid())
		atexit(scratch_remove);
	scratch_owner = getpid();
	return scratch;
}
