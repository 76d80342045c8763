/* Passphrases from where a person or a script may put them: the terminal without echo, a
 * file, an open descriptor. Never from an argument or the environment, which other
 * processes can read. */
#ifndef WALLET_CLI_PASSPHRASE_H
#define WALLET_CLI_PASSPHRASE_H

#include "chain/base/bytes.h"
#include "chain/base/limits.h"
#include "chain/base/status.h"

/* Secret: wipe it with passphrase_wipe. */
struct passphrase {
	uint8_t bytes[PASSPHRASE_SIZE_MAX];
	size_t size; /* bytes; 0 is a passphrase too */
};

static inline struct bytes_view passphrase_view(const struct passphrase *passphrase)
{
	return bytes_view(passphrase->bytes, passphrase->size);
}

void passphrase_wipe(struct passphrase *passphrase);

/* All of a file, or of a descriptor up to its end, without one newline at the end. Any
 * bytes. STATUS_TOO_LARGE: more than PASSPHRASE_SIZE_MAX. STATUS_STORAGE: it cannot be
 * read. On failure *passphrase is wiped, here and below. The descriptor stays open. */
MUST_CHECK enum status passphrase_from_file(struct passphrase *passphrase,
                                            const char *path, struct why *why);
MUST_CHECK enum status passphrase_from_descriptor(struct passphrase *passphrase,
                                                  int descriptor, struct why *why);

/* A line typed on the process's own terminal, /dev/tty, after `prompt`, unseen. The
 * terminal is as it was when this returns, and also when a signal ends or stops the
 * process; after a stop the prompt comes again. One thread at a time: signal handlers
 * belong to the process.
 *
 * STATUS_LOCKED     there is no terminal, or its input ended
 * STATUS_TOO_LARGE  more than PASSPHRASE_SIZE_MAX bytes
 * STATUS_STORAGE    the terminal failed, or a signal came that the process survives */
MUST_CHECK enum status passphrase_from_terminal(struct passphrase *passphrase,
                                                const char *prompt, struct why *why);

/* A new one, typed twice: after `prompt`, then after `prompt_again`. STATUS_MALFORMED:
 * the two differ; and as above. */
MUST_CHECK enum status passphrase_new_from_terminal(struct passphrase *passphrase,
                                                    const char *prompt,
                                                    const char *prompt_again,
                                                    struct why *why);

#endif
