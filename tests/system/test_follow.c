/* A client that follows the ledger and is killed again and again sees every event, in
 * order, and at most one of them twice: cairn chain follow --cursor-file, from outside.
 */
#include "tests/system/recorder.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	KILLS = 100,
	WRITERS = 2,
	TXS = 20000,
	TXS_FEW = 2000,
	NODE_ROUNDS = 4,
	TXS_A_ROUND = 50,
	RUN_MS_MAX = 100,          /* a run lives at most so long */
	OUTPUT_MAX = 64 << 20,     /* of one run */
	LINES_MAX = 400000,        /* of all runs */
	WHOLE_RUN_MS_MAX = 120000, /* of the last one, which is not killed */
};

/* An event, by its place and what it is of. */
struct seen {
	uint64_t height;
	uint64_t index;
	char id[HASH_HEX_SIZE]; /* txid, or the block's hash */
};

static struct live_node node;
static char cursor_path[128];
static struct buffer output; /* of the run under way */
static struct seen *events;  /* of all runs, each once */
static size_t event_count;
static size_t repeat_count;
static size_t cut_count; /* runs whose last line was cut short */

static bool is_behind(const struct seen *a, const struct seen *b)
{
	return a->height > b->height || (a->height == b->height && a->index > b->index);
}

static bool is_same_place(const struct seen *a, const struct seen *b)
{
	return !is_behind(a, b) && !is_behind(b, a);
}

static void read_cursor(struct seen *place, const char *text)
{
	char *end;

	place->height = strtoull(text, &end, 10);
	ck_assert_int_eq(*end, '.');
	place->index = strtoull(end + 1, NULL, 10);
}

/* -- The client -------------------------------------------------------------------------
 */

/* False: no run has got as far as to write one. */
static bool read_file(struct seen *place)
{
	char text[64] = "";
	FILE *file = fopen(cursor_path, "r");
	size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;

	if (file)
		fclose(file);
	if (size > 0)
		read_cursor(place, text);
	return size > 0;
}

