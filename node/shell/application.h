/* An application: what an organisation tells who founds a network, so that its node is a
 * validator of it from the first block on. One line of text (text_line.h):
 *
 *     cairn-application-1:    payload: the fields below
 *
 * It holds public keys alone, and is no secret. */
#ifndef NODE_SHELL_APPLICATION_H
#define NODE_SHELL_APPLICATION_H

#include "chain/base/buffer.h"
#include "chain/ledger/fields.h"

#define APPLICATION_WORD "cairn-application-1:"

#define APPLICATION_FIELDS(X)                                                            \
	X(hash, account)       /* whose the validator is */                                  \
	X(public_key, vote_key)                                                              \
	X(hash, cosign_key)    /* Ed25519 public key */                                      \
	X(node_id, node_id)                                                                  \
	X(address, address)    /* host:port where others reach it */

WIRE_DECLARE(application, APPLICATION_FIELDS)

enum { APPLICATION_SIZE_MAX = 3 * HASH_SIZE + COMPRESSED_KEY_SIZE + 2 + ADDRESS_SIZE_MAX };

/* Appends the line, without a newline. Ask text->status. */
void application_encode(struct buffer *text, const struct application *application);

/* `payload` is initialized here, to be closed by the caller in any case; the address lies in
 * it. Keys are points and the address is one, or it is not taken. Statuses as
 * text_line_decode's. */
MUST_CHECK enum status application_read(struct application *application,
                                        struct buffer *payload, struct bytes_view text,
                                        struct why *why);

#endif
