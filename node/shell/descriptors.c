#include "node/shell/descriptors.h"

#include "rpc/server/acceptor.h"

#include <sys/resource.h>

_Static_assert((int)DESCRIPTORS_SPARE >= 2 * (int)ACCEPTOR_RESERVE,
               "what no client is given is no part of what the node is sure to open");

size_t descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return DESCRIPTORS_WANTED;
	if (limit.rlim_cur < DESCRIPTORS_WANTED) {
		struct rlimit more = limit;

		more.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max
		                                                    : DESCRIPTORS_WANTED;
		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			limit = more;
	}
	return limit.rlim_cur < SIZE_MAX ? (size_t)limit.rlim_cur : SIZE_MAX;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

bool descriptors_divide(struct descriptors_share *share, size_t descriptors, size_t inbound_max)
{
	size_t left;

	if (descriptors < DESCRIPTORS_LEAST)
		return false;
	left = descriptors - DESCRIPTORS_LEAST;
	share->inbound = least(inbound_max, left);
	left -= share->inbound;
	share->rpc_connections =
		DESCRIPTORS_RPC_LEAST + least(RPC_CONNECTIONS_MAX - DESCRIPTORS_RPC_LEAST, left);
	return true;
}
