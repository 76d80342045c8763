/* A ledger of four validators with a few records, and what a test of receipts needs of
 * it. */
#ifndef TESTS_UNIT_RECEIPT_RECEIPT_SCENE_H
#define TESTS_UNIT_RECEIPT_RECEIPT_SCENE_H

#include "tests/support/receipt_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

enum { SCENE_FILE_SIZE_MAX = 4 << 20, SCENE_RECORDS = 12 };

static struct receipt_fixture fixture;
static struct hash stream;
static const struct tx *records[SCENE_RECORDS];
static uint64_t first_index; /* of records[0] in the log */
static struct receipt_signing signing;
static struct buffer file, policy, succession, extra;
static struct arena arena;
static struct receipt_facts facts;
static struct why why;

/* Records 0..11 of the stream "contracts": record 5 under the key "five", of which there
 * are two; the last two are of one transaction. */
static inline void scene_start(void)
{
	struct operation two[2];

	receipt_fixture_init(&fixture, NULL, 4);
	stream = receipt_fixture_stream(&fixture, "contracts");
	first_index = fixture.log_size;
	for (unsigned i = 0; i < SCENE_RECORDS - 2; i++)
		records[i] = ledger_fixture_tx_of(
			&fixture.chain, i,
			make_append(&stream, i == 5 || i == 2 ? "five" : "", "a value"));
	two[0] = make_append(&stream, "", "first of two");
	two[1] = make_append(&stream, "", "second of two");
	records[10] = records[11] = ledger_fixture_tx(&fixture.chain, 1, two, 2);
	receipt_fixture_block(&fixture, records, SCENE_RECORDS - 1);
	buffer_init(&file, SCENE_FILE_SIZE_MAX);
	buffer_init(&policy, SCENE_FILE_SIZE_MAX);
	buffer_init(&succession, SCENE_FILE_SIZE_MAX);
	buffer_init(&extra, SCENE_FILE_SIZE_MAX);
	signing = receipt_fixture_signing(&fixture);
	receipt_fixture_policy(&policy, &fixture, signing.set, 0);
	arena = (struct arena){0};
}

static inline void scene_stop(void)
{
	arena_close(&arena);
	buffer_close(&extra);
	buffer_close(&succession);
	buffer_close(&policy);
	buffer_close(&file);
	receipt_fixture_close(&fixture);
}

static inline enum receipt_verdict verify_bytes(struct bytes_view bytes)
{
	struct receipt_texts texts = {.file = bytes,
	                              .policy = buffer_view(&policy),
	                              .succession = buffer_view(&succession)};
	enum receipt_verdict verdict;

	arena_close(&arena);
	why.text[0] = '\0';
	verdict = receipt_verify(&facts, &arena, &texts, &why);
	/* who is refused is told why */
	ck_assert(verdict == RECEIPT_GOOD || why.text[0] != '\0');
	return verdict;
}

static inline void expect(enum receipt_verdict wanted, const char *text)
{
	enum receipt_verdict verdict = verify_bytes(buffer_view(&file));

	ck_assert_msg(verdict == wanted, "%s: %s", receipt_verdict_name(verdict), why.text);
	ck_assert_msg(!text || strstr(why.text, text), "'%s' is not in '%s'", text, why.text);
}

static inline void expect_good(void)
{
	expect(RECEIPT_GOOD, NULL);
}

/* The receipt of record `number`'s transaction. */
static inline void tx_file(unsigned number)
{
	struct bytes_view name = text_view("contracts");

	buffer_clear(&file);
	receipt_fixture_tx(&file, &fixture, records[number], first_index + number, &name, 1,
	                   &signing);
}

static inline void records_file(uint64_t from, size_t count, bool with_txs)
{
	buffer_clear(&file);
	receipt_fixture_records(&file, &fixture, "contracts", from, count, with_txs,
	                        &signing);
}

static inline void state_file(struct state_key key, const char *name)
{
	buffer_clear(&file);
	receipt_fixture_state(&file, &fixture, state_key_view(&key), name, &signing);
}

/* The file with `extra` in its extra line, about the header of the tip. */
static inline void header_file(void)
{
	const struct receipt_block *tip = receipt_fixture_tip(&fixture);

	buffer_clear(&file);
	receipt_fixture_file(&file, &fixture, &extra, tip->header.log_size, fixture.log_size,
	                     &signing);
}

#endif
