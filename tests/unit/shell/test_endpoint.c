#include "node/shell/endpoint.h"
#include "tests/support/support.h"

#include <stdio.h>

static void taken(const char *text, enum endpoint_kind kind, const char *host,
                  unsigned port)
{
	struct endpoint endpoint;
	char again[ENDPOINT_TEXT_SIZE];
	const char *what = endpoint_parse(&endpoint, text_view(text));

	ck_assert_msg(what == NULL, "%s: %s", text, what);
	ck_assert_int_eq(endpoint.kind, kind);
	ck_assert_str_eq(endpoint.host, host);
	ck_assert_uint_eq(endpoint.port, port);
	endpoint_text(again, &endpoint);
	ck_assert_str_eq(again, text);
}

static void refused(const char *text, const char *expected)
{
	struct endpoint endpoint;
	const char *what = endpoint_parse(&endpoint, text_view(text));

	ck_assert_msg(what && strstr(what, expected), "%s: %s", text, what);
}

START_TEST(the_three_ways_to_name_a_host_are_told_apart)
{
	taken("127.0.0.1:17471", ENDPOINT_IPV4, "127.0.0.1", 17471);
	taken("0.0.0.0:0", ENDPOINT_IPV4, "0.0.0.0", 0);
	taken("[::1]:17471", ENDPOINT_IPV6, "::1", 17471);
	taken("[2001:db8::8:800:200c:417a]:65535", ENDPOINT_IPV6, "2001:db8::8:800:200c:417a",
	      65535);
	taken("[::ffff:192.0.2.1]:1", ENDPOINT_IPV6, "::ffff:192.0.2.1", 1);
	taken("localhost:80", ENDPOINT_NAME, "localhost", 80);
	taken("node-1.example.org:17470", ENDPOINT_NAME, "node-1.example.org", 17470);
	taken("3com.example:1", ENDPOINT_NAME, "3com.example", 1);
}
END_TEST

START_TEST(what_is_missing_is_said)
{
	refused("", "a port is missing");
	refused("127.0.0.1", "a port is missing");
	refused("localhost:", "a port is a number of 0..65535");
	refused("localhost:65536", "a port is a number of 0..65535");
	refused("localhost:080", "a port is a number of 0..65535");
	refused("localhost:-1", "a port is a number of 0..65535");
	refused("localhost:http", "a port is a number of 0..65535");
	refused(":17471", "a host is missing");
	refused("[]:17471", "a host is missing");
	refused("[::1]", "']' and a port are missing");
	refused("[", "a port is missing");
	refused("[:1", "']' and a port are missing");
	refused("::1:17471", "an IPv6 address stands in brackets");
}
END_TEST

START_TEST(a_host_that_cannot_be_is_refused)
{
	refused("256.0.0.1:1", "an IPv4 address is four numbers");
	refused("1.2.3:1", "an IPv4 address is four numbers");
	refused("1.2.3.4.5:1", "an IPv4 address is four numbers");
	refused("[1.2.3.4]:1", "no IPv6 address");
	refused("[::1%eth0]:1", "no IPv6 address");
	refused("[g::1]:1", "no IPv6 address");
	refused("-a:1", "a host name is made of");
	refused("a-:1", "a host name is made of");
	refused("a-.b:1", "a host name is made of");
	refused("a..b:1", "a host name is made of");
	refused(".a:1", "a host name is made of");
	refused("a.:1", "a host name is made of");
	refused("a_b:1", "a host name is made of");
	refused("http://a:1", "stands in brackets");
	refused("a b:1", "a host name is made of");
	refused(" a:1", "a host name is made of");
}
END_TEST

START_TEST(a_label_and_a_name_have_their_maximum)
{
	char label[65], host[300], text[320];

	memset(label, 'a', sizeof label);
	label[63] = '\0';
	snprintf(text, sizeof text, "%s.example:1", label);
	snprintf(host, sizeof host, "%s.example", label);
	taken(text, ENDPOINT_NAME, host, 1);
	label[63] = 'a';
	label[64] = '\0';
	snprintf(text, sizeof text, "%s.example:1", label);
	refused(text, "a host name is made of");

	label[63] = '\0'; /* four of them with their dots: 255 */
	snprintf(host, sizeof host, "%s.%s.%s.%s", label, label, label, label);
	snprintf(text, sizeof text, "%s:65535", host);
	taken(text, ENDPOINT_NAME, host, 65535);
	snprintf(text, sizeof text, "%s.a:65535", host);
	refused(text, "no host has such a name");
}
END_TEST

START_TEST(a_nul_is_never_part_of_a_host)
{
	struct endpoint endpoint;

	ck_assert_ptr_nonnull(endpoint_parse(&endpoint, bytes_view("a\0b:1", 5)));
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("endpoint");
	TCase *cases = tcase_create("endpoint");

	tcase_add_test(cases, the_three_ways_to_name_a_host_are_told_apart);
	tcase_add_test(cases, what_is_missing_is_said);
	tcase_add_test(cases, a_host_that_cannot_be_is_refused);
	tcase_add_test(cases, a_label_and_a_name_have_their_maximum);
	tcase_add_test(cases, a_nul_is_never_part_of_a_host);
	suite_add_tcase(suite, cases);
	return suite;
}
