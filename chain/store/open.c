/* Opening a store, and making one. The idea: look before touching. RocksDB replays,
 * renames and deletes files when it opens a folder for writing, so a folder that is not
 * ours must be known for what it is before that. Every store has one family more than
 * layout.h lists, always empty, whose name says whose store it is:
 *
 *     cairn/<schema>/<genesis hash in hex>
 *
 * The names of the families stand in the MANIFEST, which can be read without opening
 * anything, and without going through the write-ahead log. */
#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "chain/ledger/genesis.h"
#include "chain/store/commit.h"
#include "chain/store/folder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* -- Whose database it is ---------------------------------------------------------- */

#define IDENTITY_BEGINNING "cairn/"

enum { IDENTITY_SIZE = 96 };

static void make_identity(char identity[IDENTITY_SIZE], const struct hash *genesis)
{
	char hex[HASH_HEX_SIZE];

	hex_encode(hex, hash_view(genesis));
	snprintf(identity, IDENTITY_SIZE, IDENTITY_BEGINNING "%d/%s", STORE_SCHEMA, hex);
}

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

/* Reads the genesis hash out of an identity. */
static enum status parse_identity(const char *identity, const char *path,
                                  struct hash *genesis, struct why *why)
{
	struct bytes_view text = text_view(identity + strlen(IDENTITY_BEGINNING));
	const uint8_t *slash = memchr(text.at, '/', text.size);
	struct bytes_view hex;
	uint64_t schema;

	if (!slash ||
	    !decimal_decode(&schema, bytes_view(text.at, (size_t)(slash - text.at))))
		return why_say(why, STATUS_FOREIGN, "%s: family '%s' is not ours", path,
		               identity);
	if (schema != STORE_SCHEMA)
		return why_say(why, STATUS_FOREIGN,
		               "%s has layout %.*s, and this program knows layout %d", path,
		               (int)(slash - text.at), (const char *)text.at, STORE_SCHEMA);
	hex = bytes_view(slash + 1, text.size - (size_t)(slash + 1 - text.at));
	if (hex.size != 2 * HASH_SIZE || !hex_decode(genesis->bytes, HASH_SIZE, hex))
		return why_say(why, STATUS_FOREIGN, "%s: family '%s' is not ours", path,
		               identity);
	return STATUS_OK;
}

static enum status check_network(const struct hash *genesis, const char *path,
                                 const struct network *network, struct why *why)
{
	struct shown theirs = shown_hash(genesis);
	struct shown ours;

	if (!network || hash_equal(&network->genesis, genesis))
		return STATUS_OK;
	ours = shown_hash(&network->genesis);
	return why_say(why, STATUS_FOREIGN,
	               "%s holds the ledger of network %s, not that of %s", path, theirs.text,
	               ours.text);
}

/* Do the families say that this is a store, of this schema and network? */
static enum status check_names(struct store *store, char **names, size_t count,
                               const struct network *network, struct why *why)
{
	const char *identity = NULL;
	struct hash genesis;
	enum status status;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (strncmp(names[i], IDENTITY_BEGINNING, strlen(IDENTITY_BEGINNING)) == 0)
			identity = names[i];
		for (int j = 0; j < FAMILY_COUNT; j++)
			if (strcmp(names[i], family_name((enum family)j)) == 0)
				known++;
	}
	if (!identity)
		return why_say(why, STATUS_FOREIGN, "%s is a database of another program",
		               store->path);
	status = parse_identity(identity, store->path, &genesis, why);
	if (status == STATUS_OK)
		status = check_network(&genesis, store->path, network, why);
	if (status != STATUS_OK)
		return status;
	if (known != FAMILY_COUNT || count != FAMILY_COUNT + 1)
		return why_say(why, STATUS_CORRUPT,
		               "the database in %s has not the families it should have",
		               store->path);
	network_init(&store->network, &genesis);
	return STATUS_OK;
}

/* Everything that can be found out without writing. */
static enum status look(struct store *store, const struct network *network,
                        struct why *why)
{
	enum status status = folder_has_database(store->path, why);
	char *error = NULL;
	size_t count = 0;
	char **names;

	if (status == STATUS_OK && !store->settings.read_only)
		status = folder_is_unlocked(store->path, why);
	if (status != STATUS_OK)
		return status;
	names = rocksdb_list_column_families(store->options[FAMILY_META], store->path, &count,
	                                     &error);
	status = take_open_error(error, store->path, why);
	if (status == STATUS_OK)
		status = check_names(store, names, count, network, why);
	/* There is a list to be freed after a failure too. */
	rocksdb_list_column_families_destroy(names, count);
	return status;
}

