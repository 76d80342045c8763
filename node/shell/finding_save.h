/* The files of node/shell/finding, written: bit by bit on the loop, then by a worker.
 *
 *     NOTHING ──saving_begin──► FILLING ──saving_go_on, all of it──► OUT ──it is back──► NOTHING
 *        └──────────────────saving_last──────────────────────────────▲
 *
 *   FILLING -> OUT too by saving_last, which begins anew; while one is OUT the last one waits. */
#ifndef NODE_SHELL_FINDING_SAVE_H
#define NODE_SHELL_FINDING_SAVE_H

#include "node/shell/finding.h"

/* Unless one is under way. */
void saving_begin(struct finding *finding);
/* A little more of the book that is being saved, if one is. */
void saving_go_on(struct finding *finding);
/* The node stops: the book as it is, and where we are connected. Counted in finding->working until
 * the worker has written it. */
void saving_last(struct finding *finding);
void saving_free(struct finding *finding);

#endif
