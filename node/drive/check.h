/* What has to be checked of a message before anybody believes it: signatures, and that a body
 * is the one its header speaks of. Costly, so the node does it on its workers; pure, so the
 * simulator does it in line. */
#ifndef NODE_DRIVE_CHECK_H
#define NODE_DRIVE_CHECK_H

#include "chain/receipt/cosigned.h"
#include "consensus/message.h"
#include "node/drive/shelf.h"

struct check_signature {
	struct hash digest;
	struct public_key key;
	struct signature signature;
};

/* What a body turned out to be. */
enum body_finding {
	BODY_GOOD,
	BODY_FOREIGN, /* not the one that the header commits to: as if it had not come */
	BODY_BAD,     /* the header's own, and no block: malformed, or a signature is bad */
};

struct check_body {
	struct hash hash;          /* out: of the header */
	enum body_finding finding; /* out */
	struct tx_names *names;    /* out: heap, header.tx_count of them; NULL unless GOOD */
};

/* One message on its way in. */
struct check_job {
	struct check_job *next;    /* the owner's, while it waits */
	uint8_t *bytes;            /* memory_new's, owned */
	uint16_t from;             /* peer, */
	uint32_t connection;       /* and the number that his connection has with the owner */
	uint64_t epoch;            /* whose keys the signatures are compared with */
	struct message message;    /* views into bytes */
	struct check_signature *signatures; /* heap, owned */
	size_t signature_count;
	struct certificate *certificates;   /* heap, owned: those of the message that were new */
	size_t certificate_count;
	struct message_block *blocks;       /* into message; block_count of them */
	struct check_body *bodies;          /* heap, owned */
	size_t block_count;
	struct cosigned *cosigned; /* heap, owned: it is these that are checked, and no message of
	                            * consensus; NULL: it is not */
	struct buffer text;        /* of their checkpoint */
	bool is_good;              /* out: every signature is valid */
	enum status status;        /* out: of ours; STATUS_MEMORY */
};

/* How a signature is checked: signature_is_valid, and cosign_is_valid, but in a simulator
 * that has no time for it. */
typedef bool check_function(const struct signature *signature, const struct hash *digest,
                            const struct public_key *key);
typedef bool check_cosign_function(const struct cosign *cosign, struct bytes_view text);

/* For what was checked before: every signature is taken for valid. */
check_function check_nothing;

/* Fills in what is marked out. Any thread. */
void check_run(struct check_job *job, const struct network *network,
               check_function *is_valid, check_cosign_function *is_cosign_valid);

/* NULL is fine. */
void check_job_free(struct check_job *job);

#endif
