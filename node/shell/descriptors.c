#include "node/shell/descriptors.h"

#include <sys/resource.h>

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

size_t descriptors_inbound(size_t descriptors, size_t inbound_max)
{
	size_t missing =
		descriptors < DESCRIPTORS_WANTED ? DESCRIPTORS_WANTED - descriptors : 0;

	return missing < inbound_max ? inbound_max - missing : 0;
}
