#include "chain/base/buffer.h"
#include "chain/ledger/operations.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct hash id_of(uint8_t fill)
{
	struct hash id;

	memset(id.bytes, fill, sizeof id.bytes);
	return id;
}

static const struct node_id NODE = {{2, 7, 7, 7}};

static struct operation operation_of(enum operation_kind kind)
{
	struct hash id = id_of(7);

	switch (kind) {
	case OPERATION_record_append:
		return make_append(&id, "key", "value");
	case OPERATION_stream_create:
		return make_stream("notes", STREAM_WRITE_LISTED);
	case OPERATION_stream_grant:
		return make_grant(&id, STREAM_ROLE_WRITER, &id);
	case OPERATION_stream_revoke:
		return make_revoke(&id, STREAM_ROLE_ADMIN, &id);
	case OPERATION_account_rotate:
		return (struct operation){.kind = kind};
	case OPERATION_account_describe:
		return make_describe("Ada");
	case OPERATION_asset_create:
		return make_asset("bread", 2);
	case OPERATION_asset_mint:
		return make_mint(&id, &id, 1);
	case OPERATION_asset_transfer:
		return make_transfer(&id, &id, UINT64_MAX);
	case OPERATION_asset_burn:
		return make_burn(&id, 5);
	case OPERATION_validator_admit:
		return make_admit(&id);
	case OPERATION_validator_remove:
		return make_remove(&id);
	case OPERATION_validator_join:
		return (struct operation){
			.kind = kind,
			.validator_join = {.address = text_view("127.0.0.1:7400"), .height = 5},
		};
	case OPERATION_node_set:
		return make_node(&NODE, &id, 5);
	case OPERATION_param_set:
		return make_param("term_length", 5);
	case OPERATION_evidence_submit:
		return (struct operation){
			.kind = kind,
			.evidence_submit = {.first.ballot.kind = VOTE_NOTARIZE,
		                        .second.ballot.kind = VOTE_FINALIZE},
		};
	}
	ck_abort_msg("no such kind");
}

static const enum operation_kind KINDS[] = {
#define KIND(name, number, text) OPERATION_##name,
	OPERATION_LIST(KIND)
#undef KIND
};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

/* Encodes without looking at any limit, decodes strictly. The bytes lie in a block of
 * exactly their size, so that a sanitizer sees a read past them. */
static enum status form_of_bytes(const uint8_t *bytes, size_t size,
                                 struct operation *back)
{
	struct cursor in = cursor_on(bytes_view(bytes, size));
	enum status status = operation_get(&in, back);

	if (status == STATUS_OK)
		ck_assert_int_eq(cursor_finish(&in), STATUS_OK);
	else
		ck_assert_int_eq(in.status, status);
	return status;
}

static uint8_t *encode(const struct operation *operation, size_t *size)
{
	struct writer out;
	uint8_t *bytes;

	*size = operation_size(operation);
	bytes = malloc(*size);
	out = writer_on(bytes, *size);
	operation_put(&out, operation);
	ck_assert_uint_eq(out.left, 0);
	return bytes;
}

static enum status form_of(struct operation operation)
{
	struct operation back;
	enum status status;
	size_t size;
	uint8_t *bytes = encode(&operation, &size);

	status = form_of_bytes(bytes, size, &back);
	if (status == STATUS_OK) {
		size_t again_size;
		uint8_t *again = encode(&back, &again_size);

		ck_assert_uint_eq(again_size, size);
		ck_assert_mem_eq(again, bytes, size);
		free(again);
	}
	free(bytes);
	return status;
}

static struct bytes_view text_of(char fill, size_t size)
{
	static char text[1 << 17];

	ck_assert_uint_le(size, sizeof text);
	memset(text, fill, size);
	return bytes_view(text, size);
}

START_TEST(every_kind_reads_back_as_it_was_written)
{
	struct operation operation = operation_of(KINDS[_i]);

	ck_assert_int_eq(form_of(operation), STATUS_OK);
}
END_TEST

START_TEST(every_kind_has_a_name_and_no_other_number_has)
{
	size_t named = 0;

	for (unsigned number = 0; number <= UINT16_MAX; number++)
		named += operation_name((uint16_t)number) != NULL;
	ck_assert_uint_eq(named, KIND_COUNT);
	ck_assert_str_eq(operation_name(0x0101), "record.append");
	ck_assert_str_eq(operation_name(0x0404), "asset.burn");
	ck_assert_str_eq(operation_name(0x0601), "validator.admit");
	ck_assert_str_eq(operation_name(0x0602), "validator.remove");
	ck_assert_str_eq(operation_name(0x0603), "validator.join");
	ck_assert_str_eq(operation_name(0x0701), "node.set");
	ck_assert_str_eq(operation_name(0x0901), "param.set");
	ck_assert_str_eq(operation_name(0x0a01), "evidence.submit");
}
END_TEST

