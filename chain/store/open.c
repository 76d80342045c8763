/* Opening a store, and making one. The idea: look before touching. RocksDB replays,
 * renames and deletes files when it opens a folder for writing; so what the folder holds
 * is found out first by means that write nothing, and a folder that is not ours stays as
 * it is. */
#include "chain/base/invariant.h"
#include "chain/ledger/genesis.h"
#include "chain/store/commit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE_MAX = 4096 };

/* -- The folder -------------------------------------------------------------------- */

static enum status refused(struct why *why, const char *what, const char *path)
{
	return why_say(why, STATUS_STORAGE, "%s %s: %s", what, path, strerror(errno));
}

/* STATUS_NOT_FOUND: no folder, or no database in it. */
static enum status look_for_database(const char *path, struct why *why)
{
	char current[PATH_SIZE_MAX];
	struct stat facts;

	if (snprintf(current, sizeof current, "%s/CURRENT", path) >= (int)sizeof current)
		return why_say(why, STATUS_STORAGE, "the folder's name is too long");
	if (stat(current, &facts) == 0)
		return STATUS_OK;
	if (errno != ENOENT && errno != ENOTDIR)
		return refused(why, "look at", current);
	if (stat(path, &facts) != 0)
		return why_say(why, STATUS_NOT_FOUND, "there is no folder %s", path);
	return why_say(why, STATUS_NOT_FOUND,
	               "%s holds no ledger: it has no file named CURRENT", path);
}

/* RocksDB locks this file for as long as it has the database open for writing. */
static enum status look_for_lock(const char *path, struct why *why)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char name[PATH_SIZE_MAX];
	int file;
	int result;

	snprintf(name, sizeof name, "%s/LOCK", path);
	file = open(name, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return STATUS_OK;
	result = fcntl(file, F_GETLK, &lock);
	close(file);
	if (result == 0 && lock.l_type != F_UNLCK)
		return why_say(why, STATUS_BUSY, "process %ld has the ledger in %s open",
		               (long)lock.l_pid, path);
	return STATUS_OK;
}

/* STATUS_EXISTS unless there is nothing at `path`, or an empty folder. */
static enum status look_for_room(const char *path, struct why *why)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool empty = true;

	if (!folder && errno == ENOENT)
		return STATUS_OK;
	if (!folder)
		return refused(why, "look into", path);
	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	closedir(folder);
	if (empty)
		return STATUS_OK;
	return why_say(why, STATUS_EXISTS, "%s is not empty: a new ledger needs a new folder",
	               path);
}

/* A rename is on the disk when the folder that holds the name is. */
static enum status sync_parent(const char *path, struct why *why)
{
	char parent[PATH_SIZE_MAX];
	char *slash;
	int folder;
	int result;

	snprintf(parent, sizeof parent, "%s", path);
	slash = strrchr(parent, '/');
	if (!slash)
		strcpy(parent, ".");
	else
		slash[slash == parent] = '\0';
	folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return refused(why, "open", parent);
	result = fsync(folder);
	close(folder);
	return result == 0 ? STATUS_OK : refused(why, "sync", parent);
}

/* -- The database ------------------------------------------------------------------ */

static enum status take_open_error(char *error, const char *path, struct why *why)
{
	/* "While lock file: ..." and "lock hold by current process". */
	bool is_locked =
		error && (strstr(error, "While lock file") || strstr(error, "lock hold"));
	enum status status = database_take_error(error, why, "open the database");

	if (is_locked)
		return why_say(why, STATUS_BUSY, "the ledger in %s is open already", path);
	return status;
}

/* Does the database have our families and no others? Reads the MANIFEST alone. */
static enum status check_families(struct store *store, struct why *why)
{
	char *error = NULL;
	size_t count = 0;
	size_t known = 0;
	char **names = rocksdb_list_column_families(store->options[FAMILY_META], store->path,
	                                            &count, &error);
	enum status status = take_open_error(error, store->path, why);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		for (int j = 0; j < FAMILY_COUNT; j++)
			if (strcmp(names[i], family_name((enum family)j)) == 0)
				known++;
	rocksdb_list_column_families_destroy(names, count);
	if (known == FAMILY_COUNT && count == FAMILY_COUNT)
		return STATUS_OK;
	return why_say(
		why, STATUS_FOREIGN,
		"%s is a database of another program, or of another version of this one",
		store->path);
}

/* The first `count` families. */
static enum status open_families(struct store *store, const char *path, int count,
                                 bool read_only, struct why *why)
{
	const char *names[FAMILY_COUNT];
	char *error = NULL;

	for (int i = 0; i < FAMILY_COUNT; i++)
		names[i] = family_name((enum family)i);
	if (read_only)
		store->db = rocksdb_open_for_read_only_column_families(
			store->options[FAMILY_META], path, count, names,
			(const rocksdb_options_t *const *)store->options, store->families, 0, &error);
	else
		store->db = rocksdb_open_column_families(
			store->options[FAMILY_META], path, count, names,
			(const rocksdb_options_t *const *)store->options, store->families, &error);
	return take_open_error(error, path, why);
}

