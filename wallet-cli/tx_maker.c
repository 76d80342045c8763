#include "wallet-cli/tx_maker.h"

#include "chain/base/memory.h"
#include "wallet-cli/keystore/hd.h"
#include "wallet-cli/keystore/random.h"
#include "wallet-cli/keystore/secret_memory.h"
#include "wallet-cli/keystore/words.h"

void signed_tx_close(struct signed_tx *tx)
{
	memory_free(tx->bytes);
	*tx = (struct signed_tx){0};
}

/* Everything but the authority. */
static enum status put_draft(struct signed_tx *tx, const struct tx_draft *draft,
                             const struct network *network, struct why *why)
{
	*tx = (struct signed_tx){.size = tx_draft_size(draft)};
	if (tx->size > TX_SIZE_MAX)
		return why_say(why, STATUS_TOO_LARGE,
		               "the transaction would have %zu bytes: at most %d are allowed",
		               tx->size, TX_SIZE_MAX);
	tx->bytes = memory_new(tx->size);
	if (!tx->bytes)
		return why_set(why, STATUS_MEMORY, "make a transaction");
	tx->txid = tx_draft_put(tx->bytes, draft, network);
	return STATUS_OK;
}

enum status signed_tx_make(struct signed_tx *tx, const struct tx_draft *draft,
                           const struct network *network, const struct keystore *keystore,
                           size_t position, struct why *why)
{
	struct signature signature;
	struct public_key key;
	enum status status = put_draft(tx, draft, network, why);

	if (status == STATUS_OK)
		status = keystore_sign(&signature, &key, keystore, position, &tx->txid, why);
	if (status == STATUS_OK)
		tx_put_authority(tx->bytes, tx->size, &key, &signature);
	else
		signed_tx_close(tx);
	return status;
}

/* -- Many with one key -------------------------------------------------------------- */

struct signing_key {
	struct key_pair pair;
	struct signer *signer;
};

/* What is on the way from the words to one key, all of it secret. */
struct derivation {
	char words[WORDS_TEXT_SIZE];
	struct words_entropy entropy;
	uint8_t seed[WORDS_SEED_SIZE];
	struct hd_key accounts;
	struct secret_key secret;
};

static enum status derive(struct signing_key *key, struct derivation *derivation,
                          const struct keystore *keystore, size_t position,
                          struct why *why)
{
	uint32_t number = keystore_account(keystore, position)->number;
	enum status status = keystore_words(derivation->words, keystore, why);

	if (status == STATUS_OK)
		status = words_decode(&derivation->entropy, text_view(derivation->words), why);
	if (status == STATUS_OK)
		status = words_seed(derivation->seed, &derivation->entropy,
		                    keystore_words_passphrase(keystore), why);
	if (status != STATUS_OK)
		return status;
	status = hd_accounts(&derivation->accounts, key->signer,
	                     bytes_view(derivation->seed, sizeof derivation->seed));
	if (status == STATUS_OK)
		status =
			hd_account(&derivation->secret, key->signer, &derivation->accounts, number);
	if (status == STATUS_OK)
		status = key_pair_init(&key->pair, key->signer, &derivation->secret);
	if (status != STATUS_OK)
		return why_set(why, status, "derive the account's key");
	return STATUS_OK;
}

struct signing_key *signing_key_new(const struct keystore *keystore, size_t position,
                                    struct why *why)
{
	struct signing_key *key = secret_memory_new(sizeof *key);
	struct derivation *derivation = secret_memory_new(sizeof *derivation);
	struct hash seed;
	enum status status = random_get(&seed, sizeof seed, why);

	if (!key || !derivation)
		status = why_set(why, STATUS_MEMORY, "take out the account's key");
	if (status == STATUS_OK) {
		key->signer = signer_new(&seed);
		status = key->signer ? derive(key, derivation, keystore, position, why)
		                     : why_set(why, STATUS_MEMORY, "take out the account's key");
	}
	memory_wipe(&seed, sizeof seed);
	secret_memory_free(derivation, sizeof *derivation);
	if (status == STATUS_OK)
		return key;
	signing_key_free(key);
	return NULL;
}

void signing_key_free(struct signing_key *key)
{
	if (!key)
		return;
	signer_free(key->signer);
	secret_memory_free(key, sizeof *key);
}

enum status signed_tx_make_with(struct signed_tx *tx, const struct tx_draft *draft,
                                const struct network *network,
                                const struct signing_key *key, struct why *why)
{
	struct signature signature;
	struct hash auxiliary;
	enum status status = put_draft(tx, draft, network, why);

	if (status == STATUS_OK)
		status = random_get(&auxiliary, sizeof auxiliary, why);
	if (status == STATUS_OK) {
		status =
			key_pair_sign(&signature, key->signer, &key->pair, &tx->txid, &auxiliary);
		memory_wipe(&auxiliary, sizeof auxiliary);
		if (status != STATUS_OK)
			why_set(why, status, "sign");
	}
	if (status == STATUS_OK)
		tx_put_authority(tx->bytes, tx->size, &key->pair.public_key, &signature);
	else
		signed_tx_close(tx);
	return status;
}
