#include "chain/ledger/network.h"
#include "chain/proof/state_hash.h"
#include "tests/support/support.h"

static struct hash tagged(const char *tag, const struct hash *genesis,
                          struct bytes_view bytes)
{
	uint8_t joined[512];

	memcpy(joined, genesis->bytes, HASH_SIZE);
	memcpy(joined + HASH_SIZE, bytes.at, bytes.size);
	return hash_tagged(tag, bytes_view(joined, HASH_SIZE + bytes.size));
}

START_TEST(every_begun_hash_carries_its_tag_and_the_genesis)
{
	struct hash genesis = {{1, 2, 3}};
	struct bytes_view bytes = text_view("some bytes");
	struct network network;

	network_init(&network, &genesis);
	ck_assert(hash_equal(&network.genesis, &genesis));

#define EXPECT(member)                                                        \
	do {                                                                      \
		struct hash wanted = tagged("cairn/" #member "/v1", &genesis, bytes); \
		struct hash got = network_hash(&network.member, bytes);               \
		struct hash again = network_hash(&network.member, bytes);             \
                                                                              \
		ck_assert(hash_equal(&got, &wanted));                                 \
		ck_assert(hash_equal(&again, &wanted));                               \
	} while (0)
	EXPECT(tx);
	EXPECT(block);
	EXPECT(rotate);
	EXPECT(join);
	EXPECT(validators);
	EXPECT(notarize);
	EXPECT(nullify);
	EXPECT(finalize);
#undef EXPECT
}
END_TEST

START_TEST(a_key_of_the_state_is_that_of_the_state_tree)
{
	struct hash genesis = {{4}};
	struct hash wanted = state_key_hash(&genesis, text_view("raw"));
	struct network network;
	struct hash got;

	network_init(&network, &genesis);
	got = network_state_key(&network, text_view("raw"));
	ck_assert(hash_equal(&got, &wanted));
}
END_TEST

START_TEST(an_account_id_is_the_same_in_every_network)
{
	struct public_key key = {{5}};
	uint8_t descriptor[33] = {1, 5};
	struct hash wanted =
		hash_tagged("cairn/account/v1", bytes_view(descriptor, sizeof descriptor));
	struct network network;

	for (uint8_t i = 0; i < 3; i++) {
		struct hash genesis = {{i}};
		struct hash got;

		network_init(&network, &genesis);
		got = network_account_id(&network, &key);
		ck_assert(hash_equal(&got, &wanted));
	}
}
END_TEST

START_TEST(a_stream_and_an_asset_of_one_name_have_different_ids)
{
	struct hash stream = stream_id_of(text_view("bread"));
	struct hash asset = asset_id_of(text_view("bread"));
	struct hash wanted = hash_tagged("cairn/stream/v1", text_view("bread"));

	ck_assert(hash_equal(&stream, &wanted));
	wanted = hash_tagged("cairn/asset/v1", text_view("bread"));
	ck_assert(hash_equal(&asset, &wanted));
	ck_assert(!hash_equal(&asset, &stream));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("network");
	TCase *tests = tcase_create("network");

	tcase_add_test(tests, every_begun_hash_carries_its_tag_and_the_genesis);
	tcase_add_test(tests, a_key_of_the_state_is_that_of_the_state_tree);
	tcase_add_test(tests, an_account_id_is_the_same_in_every_network);
	tcase_add_test(tests, a_stream_and_an_asset_of_one_name_have_different_ids);
	suite_add_tcase(suite, tests);
	return suite;
}
