/* The handshake: Noise_XK_secp256k1_ChaChaPoly_SHA256 as BOLT 8 has it, byte for byte, but for
 * the prologue, which is the caller's.
 *
 *     initiator                                        responder
 *        │  act 1: version | e | tag            50 bytes   │   e, es
 *        │ ───────────────────────────────────────────────►│
 *        │  act 2: version | e | tag            50 bytes   │   e, ee
 *        │◄─────────────────────────────────────────────── │
 *        │  act 3: version | sealed s | tag     66 bytes   │   s, se
 *        │ ───────────────────────────────────────────────►│
 *
 * The initiator knows whom it calls; the responder learns after act 3 who called, and nobody
 * else learns either. Pure: the ephemeral secret comes in from outside and serves once. */
#ifndef NODE_P2P_NOISE_H
#define NODE_P2P_NOISE_H

#include "chain/crypto/keys.h"
#include "chain/crypto/seal.h"
#include "chain/ledger/genesis.h"

enum {
	NOISE_ACT_1_SIZE = 50,
	NOISE_ACT_2_SIZE = 50,
	NOISE_ACT_3_SIZE = 66,
	NOISE_ACT_SIZE_MAX = NOISE_ACT_3_SIZE,
};

/* What an act of the other side turned out to be. */
enum noise_finding {
	NOISE_GOOD,
	NOISE_BAD_VERSION, /* the first byte is not 0 */
	NOISE_BAD_KEY,     /* no point of the curve */
	NOISE_BAD_TAG,     /* made for another prologue or key, or changed on the way */
};

/* What the library works with; shared by all handshakes of a thread. */
struct noise_tools {
	struct sealer *sealer;
	const struct signer *signer;
};

/* The keys of a session, when the handshake is done. Secret. */
struct noise_keys {
	struct seal_key send;
	struct seal_key receive;
	struct hash chaining; /* both directions begin with it when they change their key */
};

struct noise {
	struct secret_key own;           /* the node's key */
	struct secret_key ephemeral;
	struct node_id own_id;
	struct node_id ephemeral_id;
	struct node_id remote_id;        /* of a responder zeros until act 3 */
	struct node_id remote_ephemeral;
	struct hash transcript;          /* h of the specification */
	struct hash chaining;            /* ck */
	struct seal_key key;             /* temp_k1, temp_k2, temp_k3 */
};

/* Both give STATUS_MALFORMED if a secret is no key or `remote` no point. Wipe it with
 * noise_wipe on every way out. */
MUST_CHECK enum status noise_init_initiator(struct noise *noise,
                                            const struct noise_tools *tools,
                                            struct bytes_view prologue,
                                            const struct secret_key *own,
                                            const struct secret_key *ephemeral,
                                            const struct node_id *remote);
MUST_CHECK enum status noise_init_responder(struct noise *noise,
                                            const struct noise_tools *tools,
                                            struct bytes_view prologue,
                                            const struct secret_key *own,
                                            const struct secret_key *ephemeral);
void noise_wipe(struct noise *noise);

/* Each act once, in order, by the side it belongs to. A read that is not STATUS_OK failed with
 * us, STATUS_CRYPTO; else *finding is the verdict, and after any but NOISE_GOOD the handshake
 * is over. */
MUST_CHECK enum status noise_write_act_1(struct noise *noise, const struct noise_tools *tools,
                                         uint8_t act[NOISE_ACT_1_SIZE]);
MUST_CHECK enum status noise_read_act_1(struct noise *noise, const struct noise_tools *tools,
                                        const uint8_t act[NOISE_ACT_1_SIZE],
                                        enum noise_finding *finding);
MUST_CHECK enum status noise_write_act_2(struct noise *noise, const struct noise_tools *tools,
                                         uint8_t act[NOISE_ACT_2_SIZE]);
MUST_CHECK enum status noise_read_act_2(struct noise *noise, const struct noise_tools *tools,
                                        const uint8_t act[NOISE_ACT_2_SIZE],
                                        enum noise_finding *finding);
MUST_CHECK enum status noise_write_act_3(struct noise *noise, const struct noise_tools *tools,
                                         uint8_t act[NOISE_ACT_3_SIZE],
                                         struct noise_keys *keys);
MUST_CHECK enum status noise_read_act_3(struct noise *noise, const struct noise_tools *tools,
                                        const uint8_t act[NOISE_ACT_3_SIZE],
                                        enum noise_finding *finding,
                                        struct noise_keys *keys);

/* HKDF of the specification: two keys from a chaining key and some input. */
MUST_CHECK enum status noise_derive(struct hash *first, uint8_t second[SEAL_KEY_SIZE],
                                    const struct hash *chaining, struct bytes_view input);

/* The nonce of the `count`-th use of a key: 32 zero bits, then the count. */
struct seal_nonce noise_nonce(uint64_t count);

#endif