/* *out is the reading end of what it prints. */
static pid_t start_client(int *out, const char *count)
{
	char program[4096];
	int ends[2];
	pid_t child;

	snprintf(program, sizeof program, "%s/cairn", getenv("CAIRN_BIN_DIR"));
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(open(node.log, O_WRONLY | O_APPEND | O_CLOEXEC), STDERR_FILENO);
		execl(program, program, "--node", node.socket, "chain", "follow", "--json",
		      "--topic", "txs", "--topic", "blocks", "--from", "0.0", "--cursor-file",
		      cursor_path, "--count", count, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*out = ends[0];
	return child;
}

/* When a run is over. */
struct moment {
	double until_s; /* on the clock of live_now_s; or */
	size_t
		size_max; /* when so many bytes have come: its line is out, or a part of it; or */
	size_t writes_left; /* when its file was written so often: the line was out before */
	int watch;          /* inotify(7) of the file; -1: it is not watched */
};

/* False: all has come. */
static bool read_some(int out)
{
	uint8_t *room = buffer_extend(&output, PIPE_BUF);
	ssize_t size;

	ck_assert_ptr_nonnull(room);
	size = read(out, room, PIPE_BUF);
	ck_assert_int_ge(size, 0);
	output.size -= PIPE_BUF - (size_t)size;
	return size > 0;
}

static size_t count_writes(int watch)
{
	struct inotify_event writes[64]; /* of a file that is watched itself: without names */
	ssize_t size = read(watch, writes, sizeof writes);

	ck_assert_int_gt(size, 0);
	return (size_t)size / sizeof *writes;
}

/* What comes until then into `output`. */
static void read_output(int out, struct moment *moment)
{
	while (output.size < moment->size_max && moment->writes_left > 0) {
		double left_s = moment->until_s - live_now_s();
		struct pollfd wanted[] = {{.fd = out, .events = POLLIN},
		                          {.fd = moment->watch, .events = POLLIN}};

		if (left_s <= 0 || poll(wanted, 2, (int)(left_s * 1000) + 1) <= 0)
			return;
		if (wanted[1].revents & POLLIN) {
			size_t count = count_writes(moment->watch);

			moment->writes_left -=
				count < moment->writes_left ? count : moment->writes_left;
		} else if (!read_some(out)) {
			return;
		}
	}
}

/* The time counts from the first line on: a busy machine may take long to start a
 * program. */
static void read_output_begun(int out, struct moment *moment)
{
	size_t size_max = moment->size_max;

	moment->until_s = live_now_s() + WHOLE_RUN_MS_MAX / 1000.0;
	moment->size_max = 1;
	read_output(out, moment);
	moment->until_s = live_now_s() + RUN_MS_MAX / 1000.0;
	moment->size_max = size_max;
	read_output(out, moment);
}

static void read_rest(int out)
{
	read_output(out, &(struct moment){live_now_s() + WHOLE_RUN_MS_MAX / 1000.0,
	                                  OUTPUT_MAX, SIZE_MAX, -1});
}

/* Any moment; or the one that a line came, when its cursor is not yet written; or the one
 * that a cursor was written. */
static void run_and_kill(struct random *random)
{
	struct moment moment = {0, OUTPUT_MAX, SIZE_MAX, inotify_init1(IN_CLOEXEC)};
	uint32_t way = random_below(random, 3);
	int status, out;
	pid_t child;

	ck_assert_int_ge(inotify_add_watch(moment.watch, cursor_path, IN_MODIFY), 0);
	child = start_client(&out, "1000000000");
	buffer_clear(&output);
	if (way == 0) {
		moment.until_s = live_now_s() + random_below(random, RUN_MS_MAX) / 1000.0;
		read_output(out, &moment);
	} else {
		if (way == 1)
			moment.size_max = 1 + random_below(random, 1 << 16);
		else
			moment.writes_left = 1 + random_below(random, 20);
		read_output_begun(out, &moment);
	}
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFSIGNALED(status), "it ended by itself: %d", WEXITSTATUS(status));
	read_rest(out);
	close(out);
	close(moment.watch);
}

/* -- What it printed --------------------------------------------------------------------
 */

static struct seen read_line(struct bytes_view line)
{
	json_t *json = json_loadb((const char *)line.at, line.size, 0, NULL);
	const json_t *id = json_object_get(json, "txid");
	struct seen seen;

	ck_assert_msg(json != NULL, "no JSON: %.*s", (int)line.size, (const char *)line.at);
	if (!id)
		id = json_object_get(json_object_get(json, "block"), "hash");
	read_cursor(&seen, json_string_value(json_object_get(json, "cursor")));
	snprintf(seen.id, sizeof seen.id, "%s", json_string_value(id));
	json_decref(json);
	return seen;
}

static void add_event(const struct seen *event, bool is_first)
{
	const struct seen *last = event_count > 0 ? &events[event_count - 1] : NULL;

	if (!last || is_behind(event, last)) {
		ck_assert_uint_lt(event_count, LINES_MAX);
		events[event_count++] = *event;
		return;
	}
	/* The one whose line was out and whose cursor was not written. */
	ck_assert_msg(is_first && is_same_place(event, last) &&
	                  strcmp(event->id, last->id) == 0,
	              "%" PRIu64 ".%" PRIu64 " came again", event->height, event->index);
	repeat_count++;
}

/* In:  before  where the run began behind; NULL: at the beginning of the ledger */
static void check_run(const struct seen *before)
{
	struct bytes_view left = buffer_view(&output);
	struct seen last[2] = {0}; /* the two newest lines */
	struct bytes_view line;
	struct seen file;
	size_t count = 0;

	while (text_take_line(&line, &left)) {
		struct seen event = read_line(line);

		ck_assert(!before || is_behind(&event, before));
		ck_assert(count == 0 || is_behind(&event, &last[1]));
		add_event(&event, count == 0);
		last[0] = last[1];
		last[1] = event;
		count++;
	}
	cut_count += left.size > 0;
	if (count == 0)
		return;
	/* The file is behind the last line by nothing, or by that one line. */
	if (count == 1 && before)
		last[0] = *before;
	ck_assert(read_file(&file));
	ck_assert(is_same_place(&file, &last[1]) || is_same_place(&file, &last[0]));
}