/* Every family must be destroyed before the database is closed: Debian's RocksDB is built
 * with its assertions on, and aborts otherwise. */
static void close_families(struct store *store)
{
	for (int i = 0; i < FAMILY_COUNT; i++) {
		if (store->families[i])
			rocksdb_column_family_handle_destroy(store->families[i]);
		store->families[i] = NULL;
	}
	if (store->db)
		rocksdb_close(store->db);
	store->db = NULL;
}

/* -- What the database says of itself ---------------------------------------------- */

static enum status get_meta(struct store *store, const char *name, struct pinned *pinned,
                            struct bytes_view *value, struct why *why)
{
	rocksdb_readoptions_t *options = rocksdb_readoptions_create();
	struct row_key key = row_key_of_text(name);
	enum status status =
		database_get(store, options, FAMILY_META, &key, pinned, value, why);

	rocksdb_readoptions_destroy(options);
	return status;
}

static enum status check_schema(struct store *store, struct pinned *pinned,
                                struct why *why)
{
	struct bytes_view value;
	enum status status = get_meta(store, META_SCHEMA, pinned, &value, why);

	if (status == STATUS_NOT_FOUND)
		return why_say(why, STATUS_FOREIGN, "%s is a database of another program",
		               store->path);
	if (status != STATUS_OK)
		return status;
	if (value.size != 4)
		return database_row_is_damaged(FAMILY_META, why);
	if (get_le32(value.at) != STORE_SCHEMA)
		return why_say(why, STATUS_FOREIGN,
		               "%s has layout %u, and this program knows layout %d", store->path,
		               (unsigned)get_le32(value.at), STORE_SCHEMA);
	return STATUS_OK;
}

static enum status check_network(struct store *store, const struct network *network,
                                 struct pinned *pinned, struct why *why)
{
	struct bytes_view value;
	enum status status = get_meta(store, META_CHAIN, pinned, &value, why);
	struct hash genesis;

	if (status == STATUS_NOT_FOUND)
		return why_set(why, STATUS_CORRUPT, "the genesis file is missing");
	if (status != STATUS_OK)
		return status;
	genesis = genesis_hash(value);
	if (network && !hash_equal(&network->genesis, &genesis)) {
		struct shown theirs = shown_hash(&genesis);
		struct shown ours = shown_hash(&network->genesis);

		return why_say(why, STATUS_FOREIGN,
		               "%s holds the ledger of network %s, not that of %s", store->path,
		               theirs.text, ours.text);
	}
	network_init(&store->network, &genesis);
	return STATUS_OK;
}

static enum status check_identity(struct store *store, const struct network *network,
                                  struct why *why)
{
	struct pinned pinned = {0};
	enum status status = check_schema(store, &pinned, why);

	if (status == STATUS_OK)
		status = check_network(store, network, &pinned, why);
	pinned_release(&pinned);
	return status;
}

static enum status load_tip(struct store *store, struct why *why)
{
	struct pinned pinned = {0};
	struct bytes_view value;
	enum status status = get_meta(store, META_TIP, &pinned, &value, why);

	if (status == STATUS_OK)
		status = tip_row_decode(&store->tip, value);
	if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT)
		status = why_set(why, STATUS_CORRUPT, "the row of the newest block");
	if (status == STATUS_OK)
		status = get_meta(store, META_PRUNE, &pinned, &value, why);
	if (status == STATUS_OK && prune_row_decode(&store->prune, value) != STATUS_OK)
		status = database_row_is_damaged(FAMILY_META, why);
	if (status == STATUS_NOT_FOUND) {
		/* Never pruned. Block 0 made nothing stale. */
		store->prune = (struct prune_row){.next = 1};
		status = STATUS_OK;
	}
	pinned_release(&pinned);
	return status;
}

/* -- Life -------------------------------------------------------------------------- */

static unsigned or_default(unsigned value, unsigned instead)
{
	return value > 0 ? value : instead;
}

static struct store *store_new(const char *path, const struct store_options *options,
                               struct why *why)
{
	struct store *store = memory_new(sizeof *store);
	size_t size = strlen(path) + 1;

	if (!store || !(store->path = memory_new(size))) {
		why_set(why, STATUS_MEMORY, "open the ledger");
		memory_free(store);
		return NULL;
	}
	memcpy(store->path, path, size);
	store->settings = (struct store_options){
		.prune_window = options->prune_window,
		.cache_mib = or_default(options->cache_mib, STORE_CACHE_MIB),
		.write_buffer_mib = or_default(options->write_buffer_mib, STORE_WRITE_BUFFER_MIB),
		.background_jobs = or_default(options->background_jobs, STORE_BACKGROUND_JOBS),
		.read_only = options->read_only,
	};
	buffer_init(&store->row, SIZE_MAX);
	store->batch = rocksdb_writebatch_create();
	store->synced = rocksdb_writeoptions_create();
	store->unsynced = rocksdb_writeoptions_create();
	rocksdb_writeoptions_set_sync(store->synced, 1);
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	INVARIANT(atomic_load(&store->view_count) == 0);
	close_families(store);
	database_free_options(store);
	rocksdb_writebatch_destroy(store->batch);
	rocksdb_writeoptions_destroy(store->synced);
	rocksdb_writeoptions_destroy(store->unsynced);
	buffer_close(&store->row);
	memory_free(store->path);
	memory_free(store);
}

