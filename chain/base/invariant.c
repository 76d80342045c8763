#include "chain/base/invariant.h"

#include <stdio.h>
#include <stdlib.h>

void invariant_broken(const char *condition, const char *file, int line)
{
	fprintf(stderr, "broken invariant: %s (%s:%d)\n", condition, file, line);
	abort();
}
