#include "node/p2p/noise.h"

#include "chain/base/memory.h"
#include "chain/crypto/derive.h"

_Static_assert(sizeof(struct node_id) == COMPRESSED_KEY_SIZE, "a node id is a point");

enum {
	ACT_VERSION = 0,
	POINT_AT = 1,                                   /* in acts 1 and 2 */
	TAG_AT = POINT_AT + COMPRESSED_KEY_SIZE,
	SEALED_POINT_SIZE = COMPRESSED_KEY_SIZE + SEAL_TAG_SIZE, /* in act 3 */
	LAST_TAG_AT = POINT_AT + SEALED_POINT_SIZE,
};

_Static_assert(TAG_AT + SEAL_TAG_SIZE == NOISE_ACT_1_SIZE, "acts 1 and 2");
_Static_assert(LAST_TAG_AT + SEAL_TAG_SIZE == NOISE_ACT_3_SIZE, "act 3");

/* -- The parts that acts are made of ----------------------------------------------------------- */

enum status noise_derive(struct hash *first, uint8_t second[SEAL_KEY_SIZE],
                         const struct hash *chaining, struct bytes_view input)
{
	uint8_t both[HASH_SIZE + SEAL_KEY_SIZE];
	enum status status = derive_hkdf_sha256(both, sizeof both, input, hash_view(chaining),
	                                        bytes_view(NULL, 0));

	if (status == STATUS_OK) {
		memcpy(first->bytes, both, HASH_SIZE);
		memcpy(second, both + HASH_SIZE, SEAL_KEY_SIZE);
	}
	memory_wipe(both, sizeof both);
	return status;
}

struct seal_nonce noise_nonce(uint64_t count)
{
	struct seal_nonce nonce = {{0}};

	put_le64(nonce.bytes + SEAL_NONCE_SIZE - sizeof count, count);
	return nonce;
}

/* h := SHA-256(h || bytes) */
static void take_in(struct noise *noise, struct bytes_view bytes)
{
	struct hasher hasher;

	hasher_start(&hasher);
	hasher_update(&hasher, noise->transcript.bytes, HASH_SIZE);
	hasher_update(&hasher, bytes.at, bytes.size);
	noise->transcript = hasher_finish(&hasher);
}

static void take_in_id(struct noise *noise, const struct node_id *id)
{
	take_in(noise, bytes_view(id->bytes, sizeof id->bytes));
}

/* ck, k := HKDF(ck, secret * point). The point is one: it was looked at before. */
static enum status mix(struct noise *noise, const struct secret_key *secret,
                       const struct node_id *point)
{
	struct hash shared;
	enum status status = STATUS_CRYPTO;

	if (secret_key_agree(&shared, secret, point->bytes))
		status = noise_derive(&noise->chaining, noise->key.bytes, &noise->chaining,
		                      hash_view(&shared));
	memory_wipe(&shared, sizeof shared);
	return status;
}

/* Seals, with the transcript covered, and takes the result into the transcript. */
static enum status seal(struct noise *noise, const struct noise_tools *tools,
                        uint8_t *sealed, uint64_t count, struct bytes_view plain)
{
	struct seal_nonce nonce = noise_nonce(count);
	enum status status = sealer_seal(tools->sealer, sealed, &noise->key, &nonce,
	                                 hash_view(&noise->transcript), plain);

	if (status == STATUS_OK)
		take_in(noise, bytes_view(sealed, plain.size + SEAL_TAG_SIZE));
	return status;
}

static enum status unseal(struct noise *noise, const struct noise_tools *tools,
                          uint8_t *plain, uint64_t count, struct bytes_view sealed,
                          enum noise_finding *finding)
{
	struct seal_nonce nonce = noise_nonce(count);
	enum status status = sealer_open(tools->sealer, plain, &noise->key, &nonce,
	                                 hash_view(&noise->transcript), sealed);

	*finding = status == STATUS_OK ? NOISE_GOOD : NOISE_BAD_TAG;
	if (status == STATUS_OK)
		take_in(noise, sealed);
	return status == STATUS_MALFORMED ? STATUS_OK : status;
}

/* -- Beginning and end --------------------------------------------------------------------------- */

/* `responder` is the static key that both sides know from the start. */
static void begin_transcript(struct noise *noise, struct bytes_view prologue,
                             const struct node_id *responder)
{
	noise->transcript = hash_of(text_view("Noise_XK_secp256k1_ChaChaPoly_SHA256"));
	noise->chaining = noise->transcript;
	take_in(noise, prologue);
	take_in_id(noise, responder);
}

static enum status take_secrets(struct noise *noise, const struct noise_tools *tools,
                                const struct secret_key *own,
                                const struct secret_key *ephemeral)
{
	enum status status;

	*noise = (struct noise){.own = *own, .ephemeral = *ephemeral};
	status = secret_key_point(noise->own_id.bytes, tools->signer, own);
	if (status == STATUS_OK)
		status = secret_key_point(noise->ephemeral_id.bytes, tools->signer, ephemeral);
	return status;
}

enum status noise_init_initiator(struct noise *noise, const struct noise_tools *tools,
                                 struct bytes_view prologue, const struct secret_key *own,
                                 const struct secret_key *ephemeral,
                                 const struct node_id *remote)
{
	enum status status = take_secrets(noise, tools, own, ephemeral);

	if (status == STATUS_OK && !compressed_key_is_valid(remote->bytes))
		status = STATUS_MALFORMED;
	noise->remote_id = *remote;
	begin_transcript(noise, prologue, remote);
	return status;
}

enum status noise_init_responder(struct noise *noise, const struct noise_tools *tools,
                                 struct bytes_view prologue, const struct secret_key *own,
                                 const struct secret_key *ephemeral)
{
	enum status status = take_secrets(noise, tools, own, ephemeral);

	begin_transcript(noise, prologue, &noise->own_id);
	return status;
}

