/* Pages for secrets that stay for a while: an unlocked wallet. They are never swapped (as
 * far as the user's limit on locked memory allows), never in a core dump, and zeros in a
 * child process. */
#ifndef WALLET_CLI_KEYSTORE_SECRET_MEMORY_H
#define WALLET_CLI_KEYSTORE_SECRET_MEMORY_H

#include "chain/base/status.h"

/* `size` zeroed bytes, at least 1, on pages of their own, aligned for any type; NULL when
 * there is no memory. */
MUST_CHECK void *secret_memory_new(size_t size);

/* Wipes and gives back; `size` as it was asked for. NULL is fine. */
void secret_memory_free(void *block, size_t size);

#endif
