/* How RocksDB is set up, family by family. The one idea: bulk rows have sequential keys
 * and are cheap, so what costs is memory for the few families with random keys, and that
 * has one cap for all of them.
 *
 * Options for which the C interface has no setter are given as text. What must not be
 * changed lightly:
 *   wal_recovery_mode 0  the default drops committed blocks in silence after one flipped
 *                        bit; 1 refuses to start after an ordinary torn tail. 0 does
 *                        neither.
 *   no atomic_flush, no WAL compression, no delete_range, no tracking of WALs in the
 *                        MANIFEST: each has a bug in RocksDB 7.8 that loses or refuses
 *                        data.
 *   no resuming          after a background error RocksDB must go on refusing writes. */
#include "chain/store/database.h"

struct family_settings {
	unsigned buffer_mib; /* of one memtable */
	unsigned block_kib;
	bool bloom;    /* looked up by keys that are often not there */
	bool compress; /* most rows are hashes, and those do not shrink */
};

static const struct family_settings SETTINGS[FAMILY_COUNT] = {
	[FAMILY_META] = {2, 4, false, false},
	[FAMILY_BLOCK] = {4, 16, false, false},
	[FAMILY_ENTRY] = {32, 16, false, true},
	[FAMILY_TXID] = {32, 8, true, false},
	[FAMILY_STREAM] = {8, 16, false, true},
	[FAMILY_ACCOUNT] = {8, 16, false, true},
	[FAMILY_STREAM_LOG] = {16, 16, false, false},
	[FAMILY_STATE] = {16, 4, true, false},
	[FAMILY_STATE_HISTORY] = {16, 4, true, false},
	[FAMILY_NODE] = {32, 4, true, false},
	[FAMILY_STALE] = {8, 16, false, false},
	[FAMILY_LOG] = {16, 16, false, false},
	[FAMILY_CONSENSUS] = {2, 4, false, false},
	[FAMILY_VOTE] = {2, 4, false, false},
	[FAMILY_PENDING] = {16, 16, false, false},
	[FAMILY_INDEX] = {16, 16, false, true},
};

enum {
	BLOB_SIZE_MIN = 4096, /* larger values are not rewritten by compaction */
	BLOB_FILE_MIB = 256,
	WAL_MIB = 64,         /* what a restart replays at most, in half a second */
	OPEN_FILES_MAX = 256, /* descriptors; the rest of a usual 1,024 are sockets */
	OPENING_THREADS = 1,  /* RocksDB starts 16 for each family, however few files it has:
	                       * 240 threads for 64 tables at most, as OPEN_FILES_MAX allows */
	INFO_LOG_MIB = 4,
	INFO_LOG_FILES = 4,
	BLOOM_BITS_PER_KEY = 10, /* one look-up in a hundred reads a block in vain */
	BLOCK_CHECKSUM_XXH3 = 4,
	BLOCK_FORMAT = 5,
	BYTES_PER_SYNC = 1 << 20, /* so that no sync has to wait for a whole file */
	WAL_RECOVERY_TOLERATE_TORN_TAIL = 0,
};

/* The last two: nothing grows stale by age, and to rewrite the whole ledger every thirty
 * days, as RocksDB would, is waste. */
#define TEXT_OPTIONS                         \
	"max_bgerror_resume_count=0;"            \
	"write_dbid_to_manifest=true;"           \
	"verify_sst_unique_id_in_manifest=true;" \
	"memtable_protection_bytes_per_key=8;"   \
	"ttl=0;"                                 \
	"periodic_compaction_seconds=0"

/* -- Of the database as a whole ---------------------------------------------------- */

static void set_database(rocksdb_options_t *options, const struct store_options *settings)
{
	rocksdb_options_set_create_if_missing(options, 0);
	rocksdb_options_set_paranoid_checks(options, 1);
	rocksdb_options_set_is_fd_close_on_exec(options, 1);
	rocksdb_options_set_skip_stats_update_on_db_open(options, 1);
	rocksdb_options_set_wal_recovery_mode(options, WAL_RECOVERY_TOLERATE_TORN_TAIL);
	rocksdb_options_set_max_total_wal_size(options, (uint64_t)WAL_MIB << 20);
	rocksdb_options_set_db_write_buffer_size(options,
	                                         (size_t)settings->write_buffer_mib << 20);
	rocksdb_options_set_max_background_jobs(options, (int)settings->background_jobs);
	rocksdb_options_set_max_open_files(options, OPEN_FILES_MAX);
	rocksdb_options_set_max_file_opening_threads(options, OPENING_THREADS);
	rocksdb_options_set_bytes_per_sync(options, BYTES_PER_SYNC);
	rocksdb_options_set_wal_bytes_per_sync(options, BYTES_PER_SYNC);
	rocksdb_options_set_max_log_file_size(options, (size_t)INFO_LOG_MIB << 20);
	rocksdb_options_set_keep_log_file_num(options, INFO_LOG_FILES);
	rocksdb_options_set_info_log_level(options, 2); /* warnings and worse */
	rocksdb_options_set_stats_dump_period_sec(options, 0);
	rocksdb_options_set_stats_persist_period_sec(options, 0);
}

