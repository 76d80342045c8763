#include "node/shell/compact.h"

#include "chain/store/store.h"
#include "node/shell/data_dir.h"
#include "node/shell/layout.h"
#include "node/shell/node.h"

#include <stdio.h>
#include <stdlib.h>

enum { PRUNE_ROWS = 100000 };

static enum status compact(struct store *store, uint64_t *before, uint64_t *after,
                           struct why *why)
{
	enum status status = store_disk_bytes(store, before, why);
	bool more = true;

	while (status == STATUS_OK && more)
		status = store_prune(store, PRUNE_ROWS, &more, why);
	if (status == STATUS_OK)
		status = store_compact(store, why);
	if (status == STATUS_OK)
		status = store_disk_bytes(store, after, why);
	return status;
}

int node_compact(const struct config *config, const char *data_dir)
{
	struct store_options options = {.prune_window = config->store_prune_window_blocks};
	uint64_t before = 0, after = 0;
	struct store *store = NULL;
	char path[DATA_PATH_SIZE];
	struct why why = {{0}};
	struct data_dir dir;
	enum status status = data_dir_open(&dir, data_dir, &why);

	if (status != STATUS_OK)
		goto out;
	data_dir_path(path, &dir, FILE_STORE);
	status = store_open(&store, path, &options, NULL, &why);
	if (status == STATUS_OK)
		status = compact(store, &before, &after, &why);
	store_close(store);
	data_dir_close(&dir);
out:
	if (status != STATUS_OK) {
		fprintf(stderr, "cairnd: %s\n", why.text);
		return NODE_EXIT_REFUSED;
	}
	printf("%llu bytes before, %llu after\n", (unsigned long long)before,
	       (unsigned long long)after);
	return EXIT_SUCCESS;
}
