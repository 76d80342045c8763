#include "chain/crypto/sha1.h"

#include <openssl/sha.h>

_Static_assert((int)SHA1_SIZE == (int)SHA_DIGEST_LENGTH, "another hash");

void sha1_of(uint8_t digest[SHA1_SIZE], struct bytes_view bytes)
{
	SHA1(bytes.at, bytes.size, digest);
}