/* Everything that can be found out without writing. */
static enum status look(struct store *store, const struct network *network,
                        struct why *why)
{
	enum status status = look_for_database(store->path, why);

	if (status == STATUS_OK && !store->settings.read_only)
		status = look_for_lock(store->path, why);
	if (status == STATUS_OK)
		status = check_families(store, why);
	if (status == STATUS_OK)
		status = open_families(store, store->path, 1, true, why);
	if (status == STATUS_OK)
		status = check_identity(store, network, why);
	close_families(store);
	return status;
}

enum status store_open(struct store **opened, const char *path,
                       const struct store_options *options, const struct network *network,
                       struct why *why)
{
	struct store *store = store_new(path, options, why);
	enum status status;

	*opened = NULL;
	if (!store)
		return STATUS_MEMORY;
	status = database_make_options(store, why);
	if (status == STATUS_OK)
		status = look(store, network, why);
	if (status == STATUS_OK)
		status = open_families(store, path, FAMILY_COUNT, options->read_only, why);
	if (status == STATUS_OK)
		status = load_tip(store, why);
	if (status == STATUS_OK)
		*opened = store;
	else
		store_close(store);
	return status;
}

/* -- Making one -------------------------------------------------------------------- */

static enum status write_genesis(struct store *store, struct bytes_view genesis_file,
                                 const struct draft *genesis, struct why *why)
{
	struct store_block block = {.draft = genesis};
	uint8_t schema[4];
	enum status status;

	put_le32(schema, STORE_SCHEMA);
	batch_put(store, FAMILY_META, text_view(META_SCHEMA),
	          bytes_view(schema, sizeof schema));
	batch_put(store, FAMILY_META, text_view(META_CHAIN), genesis_file);
	status = commit_add_block(store, &block);
	if (status != STATUS_OK)
		return why_set(why, status, "write block 0");
	return batch_write(store, true, why);
}

static enum status make(struct store *store, struct bytes_view genesis_file,
                        const struct draft *genesis, struct why *why)
{
	enum status status = database_make_options(store, why);
	char *error = NULL;

	if (status != STATUS_OK)
		return status;
	/* What a crash left behind here is our own and was never opened. */
	rocksdb_destroy_db(store->options[FAMILY_META], store->path, &error);
	status = database_take_error(error, why, "clear away an unfinished ledger");
	if (status != STATUS_OK)
		return status;
	if (mkdir(store->path, 0700) != 0 && errno != EEXIST)
		return refused(why, "make the folder", store->path);
	rocksdb_options_set_create_if_missing(store->options[FAMILY_META], 1);
	rocksdb_options_set_create_missing_column_families(store->options[FAMILY_META], 1);
	rocksdb_options_set_error_if_exists(store->options[FAMILY_META], 1);
	status = open_families(store, store->path, FAMILY_COUNT, false, why);
	return status == STATUS_OK ? write_genesis(store, genesis_file, genesis, why)
	                           : status;
}

enum status store_create(struct store **store, const char *path,
                         const struct store_options *options,
                         const struct network *network, struct bytes_view genesis_file,
                         const struct draft *genesis, struct why *why)
{
	struct hash hash = genesis_hash(genesis_file);
	enum status status = look_for_room(path, why);
	int name_size = (int)strlen(path);
	char beside[PATH_SIZE_MAX];
	struct store *unfinished;

	INVARIANT(hash_equal(&hash, &network->genesis));
	INVARIANT(genesis->header.height == 0);
	*store = NULL;
	if (status != STATUS_OK)
		return status;
	while (name_size > 1 && path[name_size - 1] == '/')
		name_size--;
	if (snprintf(beside, sizeof beside, "%.*s.new", name_size, path) >=
	    (int)sizeof beside)
		return why_say(why, STATUS_STORAGE, "the folder's name is too long");
	unfinished = store_new(beside, options, why);
	if (!unfinished)
		return STATUS_MEMORY;
	status = make(unfinished, genesis_file, genesis, why);
	store_close(unfinished);
	if (status != STATUS_OK)
		return status;
	if (rename(beside, path) != 0)
		return refused(why, "rename to", path);
	status = sync_parent(path, why);
	return status == STATUS_OK ? store_open(store, path, options, network, why) : status;
}

const struct network *store_network(const struct store *store)
{
	return &store->network;
}

const struct ledger_tip *store_tip(const struct store *store)
{
	return &store->tip;
}
