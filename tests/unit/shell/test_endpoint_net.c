#include "node/shell/endpoint_net.h"
#include "tests/support/support.h"

static struct endpoint endpoint_of(const char *text)
{
	struct endpoint endpoint;

	ck_assert_msg(endpoint_parse(&endpoint, text_view(text)) == NULL, "%s", text);
	return endpoint;
}

START_TEST(it_is_known_from_how_far_a_place_is_reached)
{
	static const struct {
		const char *text;
		enum net_scope scope;
	} cases[] = {
		{"127.0.0.1:17470", NET_LOOPBACK},
		{"127.9.9.9:1", NET_LOOPBACK},
		{"[::1]:17470", NET_LOOPBACK},
		{"[0:0:0:0:0:0:0:1]:17470", NET_LOOPBACK},
		{"[::ffff:127.0.0.1]:17470", NET_LOOPBACK},
		{"localhost:17470", NET_LOOPBACK},
		{"LocalHost:17470", NET_LOOPBACK},
		{"node.localhost:17470", NET_LOOPBACK},
		{"notlocalhost:17470", NET_PUBLIC},
		{"localhost.example:17470", NET_PUBLIC},
		{"127.0.0.1.example:17470", NET_PUBLIC},
		{"0.0.0.0:17470", NET_NEVER},
		{"[::]:17470", NET_NEVER},
		{"224.0.0.1:17470", NET_NEVER},
		{"9.9.9.9:0", NET_NEVER},
		{"localhost:0", NET_NEVER},
		{"10.1.2.3:17470", NET_PRIVATE},
		{"9.9.9.9:17470", NET_PUBLIC},
		{"node.example:17470", NET_PUBLIC},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct endpoint endpoint = endpoint_of(cases[i].text);

		ck_assert_msg(endpoint_scope(&endpoint) == cases[i].scope, "%s", cases[i].text);
	}
}
END_TEST

START_TEST(an_address_comes_back_as_it_went)
{
	static const char *const texts[] = {"10.1.2.3:17470", "[2001:db8::7]:1"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct endpoint endpoint = endpoint_of(texts[i]), back;
		struct net_address address;
		char text[ENDPOINT_TEXT_SIZE];

		ck_assert(endpoint_to_net(&address, &endpoint));
		endpoint_from_net(&back, &address);
		endpoint_text(text, &back);
		ck_assert_str_eq(text, texts[i]);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("endpoint net");
	TCase *cases = tcase_create("endpoint net");

	tcase_add_test(cases, it_is_known_from_how_far_a_place_is_reached);
	tcase_add_test(cases, an_address_comes_back_as_it_went);
	suite_add_tcase(suite, cases);
	return suite;
}