START_TEST(an_unknown_kind_is_refused)
{
	struct operation operation;
	uint8_t bytes[6] = {0};

	for (unsigned number = 0; number <= UINT16_MAX; number++) {
		if (operation_name((uint16_t)number))
			continue;
		put_le16(bytes, (uint16_t)number);
		ck_assert_int_eq(form_of_bytes(bytes, sizeof bytes, &operation), STATUS_FOREIGN);
		ck_assert_uint_eq((unsigned)operation.kind, number);
	}
}
END_TEST

START_TEST(an_operation_cut_anywhere_is_refused)
{
	struct operation operation = operation_of(KINDS[_i]);
	struct operation back;
	size_t size;
	uint8_t *bytes = encode(&operation, &size);

	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *part = malloc(cut > 0 ? cut : 1);

		memcpy(part, bytes, cut);
		ck_assert_int_eq(form_of_bytes(part, cut, &back), STATUS_SHORT);
		free(part);
	}
	free(bytes);
}
END_TEST

/* The size field says less or more than the fields need: the body is its own little
 * message. */
START_TEST(a_body_of_another_size_than_its_fields_is_refused)
{
	struct operation operation = operation_of(KINDS[_i]);
	struct operation back;
	size_t size;
	uint8_t *bytes = encode(&operation, &size);
	uint32_t body_size = get_le32(bytes + 2);

	ck_assert_uint_eq(body_size, size - 6);
	bytes = realloc(bytes, size + 1);
	bytes[size] = 0;
	put_le32(bytes + 2, body_size + 1);
	ck_assert_int_eq(form_of_bytes(bytes, size + 1, &back), STATUS_TRAILING);
	put_le32(bytes + 2, body_size - 1);
	ck_assert_int_eq(form_of_bytes(bytes, size, &back), STATUS_SHORT);
	put_le32(bytes + 2, TX_SIZE_MAX + 1);
	ck_assert_int_eq(form_of_bytes(bytes, size, &back), STATUS_TOO_LARGE);
	put_le32(bytes + 2, UINT32_MAX);
	ck_assert_int_eq(form_of_bytes(bytes, size, &back), STATUS_TOO_LARGE);
	free(bytes);
}
END_TEST

START_TEST(a_name_has_1_to_64_of_its_alphabet)
{
	struct operation stream = operation_of(OPERATION_stream_create);
	struct operation asset = operation_of(OPERATION_asset_create);

	for (unsigned c = 0; c < 256; c++) {
		bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
		               c == '_' || c == '-';
		enum status wanted = allowed ? STATUS_OK : STATUS_MALFORMED;
		char name[3] = {'a', (char)c, 'z'};

		stream.stream_create.name = bytes_view(name, sizeof name);
		asset.asset_create.name = bytes_view(name, sizeof name);
		ck_assert_int_eq(form_of(stream), wanted);
		ck_assert_int_eq(form_of(asset), wanted);
	}
	stream.stream_create.name = text_of('a', 64);
	ck_assert_int_eq(form_of(stream), STATUS_OK);
	stream.stream_create.name = text_of('a', 65);
	ck_assert_int_eq(form_of(stream), STATUS_TOO_LARGE);
	stream.stream_create.name = text_of('a', 0);
	ck_assert_int_eq(form_of(stream), STATUS_MALFORMED);
}
END_TEST

