/* Random transactions and random bytes: what decodes has exactly one encoding. */
#include "chain/ledger/tx.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct ledger_fixture fixture;
static struct random lots;
static uint8_t filler[1 << 12];

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	fixture.is_unsigned = true;
}

static void stop(void)
{
	ledger_fixture_close(&fixture);
}

static struct bytes_view some_bytes(size_t size_max)
{
	size_t size = random_below(&lots, (uint32_t)size_max + 1);

	return bytes_view(filler + random_below(&lots, (uint32_t)(sizeof filler - size)),
	                  size);
}

/* Mostly one byte a character, now and then two, three or four. */
static struct bytes_view some_text(size_t size_max)
{
	static const char *const PIECES[] = {
		"a", "B", " ", "\"", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8d\x9e"};
	static char ring[1 << 16];
	static size_t used;
	size_t wanted = random_below(&lots, (uint32_t)size_max + 1);
	size_t begin;

	if (used + size_max > sizeof ring)
		used = 0;
	begin = used;
	for (;;) {
		const char *piece = PIECES[random_below(&lots, 7)];
		size_t size = strlen(piece);

		if (used - begin + size > wanted)
			return bytes_view(ring + begin, used - begin);
		memcpy(ring + used, piece, size);
		used += size;
	}
}

static struct bytes_view some_name(void)
{
	static const char ALPHABET[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	static char ring[1 << 12];
	static size_t used;
	size_t size = 1 + random_below(&lots, NAME_SIZE_MAX);

	if (used + size > sizeof ring)
		used = 0;
	for (size_t i = 0; i < size; i++)
		ring[used + i] = ALPHABET[random_below(&lots, sizeof ALPHABET - 1)];
	used += size;
	return bytes_view(ring + used - size, size);
}

static struct optional_hash some_optional(void)
{
	struct optional_hash optional = {.present = random_below(&lots, 2)};

	if (optional.present)
		optional.value = random_hash(&lots);
	return optional;
}

static struct record_append some_record(void)
{
	struct record_append record = {
		.stream = random_hash(&lots),
		.key = some_bytes(RECORD_KEY_SIZE_MAX),
		.content_type = some_text(CONTENT_TYPE_SIZE_MAX),
		.value_kind = (uint8_t)random_below(&lots, 2),
		.value = some_bytes(300),
		.expected_count.present = random_below(&lots, 2),
		.expected_version.present = random_below(&lots, 2),
		.reference.present = random_below(&lots, 2),
	};

	if (record.value_kind == VALUE_FILE)
		record.value = bytes_view(filler, HASH_SIZE);
	if (record.expected_count.present)
		record.expected_count.value = random_u64(&lots);
	if (record.expected_version.present)
		record.expected_version.value = random_u64(&lots);
	if (record.reference.present) {
		record.reference.value.stream = random_hash(&lots);
		record.reference.value.position = random_u64(&lots);
	}
	return record;
}

static void make_well_formed(struct ballot *ballot)
{
	ballot->kind = (uint8_t)(VOTE_NOTARIZE + random_below(&lots, 3));
	if (ballot->kind != VOTE_NULLIFY)
		return;
	ballot->parent_view = UINT64_MAX;
	ballot->block = (struct hash){{0}};
}

static struct operation some_operation(void)
{
	static const enum operation_kind KINDS[] = {
#define KIND(name, number, text) OPERATION_##name,
		OPERATION_LIST(KIND)
#undef KIND
	};
	struct hash a = random_hash(&lots), b = random_hash(&lots);
	enum stream_role role = (enum stream_role)(1u << random_below(&lots, 3));
	uint64_t amount = random_u64(&lots) | 1;
	struct operation made = {.kind = KINDS[random_below(&lots, sizeof KINDS / sizeof KINDS[0])]};

