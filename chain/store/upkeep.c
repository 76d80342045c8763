/* What operators and measurements ask of the database as a whole. */
#include "chain/store/database.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static uint64_t property(const struct store *store, enum family family, const char *name)
{
	uint64_t value = 0;

	if (rocksdb_property_int_cf(store->db, store->families[family], name, &value) != 0)
		return 0;
	return value;
}

static enum status flush(struct store *store, enum family family, struct why *why)
{
	rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
	char *error = NULL;

	rocksdb_flushoptions_set_wait(options, 1);
	rocksdb_flush_cf(store->db, options, store->families[family], &error);
	rocksdb_flushoptions_destroy(options);
	return database_take_error(error, why, "flush");
}

enum status store_compact(struct store *store, struct why *why)
{
	rocksdb_compactoptions_t *options = rocksdb_compactoptions_create();
	enum status status = STATUS_OK;

	/* 3: rewrite the lowest level too, but not the files that this compaction made. */
	rocksdb_compactoptions_set_bottommost_level_compaction(options, 3);
	for (int i = 0; i < FAMILY_COUNT && status == STATUS_OK; i++) {
		status = flush(store, (enum family)i, why);
		if (status == STATUS_OK)
			rocksdb_compact_range_cf_opt(store->db, store->families[i], options, NULL, 0,
			                             NULL, 0);
	}
	rocksdb_compactoptions_destroy(options);
	/* The C interface gives no error back: it is counted in the background. */
	if (status == STATUS_OK &&
	    property(store, FAMILY_META, "rocksdb.background-errors") > 0)
		status = why_set(why, STATUS_STORAGE, "compact");
	if (status != STATUS_OK)
		store->failed = true;
	return status;
}

enum status store_disk_bytes(const struct store *store, uint64_t *bytes, struct why *why)
{
	DIR *folder = opendir(store->path);
	const struct dirent *entry;

	*bytes = 0;
	if (!folder)
		return why_say(why, STATUS_STORAGE, "look into %s: %s", store->path,
		               strerror(errno));
	while ((entry = readdir(folder))) {
		struct stat facts;

		/* A file that is gone by now has no bytes. */
		if (fstatat(dirfd(folder), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(facts.st_mode))
			*bytes += (uint64_t)facts.st_size;
	}
	closedir(folder);
	return STATUS_OK;
}

void store_health(const struct store *store, struct store_health *health)
{
	*health = (struct store_health){
		.background_errors = property(store, FAMILY_META, "rocksdb.background-errors"),
		.writes_stopped = property(store, FAMILY_META, "rocksdb.is-write-stopped") != 0,
		.memory_bytes = rocksdb_cache_get_usage(store->cache),
	};
	for (int i = 0; i < FAMILY_COUNT; i++) {
		enum family family = (enum family)i;

		health->pending_bytes +=
			property(store, family, "rocksdb.estimate-pending-compaction-bytes");
		health->memory_bytes +=
			property(store, family, "rocksdb.size-all-mem-tables") +
			property(store, family, "rocksdb.estimate-table-readers-mem");
	}
}