/* -- What there was to see
 * ---------------------------------------------------------------- */

static void check_event(size_t at, uint64_t height, uint64_t index, const json_t *id)
{
	ck_assert_msg(at < event_count, "%" PRIu64 ".%" PRIu64 " never came", height, index);
	ck_assert_uint_eq(events[at].height, height);
	ck_assert_uint_eq(events[at].index, index);
	ck_assert_str_eq(events[at].id, json_string_value(id));
}

/* Exactly the ledger's transactions and blocks, in its order. */
static size_t check_ledger(struct live_connection *connection, uint64_t head)
{
	size_t count = 0;

	for (uint64_t height = 1; height <= head; height++) {
		char params[64];
		json_t *answer;
		const json_t *block, *txids;

		snprintf(params, sizeof params, "{\"height\":%" PRIu64 "}", height);
		answer = json_loads(live_call(connection, "chain.get_block", params), 0, NULL);
		block = json_object_get(answer, "result");
		txids = json_object_get(block, "txids");
		for (size_t i = 0; i < json_array_size(txids); i++)
			check_event(count++, height, i, json_array_get(txids, i));
		check_event(count++, height, json_array_size(txids),
		            json_object_get(block, "hash"));
		json_decref(answer);
	}
	return count;
}

static uint64_t events_of_block(struct live_connection *connection, uint64_t height)
{
	char params[64];

	snprintf(params, sizeof params, "{\"height\":%" PRIu64 "}", height);
	live_call(connection, "chain.get_block_header", params);
	return live_answer_u64(connection, "tx_count") + 1;
}

static size_t count_ledger(struct live_connection *connection, uint64_t head)
{
	size_t count = 0;

	for (uint64_t height = 1; height <= head; height++)
		count += events_of_block(connection, height);
	return count;
}

/* The rest of the ledger, in one run that ends by itself. */
static void run_to_the_end(struct live_connection *connection, uint64_t head)
{
	struct seen file;
	char text[32];
	uint64_t left = 0;
	int status, out;
	pid_t child;

	ck_assert(read_file(&file));
	for (uint64_t height = file.height; height <= head; height++)
		left += events_of_block(connection, height);
	left -= file.index + 1;
	if (left == 0)
		return;
	snprintf(text, sizeof text, "%" PRIu64, left);
	buffer_clear(&output);
	child = start_client(&out, text);
	read_rest(out);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(out);
	check_run(&file);
}

