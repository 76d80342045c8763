#include "node/p2p/net_address.h"
#include "tests/support/support.h"

static struct net_address from_bytes(const char *hex)
{
	struct bytes_view bytes = from_hex(hex);
	struct net_address address = {.port = 1};

	address.kind = bytes.size == 4 ? NET_IPV4 : bytes.size == 16 ? NET_IPV6 : NET_ONION;
	memcpy(address.bytes, bytes.at, bytes.size);
	return address;
}

static const struct {
	const char *hex;
	enum net_scope scope;
} SCOPES[] = {
	{"00000000", NET_NEVER},
	{"00ffffff", NET_NEVER},
	{"01000000", NET_PUBLIC},
	{"0a010203", NET_PRIVATE},
	{"0b000000", NET_PUBLIC},
	{"64400000", NET_PRIVATE},
	{"647fffff", NET_PRIVATE},
	{"64800000", NET_PUBLIC},
	{"7f000001", NET_LOOPBACK},
	{"7fffffff", NET_LOOPBACK},
	{"a9fe0101", NET_NEVER},
	{"ac100000", NET_PRIVATE},
	{"ac1fffff", NET_PRIVATE},
	{"ac200000", NET_PUBLIC},
	{"c0000001", NET_NEVER},
	{"c0000200", NET_NEVER},
	{"c0000300", NET_PUBLIC},
	{"c0586301", NET_NEVER},
	{"c0a80101", NET_PRIVATE},
	{"c6120000", NET_NEVER},
	{"c613ffff", NET_NEVER},
	{"c6336401", NET_NEVER},
	{"cb007101", NET_NEVER},
	{"dfffffff", NET_PUBLIC},
	{"e0000001", NET_NEVER},
	{"f0000001", NET_NEVER},
	{"ffffffff", NET_NEVER},
	{"00000000000000000000000000000000", NET_NEVER},
	{"00000000000000000000000000000001", NET_LOOPBACK},
	{"00000000000000000000ffff08080808", NET_NEVER}, /* v4-mapped */
	{"0064ff9b000000000000000008080808", NET_NEVER}, /* translated, RFC 6052 */
	{"01000000000000000000000000000001", NET_NEVER}, /* discard, RFC 6666 */
	{"20010000000000000000000000000001", NET_NEVER}, /* Teredo */
	{"200101ffffffffffffffffffffffffff", NET_NEVER},
	{"20010200000000000000000000000001", NET_PUBLIC},
	{"20010db8000000000000000000000001", NET_NEVER},
	{"20020808080800000000000000000001", NET_NEVER}, /* 6to4 */
	{"26001f18000000000000000000000001", NET_PUBLIC},
	{"3fff0123000000000000000000000001", NET_NEVER},
	{"fc000000000000000000000000000001", NET_PRIVATE},
	{"fdffffffffffffffffffffffffffffff", NET_PRIVATE},
	{"fe800000000000000000000000000001", NET_NEVER},
	{"fec00000000000000000000000000001", NET_NEVER},
	{"ff020000000000000000000000000001", NET_NEVER},
	{"1111111111111111111111111111111111111111111111111111111111111111", NET_PUBLIC},
};

START_TEST(each_address_has_the_scope_of_its_registry)
{
	struct net_address address = from_bytes(SCOPES[_i].hex);

	ck_assert_msg(net_address_scope(&address) == SCOPES[_i].scope, "%s", SCOPES[_i].hex);
	address.port = 0;
	ck_assert_int_eq(net_address_scope(&address), NET_NEVER);
}
END_TEST

START_TEST(only_a_mapped_address_is_folded)
{
	struct net_address address = from_bytes("00000000000000000000ffff08080404");
	struct net_address same = from_bytes("08080404");

	net_address_fold(&address);
	ck_assert(net_address_equal(&address, &same));
	address = same;
	net_address_fold(&address);
	ck_assert(net_address_equal(&address, &same));
	address = from_bytes("00000000000000000000fffe08080404");
	net_address_fold(&address);
	ck_assert_int_eq(address.kind, NET_IPV6);
}
END_TEST

START_TEST(a_group_is_a_prefix)
{
	struct net_address a = from_bytes("01020304"), b = from_bytes("0102ffff");
	struct net_group of_a = net_group_of(&a), of_b = net_group_of(&b);

	ck_assert(net_group_equal(&of_a, &of_b));
	of_a = net_prefix(&a, 24);
	of_b = net_prefix(&b, 24);
	ck_assert(!net_group_equal(&of_a, &of_b));
	a = from_bytes("26001f18000000000000000000000001");
	b = from_bytes("26001f18ffffffff0000000000000001");
	of_a = net_group_of(&a);
	of_b = net_group_of(&b);
	ck_assert(net_group_equal(&of_a, &of_b));
	of_a = net_prefix(&a, 64);
	of_b = net_prefix(&b, 64);
	ck_assert(!net_group_equal(&of_a, &of_b));
	a = from_bytes("1f11111111111111111111111111111111111111111111111111111111111111");
	b = from_bytes("1011111111111111111111111111111111111111111111111111111111111111");
	of_a = net_group_of(&a);
	of_b = net_group_of(&b);
	ck_assert(net_group_equal(&of_a, &of_b));
	/* the same bytes of another kind are another group */
	a = from_bytes("26001f18");
	b = from_bytes("26001f18000000000000000000000001");
	of_a = net_prefix(&a, 16);
	of_b = net_prefix(&b, 16);
	ck_assert(!net_group_equal(&of_a, &of_b));
}
END_TEST

START_TEST(what_is_written_reads_back_and_cut_anywhere_is_refused)
{
	static const char *const texts[] = {
		"01020304", "26001f18000000000000000000000001",
		"1f11111111111111111111111111111111111111111111111111111111111111"};
	struct net_address address = from_bytes(texts[_i]), back;
	uint8_t bytes[NET_ADDRESS_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	size_t size = net_address_size(&address);

	net_address_put(&out, &address);
	ck_assert_uint_eq(sizeof bytes - out.left, size);
	for (size_t cut = 0; cut <= size; cut++) {
		struct cursor in = cursor_on(bytes_view(bytes, cut));

		net_address_get(&in, &back);
		ck_assert_int_eq(cursor_finish(&in), cut == size ? STATUS_OK : STATUS_SHORT);
	}
	ck_assert(net_address_equal(&address, &back));
}
END_TEST

START_TEST(there_are_no_other_kinds)
{
	uint8_t bytes[NET_ADDRESS_SIZE_MAX] = {0};
	struct net_address address;

	for (unsigned kind = 0; kind < 256; kind++) {
		struct cursor in = cursor_on(bytes_view(bytes, sizeof bytes));

		bytes[0] = (uint8_t)kind;
		net_address_get(&in, &address);
		ck_assert_int_eq(in.status == STATUS_OK, kind >= NET_IPV4 && kind <= NET_ONION);
	}
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("net_address");
	TCase *tests = tcase_create("net_address");

	tcase_add_loop_test(tests, each_address_has_the_scope_of_its_registry, 0,
	                    sizeof SCOPES / sizeof SCOPES[0]);
	tcase_add_test(tests, only_a_mapped_address_is_folded);
	tcase_add_test(tests, a_group_is_a_prefix);
	tcase_add_loop_test(tests, what_is_written_reads_back_and_cut_anywhere_is_refused, 0,
	                    3);
	tcase_add_test(tests, there_are_no_other_kinds);
	suite_add_tcase(suite, tests);
	return suite;
}
