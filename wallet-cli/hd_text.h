/* BIP-32 in letters: paths, and extended keys as Base58Check.
 *
 *      4  version, 0488ade4 "xprv" or 0488b21e "xpub"       all big-endian
 *      1  depth
 *      4  fingerprint of the parent
 *      4  number of the child
 *     32  chain code
 *     33  0 | secret key, or the compressed point */
#ifndef WALLET_CLI_HD_TEXT_H
#define WALLET_CLI_HD_TEXT_H

#include "wallet-cli/base58.h"
#include "wallet-cli/keystore/hd.h"

enum {
	HD_PATH_MAX = 16, /* steps: three times what the longest standard has */
	HD_KEY_TEXT_SIZE = BASE58_TEXT_SIZE,
};

struct hd_path {
	uint32_t numbers[HD_PATH_MAX];
	size_t count;
};

/* "m", "m/44'/0/1": decimal numbers below 2^31, hardened ones marked with ' or h.
 * STATUS_MALFORMED or STATUS_TOO_LARGE: `why`, which may be NULL, names the step; *path
 * is undefined. */
MUST_CHECK enum status hd_path_decode(struct hd_path *path, struct bytes_view text,
                                      struct why *why);

/* "xprv..." if private, "xpub..." if not. With a NUL. */
void hd_key_encode(char text[HD_KEY_TEXT_SIZE], const struct hd_key *key);

/* STATUS_MALFORMED, STATUS_TOO_LARGE, STATUS_FOREIGN (another kind of key): `why`, which
 * may be NULL, says what is wrong; *key is wiped. */
MUST_CHECK enum status hd_key_decode(struct hd_key *key, const struct signer *signer,
                                     struct bytes_view text, struct why *why);

#endif
