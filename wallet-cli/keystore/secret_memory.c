#include "wallet-cli/keystore/secret_memory.h"

#include "chain/base/memory.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return size <= SIZE_MAX - page ? (size + page - 1) / page * page : 0;
}

void *secret_memory_new(size_t size)
{
	size_t mapped = whole_pages(size);
	void *block;

	if (mapped == 0)
		return NULL;
	block =
	    mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (block == MAP_FAILED)
		return NULL;
	if (madvise(block, mapped, MADV_DONTDUMP) != 0 ||
	    madvise(block, mapped, MADV_WIPEONFORK) != 0) {
		munmap(block, mapped);
		return NULL;
	}
	/* A limit on locked memory is no reason to lock a person out of the wallet: what is
	 * left then is what every other program has. */
	(void)!mlock(block, mapped);
	return block;
}

void secret_memory_free(void *block, size_t size)
{
	if (!block)
		return;
	memory_wipe(block, size);
	munmap(block, whole_pages(size));
}
