/* Signed notes, as c2sp.org/signed-note says: a text, an empty line, and lines of
 * signatures by keys that have names.
 *
 *     cairn/example/0f1e...            the text, which ends with a newline
 *     42
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
 *                                      an empty line: the last one of the note
 *     — NAME base64(key id 4 || signature)
 *     — NAME base64(key id 4 || signature)
 *
 * The dash is U+2014. A key is known by its name and its id together, and the id is a
 * hash of the name, the kind of signature and the public key. Lines of keys that one does
 * not know are passed over; which keys those are is the caller's (policy.h). */
#ifndef CHAIN_PROOF_NOTE_H
#define CHAIN_PROOF_NOTE_H

#include "chain/base/buffer.h"
#include "chain/base/limits.h"
#include "chain/crypto/cosign_key.h"

enum {
	NOTE_KEY_NAME_SIZE_MAX = 255, /* of a name we take in; ours have at most 88 */
	NOTE_SIGNATURES_MAX = 1024,   /* both sets of a seal sign twice: 4 * VALIDATORS_MAX,
	                               * and strangers */
	NOTE_SIZE_MAX = 1 << 20,      /* so many lines of strangers, of 1 KiB each */
	NOTE_KEY_TEXT_SIZE_MAX = NOTE_KEY_NAME_SIZE_MAX + 1 + 8 + 1 + 44,
};

/* The kinds of signature that are known here, by their identifier byte. */
enum note_signature_type {
	NOTE_ED25519 = 0x01,     /* c2sp.org/signed-note, "Ed25519 signatures" */
	NOTE_COSIGNATURE = 0x04, /* c2sp.org/tlog-cosignature, Ed25519: cosignature.h */
};

/* -- Keys -------------------------------------------------------------------------------
 */

struct note_key {
	struct bytes_view name;
	enum note_signature_type type;
	struct hash public_key; /* Ed25519 */
	uint32_t id;            /* note_key_id of the three */
};

/* Not empty, UTF-8, at most NOTE_KEY_NAME_SIZE_MAX bytes, without a space of Unicode's, a
 * control character or a plus. */
bool note_key_name_is_valid(struct bytes_view name);

/* The first four bytes, big-endian, of SHA-256(name || 0x0a || type || public key). */
uint32_t note_key_id(struct bytes_view name, enum note_signature_type type,
                     const struct hash *public_key);

/* A key with its id; the name is borrowed. */
struct note_key note_key_of(struct bytes_view name, enum note_signature_type type,
                            const struct hash *public_key);

/* A "vkey": name "+" id in 8 hex digits "+" base64(type || public key). The name is
 * borrowed from the text. STATUS_MALFORMED; STATUS_FOREIGN: a type that is not known
 * here. */
MUST_CHECK enum status note_key_decode(struct note_key *key, struct bytes_view text,
                                       struct why *why);
void note_key_put(struct buffer *out, const struct note_key *key);

/* -- Notes ------------------------------------------------------------------------------
 */

struct note {
	struct bytes_view text;       /* its final newline included */
	struct bytes_view signatures; /* the lines, checked in form */
	size_t signature_count;       /* 1..NOTE_SIGNATURES_MAX */
};

/* Splits a note and checks its form to the last signature; no signature is verified. All
 * is borrowed. STATUS_MALFORMED or STATUS_TOO_LARGE, with a sentence. */
MUST_CHECK enum status note_decode(struct note *note, struct bytes_view bytes,
                                   struct why *why);

struct note_signature {
	struct bytes_view name;
	uint32_t key_id;
	struct bytes_view base64; /* of key id and signature */
};

/* The next signature. `left` starts as note->signatures. False: there is none any more.
 */
bool note_next_signature(struct note_signature *signature, struct bytes_view *left);

/* The signature's bytes, when there are exactly `size` behind the key id; else false. */
bool note_signature_bytes(uint8_t *bytes, size_t size,
                          const struct note_signature *signature);

/* A signature line, for the end of a note. */
void note_signature_put(struct buffer *out, struct bytes_view name, uint32_t key_id,
                        struct bytes_view signature);

/* -- Ed25519, type 0x01: over the text as it is -------------------------------------- */

/* Is it by this key, whose type is NOTE_ED25519? */
bool note_signature_is_valid(const struct note_signature *signature,
                             const struct note_key *key, struct bytes_view text);

#endif