static void setup(void)
{
	live_node_start(&node, getenv("CAIRN_BIN_DIR"), "/tmp");
	snprintf(cursor_path, sizeof cursor_path, "%s/follow.cursor", node.folder);
	/* One that is empty is as none; there it can be watched. */
	close(open(cursor_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	events = calloc(LINES_MAX, sizeof *events);
	ck_assert_ptr_nonnull(events);
	event_count = repeat_count = cut_count = 0;
	buffer_init(&output, OUTPUT_MAX + (1 << 20));
}

static void teardown(void)
{
	live_node_stop(&node);
	live_node_remove(&node);
	buffer_close(&output);
	free(events);
}

static uint64_t ask_head(struct live_connection *connection)
{
	live_call(connection, "chain.get_head", "{}");
	return live_answer_u64(connection, "height");
}

START_TEST(a_client_killed_a_hundred_times_misses_nothing_and_repeats_at_most_one)
{
	struct recorder writers[WRITERS];
	struct random random = random_from(100);
	struct live_connection connection;
	struct workload workload;
	atomic_size_t next = 0;
	size_t fruitful = 0;
	uint64_t head;

	live_connect(&connection, &node);
	workload_make(&workload, &connection, TXS, 2);
	for (size_t i = 0; i < WRITERS; i++) {
		recorder_init(&writers[i], &node, &workload, &next);
		recorder_start(&writers[i]);
	}
	for (int i = 0; i < KILLS; i++) {
		size_t count_before = event_count;
		struct seen before;
		bool has_before = read_file(&before);

		run_and_kill(&random);
		check_run(has_before ? &before : NULL);
		fruitful += event_count > count_before;
	}
	/* Nothing more is sent. */
	atomic_store(&next, TXS);
	for (size_t i = 0; i < WRITERS; i++) {
		recorder_join(&writers[i]);
		ck_assert_uint_eq(writers[i].unanswered + writers[i].refused, 0);
		recorder_close(&writers[i]);
	}
	head = ask_head(&connection);
	run_to_the_end(&connection, head);
	ck_assert_uint_eq(check_ledger(&connection, head), event_count);
	printf("%d kills, %zu runs that brought something: %zu events of %" PRIu64
	       " blocks, 0 lost, %zu repeated, %zu lines cut short\n",
	       KILLS, fruitful, event_count, head, repeat_count, cut_count);
	/* Otherwise nothing was tried. */
	ck_assert_uint_gt(fruitful, KILLS / 4);
	ck_assert_uint_gt(event_count, KILLS);
	live_disconnect(&connection);
	workload_free(&workload);
}
END_TEST

/* -- The node goes away
 * ------------------------------------------------------------------- */

/* Some transactions, and the node is gone in the middle of them, and there again. */
static void write_and_lose_node(struct recorder *writer, bool by_kill)
{
	size_t count_before = writer->count;
	double until_s = live_now_s() + 60;

	recorder_start(writer);
	while (atomic_load(writer->next) < count_before + TXS_A_ROUND)
		ck_assert(live_now_s() < until_s);
	if (by_kill)
		live_node_kill(&node);
	else
		live_node_stop(&node);
	recorder_join(writer);
	live_node_restart(&node);
}

static size_t line_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < output.size; i++)
		count += output.at[i] == '\n';
	return count;
}

START_TEST(a_client_outlives_its_node_and_misses_nothing)
{
	struct live_connection connection;
	struct workload workload;
	struct recorder writer;
	atomic_size_t next = 0;
	double until_s;
	size_t expected;
	int status, out;
	pid_t child;

	live_connect(&connection, &node);
	workload_make(&workload, &connection, TXS_FEW, 2);
	live_disconnect(&connection);
	recorder_init(&writer, &node, &workload, &next);
	child = start_client(&out, "1000000000");
	for (int round = 0; round < NODE_ROUNDS; round++)
		write_and_lose_node(&writer, round % 2 == 0);
	live_connect(&connection, &node);
	expected = count_ledger(&connection, ask_head(&connection));
	until_s = live_now_s() + WHOLE_RUN_MS_MAX / 1000.0;
	while (line_count() < expected && live_now_s() < until_s)
		read_output(out, &(struct moment){until_s, output.size + 1, SIZE_MAX, -1});
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFSIGNALED(status), "it ended by itself: %d", WEXITSTATUS(status));
	read_rest(out);
	close(out);
	check_run(NULL);
	ck_assert_uint_eq(check_ledger(&connection, ask_head(&connection)), event_count);
	ck_assert_uint_eq(repeat_count, 0);
	ck_assert_uint_gt(writer.count, NODE_ROUNDS);
	recorder_close(&writer);
	live_disconnect(&connection);
	workload_free(&workload);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("follow");
	TCase *tests = tcase_create("follow");

	tcase_add_test(
		tests, a_client_killed_a_hundred_times_misses_nothing_and_repeats_at_most_one);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_client_outlives_its_node_and_misses_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
