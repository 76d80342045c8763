/* What GET /metrics says, by the grammar of the format, by promtool where it is found, and by
 * what docs/node.md promises. */
#include "node/shell/metrics.h"
#include "tests/unit/shell/backend_client.h"

static char *text; /* of what is looked at; NUL-terminated */

static void print(const struct metrics *metrics)
{
	struct buffer out;

	buffer_init(&out, 1 << 20);
	metrics_print(metrics, &out);
	buffer_append(&out, "", 1);
	ck_assert_int_eq(out.status, STATUS_OK);
	text = (char *)buffer_take(&out);
}

static void setup(void)
{
	struct metrics metrics;

	for (size_t i = 0; i < METRIC_COUNT; i++)
		metrics.values[i] = i * 1001;
	print(&metrics);
}

static void teardown(void)
{
	memory_free(text);
}

/* -- The grammar ("Exposition formats", text format 0.0.4) ------------------------------------- */

struct parsed {
	char name[128], type[16];
	bool has_help, has_type, has_value;
	double value;
};

static struct parsed parsed[2 * METRIC_COUNT];
static size_t parsed_count;

/* [a-zA-Z_:][a-zA-Z0-9_:]*, moved over. */
static void take_name(char name[128], const char **at)
{
	size_t size = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789");

	ck_assert_msg(size > 0 && size < 128 && (**at < '0' || **at > '9'), "name at '%.40s'", *at);
	memcpy(name, *at, size);
	name[size] = '\0';
	*at += size;
}

static struct parsed *find(const char *name)
{
	for (size_t i = 0; i < parsed_count; i++)
		if (strcmp(parsed[i].name, name) == 0)
			return &parsed[i];
	ck_assert_uint_lt(parsed_count, sizeof parsed / sizeof *parsed);
	parsed[parsed_count] = (struct parsed){.value = 0};
	strcpy(parsed[parsed_count].name, name);
	return &parsed[parsed_count++];
}

/* "# HELP name text" or "# TYPE name type". */
static void parse_comment(const char *line)
{
	bool is_help = strncmp(line, "# HELP ", 7) == 0;
	const char *at = line + 7;
	struct parsed *metric;
	char name[128];

	ck_assert_msg(is_help || strncmp(line, "# TYPE ", 7) == 0, "'%s'", line);
	take_name(name, &at);
	metric = find(name);
	ck_assert_msg(*at == ' ' && !metric->has_value, "'%s'", line);
	if (is_help) {
		ck_assert(!metric->has_help && at[1] != '\0' && !strchr(at, '\\'));
		metric->has_help = true;
		return;
	}
	ck_assert_msg(!metric->has_type &&
	                  (strcmp(at + 1, "gauge") == 0 || strcmp(at + 1, "counter") == 0),
	              "'%s'", line);
	metric->has_type = true;
	strcpy(metric->type, at + 1);
}

/* {label="value",...}, moved over. */
static void take_labels(const char **at)
{
	char name[128];

	if (**at != '{')
		return;
	do {
		(*at)++;
		take_name(name, at);
		ck_assert(strncmp(*at, "=\"", 2) == 0);
		*at += 2;
		*at += strcspn(*at, "\"\\\n");
		ck_assert_int_eq(**at, '"');
		(*at)++;
	} while (**at == ',');
	ck_assert_int_eq(**at, '}');
	(*at)++;
}

static void parse_sample(const char *line)
{
	const char *at = line;
	struct parsed *metric;
	char name[128];
	char *end;

	take_name(name, &at);
	metric = find(name);
	take_labels(&at);
	ck_assert_msg(*at == ' ' && metric->has_help && metric->has_type && !metric->has_value,
	              "'%s'", line);
	metric->value = strtod(at + 1, &end);
	ck_assert_msg(end > at + 1 && *end == '\0', "'%s'", line);
	metric->has_value = true;
}

static void parse(const char *answer)
{
	char line[512];

	parsed_count = 0;
	while (*answer) {
		size_t size = strcspn(answer, "\n");

		ck_assert_msg(answer[size] == '\n' && size < sizeof line, "'%.60s'", answer);
		memcpy(line, answer, size);
		line[size] = '\0';
		if (line[0] == '#')
			parse_comment(line);
		else
			parse_sample(line);
		answer += size + 1;
	}
	for (size_t i = 0; i < parsed_count; i++)
		ck_assert_msg(parsed[i].has_value, "%s has no value", parsed[i].name);
}

static bool ends_with(const char *name, const char *end)
{
	size_t size = strlen(name);

	return size > strlen(end) && strcmp(name + size - strlen(end), end) == 0;
}

START_TEST(every_line_is_of_the_format)
{
	parse(text);
	/* And cairn_build_info. */
	ck_assert_uint_eq(parsed_count, METRIC_COUNT + 1);
	for (size_t i = 0; i < parsed_count; i++) {
		ck_assert_int_eq(strncmp(parsed[i].name, "cairn_", 6), 0);
		ck_assert_msg(ends_with(parsed[i].name, "_total") ==
		                  (strcmp(parsed[i].type, "counter") == 0),
		              "%s", parsed[i].name);
	}
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		const char *name = metric_name((enum metric)i);
		double whole = (double)(i * 1001);
		bool is_time = ends_with(name, "_seconds") || ends_with(name, "_seconds_total");

		ck_assert_double_eq_tol(find(name)->value, is_time ? whole / 1000 : whole, 1e-9);
	}
}
END_TEST

START_TEST(promtool_finds_nothing_to_say)
{
	FILE *tool;

	if (system("command -v promtool > /dev/null") != 0) {
		fprintf(stderr, "promtool (Debian: prometheus) is not here: not asked\n");
		return;
	}
	tool = popen("promtool check metrics", "w");
	ck_assert_ptr_nonnull(tool);
	fputs(text, tool);
	ck_assert_int_eq(pclose(tool), 0);
}
END_TEST

