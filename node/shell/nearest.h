/* The name that somebody meant: which of ours is nearest to what was typed. */
#ifndef NODE_SHELL_NEAREST_H
#define NODE_SHELL_NEAREST_H

#include "chain/base/bytes.h"

/* Single letters added, left out, replaced, or two neighbours exchanged, to get from one
 * text to the other (optimal string alignment); upper and lower case, '-' and '_' are the
 * same. Texts are looked at up to their first 64 bytes. */
size_t nearest_distance(struct bytes_view a, struct bytes_view b);

/* The index of the nearest of `count` names, or `count` when every one is further away
 * than a slip of the fingers: more than a third of the typed letters, at least 2. The
 * first of equally near ones. */
size_t nearest_name(struct bytes_view typed, const char *const *names, size_t count);

#endif
