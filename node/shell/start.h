/* What happens before a node runs: its folder is locked, its keys and its ledger are opened,
 * and what the disk holds is checked against itself and against the mark. */
#ifndef NODE_SHELL_START_H
#define NODE_SHELL_START_H

#include "node/shell/node.h"

/* Opens folder, log, keys, sign state and store of the node. What it opened on a failure is
 * closed again; the sentence in *why says what to do. */
MUST_CHECK enum status start_open(struct node *node, const char *data_dir, struct why *why);
void start_close(struct node *node);

/* What drive is told at its start: set, own place, tip, mark. `certificate` and `kept` are room
 * for those that it points to. A sign state that is missing is made, if others can tell what was
 * signed. */
MUST_CHECK enum status start_drive_config(struct drive_config *config,
                                          struct certificate *certificate,
                                          struct cosigned *kept, struct node *node,
                                          struct why *why);

/* What was kept of views and blocks that are not final, into the drive, which is initialized. */
MUST_CHECK enum status start_load_drive(struct node *node, struct why *why);

#endif
