/* Of an archive, for whoever brings no other. */
#include "tests/sim/backing.h"

const struct backing *const sim_backing = NULL;
