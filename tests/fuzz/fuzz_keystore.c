/* A wallet's file from anywhere. The hash at its end would stop every change, so the
 * input is tried as it is and with that hash mended, as who forges a file would. What
 * decodes encodes to the same bytes, and is opened where its scrypt costs next to
 * nothing. */
#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/crypto/hash.h"
#include "wallet-cli/keystore/keystore_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { WORK_MAX = 64 };

static void try_open(const struct keystore_file *file)
{
	struct keystore_secret secret;
	struct seal_key key;
	struct hash check;
	struct why why;

	if ((uint64_t)file->cost.n * file->cost.r * file->cost.p > WORK_MAX)
		return;
	if (keystore_file_keys(&key, &check, file, text_view("open"), &why) != STATUS_OK)
		return;
	if (keystore_file_open(&secret, file, &key, &why) == STATUS_OK)
		INVARIANT(words_entropy_size_is_valid(secret.entropy.size));
}

static void try_bytes(struct bytes_view bytes)
{
	static struct keystore_file file;
	static uint8_t again[KEYSTORE_SIZE_MAX];
	struct why why;

	if (keystore_file_decode(&file, bytes, &why) != STATUS_OK)
		return;
	INVARIANT(keystore_file_size(&file) == bytes.size && bytes.size <= sizeof again);
	keystore_file_put(again, &file);
	INVARIANT(memcmp(again, bytes.at, bytes.size) == 0);
	try_open(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t *mended;
	struct hash digest;

	try_bytes(bytes_view(bytes, size));
	if (size < HASH_SIZE)
		return 0;
	mended = memory_new(size);
	if (!mended)
		return 0;
	memcpy(mended, bytes, size);
	digest = hash_of(bytes_view(mended, size - HASH_SIZE));
	memcpy(mended + size - HASH_SIZE, digest.bytes, HASH_SIZE);
	try_bytes(bytes_view(mended, size));
	memory_free(mended);
	return 0;
}
