/* SHA-1, for the one place where a protocol asks for it and nothing depends on its strength:
 * the handshake of WebSocket (RFC 6455 section 1.3). */
#ifndef CHAIN_CRYPTO_SHA1_H
#define CHAIN_CRYPTO_SHA1_H

#include "chain/base/bytes.h"

enum { SHA1_SIZE = 20 };

void sha1_of(uint8_t digest[SHA1_SIZE], struct bytes_view bytes);

#endif
