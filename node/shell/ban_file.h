/* Bans as people write them, and the file that keeps them: bans.json in the data directory.
 *
 *     {"bans": [{"peer": "02ab..." or "192.0.2.7", "since_ms": 1, "until_ms": 2 or null,
 *                "reason": "..."}]}                                                           */
#ifndef NODE_SHELL_BAN_FILE_H
#define NODE_SHELL_BAN_FILE_H

#include "chain/base/buffer.h"
#include "node/p2p/bans.h"

#include <jansson.h>

enum {
	BAN_PEER_SIZE = 2 * COMPRESSED_KEY_SIZE + 1, /* with the NUL: an IPv6 address is shorter */
	BAN_FILE_SIZE_MAX = 2 << 20, /* BANS_MAX of them, every byte of a reason escaped */
};

/* Whom a ban is against: a node id of 66 hex digits, or an address in digits. NULL when it is
 * good; else what is wrong with it, a constant. */
MUST_CHECK const char *ban_parse_peer(struct ban *ban, struct bytes_view text);
void ban_peer_text(char text[BAN_PEER_SIZE], const struct ban *ban);

/* An address in digits, IPv4 or IPv6; false: it is none. */
MUST_CHECK bool ban_parse_address(struct net_address *address, const char *text);

/* {"peer","since_ms","until_ms","reason"}; NULL: memory is out. */
MUST_CHECK json_t *json_of_ban(const struct ban *ban);

/* The file's bytes. Ask out->status. */
void ban_file_print(const struct bans *bans, struct buffer *out);
/* STATUS_NOT_FOUND: there is no file, and *bans is empty. STATUS_MALFORMED: a sentence. */
MUST_CHECK enum status ban_file_read(struct bans *bans, const char *path, struct why *why);

#endif
