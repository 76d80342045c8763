/* The wallet's randomness: the kernel's. Everything random that the pure parts need,
 * salts, nonces, a signature's auxiliary bytes, comes through here. */
#ifndef WALLET_CLI_KEYSTORE_RANDOM_H
#define WALLET_CLI_KEYSTORE_RANDOM_H

#include "chain/base/status.h"

/* `size` random bytes, fit for keys. STATUS_STORAGE: the kernel refused; *bytes is
 * undefined and must not be used. Waits only while a machine that has just booted has
 * gathered nothing yet. */
MUST_CHECK enum status random_get(void *bytes, size_t size, struct why *why);

#endif