START_TEST(the_largest_values_are_printed_whole)
{
	struct metrics metrics;

	teardown();
	memset(&metrics, 0xff, sizeof metrics);
	print(&metrics);
	parse(text);
	ck_assert_ptr_nonnull(strstr(text, "\ncairn_pool_txs 18446744073709551615\n"));
	ck_assert_ptr_nonnull(strstr(text, "\ncairn_node_uptime_seconds 18446744073709551.615\n"));
}
END_TEST

/* -- The documentation ------------------------------------------------------------------------ */

static char *read_document(void)
{
	char path[4200];
	struct buffer out;
	FILE *file;
	int byte;

	snprintf(path, sizeof path, "%s/docs/node.md", getenv("CAIRN_SOURCE_DIR"));
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	buffer_init(&out, 1 << 20);
	while ((byte = getc(file)) != EOF)
		buffer_append(&out, &(char){(char)byte}, 1);
	fclose(file);
	buffer_append(&out, "", 1);
	return (char *)buffer_take(&out);
}

START_TEST(what_is_documented_is_there_and_the_other_way_round)
{
	char *document = read_document();
	size_t found = 0;
	char quoted[160];

	parse(text);
	for (size_t i = 0; i < parsed_count; i++) {
		snprintf(quoted, sizeof quoted, "\n| `%s` |", parsed[i].name);
		ck_assert_msg(strstr(document, quoted) != NULL, "%s is not in docs/node.md",
		              parsed[i].name);
	}
	for (const char *at = document; (at = strstr(at, "\n| `cairn_")); found++)
		at++;
	ck_assert_uint_eq(found, parsed_count);
	memory_free(document);
}
END_TEST

/* -- Over HTTP -------------------------------------------------------------------------------- */

static char *get(const struct scene *scene, const char *path)
{
	size_t size = 0, capacity = 1 << 20;
	char *answer = malloc(capacity);
	int file = client_connect(scene);
	char head[160];
	ssize_t got;

	snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
	         path);
	client_send(file, head, strlen(head));
	while ((got = recv(file, answer + size, capacity - size - 1, 0)) > 0)
		size += (size_t)got;
	answer[size] = '\0';
	close(file);
	return answer;
}

START_TEST(a_node_serves_them)
{
	struct scene *scene = scene_new(&(struct store_options){0});
	char *answer;

	close_block(scene);
	json_decref(ask(scene, "node.get_version", NULL));
	expect_error(scene, "chain.get_block", json_pack("{si}", "height", 99), 101, "99");
	/* Everything that the loop knows, as of now. */
	json_decref(ask(scene, "node.get_status", NULL));
	answer = get(scene, "/metrics");
	ck_assert_int_eq(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
	ck_assert_ptr_nonnull(
		strstr(answer, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	parse(strstr(answer, "\r\n\r\n") + 4);
	ck_assert_uint_eq(parsed_count, METRIC_COUNT + 1);
	ck_assert_double_eq(find("cairn_chain_height_blocks")->value, 1);
	ck_assert_double_eq(find("cairn_node_ready")->value, 1);
	ck_assert_double_eq(find("cairn_rpc_calls_total")->value, 3);
	ck_assert_double_eq(find("cairn_rpc_failed_calls_total")->value, 1);
	ck_assert_double_eq(find("cairn_rpc_connections")->value, 1);
	ck_assert_double_gt(find("cairn_process_memory_bytes")->value, 1 << 20);
	ck_assert_double_gt(find("cairn_chain_disk_bytes")->value, 1000);
	free(answer);
	answer = get(scene, "/readyz");
	ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\nready\n"));
	free(answer);
	scene_free(scene);
}
END_TEST

START_TEST(a_node_that_is_behind_is_not_ready)
{
	struct scene *scene = scene_new(&(struct store_options){0});
	struct drive *drive = &scene->node->drive;
	char *answer;

	drive->consensus.peers[7] = (struct peer){.known = true, .height = 5000};
	drive->peers[3] = (struct drive_peer){.is_connected = true, .index = 7};
	json_decref(ask(scene, "node.get_status", NULL));
	answer = get(scene, "/readyz");
	ck_assert_int_eq(strncmp(answer, "HTTP/1.1 503 ", 13), 0);
	ck_assert_ptr_nonnull(strstr(answer, "syncing: 0 of 5000 blocks\n"));
	free(answer);
	answer = get(scene, "/metrics");
	parse(strstr(answer, "\r\n\r\n") + 4);
	ck_assert_double_eq(find("cairn_node_ready")->value, 0);
	ck_assert_double_eq(find("cairn_sync_target_blocks")->value, 5000);
	ck_assert_double_eq(find("cairn_sync_behind_blocks")->value, 5000);
	free(answer);
	/* The process serves all the same. */
	answer = get(scene, "/livez");
	ck_assert_int_eq(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
	free(answer);
	scene_free(scene);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("metrics");
	TCase *cases = tcase_create("text");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, every_line_is_of_the_format);
	tcase_add_test(cases, promtool_finds_nothing_to_say);
	tcase_add_test(cases, the_largest_values_are_printed_whole);
	tcase_add_test(cases, what_is_documented_is_there_and_the_other_way_round);
	suite_add_tcase(suite, cases);
	cases = tcase_create("http");
	tcase_add_test(cases, a_node_serves_them);
	tcase_add_test(cases, a_node_that_is_behind_is_not_ready);
	suite_add_tcase(suite, cases);
	return suite;
}
