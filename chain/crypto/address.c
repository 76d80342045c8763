#include "chain/crypto/address.h"

#include "chain/base/invariant.h"
#include "chain/crypto/bech32m.h"
#include "chain/crypto/hash.h"

static const char ADDRESS_PREFIX[] = "cairn";

enum {
	DESCRIPTOR_ONE_KEY = 1,
	ADDRESS_BYTES = 1 + HASH_SIZE,
	ADDRESS_SIZE = ADDRESS_TEXT_SIZE - 1,
};

_Static_assert(sizeof ADDRESS_PREFIX - 1 + 1 + (ADDRESS_BYTES * 8 + 4) / 5 +
                       BECH32M_CHECKSUM_SIZE ==
                   ADDRESS_SIZE,
               "an address has another size");

struct hash account_id_of_key(const struct public_key *key)
{
	uint8_t descriptor[1 + PUBLIC_KEY_SIZE] = {DESCRIPTOR_ONE_KEY};

	memcpy(descriptor + 1, key->bytes, PUBLIC_KEY_SIZE);
	return hash_tagged("cairn/account/v1", bytes_view(descriptor, sizeof descriptor));
}

void address_encode(char text[ADDRESS_TEXT_SIZE], const struct hash *account)
{
	uint8_t bytes[ADDRESS_BYTES] = {ADDRESS_VERSION};
	char longest[BECH32M_SIZE_MAX + 1];
	struct bech32m value = {0};
	bool fits;
	enum status status;

	memcpy(bytes + 1, account->bytes, HASH_SIZE);
	memcpy(value.prefix, ADDRESS_PREFIX, sizeof ADDRESS_PREFIX);
	fits = bech32m_put_bytes(&value, bytes_view(bytes, sizeof bytes));
	INVARIANT(fits);
	status = bech32m_encode(longest, &value);
	INVARIANT(status == STATUS_OK && strlen(longest) == ADDRESS_SIZE);
	memcpy(text, longest, ADDRESS_TEXT_SIZE);
}

enum status address_decode(struct hash *account, struct bytes_view text, struct why *why)
{
	uint8_t bytes[BECH32M_BYTES_MAX];
	struct bech32m value;
	size_t size;
	enum status status;

	if (text.size == 0)
		return why_say(why, STATUS_MALFORMED, "the address is empty");
	status = bech32m_decode(&value, text, why);
	if (status != STATUS_OK && text.size != ADDRESS_SIZE)
		return why_add(why, status, "an address has %d characters, not %zu", ADDRESS_SIZE,
		               text.size);
	if (status != STATUS_OK)
		return status;
	if (strcmp(value.prefix, ADDRESS_PREFIX) != 0)
		return why_say(why, STATUS_FOREIGN, "an address begins with %s1, not with %s1",
		               ADDRESS_PREFIX, value.prefix);
	if (!bech32m_get_bytes(bytes, &size, &value) || size == 0)
		return why_say(why, STATUS_MALFORMED,
		               "it holds nothing, or the bits behind its last byte are not zero");
	if (bytes[0] != ADDRESS_VERSION)
		return why_say(why, STATUS_FOREIGN,
		               "an address of version %u; this program reads %d", bytes[0],
		               ADDRESS_VERSION);
	if (size != ADDRESS_BYTES)
		return why_say(why, STATUS_MALFORMED, "an address holds %d bytes, not %zu",
		               ADDRESS_BYTES, size);
	memcpy(account->bytes, bytes + 1, HASH_SIZE);
	return STATUS_OK;
}
