#include "node/shell/config.h"
#include "node/shell/config_table.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

static struct config config;
static struct why why;

static void start(void)
{
	ck_assert_int_eq(config_init(&config, &why), STATUS_OK);
}

static void stop(void)
{
	config_close(&config);
}

static void read_file(const char *text)
{
	ck_assert_msg(config_read_file(&config, "cairn.toml", text_view(text), &why) ==
	                  STATUS_OK,
	              "%s", why.text);
}

static void read_variable(const char *variable)
{
	char copy[200];
	char *environment[] = {copy, NULL};

	snprintf(copy, sizeof copy, "%s", variable);
	ck_assert_msg(config_read_environment(&config, environment, &why) == STATUS_OK, "%s",
	              why.text);
}

static void set(const char *assignment)
{
	ck_assert_msg(config_set(&config, assignment, &why) == STATUS_OK, "%s", why.text);
}

static void file_refused(const char *text, const char *what)
{
	ck_assert_int_ne(config_read_file(&config, "cairn.toml", text_view(text), &why),
	                 STATUS_OK);
	ck_assert_msg(strcmp(why.text, what) == 0, "%s", why.text);
}

static void variable_refused(const char *variable, const char *what)
{
	char copy[200];
	char *environment[] = {copy, NULL};

	snprintf(copy, sizeof copy, "%s", variable);
	ck_assert_int_ne(config_read_environment(&config, environment, &why), STATUS_OK);
	ck_assert_msg(strcmp(why.text, what) == 0, "%s", why.text);
}

static void set_refused(const char *assignment, const char *what)
{
	ck_assert_int_ne(config_set(&config, assignment, &why), STATUS_OK);
	ck_assert_msg(strcmp(why.text, what) == 0, "%s", why.text);
}

/* -- Values
 * ------------------------------------------------------------------------------- */

START_TEST(without_anything_said_the_defaults_hold)
{
	ck_assert_str_eq(config.node_log_level, "info");
	ck_assert_str_eq(config.rpc_listen, "127.0.0.1:17471");
	ck_assert_str_eq(config.p2p_listen, "127.0.0.1:17470");
	ck_assert_str_eq(config.rpc_socket, "");
	ck_assert(!config.rpc_public_reads);
	ck_assert_uint_eq(config.rpc_allowed_hosts.count, 0);
	ck_assert_uint_eq(config.pool_txs_max, POOL_TXS_MAX);
	ck_assert_uint_eq(config.pool_bytes_max, POOL_BYTES_MAX);
	ck_assert_uint_eq(config.store_cache_mib, 256);
	ck_assert_uint_eq(config.store_prune_window_blocks, 10000);
	ck_assert_uint_eq(config.consensus_batch_ms, 2);
	ck_assert_uint_eq(config.verify_threads, 0);
}
END_TEST

START_TEST(a_file_sets_every_type_of_value)
{
	read_file("[node]\ndata_dir = \"/var/lib/cairn\"\nlog_level = \"warn,p2p=trace\"\n"
	          "log_format = \"json\"\n"
	          "[rpc]\nlisten = \"[::1]:0\"\npublic_reads = true\n"
	          "allowed_hosts = [\"a.example\", \"b.example\"]\n"
	          "[store]\ncache_mib = 1_024\n");
	ck_assert_str_eq(config.node_data_dir, "/var/lib/cairn");
	ck_assert_str_eq(config.node_log_level, "warn,p2p=trace");
	ck_assert_str_eq(config.node_log_format, "json");
	ck_assert_str_eq(config.rpc_listen, "[::1]:0");
	ck_assert(config.rpc_public_reads);
	ck_assert_uint_eq(config.rpc_allowed_hosts.count, 2);
	ck_assert_str_eq(config.rpc_allowed_hosts.items[0], "a.example");
	ck_assert_str_eq(config.rpc_allowed_hosts.items[1], "b.example");
	ck_assert_uint_eq(config.store_cache_mib, 1024);
}
END_TEST

