/* What went wrong with us: our disk, our memory, bytes of our own that cannot be
 * read. What a peer or a user did wrong is a verdict (chain/ledger/verdict.h);
 * what the programmer did wrong is an INVARIANT. The three never mix: a full disk
 * must not look like a bad peer. */
#ifndef CHAIN_BASE_STATUS_H
#define CHAIN_BASE_STATUS_H

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

#define STATUS_LIST(X)                                                   \
	X(STATUS_OK, "done")                                                 \
	X(STATUS_SHORT, "fewer bytes than the schema asks for")              \
	X(STATUS_TRAILING, "bytes are left over")                            \
	X(STATUS_MALFORMED, "the bytes do not follow the schema")            \
	X(STATUS_TOO_LARGE, "larger than its maximum")                       \
	X(STATUS_MEMORY, "out of memory")                                    \
	X(STATUS_STORAGE, "the disk or the database refused")                \
	X(STATUS_CORRUPT, "stored data is damaged")                          \
	X(STATUS_NOT_FOUND, "not there")                                     \
	X(STATUS_PRUNED, "no longer kept here")                              \
	X(STATUS_CRYPTO, "the cryptographic library refused")                \
	X(STATUS_BUSY, "in use by another process")                          \
	X(STATUS_FOREIGN, "belongs to another network or program version")   \
	X(STATUS_NETWORK, "the network refused")                             \
	X(STATUS_LOCKED, "wrong passphrase")                                 \
	X(STATUS_EXISTS, "already there")                                    \
	X(STATUS_PERMISSION, "wrong owner or permissions")

enum status {
#define STATUS_ENUM(name, text) name,
	STATUS_LIST(STATUS_ENUM)
#undef STATUS_ENUM
};

/* The text of a status, for people; never NULL. */
const char *status_text(enum status status);

enum { WHY_TEXT_SIZE = 512 };

/* The context of a failure, read outside in: "open store /data: read tip: fewer
 * bytes than the schema asks for". Whoever fails writes the innermost part; every
 * caller that knows more puts its own part in front. */
struct why {
	char text[WHY_TEXT_SIZE]; /* NUL-terminated, cut where it would not fit */
};

/* Write the innermost part and give `status` back, so that a failure is one line:
 * return why_set(why, STATUS_STORAGE, "sync %s", path). `why` may be NULL. */
enum status why_set(struct why *why, enum status status, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Write a sentence for the person at the keyboard as it stands: what is wrong and what to
 * do, without the status's own text behind. Gives `status` back. `why` may be NULL. */
enum status why_say(struct why *why, enum status status, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Put a part and ": " in front. Gives `status` back. `why` may be NULL. */
enum status why_add(struct why *why, enum status status, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
