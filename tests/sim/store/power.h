/* Power cuts: what a folder would hold after one. fsync and fdatasync of this program, RocksDB
 * included, come through power.c, which remembers how far each file is on the disk. What is
 * behind that may be lost, in part or whole. */
#ifndef TESTS_SIM_STORE_POWER_H
#define TESTS_SIM_STORE_POWER_H

#include "tests/sim/lots.h"

#include <stddef.h>

/* Between the two the disk does not do what this thread asks it to sync, and says it did. */
void power_fails(void);
void power_is_back(void);

/* Copies what a cut leaves of the files in `from` into the new folder `to`. Of files that grow
 * all is there that was synced, and of what was not a beginning; it is never all of the newest
 * log if `is_torn`. Returns how many bytes were lost. */
uint64_t power_cut(const char *from, const char *to, struct lots lots, bool is_torn);

/* Removes a folder and all in it. */
void power_remove(const char *path);

/* A new folder for this program, on a file system in memory if there is one; removed at the
 * end. */
const char *power_folder(void);

#endif