START_TEST(a_record_has_its_limits)
{
	struct operation operation = operation_of(OPERATION_record_append);
	struct record_append *record = &operation.record_append;

	record->key = text_of('k', 256);
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	record->key = text_of('k', 257);
	ck_assert_int_eq(form_of(operation), STATUS_TOO_LARGE);
	/* A key is bytes, not text. */
	record->key = from_hex("00ff80");
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	record->key = text_of('k', 0);
	record->content_type = text_of('t', 127);
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	record->content_type = text_of('t', 128);
	ck_assert_int_eq(form_of(operation), STATUS_TOO_LARGE);
	record->content_type = from_hex("ff");
	ck_assert_int_eq(form_of(operation), STATUS_MALFORMED);
	record->content_type = from_hex("6100");
	ck_assert_int_eq(form_of(operation), STATUS_MALFORMED);
	record->content_type = text_of('t', 0);
	record->value = text_of('v', 0);
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	record->value = text_of('v', 65400);
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	record->value = text_of('v', TX_SIZE_MAX + 1);
	ck_assert_int_eq(form_of(operation), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_file_is_named_by_exactly_32_bytes)
{
	struct operation operation = operation_of(OPERATION_record_append);
	struct record_append *record = &operation.record_append;

	record->value_kind = VALUE_FILE;
	for (size_t size = 0; size < 80; size++) {
		record->value = text_of('f', size);
		ck_assert_int_eq(form_of(operation), size == 32 ? STATUS_OK : STATUS_MALFORMED);
	}
	record->value = text_of('f', 32);
	for (unsigned kind = 2; kind < 256; kind++) {
		record->value_kind = (uint8_t)kind;
		ck_assert_int_eq(form_of(operation), STATUS_MALFORMED);
	}
}
END_TEST

/* `present` is a bool: the wrong byte has to be put into the bytes themselves. */
START_TEST(an_optional_field_begins_with_0_or_1)
{
	struct operation operation = operation_of(OPERATION_record_append);
	struct operation back;
	size_t size;
	uint8_t *bytes = encode(&operation, &size);

	/* The three flags are the last three bytes. */
	for (size_t i = 1; i <= 3; i++) {
		ck_assert_uint_eq(bytes[size - i], 0);
		bytes[size - i] = 2;
		ck_assert_int_eq(form_of_bytes(bytes, size, &back), STATUS_MALFORMED);
		bytes[size - i] = 1;
		ck_assert_int_eq(form_of_bytes(bytes, size, &back), STATUS_SHORT);
		bytes[size - i] = 0;
	}
	free(bytes);
	operation.record_append.expected_count = (struct optional_u64){true, 0};
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	operation.record_append.expected_version = (struct optional_u64){true, UINT64_MAX};
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	operation.record_append.reference.present = true;
	operation.record_append.reference.value.position = UINT64_MAX;
	ck_assert_int_eq(form_of(operation), STATUS_OK);
}
END_TEST

START_TEST(a_stream_has_its_limits)
{
	struct operation operation = operation_of(OPERATION_stream_create);
	struct stream_create *stream = &operation.stream_create;

	for (unsigned value = 0; value < 256; value++) {
		enum status wanted = value <= 1 ? STATUS_OK : STATUS_MALFORMED;

		stream->write = (uint8_t)value;
		ck_assert_int_eq(form_of(operation), wanted);
		stream->write = 0;
		stream->read = (uint8_t)value;
		ck_assert_int_eq(form_of(operation), wanted);
		stream->read = 0;
	}
	stream->description = text_of('d', 1024);
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	stream->description = text_of('d', 1025);
	ck_assert_int_eq(form_of(operation), STATUS_TOO_LARGE);
	stream->description = from_hex("c080");
	ck_assert_int_eq(form_of(operation), STATUS_MALFORMED);
	stream->description = text_of('d', 0);
	stream->schema = text_of('s', 16384);
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	stream->schema = text_of('s', 16385);
	ck_assert_int_eq(form_of(operation), STATUS_TOO_LARGE);
}
END_TEST

START_TEST(a_role_is_exactly_one)
{
	struct operation grant = operation_of(OPERATION_stream_grant);
	struct operation revoke = operation_of(OPERATION_stream_revoke);

	for (unsigned role = 0; role < 256; role++) {
		enum status wanted =
			role == 1 || role == 2 || role == 4 ? STATUS_OK : STATUS_MALFORMED;

		grant.stream_grant.role = (uint8_t)role;
		revoke.stream_revoke.role = (uint8_t)role;
		ck_assert_int_eq(form_of(grant), wanted);
		ck_assert_int_eq(form_of(revoke), wanted);
	}
}
END_TEST

START_TEST(a_description_of_an_account_has_its_limits)
{
	struct operation operation = operation_of(OPERATION_account_describe);
	struct account_describe *describe = &operation.account_describe;

	describe->display_name = text_of('n', 64);
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	describe->display_name = text_of('n', 65);
	ck_assert_int_eq(form_of(operation), STATUS_TOO_LARGE);
	describe->display_name = text_of('n', 0);
	describe->contact = text_of('c', 256);
	ck_assert_int_eq(form_of(operation), STATUS_OK);
	describe->contact = text_of('c', 257);
	ck_assert_int_eq(form_of(operation), STATUS_TOO_LARGE);
	describe->contact = text_of('c', 0);
	describe->encryption_key = (struct optional_hash){true, id_of(1)};
	describe->inbox = (struct optional_hash){true, id_of(2)};
	ck_assert_int_eq(form_of(operation), STATUS_OK);
}
END_TEST

START_TEST(an_asset_has_at_most_18_decimals)
{
	struct operation operation = operation_of(OPERATION_asset_create);

	for (unsigned decimals = 0; decimals < 256; decimals++) {
		operation.asset_create.decimals = (uint8_t)decimals;
		ck_assert_int_eq(form_of(operation),
		                 decimals <= 18 ? STATUS_OK : STATUS_MALFORMED);
	}
}
END_TEST

START_TEST(an_amount_of_nothing_is_refused)
{
	struct operation mint = operation_of(OPERATION_asset_mint);
	struct operation transfer = operation_of(OPERATION_asset_transfer);
	struct operation burn = operation_of(OPERATION_asset_burn);

	mint.asset_mint.amount = 0;
	transfer.asset_transfer.amount = 0;
	burn.asset_burn.amount = 0;
	ck_assert_int_eq(form_of(mint), STATUS_MALFORMED);
	ck_assert_int_eq(form_of(transfer), STATUS_MALFORMED);
	ck_assert_int_eq(form_of(burn), STATUS_MALFORMED);
}
END_TEST

START_TEST(an_address_and_a_parameters_name_have_their_limits)
{
	struct operation join = operation_of(OPERATION_validator_join);
	struct operation param = operation_of(OPERATION_param_set);

	join.validator_join.address = text_of('a', 0);
	ck_assert_int_eq(form_of(join), STATUS_OK);
	join.validator_join.address = text_of('a', 255);
	ck_assert_int_eq(form_of(join), STATUS_OK);
	join.validator_join.address = text_of('a', 256);
	ck_assert_int_eq(form_of(join), STATUS_TOO_LARGE);
	join.validator_join.address = from_hex("ff");
	ck_assert_int_eq(form_of(join), STATUS_MALFORMED);
	/* Whether there is such a parameter is a matter of the rules. */
	param.param_set.name = text_of('p', 32);
	ck_assert_int_eq(form_of(param), STATUS_OK);
	param.param_set.name = text_of('p', 33);
	ck_assert_int_eq(form_of(param), STATUS_TOO_LARGE);
}
END_TEST

/* One encoding for a node that goes. */
START_TEST(who_takes_a_node_off_the_list_names_no_height)
{
	struct operation node = make_node(&NODE, NULL, 0);

	ck_assert_int_eq(form_of(node), STATUS_OK);
	node.node_set.from_height = 1;
	ck_assert_int_eq(form_of(node), STATUS_MALFORMED);
	node.node_set.account.present = true;
	ck_assert_int_eq(form_of(node), STATUS_OK);
}
END_TEST

START_TEST(evidence_has_two_votes_in_form)
{
	struct operation operation = operation_of(OPERATION_evidence_submit);
	struct ballot *ballots[2] = {&operation.evidence_submit.first.ballot,
	                             &operation.evidence_submit.second.ballot};

	for (size_t i = 0; i < 2; i++) {
		struct ballot kept = *ballots[i];

		for (unsigned kind = 0; kind < 256; kind++) {
			ballots[i]->kind = (uint8_t)kind;
			ballots[i]->parent_view = kind == VOTE_NULLIFY ? UINT64_MAX : 1;
			ck_assert_int_eq(form_of(operation),
			                 kind >= 1 && kind <= 3 ? STATUS_OK : STATUS_MALFORMED);
		}
		ballots[i]->kind = VOTE_NULLIFY;
		ballots[i]->parent_view = 1;
		ck_assert_int_eq(form_of(operation), STATUS_MALFORMED);
		ballots[i]->parent_view = UINT64_MAX;
		ck_assert_int_eq(form_of(operation), STATUS_OK);
		ballots[i]->block.bytes[31] = 1;
		ck_assert_int_eq(form_of(operation), STATUS_MALFORMED);
		*ballots[i] = kept;
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("operations");
	TCase *tests = tcase_create("operations");

	tcase_add_loop_test(tests, every_kind_reads_back_as_it_was_written, 0, KIND_COUNT);
	tcase_add_test(tests, every_kind_has_a_name_and_no_other_number_has);
	tcase_add_test(tests, an_unknown_kind_is_refused);
	tcase_add_loop_test(tests, an_operation_cut_anywhere_is_refused, 0, KIND_COUNT);
	tcase_add_loop_test(tests, a_body_of_another_size_than_its_fields_is_refused, 0,
	                    KIND_COUNT);
	tcase_add_test(tests, a_name_has_1_to_64_of_its_alphabet);
	tcase_add_test(tests, a_record_has_its_limits);
	tcase_add_test(tests, a_file_is_named_by_exactly_32_bytes);
	tcase_add_test(tests, an_optional_field_begins_with_0_or_1);
	tcase_add_test(tests, a_stream_has_its_limits);
	tcase_add_test(tests, a_role_is_exactly_one);
	tcase_add_test(tests, a_description_of_an_account_has_its_limits);
	tcase_add_test(tests, an_asset_has_at_most_18_decimals);
	tcase_add_test(tests, an_amount_of_nothing_is_refused);
	tcase_add_test(tests, an_address_and_a_parameters_name_have_their_limits);
	tcase_add_test(tests, who_takes_a_node_off_the_list_names_no_height);
	tcase_add_test(tests, evidence_has_two_votes_in_form);
	suite_add_tcase(suite, tests);
	return suite;
}
