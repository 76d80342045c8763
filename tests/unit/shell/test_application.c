/* Applications: what went in comes out, and nothing else passes for one. */
#include "node/shell/application.h"
#include "node/shell/text_line.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

static struct ledger_fixture fixture;
static struct application made;
static struct buffer line;

static void encode(void)
{
	buffer_clear(&line);
	application_encode(&line, &made);
	ck_assert_int_eq(line.status, STATUS_OK);
}

static void start(void)
{
	struct validator validator;

	ledger_fixture_init(&fixture, NULL);
	buffer_init(&line, 4096);
	validator = make_validator(&fixture, &fixture.accounts[1].id, 50);
	made = (struct application){
		.account = validator.account,
		.vote_key = validator.vote_key,
		.cosign_key = validator.cosign_key,
		.node_id = make_node_id(&fixture, 51),
		.address = text_view("node.example.org:17470"),
	};
	encode();
}

static void stop(void)
{
	buffer_close(&line);
	ledger_fixture_close(&fixture);
}

static enum status decode(struct bytes_view text, struct why *why)
{
	struct application back;
	struct buffer payload;
	enum status status = application_read(&back, &payload, text, why);

	buffer_close(&payload);
	return status;
}

START_TEST(what_went_in_comes_out)
{
	struct application back;
	struct buffer payload;

	ck_assert_mem_eq(line.at, APPLICATION_WORD, strlen(APPLICATION_WORD));
	ck_assert_int_eq(application_read(&back, &payload, buffer_view(&line), NULL), STATUS_OK);
	ck_assert(hash_equal(&back.account, &made.account));
	ck_assert_mem_eq(&back.vote_key, &made.vote_key, sizeof back.vote_key);
	ck_assert(hash_equal(&back.cosign_key, &made.cosign_key));
	ck_assert_mem_eq(&back.node_id, &made.node_id, sizeof back.node_id);
	ck_assert(bytes_equal(back.address, made.address));
	buffer_close(&payload);
}
END_TEST

START_TEST(every_flipped_bit_and_every_cut_is_noticed)
{
	size_t taken = 0;

	for (size_t bit = 0; bit < 8 * line.size; bit++) {
		line.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
		taken += decode(buffer_view(&line), NULL) == STATUS_OK;
		line.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t size = 0; size < line.size; size++)
		taken += decode(bytes_view(line.at, size), NULL) == STATUS_OK;
	ck_assert_uint_eq(taken, 0);
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_OK);
}
END_TEST

/* Whatever its check says. */
START_TEST(keys_that_are_none_and_addresses_that_say_nothing_are_refused)
{
	struct application kept = made;

	memset(&made.vote_key, 0xff, sizeof made.vote_key);
	encode();
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
	made = kept;
	made.node_id.bytes[0] = 4;
	encode();
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
	made = kept;
	made.address = text_view("node.example.org");
	encode();
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
	made.address = (struct bytes_view){0};
	encode();
	ck_assert_int_eq(decode(buffer_view(&line), NULL), STATUS_CORRUPT);
}
END_TEST

START_TEST(an_invitation_is_no_application)
{
	struct why why = {{0}};

	ck_assert_int_eq(decode(text_view("cairn-invitation-1:AAAA"), &why), STATUS_FOREIGN);
	ck_assert_ptr_nonnull(strstr(why.text, "no application"));
	ck_assert_ptr_nonnull(strstr(why.text, "cairnd network apply"));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("application");
	TCase *tests = tcase_create("application");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, what_went_in_comes_out);
	tcase_add_test(tests, every_flipped_bit_and_every_cut_is_noticed);
	tcase_add_test(tests, keys_that_are_none_and_addresses_that_say_nothing_are_refused);
	tcase_add_test(tests, an_invitation_is_no_application);
	suite_add_tcase(suite, tests);
	return suite;
}
