/* Certificates from anybody: one encoding, and none is valid that nobody signed. */
#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/crypto/keys.h"
#include "chain/ledger/validators.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The first four numbers that are points: nobody here has their secret keys. */
static struct validator_set foreign_set(void)
{
	struct validator_set set = {.count = 0};
	struct public_key key = {{0}};

	while (set.count < 4) {
		key.bytes[31]++;
		if (public_key_is_valid(&key))
			set.items[set.count++].vote_key = key;
	}
	return set;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct hash genesis = {{1}};
	struct cursor in = cursor_on(bytes_view(bytes, size));
	struct validator_set set = foreign_set();
	struct parameters parameters = parameters_default();
	struct certificate certificate;
	struct network network;
	struct writer out;
	uint8_t *again;

	certificate_get(&in, &certificate);
	if (cursor_finish(&in) != STATUS_OK)
		return 0;
	INVARIANT(certificate_size(&certificate) == size && size <= CERTIFICATE_SIZE_MAX);
	again = memory_new(size);
	INVARIANT(again);
	out = writer_on(again, size);
	certificate_put(&out, &certificate);
	INVARIANT(out.left == 0 && memcmp(again, bytes, size) == 0);
	memory_free(again);
	network_init(&network, &genesis);
	INVARIANT(!certificate_is_valid(&certificate, &set, &parameters, &network));
	return 0;
}