	switch (made.kind) {
	case OPERATION_record_append:
		made.record_append = some_record();
		return made;
	case OPERATION_stream_create:
		made.stream_create = (struct stream_create){
			some_name(), (uint8_t)random_below(&lots, 2), (uint8_t)random_below(&lots, 2),
			some_text(DESCRIPTION_SIZE_MAX), some_text(2000)};
		return made;
	case OPERATION_stream_grant:
		return make_grant(&a, role, &b);
	case OPERATION_stream_revoke:
		return make_revoke(&a, role, &b);
	case OPERATION_account_rotate:
		random_fill(&lots, &made.account_rotate, sizeof made.account_rotate);
		return made;
	case OPERATION_account_describe:
		made.account_describe = (struct account_describe){
			some_text(DISPLAY_NAME_SIZE_MAX), some_text(CONTACT_SIZE_MAX),
			some_optional(), some_optional()};
		return made;
	case OPERATION_asset_create:
		made.asset_create = (struct asset_create){
			some_name(), (uint8_t)random_below(&lots, 19), some_text(100)};
		return made;
	case OPERATION_asset_mint:
		return make_mint(&a, &b, amount);
	case OPERATION_asset_transfer:
		return make_transfer(&a, &b, amount);
	case OPERATION_asset_burn:
		return make_burn(&a, amount);
	case OPERATION_validator_admit:
		return make_admit(&a);
	case OPERATION_validator_remove:
		return make_remove(&a);
	case OPERATION_validator_join:
		random_fill(&lots, &made.validator_join, sizeof made.validator_join);
		made.validator_join.address = some_text(ADDRESS_SIZE_MAX);
		return made;
	case OPERATION_node_set:
		random_fill(&lots, &made.node_set.node_id, COMPRESSED_KEY_SIZE);
		made.node_set.account = (struct optional_hash){true, a};
		made.node_set.from_height = amount;
		if (amount % 3 == 0)
			made.node_set = (struct node_set){.node_id = made.node_set.node_id};
		return made;
	case OPERATION_param_set:
		made.param_set =
			(struct param_set){some_bytes(PARAMETER_NAME_SIZE_MAX), random_u64(&lots)};
		return made;
	case OPERATION_evidence_submit:
		random_fill(&lots, &made.evidence_submit, sizeof made.evidence_submit);
		make_well_formed(&made.evidence_submit.first.ballot);
		make_well_formed(&made.evidence_submit.second.ballot);
		return made;
	}
	return made;
}

static const struct tx *some_tx(void)
{
	struct operation operations[8];
	size_t count = 1 + random_below(&lots, 8);
	struct tx_draft draft = {
		.sender = random_hash(&lots),
		.salt = random_u64(&lots),
		.valid_until_ms = random_u64(&lots),
		.operations = operations,
		.operation_count = count,
	};

	for (size_t i = 0; i < count; i++)
		operations[i] = some_operation();
	return ledger_fixture_sign(&fixture, &draft, &fixture.accounts[0].keys);
}

static void encode(uint8_t *bytes, const struct tx *tx)
{
	struct operation operations[TX_OPERATIONS_MAX];
	struct cursor in = tx_operations(tx);
	struct tx_draft draft = {tx->sender, tx->salt, tx->valid_until_ms, operations,
	                         tx->operation_count};

	for (size_t i = 0; i < tx->operation_count; i++)
		ck_assert_int_eq(operation_get(&in, &operations[i]), STATUS_OK);
	ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	ck_assert_uint_eq(tx_draft_size(&draft), tx->bytes.size);
	tx_draft_put(bytes, &draft, &fixture.network);
	tx_put_authority(bytes, tx->bytes.size, &tx->key, &tx->signature);
}

/* In memory of exactly its size; if it decodes, it encodes to the same. */
static bool decodes(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	uint8_t *again = malloc(size > 0 ? size : 1);
	struct refusal refusal = {0};
	enum verdict verdict;
	struct tx tx;

	if (size > 0)
		memcpy(copy, bytes, size);
	verdict = tx_decode(&tx, &fixture.network, bytes_view(copy, size), &refusal);
	if (verdict == VERDICT_GOOD) {
		encode(again, &tx);
		ck_assert_mem_eq(again, copy, size);
	} else {
		ck_assert_uint_gt(strlen(refusal.text), 0);
		ck_assert_int_eq(refusal.verdict, verdict);
	}
	free(copy);
	free(again);
	return verdict == VERDICT_GOOD;
}

START_TEST(every_transaction_reads_back_as_it_was_written)
{
	lots = random_from((uint64_t)_i);
	random_fill(&lots, filler, sizeof filler);
	for (int i = 0; i < 500; i++) {
		const struct tx *tx = some_tx();

		ck_assert(decodes(tx->bytes.at, tx->bytes.size));
		ledger_fixture_forget_txs(&fixture);
	}
}
END_TEST

/* Bytes changed, inserted, cut out, doubled: never a crash, never a second encoding. */
START_TEST(damaged_transactions_are_refused_or_are_other_transactions)
{
	size_t good = 0, bad = 0;

	lots = random_from(1000 + (uint64_t)_i);
	random_fill(&lots, filler, sizeof filler);
	for (int i = 0; i < 1000; i++) {
		const struct tx *tx = some_tx();
		size_t size = tx->bytes.size;
		uint8_t *bytes = malloc(2 * size);
		size_t at, count;

		memcpy(bytes, tx->bytes.at, size);
		for (unsigned change = 0; change <= random_below(&lots, 3); change++) {
			at = random_below(&lots, (uint32_t)size);
			count = random_below(&lots, (uint32_t)(size - at)) % 40;
			switch (random_below(&lots, 4)) {
			case 0:
				bytes[at] = (uint8_t)random_u32(&lots);
				break;
			case 1:
				memmove(bytes + at, bytes + at + count, size - at - count);
				size -= count;
				break;
			case 2:
				if (size + count > 2 * tx->bytes.size)
					break;
				memmove(bytes + at + count, bytes + at, size - at);
				size += count;
				break;
			default:
				bytes[at] = (uint8_t)(bytes[at] ^ 1u << random_below(&lots, 8));
			}
			if (size == 0)
				break;
		}
		if (decodes(bytes, size))
			good++;
		else
			bad++;
		free(bytes);
		ledger_fixture_forget_txs(&fixture);
	}
	ck_assert_uint_gt(good, 20);
	ck_assert_uint_gt(bad, 20);
}
END_TEST

START_TEST(random_bytes_are_no_transaction)
{
	uint8_t bytes[600];

	lots = random_from(2000 + (uint64_t)_i);
	for (int i = 0; i < 2000; i++) {
		size_t size = random_below(&lots, sizeof bytes + 1);

		random_fill(&lots, bytes, size);
		/* Half of them begin as one does. */
		if (size > 0 && i % 2)
			bytes[0] = TX_VERSION;
		ck_assert(!decodes(bytes, size));
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("codec of transactions");
	TCase *tests = tcase_create("codec of transactions");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_loop_test(tests, every_transaction_reads_back_as_it_was_written, 0, 6);
	tcase_add_loop_test(tests, damaged_transactions_are_refused_or_are_other_transactions,
	                    0, 6);
	tcase_add_loop_test(tests, random_bytes_are_no_transaction, 0, 6);
	suite_add_tcase(suite, tests);
	return suite;
}