void noise_wipe(struct noise *noise)
{
	memory_wipe(noise, sizeof *noise);
}

/* Two keys for the two directions: the initiator sends with the first. */
static enum status split(const struct noise *noise, uint8_t *first, uint8_t *second,
                         struct noise_keys *keys)
{
	struct hash first_key;
	enum status status =
		noise_derive(&first_key, second, &noise->chaining, bytes_view(NULL, 0));

	memcpy(first, first_key.bytes, SEAL_KEY_SIZE);
	keys->chaining = noise->chaining;
	memory_wipe(&first_key, sizeof first_key);
	return status;
}

/* -- Acts 1 and 2: an ephemeral point and a tag ----------------------------------------------------- */

static enum status write_point(struct noise *noise, const struct noise_tools *tools,
                               uint8_t act[NOISE_ACT_1_SIZE], const struct node_id *with)
{
	enum status status;

	act[0] = ACT_VERSION;
	memcpy(act + POINT_AT, noise->ephemeral_id.bytes, COMPRESSED_KEY_SIZE);
	take_in_id(noise, &noise->ephemeral_id);
	status = mix(noise, &noise->ephemeral, with);
	if (status != STATUS_OK)
		return status;
	return seal(noise, tools, act + TAG_AT, 0, bytes_view(NULL, 0));
}

static enum status read_point(struct noise *noise, const struct noise_tools *tools,
                              const uint8_t act[NOISE_ACT_1_SIZE],
                              const struct secret_key *secret, enum noise_finding *finding)
{
	uint8_t none[1];
	enum status status;

	*finding = act[0] == ACT_VERSION ? NOISE_GOOD : NOISE_BAD_VERSION;
	if (*finding != NOISE_GOOD)
		return STATUS_OK;
	memcpy(noise->remote_ephemeral.bytes, act + POINT_AT, COMPRESSED_KEY_SIZE);
	*finding = compressed_key_is_valid(noise->remote_ephemeral.bytes) ? NOISE_GOOD
	                                                                  : NOISE_BAD_KEY;
	if (*finding != NOISE_GOOD)
		return STATUS_OK;
	take_in_id(noise, &noise->remote_ephemeral);
	status = mix(noise, secret, &noise->remote_ephemeral);
	if (status != STATUS_OK)
		return status;
	return unseal(noise, tools, none, 0, bytes_view(act + TAG_AT, SEAL_TAG_SIZE), finding);
}

enum status noise_write_act_1(struct noise *noise, const struct noise_tools *tools,
                              uint8_t act[NOISE_ACT_1_SIZE])
{
	return write_point(noise, tools, act, &noise->remote_id);
}

enum status noise_read_act_1(struct noise *noise, const struct noise_tools *tools,
                             const uint8_t act[NOISE_ACT_1_SIZE],
                             enum noise_finding *finding)
{
	return read_point(noise, tools, act, &noise->own, finding);
}

enum status noise_write_act_2(struct noise *noise, const struct noise_tools *tools,
                              uint8_t act[NOISE_ACT_2_SIZE])
{
	return write_point(noise, tools, act, &noise->remote_ephemeral);
}

enum status noise_read_act_2(struct noise *noise, const struct noise_tools *tools,
                             const uint8_t act[NOISE_ACT_2_SIZE],
                             enum noise_finding *finding)
{
	return read_point(noise, tools, act, &noise->ephemeral, finding);
}

/* -- Act 3: the initiator's own point, sealed, and a tag ------------------------------------------------ */

enum status noise_write_act_3(struct noise *noise, const struct noise_tools *tools,
                              uint8_t act[NOISE_ACT_3_SIZE], struct noise_keys *keys)
{
	struct bytes_view own = bytes_view(noise->own_id.bytes, COMPRESSED_KEY_SIZE);
	enum status status;

	act[0] = ACT_VERSION;
	/* The second use of act 2's key. */
	status = seal(noise, tools, act + POINT_AT, 1, own);
	if (status == STATUS_OK)
		status = mix(noise, &noise->own, &noise->remote_ephemeral);
	if (status == STATUS_OK)
		status = seal(noise, tools, act + LAST_TAG_AT, 0, bytes_view(NULL, 0));
	if (status == STATUS_OK)
		status = split(noise, keys->send.bytes, keys->receive.bytes, keys);
	return status;
}

enum status noise_read_act_3(struct noise *noise, const struct noise_tools *tools,
                             const uint8_t act[NOISE_ACT_3_SIZE],
                             enum noise_finding *finding, struct noise_keys *keys)
{
	uint8_t none[1];
	enum status status;

	*finding = act[0] == ACT_VERSION ? NOISE_GOOD : NOISE_BAD_VERSION;
	if (*finding != NOISE_GOOD)
		return STATUS_OK;
	status = unseal(noise, tools, noise->remote_id.bytes, 1,
	                bytes_view(act + POINT_AT, SEALED_POINT_SIZE), finding);
	if (status != STATUS_OK || *finding != NOISE_GOOD)
		return status;
	*finding = compressed_key_is_valid(noise->remote_id.bytes) ? NOISE_GOOD : NOISE_BAD_KEY;
	if (*finding != NOISE_GOOD)
		return STATUS_OK;
	status = mix(noise, &noise->ephemeral, &noise->remote_id);
	if (status == STATUS_OK)
		status = unseal(noise, tools, none, 0,
		                bytes_view(act + LAST_TAG_AT, SEAL_TAG_SIZE), finding);
	if (status == STATUS_OK && *finding == NOISE_GOOD)
		status = split(noise, keys->receive.bytes, keys->send.bytes, keys);
	return status;
}
