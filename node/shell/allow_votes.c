#include "node/shell/allow_votes.h"

#include "chain/store/store.h"
#include "node/shell/data_dir.h"
#include "node/shell/layout.h"
#include "node/shell/storage_batch.h"

static enum status read_store(uint64_t *height, uint64_t *number, const struct data_dir *dir,
                              struct why *why)
{
	struct store_options options = {0};
	struct store *store = NULL;
	char path[DATA_PATH_SIZE];
	enum status status;

	data_dir_path(path, dir, FILE_STORE);
	status = store_open(&store, path, &options, NULL, why);
	if (status != STATUS_OK)
		return status;
	*height = store_tip(store)->header.height;
	status = store_signed_number(store, number, why);
	store_close(store);
	return status;
}

enum status allow_votes(const char *data_dir, uint64_t epoch, uint64_t view, struct why *why)
{
	struct sign_mark mark = {
		.epoch = epoch,
		.view = view,
		.floor_epoch = epoch,
		.floor_view = view,
	};
	char path[DATA_PATH_SIZE];
	struct data_dir dir;
	uint64_t number = 0;
	enum status status = data_dir_open(&dir, data_dir, why);

	if (status != STATUS_OK)
		return status;
	status = read_store(&mark.committed_height, &number, &dir, why);
	data_dir_path(path, &dir, FILE_SIGN_STATE);
	if (status == STATUS_OK)
		status = sign_state_replace(path, &mark, number, why);
	data_dir_close(&dir);
	return status;
}