START_TEST(a_variable_and_a_flag_set_every_type_of_value)
{
	read_variable("CAIRN_NODE_DATA_DIR=/data");
	read_variable("CAIRN_RPC_PUBLIC_READS=true");
	read_variable("CAIRN_RPC_ALLOWED_HOSTS=a,b,c");
	read_variable("CAIRN_STORE_PRUNE_WINDOW_BLOCKS=0");
	read_variable("HOME=/root");
	set("rpc.listen=");
	set("p2p.listen=node.example.org:17480");
	set("rpc.socket=/run/cairn=1");
	ck_assert_str_eq(config.node_data_dir, "/data");
	ck_assert(config.rpc_public_reads);
	ck_assert_uint_eq(config.rpc_allowed_hosts.count, 3);
	ck_assert_str_eq(config.rpc_allowed_hosts.items[2], "c");
	ck_assert_uint_eq(config.store_prune_window_blocks, 0);
	ck_assert_str_eq(config.rpc_listen, "");
	ck_assert_str_eq(config.p2p_listen, "node.example.org:17480");
	ck_assert_str_eq(config.rpc_socket, "/run/cairn=1");
	set("rpc.allowed_hosts=");
	ck_assert_uint_eq(config.rpc_allowed_hosts.count, 0);
}
END_TEST

START_TEST(the_stronger_origin_wins_in_whatever_order_they_speak)
{
	set("consensus.batch_ms=7");
	read_variable("CAIRN_CONSENSUS_BATCH_MS=6");
	read_variable("CAIRN_VERIFY_THREADS=4");
	read_file("[consensus]\nbatch_ms = 5\n[verify]\nthreads = 3\n[pool]\ntxs_max = 9\n");
	ck_assert_uint_eq(config.consensus_batch_ms, 7);
	ck_assert_uint_eq(config.verify_threads, 4);
	ck_assert_uint_eq(config.pool_txs_max, 9);
	ck_assert_int_eq(config.origins[CONFIG_consensus_batch_ms], CONFIG_FROM_FLAG);
	ck_assert_int_eq(config.origins[CONFIG_verify_threads], CONFIG_FROM_ENVIRONMENT);
	ck_assert_int_eq(config.origins[CONFIG_pool_txs_max], CONFIG_FROM_FILE);
	ck_assert_uint_eq(config.lines[CONFIG_pool_txs_max], 6);
	ck_assert_int_eq(config.origins[CONFIG_store_cache_mib], CONFIG_FROM_DEFAULT);
	set("consensus.batch_ms=8"); /* the last flag counts */
	ck_assert_uint_eq(config.consensus_batch_ms, 8);
}
END_TEST

/* -- Mistakes
 * ------------------------------------------------------------------------------- */

START_TEST(an_unknown_key_names_its_line_and_the_nearest)
{
	file_refused("\n[rpc]\nlistn = \"x\"\n",
	             "cairn.toml:3: there is no key rpc.listn; did you mean rpc.listen?");
	file_refused("[stroe]\ncache_mib = 9\n",
	             "cairn.toml:2: there is no key stroe.cache_mib; did you mean "
	             "store.cache_mib?");
	file_refused("x = 1", "cairn.toml:1: there is no key x");
	variable_refused(
	    "CAIRN_RPC_LISTN=x",
	    "there is no setting for the environment variable CAIRN_RPC_LISTN; did "
	    "you mean CAIRN_RPC_LISTEN?");
	variable_refused("CAIRN_=x",
	                 "there is no setting for the environment variable CAIRN_");
	set_refused("pool.txmax=1", "--set: there is no key pool.txmax; did you mean "
	                            "pool.txs_max?");
	set_refused("pool", "--set pool: write --set section.key=value");
}
END_TEST

