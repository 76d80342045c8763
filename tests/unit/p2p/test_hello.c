/* The first message: one encoding, and nothing that does not fit. */
#include "node/p2p/hello.h"
#include "tests/support/support.h"

static struct hello full_hello(void)
{
	struct hello hello = {
		.protocol_least = 1,
		.protocol_most = 3,
		.roles = ROLE_VALIDATOR | ROLE_FULL,
		.height = 1000,
		.lowest_height = 1,
		.time_ms = 1764000000000,
		.agent = text_view("cairnd/0.1"),
		.has_binding = true,
		.feature_count = 2,
	};

	memset(&hello.binding.vote_key, 5, sizeof hello.binding.vote_key);
	hello.binding.last_height = UINT64_MAX;
	hello.features[0] = (struct hello_feature){1, text_view("")};
	hello.features[1] = (struct hello_feature){9, text_view("nine")};
	return hello;
}

static struct bytes_view encoded(struct buffer *out, const struct hello *hello)
{
	buffer_init(out, HELLO_SIZE_MAX);
	hello_put(out, hello);
	ck_assert_int_eq(out->status, STATUS_OK);
	return buffer_view(out);
}

START_TEST(a_hello_says_again_what_was_said)
{
	struct hello hello = full_hello(), back;
	struct buffer first, second;
	struct bytes_view bytes = encoded(&first, &hello);

	ck_assert_int_eq(hello_decode(&back, bytes), STATUS_OK);
	ck_assert(bytes_equal(encoded(&second, &back), bytes));
	ck_assert_uint_eq(back.height, 1000);
	ck_assert(bytes_equal(back.features[1].data, text_view("nine")));
	buffer_close(&first);
	buffer_close(&second);
}
END_TEST

START_TEST(a_hello_cut_anywhere_or_with_more_behind_is_refused)
{
	struct hello hello = full_hello(), back;
	struct buffer out;
	struct bytes_view bytes = encoded(&out, &hello);
	uint8_t longer[HELLO_SIZE_MAX];

	for (size_t size = 0; size < bytes.size; size++)
		ck_assert_int_ne(hello_decode(&back, bytes_view(bytes.at, size)), STATUS_OK);
	memcpy(longer, bytes.at, bytes.size);
	longer[bytes.size] = 0;
	ck_assert_int_eq(hello_decode(&back, bytes_view(longer, bytes.size + 1)),
	                 STATUS_TRAILING);
	buffer_close(&out);
}
END_TEST

static enum status decode_changed(void (*change)(struct hello *hello))
{
	struct hello hello = full_hello(), back;
	enum status status;
	struct buffer out;

	change(&hello);
	status = hello_decode(&back, encoded(&out, &hello));
	buffer_close(&out);
	return status;
}

static void turn_versions(struct hello *hello)
{
	hello->protocol_least = 4;
}

static void repeat_feature(struct hello *hello)
{
	hello->features[1].id = 1;
}

static void unsort_features(struct hello *hello)
{
	hello->features[0].id = 10;
}

static void add_features(struct hello *hello)
{
	hello->feature_count = HELLO_FEATURES_MAX;
	for (uint16_t i = 0; i < HELLO_FEATURES_MAX; i++)
		hello->features[i] = (struct hello_feature){i, text_view("")};
}

static void stretch_feature(struct hello *hello)
{
	static const char data[HELLO_FEATURE_SIZE_MAX + 1];

	hello->features[1].data = bytes_view(data, sizeof data);
}

static void stretch_agent(struct hello *hello)
{
	hello->agent =
		text_view("01234567890123456789012345678901234567890123456789012345678901234");
}

static void escape_agent(struct hello *hello)
{
	hello->agent = text_view("cairnd\033[2J");
}

static void high_agent(struct hello *hello)
{
	hello->agent = text_view("cairnd\x80");
}

static void zero_agent(struct hello *hello)
{
	hello->agent = bytes_view("a\0b", 3);
}

START_TEST(what_does_not_fit_is_refused)
{
	static void (*const changes[])(struct hello *hello) = {
		turn_versions, repeat_feature, unsort_features, stretch_feature,
		stretch_agent, escape_agent,   high_agent,      zero_agent,
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		ck_assert_int_ne(decode_changed(changes[i]), STATUS_OK);
	ck_assert_int_eq(decode_changed(add_features), STATUS_OK);
}
END_TEST

START_TEST(thirty_three_features_are_refused)
{
	struct hello hello = full_hello(), back;
	uint8_t bytes[HELLO_SIZE_MAX];
	struct bytes_view good;
	struct buffer out;
	size_t size;

	hello.feature_count = 0;
	good = encoded(&out, &hello);
	memcpy(bytes, good.at, good.size);
	size = good.size;
	bytes[size - 1] = HELLO_FEATURES_MAX + 1;
	for (uint16_t i = 0; i <= HELLO_FEATURES_MAX; i++, size += 4) {
		put_le16(bytes + size, i);
		put_le16(bytes + size + 2, 0);
	}
	ck_assert_int_eq(hello_decode(&back, bytes_view(bytes, size)), STATUS_MALFORMED);
	buffer_close(&out);
}
END_TEST

START_TEST(versions_agree_where_they_meet)
{
	struct hello hello = {.protocol_least = 1, .protocol_most = 9};
	uint16_t version = 0;

	ck_assert(hello_agree(&version, &hello));
	ck_assert_uint_eq(version, P2P_VERSION);
	hello.protocol_least = P2P_VERSION + 1;
	ck_assert(!hello_agree(&version, &hello));
	hello = (struct hello){.protocol_least = 0, .protocol_most = 0};
	ck_assert(!hello_agree(&version, &hello));
}
END_TEST

START_TEST(a_binding_is_for_its_network_node_and_heights)
{
	struct signer *signer = signer_new(&(struct hash){{1}});
	struct secret_key secret = {{3}};
	struct hash genesis = {{4}}, other = {{5}}, digest;
	struct node_id node = {{2, 6}};
	struct binding binding = {.first_height = 5, .last_height = 10};
	struct key_pair pair;

	ck_assert_int_eq(key_pair_init(&pair, signer, &secret), STATUS_OK);
	binding.vote_key = pair.public_key;
	digest = binding_digest(&binding, &genesis, &node);
	ck_assert_int_eq(
		key_pair_sign(&binding.signature, signer, &pair, &digest, &(struct hash){{0}}),
		STATUS_OK);
	ck_assert(binding_is_valid(&binding, &genesis, &node));
	ck_assert(!binding_is_valid(&binding, &other, &node));
	node.bytes[5] ^= 1;
	ck_assert(!binding_is_valid(&binding, &genesis, &node));
	node.bytes[5] ^= 1;
	binding.last_height++;
	ck_assert(!binding_is_valid(&binding, &genesis, &node));
	signer_free(signer);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("hello");
	TCase *cases = tcase_create("hello");

	tcase_add_test(cases, a_hello_says_again_what_was_said);
	tcase_add_test(cases, a_hello_cut_anywhere_or_with_more_behind_is_refused);
	tcase_add_test(cases, what_does_not_fit_is_refused);
	tcase_add_test(cases, thirty_three_features_are_refused);
	tcase_add_test(cases, versions_agree_where_they_meet);
	tcase_add_test(cases, a_binding_is_for_its_network_node_and_heights);
	suite_add_tcase(suite, cases);
	return suite;
}
