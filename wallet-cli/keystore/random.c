#include "wallet-cli/keystore/random.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

enum status random_get(void *bytes, size_t size, struct why *why)
{
	uint8_t *at = bytes;

	while (size > 0) {
		ssize_t got = getrandom(at, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return why_set(why, STATUS_STORAGE, "getrandom: %s", strerror(errno));
		at += got;
		size -= (size_t)got;
	}
	return STATUS_OK;
}