START_TEST(a_value_of_the_wrong_type_is_refused_with_its_place)
{
	file_refused("[rpc]\nlisten = 17471",
	             "cairn.toml:2: rpc.listen: must be a text: put it in double quotes");
	file_refused(
	    "[pool]\ntxs_max = \"9\"",
	    "cairn.toml:2: pool.txs_max: must be a number without quotes: 0, 1, 2 ...");
	file_refused(
	    "[pool]\ntxs_max = -9",
	    "cairn.toml:2: pool.txs_max: must be a number without quotes: 0, 1, 2 ...");
	file_refused("[rpc]\npublic_reads = \"true\"",
	             "cairn.toml:2: rpc.public_reads: must be true or false, without quotes");
	file_refused("[rpc]\nallowed_hosts = \"a\"",
	             "cairn.toml:2: rpc.allowed_hosts: must be a list: [\"one\", \"two\"]");
	variable_refused("CAIRN_RPC_PUBLIC_READS=yes",
	                 "CAIRN_RPC_PUBLIC_READS: rpc.public_reads: must be true or false");
	set_refused("pool.txs_max=many",
	            "--set: pool.txs_max: must be a number: 0, 1, 2 ...");
	set_refused("rpc.allowed_hosts=a,,b",
	            "--set: rpc.allowed_hosts: must not have an empty item");
	file_refused("[rpc", "cairn.toml:1:5: expected ']' after the name of a section");
}
END_TEST

START_TEST(a_value_out_of_bounds_is_refused_with_the_bounds)
{
	file_refused("[store]\ncache_mib = 7",
	             "cairn.toml:2: store.cache_mib: is 7 and must be 8..1048576");
	set_refused("consensus.batch_ms=1001",
	            "--set: consensus.batch_ms: is 1001 and must be 0..1000");
	set("consensus.batch_ms=1000");
	set("store.cache_mib=8");
	set_refused(
	    "rpc.socket="
	    "/1234567890123456789012345678901234567890123456789012345678901234567890123"
	    "4567890123456789012345678901234567",
	    "--set: rpc.socket: is 108 bytes and must be 0..107");
}
END_TEST

START_TEST(a_mistake_under_a_stronger_value_is_still_told)
{
	set("store.cache_mib=16");
	file_refused("[store]\ncache_mib = 1",
	             "cairn.toml:2: store.cache_mib: is 1 and must be 8..1048576");
}
END_TEST

START_TEST(addresses_levels_and_formats_are_checked)
{
	set_refused("rpc.listen=127.0.0.1",
	            "--set: rpc.listen: a port is missing: write ADDRESS:PORT");
	set_refused("node.log_level=loud",
	            "--set: node.log_level: a level is error, warn, info, debug or trace");
	set_refused("node.log_format=xml", "--set: node.log_format: must be logfmt or json");
	set_refused("node.data_dir=\xff", "--set: node.data_dir: must be UTF-8");
}
END_TEST

/* -- Everything together
 * ------------------------------------------------------------------- */

