/* A list of the node as rows, page by page: whatever its length, one page is in memory,
 * and a pipe that is closed ends it. */
#ifndef WALLET_CLI_LISTING_H
#define WALLET_CLI_LISTING_H

#include "wallet-cli/session.h"

struct listing {
	const char *method;
	json_t *params; /* taken by listing_run; NULL: memory was out where it was made */
	const struct table_column *columns;
	size_t column_count;
	/* Adds the cells of one item, column_count of them. */
	void (*add_row)(struct table *table, const json_t *item);
};

/* All of it, or what --limit and --cursor say. With --json {"items":[...],"next":...} as
 * the node would answer it at once. */
MUST_CHECK enum exit_code listing_run(struct session *session,
                                      const struct listing *listing);

/* Cells of an item's members; "-" where a member is absent or null. */
void listing_add_text(struct table *table, const json_t *item, const char *name);
void listing_add_count(struct table *table, const json_t *item, const char *name);
void listing_add_time(struct table *table, const json_t *item, const char *name);
/* Of name_b64, decoded. */
void listing_add_base64(struct table *table, const json_t *item, const char *name);

#endif
