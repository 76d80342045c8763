/* The address book's file, behind a head that is right: what can be loaded is saved to bytes
 * that load to the same. */
#include "chain/base/invariant.h"
#include "node/p2p/book.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define NOW_S UINT64_C(1800000000)

enum { HEAD_SIZE = 8 + 4 + HASH_SIZE + 8 };

static const struct hash GENESIS = {{1}};

static void put_head(struct buffer *file, struct bytes_view payload)
{
	uint8_t head[HEAD_SIZE + HASH_SIZE] = "cairnbok";
	struct hasher hasher;
	struct hash checksum;

	put_le32(head + 8, BOOK_FILE_VERSION);
	memcpy(head + 12, GENESIS.bytes, HASH_SIZE);
	put_le64(head + 12 + HASH_SIZE, payload.size);
	hasher_start(&hasher);
	hasher_update(&hasher, head, HEAD_SIZE);
	hasher_update(&hasher, payload.at, payload.size);
	checksum = hasher_finish(&hasher);
	memcpy(head + HEAD_SIZE, checksum.bytes, HASH_SIZE);
	buffer_append(file, head, sizeof head);
	buffer_append_view(file, payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct book_config config = {.genesis = GENESIS, .scope_min = NET_PRIVATE};
	struct buffer file, first, second;
	struct book book;

	buffer_init(&file, BOOK_FILE_MAX);
	buffer_init(&first, BOOK_FILE_MAX);
	buffer_init(&second, BOOK_FILE_MAX);
	put_head(&file, bytes_view(bytes, size));
	if (book_load(&book, &config, buffer_view(&file), NOW_S) == STATUS_OK) {
		INVARIANT(book_save(&book, &first) == STATUS_OK);
		book_close(&book);
		INVARIANT(book_load(&book, &config, buffer_view(&first), NOW_S) == STATUS_OK);
		INVARIANT(book_save(&book, &second) == STATUS_OK);
		INVARIANT(bytes_equal(buffer_view(&first), buffer_view(&second)));
		book_close(&book);
	}
	buffer_close(&file);
	buffer_close(&first);
	buffer_close(&second);
	return 0;
}