/* -- Of one family ----------------------------------------------------------------- */

static void set_blocks(rocksdb_options_t *options, enum family family,
                       rocksdb_cache_t *cache)
{
	rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();

	rocksdb_block_based_options_set_block_cache(table, cache);
	rocksdb_block_based_options_set_block_size(table,
	                                           (size_t)SETTINGS[family].block_kib << 10);
	rocksdb_block_based_options_set_format_version(table, BLOCK_FORMAT);
	rocksdb_block_based_options_set_checksum(table, BLOCK_CHECKSUM_XXH3);
	/* Filters and indexes count against the cache's size, so that memory stays bounded
	 * however large the ledger grows; in pieces, so that only those in use are held. */
	rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
	rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(
		table, 1);
	rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1);
	rocksdb_block_based_options_set_pin_top_level_index_and_filter(table, 1);
	rocksdb_block_based_options_set_index_type(
		table, rocksdb_block_based_table_index_type_two_level_index_search);
	if (SETTINGS[family].bloom) {
		rocksdb_block_based_options_set_filter_policy(
			table, rocksdb_filterpolicy_create_bloom_full(BLOOM_BITS_PER_KEY));
		rocksdb_block_based_options_set_partition_filters(table, 1);
	}
	rocksdb_options_set_block_based_table_factory(options, table);
	rocksdb_block_based_options_destroy(table);
}

static void set_family(rocksdb_options_t *options, enum family family,
                       rocksdb_cache_t *cache)
{
	const struct family_settings *settings = &SETTINGS[family];
	int compression =
		settings->compress ? rocksdb_lz4_compression : rocksdb_no_compression;

	rocksdb_options_set_write_buffer_size(options, (size_t)settings->buffer_mib << 20);
	rocksdb_options_set_max_write_buffer_number(options, 4);
	rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1);
	rocksdb_options_set_compression(options, compression);
	if (family_prefix_size(family) > 0)
		rocksdb_options_set_prefix_extractor(
			options,
			rocksdb_slicetransform_create_fixed_prefix(family_prefix_size(family)));
	if (family == FAMILY_TXID) {
		/* Every transaction that is submitted asks whether it is known, and is not. */
		rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, 0.1);
		rocksdb_options_set_memtable_whole_key_filtering(options, 1);
	}
	if (family == FAMILY_ENTRY) {
		rocksdb_options_set_enable_blob_files(options, 1);
		rocksdb_options_set_min_blob_size(options, BLOB_SIZE_MIN);
		rocksdb_options_set_blob_file_size(options, (uint64_t)BLOB_FILE_MIB << 20);
		rocksdb_options_set_blob_compression_type(options, rocksdb_lz4_compression);
		rocksdb_options_set_enable_blob_gc(options, 0);
	}
	set_blocks(options, family, cache);
}

enum status database_make_options(struct store *store, struct why *why)
{
	rocksdb_options_t *plain = rocksdb_options_create();
	enum status status = STATUS_OK;

	store->cache = rocksdb_cache_create_lru((size_t)store->settings.cache_mib << 20);
	for (int i = 0; i < FAMILY_COUNT && status == STATUS_OK; i++) {
		char *error = NULL;

		store->options[i] = rocksdb_options_create();
		rocksdb_get_options_from_string(plain, TEXT_OPTIONS, store->options[i], &error);
		status = database_take_error(error, why, "set up the database");
		set_database(store->options[i], &store->settings);
		set_family(store->options[i], (enum family)i, store->cache);
	}
	rocksdb_options_destroy(plain);
	return status;
}

void database_free_options(struct store *store)
{
	for (int i = 0; i < FAMILY_COUNT; i++)
		if (store->options[i])
			rocksdb_options_destroy(store->options[i]);
	if (store->cache)
		rocksdb_cache_destroy(store->cache);
}