/* -- The families ------------------------------------------------------------------ */

static enum status open_families(struct store *store, bool read_only, struct why *why)
{
	const char *names[FAMILY_COUNT + 1];
	const rocksdb_options_t *options[FAMILY_COUNT + 1];
	char identity[IDENTITY_SIZE];
	char *error = NULL;

	for (int i = 0; i < FAMILY_COUNT; i++) {
		names[i] = family_name((enum family)i);
		options[i] = store->options[i];
	}
	make_identity(identity, &store->network.genesis);
	names[FAMILY_COUNT] = identity;
	options[FAMILY_COUNT] = store->options[FAMILY_META];
	if (read_only)
		store->db = rocksdb_open_for_read_only_column_families(
			options[FAMILY_META], store->path, FAMILY_COUNT + 1, names, options,
			store->families, 0, &error);
	else
		store->db = rocksdb_open_column_families(options[FAMILY_META], store->path,
		                                         FAMILY_COUNT + 1, names, options,
		                                         store->families, &error);
	return take_open_error(error, store->path, why);
}

/* Every family must be destroyed before the database is closed: Debian's RocksDB is built
 * with its assertions on, and aborts otherwise. */
static void close_families(struct store *store)
{
	for (int i = 0; i <= FAMILY_COUNT; i++)
		if (store->families[i])
			rocksdb_column_family_handle_destroy(store->families[i]);
	if (store->db)
		rocksdb_close(store->db);
}

/* -- What it holds ----------------------------------------------------------------- */

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

static enum status load_genesis(struct store *store, struct pinned *pinned,
                                struct why *why)
{
	struct bytes_view file;
	enum status status = get_meta(store, META_CHAIN, pinned, &file, why);
	struct hash genesis;

	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_OK)
		genesis = genesis_hash(file);
	if (status == STATUS_NOT_FOUND || !hash_equal(&genesis, &store->network.genesis))
		return why_say(why, STATUS_CORRUPT,
		               "the genesis file in the ledger is missing or another one");
	return STATUS_OK;
}

static enum status load_tip(struct store *store, struct pinned *pinned, struct why *why)
{
	struct bytes_view value;
	enum status status = get_meta(store, META_TIP, pinned, &value, why);

	if (status == STATUS_OK)
		status = tip_row_decode(&store->tip, value);
	if (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT)
		return why_set(why, STATUS_CORRUPT, "the row of the newest block");
	return status;
}

static enum status load_progress(struct store *store, struct pinned *pinned,
                                 struct why *why)
{
	struct bytes_view value;
	enum status status = get_meta(store, META_PRUNE, pinned, &value, why);

	/* Never pruned. Block 0 made nothing stale. */
	store->prune = (struct prune_row){.next = 1};
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK && prune_row_decode(&store->prune, value) != STATUS_OK)
		return database_row_is_damaged(FAMILY_META, why);
	return status;
}

static enum status load(struct store *store, struct why *why)
{
	struct pinned pinned = {0};
	enum status status = load_genesis(store, &pinned, why);

	if (status == STATUS_OK)
		status = load_tip(store, &pinned, why);
	if (status == STATUS_OK)
		status = load_progress(store, &pinned, why);
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
		status = open_families(store, options->read_only, why);
	if (status == STATUS_OK)
		status = load(store, why);
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
	enum status status;

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
		return folder_refused(why, "make the folder", store->path);
	rocksdb_options_set_create_if_missing(store->options[FAMILY_META], 1);
	rocksdb_options_set_create_missing_column_families(store->options[FAMILY_META], 1);
	rocksdb_options_set_error_if_exists(store->options[FAMILY_META], 1);
	status = open_families(store, false, why);
	return status == STATUS_OK ? write_genesis(store, genesis_file, genesis, why)
	                           : status;
}

enum status store_create(struct store **store, const char *path,
                         const struct store_options *options,
                         const struct network *network, struct bytes_view genesis_file,
                         const struct draft *genesis, struct why *why)
{
	struct hash hash = genesis_hash(genesis_file);
	enum status status = folder_is_free(path, why);
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
	unfinished->network = *network;
	status = make(unfinished, genesis_file, genesis, why);
	store_close(unfinished);
	if (status != STATUS_OK)
		return status;
	if (rename(beside, path) != 0)
		return folder_refused(why, "rename to", path);
	status = folder_sync_parent(path, why);
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
