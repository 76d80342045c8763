/* Of an archive, for whoever brings no other. */
#include "tests/sim/wired.h"

const struct wired *const sim_wired = NULL;
