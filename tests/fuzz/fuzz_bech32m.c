/* Bech32m and addresses from strangers: what is read is written back the same, but for
 * capitals. */
#include "chain/base/invariant.h"
#include "chain/crypto/address.h"
#include "chain/crypto/bech32m.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool same_but_for_capitals(const char *text, const uint8_t *bytes, size_t size)
{
	if (strlen(text) != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		uint8_t letter = bytes[i];

		if (letter >= 'A' && letter <= 'Z')
			letter = (uint8_t)(letter + 32);
		if ((uint8_t)text[i] != letter)
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char text[BECH32M_SIZE_MAX + 1];
	char address[ADDRESS_TEXT_SIZE];
	uint8_t payload[BECH32M_BYTES_MAX];
	size_t payload_size;
	struct bech32m value;
	struct bech32m again;
	struct hash account;
	struct why why;

	if (bech32m_decode(&value, bytes_view(bytes, size), &why) == STATUS_OK) {
		INVARIANT(bech32m_encode(text, &value) == STATUS_OK);
		INVARIANT(same_but_for_capitals(text, bytes, size));
		again = value;
		if (bech32m_get_bytes(payload, &payload_size, &value)) {
			INVARIANT(bech32m_put_bytes(&again, bytes_view(payload, payload_size)));
			INVARIANT(memcmp(&again, &value, sizeof again) == 0);
		}
	}
	if (address_decode(&account, bytes_view(bytes, size), &why) == STATUS_OK) {
		address_encode(address, &account);
		INVARIANT(same_but_for_capitals(address, bytes, size));
	}
	return 0;
}
