/* A store on a real disk beside the same ledger in memory: what the tests of the store
 * share. Blocks are made on the ledger in memory and committed to both. */
#ifndef TESTS_UNIT_STORE_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_STORE_FIXTURE_H

#include "chain/base/buffer.h"
#include "chain/store/check.h"
#include "chain/store/database.h"
#include "chain/store/view.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STORE_PATH_SIZE = 256 };

struct store_fixture {
	struct ledger_fixture ledger;
	struct store *store;
	struct store_options options;
	struct buffer genesis_file;
	char path[STORE_PATH_SIZE];
	struct why why;
};

/* For the text of a failure. */
#define ck_ok(fixture, call)                                                    \
	do {                                                                        \
		enum status ck_status = (call);                                         \
		ck_assert_msg(ck_status == STATUS_OK, "%s: %s", status_text(ck_status), \
		              (fixture)->why.text);                                     \
	} while (0)

static inline void store_fixture_open(struct store_fixture *f)
{
	ck_ok(f, store_open(&f->store, f->path, &f->options, &f->ledger.network, &f->why));
}

static inline void store_fixture_reopen(struct store_fixture *f)
{
	store_close(f->store);
	store_fixture_open(f);
}

/* The ledger in memory alone; the store is to be at `path`. */
static inline void store_fixture_init_memory(struct store_fixture *f, const char *path,
                                             const struct store_options *options)
{
	*f =
		(struct store_fixture){.options = options ? *options : (struct store_options){0}};
	snprintf(f->path, sizeof f->path, "%s", path);
	ledger_fixture_init(&f->ledger, NULL);
	buffer_init(&f->genesis_file, GENESIS_SIZE_MAX);
	genesis_encode(&f->genesis_file, f->ledger.genesis);
}

/* A new store at `path`, which is to be free. */
static inline void store_fixture_init_at(struct store_fixture *f, const char *path,
                                         const struct store_options *options)
{
	struct draft *genesis;

	store_fixture_init_memory(f, path, options);
	ck_ok(f, block_genesis(&genesis, &f->ledger.network, f->ledger.genesis, &f->why));
	ck_ok(f, store_create(&f->store, f->path, &f->options, &f->ledger.network,
	                      buffer_view(&f->genesis_file), genesis, &f->why));
	draft_free(genesis);
}

static inline void store_fixture_init(struct store_fixture *f,
                                      const struct store_options *options)
{
	char path[STORE_PATH_SIZE];

	snprintf(path, sizeof path, "%s/ledger", scratch_folder());
	store_fixture_init_at(f, path, options);
}

static inline void store_fixture_close(struct store_fixture *f)
{
	store_close(f->store);
	buffer_close(&f->genesis_file);
	ledger_fixture_close(&f->ledger);
}

/* Commits a sealed draft to both ledgers and frees it. */
static inline void store_fixture_commit(struct store_fixture *f, struct draft *draft)
{
	ck_ok(f, store_commit(f->store, draft, NULL, &f->why));
	memory_ledger_commit(&f->ledger.ledger, draft);
	draft_free(draft);
}

/* A block of these transactions, all of which must be good. */
static inline void store_fixture_block(struct store_fixture *f,
                                       const struct tx *const *txs, size_t count)
{
	store_fixture_commit(f, ledger_fixture_sealed(&f->ledger, NULL, txs, count));
}

static inline void store_fixture_do(struct store_fixture *f, unsigned sender,
                                    struct operation operation)
{
	const struct tx *tx = ledger_fixture_tx_of(&f->ledger, sender, operation);

	store_fixture_block(f, &tx, 1);
}

static inline struct store_view *store_fixture_view(struct store_fixture *f)
{
	struct store_view *view;

	ck_ok(f, store_view_open(&view, f->store, &f->why));
	return view;
}

/* By their bytes: structs have holes. */
static inline bool headers_equal(const struct header *left, const struct header *right)
{
	uint8_t left_bytes[HEADER_SIZE], right_bytes[HEADER_SIZE];

	header_encode(left_bytes, left);
	header_encode(right_bytes, right);
	return memcmp(left_bytes, right_bytes, HEADER_SIZE) == 0;
}

/* Rows of a family, all of them read. */
static inline size_t store_fixture_rows(struct store_fixture *f, enum family family)
{
	struct bytes_view key, value;
	struct scan scan;
	size_t count = 0;

	scan_up(&scan, f->store, NULL, family, NULL, NULL);
	for (; scan_has(&scan, &key, &value); scan_next(&scan))
		count++;
	ck_ok(f, scan_close(&scan, &f->why));
	return count;
}

/* -- Files ------------------------------------------------------------------------- */

/* A file's bytes, to be freed with free(). */
static inline uint8_t *file_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long end;

	ck_assert_msg(file != NULL, "%s", path);
	ck_assert(fseek(file, 0, SEEK_END) == 0);
	end = ftell(file);
	ck_assert(end >= 0 && fseek(file, 0, SEEK_SET) == 0);
	bytes = malloc((size_t)end + 1);
	ck_assert_ptr_nonnull(bytes);
	*size = fread(bytes, 1, (size_t)end, file);
	ck_assert_uint_eq(*size, (size_t)end);
	fclose(file);
	return bytes;
}

static inline void file_write(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	ck_assert_msg(file != NULL, "%s", path);
	ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

struct folder_list {
	size_t count;
	char names[256][64];
};

static inline int compare_folder_names(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* The names in a folder, sorted; none if there is no such folder. */
static inline void folder_list(struct folder_list *list, const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	list->count = 0;
	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		ck_assert_uint_lt(list->count, 256);
		snprintf(list->names[list->count++], sizeof list->names[0], "%.63s",
		         entry->d_name);
	}
	closedir(folder);
	qsort(list->names, list->count, sizeof list->names[0], compare_folder_names);
}

/* One hash over the names and bytes of all files: what "untouched" means. */
static inline struct hash folder_hash(const char *path)
{
	struct folder_list list;
	struct hasher hasher;

	folder_list(&list, path);
	hasher_start(&hasher);
	for (size_t i = 0; i < list.count; i++) {
		char name[STORE_PATH_SIZE + 64];
		size_t size;
		uint8_t *bytes;

		snprintf(name, sizeof name, "%s/%s", path, list.names[i]);
		bytes = file_read(name, &size);
		hasher_update(&hasher, list.names[i], strlen(list.names[i]) + 1);
		hasher_update(&hasher, bytes, size);
		free(bytes);
	}
	return hasher_finish(&hasher);
}

/* Copies the files of one folder into another, which is emptied or made. */
static inline void folder_copy(const char *from, const char *to)
{
	char command[4 * STORE_PATH_SIZE];

	snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", to, from, to);
	ck_assert_int_eq(system(command), 0);
}

#endif