static enum status load(struct config *loaded, char *const *environment, int count,
                        const char *const *arguments)
{
	char *copies[16];

	for (int i = 0; i < count; i++) {
		copies[i] = strdup(arguments[i]);
		ck_assert_ptr_nonnull(copies[i]);
	}
	enum status status = config_load(loaded, count, copies, environment, &why);

	for (int i = 0; i < count; i++)
		free(copies[i]);
	return status;
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(flags_environment_and_the_file_of_the_data_directory_come_together)
{
	const char *folder = scratch_folder();
	char variable[] = "CAIRN_STORE_CACHE_MIB=32";
	char *environment[] = {variable, NULL};
	const char *arguments[] = {
	    "--data-dir",       folder,        "--rpc-listen=127.0.0.1:1",
	    "--p2p-listen",     "127.0.0.1:2", "--set",
	    "pool.txs_max=5",   "--log-level", "debug",
	    "--log-format=json"};
	struct config loaded;
	char path[200];

	snprintf(path, sizeof path, "%s/cairn.toml", folder);
	write_text(path, "[store]\ncache_mib = 64\n[consensus]\nbatch_ms = 3\n");
	ck_assert_msg(load(&loaded, environment, 10, arguments) == STATUS_OK, "%s", why.text);
	ck_assert_str_eq(loaded.node_data_dir, folder);
	ck_assert_str_eq(loaded.rpc_listen, "127.0.0.1:1");
	ck_assert_str_eq(loaded.p2p_listen, "127.0.0.1:2");
	ck_assert_str_eq(loaded.node_log_level, "debug");
	ck_assert_str_eq(loaded.node_log_format, "json");
	ck_assert_uint_eq(loaded.pool_txs_max, 5);
	ck_assert_uint_eq(loaded.store_cache_mib, 32);
	ck_assert_uint_eq(loaded.consensus_batch_ms, 3);
	ck_assert_str_eq(loaded.file, path);
	config_close(&loaded);
}
END_TEST

START_TEST(a_named_file_is_read_instead_and_must_be_there)
{
	const char *folder = scratch_folder();
	char *environment[] = {NULL};
	char path[200];
	const char *arguments[] = {"--config", path};
	struct config loaded;

	snprintf(path, sizeof path, "%s/other.toml", folder);
	ck_assert_int_eq(load(&loaded, environment, 2, arguments), STATUS_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(why.text, path));
	write_text(path, "[verify]\nthreads = 2\n");
	ck_assert_int_eq(load(&loaded, environment, 2, arguments), STATUS_OK);
	ck_assert_uint_eq(loaded.verify_threads, 2);
	config_close(&loaded);
}
END_TEST

START_TEST(a_data_directory_without_a_file_is_fine)
{
	const char *arguments[] = {"--data-dir", scratch_folder()};
	char *environment[] = {NULL};
	struct config loaded;

	ck_assert_int_eq(load(&loaded, environment, 2, arguments), STATUS_OK);
	ck_assert_ptr_null(loaded.file);
	config_close(&loaded);
}
END_TEST

START_TEST(an_argument_that_is_no_flag_is_refused_with_the_nearest)
{
	static const struct {
		const char *argument;
		const char *what;
	} CASES[] = {
	    {"--datadir=x", "there is no flag --datadir; did you mean --data-dir?"},
	    {"--verbose", "there is no flag --verbose"},
	    {"extra", "there is no flag extra"},
	    {"--data-dir", "--data-dir wants a value"},
	    {"--set", "--set wants a value"},
	    {"--log-level=loud",
	     "--log-level: node.log_level: a level is error, warn, info, debug "
	     "or trace"},
	};
	char *environment[] = {NULL};
	struct config loaded;

	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		ck_assert_int_eq(load(&loaded, environment, 1, &CASES[i].argument),
		                 STATUS_MALFORMED);
		ck_assert_str_eq(why.text, CASES[i].what);
	}
}
END_TEST

START_TEST(variables_of_the_tests_are_let_through)
{
	read_variable("CAIRN_SOURCE_DIR=/anywhere");
	read_variable("CAIRN_BIN_DIR=/anywhere");
}
END_TEST

START_TEST(running_out_of_memory_is_told_and_leaks_nothing)
{
	const char *arguments[] = {"--set", "rpc.allowed_hosts=a,b"};
	unsigned long refusal = 0;
	char *environment[] = {NULL};
	struct config loaded;
	enum status status;

	do {
		memory_fail_at(++refusal, 0);
		status = load(&loaded, environment, 2, arguments);
		memory_fail_at(0, 0);
		ck_assert(status == STATUS_OK || status == STATUS_MEMORY);
	} while (status != STATUS_OK);
	ck_assert_uint_gt(refusal, 1);
	config_close(&loaded);
}
END_TEST

/* -- Printing
 * ------------------------------------------------------------------------------- */

static const char *printed(void)
{
	static struct buffer out;

	buffer_close(&out);
	buffer_init(&out, CONFIG_SIZE_MAX);
	config_print(&out, &config);
	buffer_append(&out, "", 1);
	ck_assert_int_eq(out.status, STATUS_OK);
	return (const char *)out.at;
}

START_TEST(what_is_printed_says_where_each_value_comes_from)
{
	const char *text;

	read_file("[store]\ncache_mib = 64\n");
	read_variable("CAIRN_VERIFY_THREADS=4");
	set("rpc.allowed_hosts=a,b\"\\\x01");
	text = printed();
	ck_assert_ptr_nonnull(strstr(text, "\ncache_mib = 64  # file cairn.toml:2\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\nthreads = 4  # environment CAIRN_VERIFY_THREADS\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\nallowed_hosts = [\"a\", \"b\\\"\\\\\\u0001\"]  # flag\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\n[p2p]\nlisten = \"127.0.0.1:17470\"  # default\n"));
	ck_assert_ptr_nonnull(strstr(text, "\npublic_reads = false  # default\n"));
}
END_TEST

