#include "chain/crypto/seal.h"

#include "chain/base/memory.h"

#include <limits.h>
#include <openssl/evp.h>

struct sealer {
	EVP_CIPHER_CTX *context;
};

enum direction { DIRECTION_OPEN = 0, DIRECTION_SEAL = 1 }; /* OpenSSL's `enc` */

struct sealer *sealer_new(void)
{
	struct sealer *sealer = memory_new(sizeof *sealer);
	EVP_CIPHER *cipher = NULL;
	bool done = false;

	if (!sealer)
		return NULL;
	sealer->context = EVP_CIPHER_CTX_new();
	if (sealer->context)
		cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	if (cipher)
		done =
		    EVP_CipherInit_ex2(sealer->context, cipher, NULL, NULL, DIRECTION_SEAL, NULL);
	EVP_CIPHER_free(cipher); /* the context keeps its own reference */
	if (done)
		return sealer;
	sealer_free(sealer);
	return NULL;
}

void sealer_free(struct sealer *sealer)
{
	if (!sealer)
		return;
	EVP_CIPHER_CTX_free(sealer->context);
	memory_free(sealer);
}

/* What both directions begin with: key, nonce, and the additional bytes into the tag. */
static bool start(struct sealer *sealer, enum direction direction,
                  const struct seal_key *key, const struct seal_nonce *nonce,
                  struct bytes_view additional)
{
	int size;

	return EVP_CipherInit_ex2(sealer->context, NULL, key->bytes, nonce->bytes,
	                          (int)direction, NULL) &&
	       (additional.size == 0 ||
	        EVP_CipherUpdate(sealer->context, NULL, &size, additional.at,
	                         (int)additional.size));
}

static bool transform(struct sealer *sealer, uint8_t *out, struct bytes_view in)
{
	int size;

	return in.size == 0 ||
	       EVP_CipherUpdate(sealer->context, out, &size, in.at, (int)in.size);
}

enum status sealer_seal(struct sealer *sealer, uint8_t *sealed,
                        const struct seal_key *key, const struct seal_nonce *nonce,
                        struct bytes_view additional, struct bytes_view plain)
{
	uint8_t none[1];
	int size;

	if (additional.size > INT_MAX || plain.size > INT_MAX)
		return STATUS_TOO_LARGE;
	if (!start(sealer, DIRECTION_SEAL, key, nonce, additional) ||
	    !transform(sealer, sealed, plain) ||
	    !EVP_CipherFinal_ex(sealer->context, none, &size) ||
	    !EVP_CIPHER_CTX_ctrl(sealer->context, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_SIZE,
	                         sealed + plain.size))
		return STATUS_CRYPTO;
	return STATUS_OK;
}

enum status sealer_open(struct sealer *sealer, uint8_t *plain, const struct seal_key *key,
                        const struct seal_nonce *nonce, struct bytes_view additional,
                        struct bytes_view sealed)
{
	uint8_t tag[SEAL_TAG_SIZE];
	uint8_t none[1];
	struct bytes_view text;
	int size;

	if (sealed.size < SEAL_TAG_SIZE)
		return STATUS_SHORT;
	text = bytes_view(sealed.at, sealed.size - SEAL_TAG_SIZE);
	if (additional.size > INT_MAX || text.size > INT_MAX)
		return STATUS_TOO_LARGE;
	memcpy(tag, sealed.at + text.size, SEAL_TAG_SIZE);
	if (!start(sealer, DIRECTION_OPEN, key, nonce, additional) ||
	    !EVP_CIPHER_CTX_ctrl(sealer->context, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_SIZE,
	                         tag) ||
	    !transform(sealer, plain, text)) {
		memory_wipe(plain, text.size);
		return STATUS_CRYPTO;
	}
	if (!EVP_CipherFinal_ex(sealer->context, none, &size)) {
		/* Nobody may look at what an unauthenticated text deciphers to. */
		memory_wipe(plain, text.size);
		return STATUS_MALFORMED;
	}
	return STATUS_OK;
}

void seal_key_wipe(struct seal_key *key)
{
	memory_wipe(key, sizeof *key);
}