START_TEST(what_is_printed_reads_back_as_the_same)
{
	char *first;

	set("rpc.allowed_hosts=a,b\"\\\x01,gr\xc3\xbc\xc3\x9f");
	set("rpc.public_reads=true");
	set("store.prune_window_blocks=0");
	first = strdup(printed());
	ck_assert_ptr_nonnull(first);
	config_close(&config);
	ck_assert_int_eq(config_init(&config, &why), STATUS_OK);
	read_file(first);
	ck_assert_uint_eq(config.rpc_allowed_hosts.count, 3);
	ck_assert_str_eq(config.rpc_allowed_hosts.items[1], "b\"\\\x01");
	ck_assert_str_eq(config.rpc_allowed_hosts.items[2], "gr\xc3\xbc\xc3\x9f");
	ck_assert(config.rpc_public_reads);
	ck_assert_uint_eq(config.store_prune_window_blocks, 0);
	free(first);
}
END_TEST

/* With its '#' removed, each line of the file that a new node starts with says what would
 * hold without it. */
START_TEST(the_template_shows_every_key_with_its_default)
{
	struct buffer out;
	size_t keys = 0;
	char *text;

	buffer_init(&out, CONFIG_SIZE_MAX);
	config_print_template(&out, &config);
	buffer_append(&out, "", 1);
	ck_assert_int_eq(out.status, STATUS_OK);
	text = (char *)out.at;
	read_file(text);
	for (char *at = text; (at = strstr(at, "\n#")); at++)
		if (at[2] != ' ') {
			at[1] = ' ';
			keys++;
		}
	ck_assert_uint_eq(keys, CONFIG_FIELD_COUNT);
	read_file(text);
	for (size_t i = 0; i < CONFIG_FIELD_COUNT; i++)
		ck_assert_int_eq(config.origins[i], CONFIG_FROM_FILE);
	ck_assert_uint_eq(config.store_cache_mib, 256);
	ck_assert_str_eq(config.rpc_listen, "127.0.0.1:17471");
	ck_assert_str_eq(config.node_data_dir, "");
	buffer_close(&out);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("config");
	TCase *cases = tcase_create("config");

	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, without_anything_said_the_defaults_hold);
	tcase_add_test(cases, a_file_sets_every_type_of_value);
	tcase_add_test(cases, a_variable_and_a_flag_set_every_type_of_value);
	tcase_add_test(cases, the_stronger_origin_wins_in_whatever_order_they_speak);
	tcase_add_test(cases, an_unknown_key_names_its_line_and_the_nearest);
	tcase_add_test(cases, a_value_of_the_wrong_type_is_refused_with_its_place);
	tcase_add_test(cases, a_value_out_of_bounds_is_refused_with_the_bounds);
	tcase_add_test(cases, a_mistake_under_a_stronger_value_is_still_told);
	tcase_add_test(cases, addresses_levels_and_formats_are_checked);
	tcase_add_test(cases,
	               flags_environment_and_the_file_of_the_data_directory_come_together);
	tcase_add_test(cases, a_named_file_is_read_instead_and_must_be_there);
	tcase_add_test(cases, a_data_directory_without_a_file_is_fine);
	tcase_add_test(cases, an_argument_that_is_no_flag_is_refused_with_the_nearest);
	tcase_add_test(cases, variables_of_the_tests_are_let_through);
	tcase_add_test(cases, running_out_of_memory_is_told_and_leaks_nothing);
	tcase_add_test(cases, what_is_printed_says_where_each_value_comes_from);
	tcase_add_test(cases, what_is_printed_reads_back_as_the_same);
	tcase_add_test(cases, the_template_shows_every_key_with_its_default);
	suite_add_tcase(suite, cases);
	return suite;
}
