/* Every event is printed before the cursor's file says so, and the file before the next
 * event is looked at: whenever the program ends, the next run goes on behind the last
 * line, or prints that one line again. */
#include "wallet-cli/chain_follow.h"

#include "wallet-cli/clock.h"
#include "wallet-cli/cursor_file.h"
#include "wallet-cli/event_line.h"
#include "wallet-cli/keystore/random.h"

#include <poll.h>
#include <string.h>

struct following {
	struct session *session;
	struct event_line line;
	struct cursor_file file;
	struct event_source source;
	enum exit_code exit_code; /* of what failed here, with the session's failure */
	uint64_t left;            /* events that are still wanted */
	unsigned try_count;       /* connections in a row that brought nothing */
	bool was_there;           /* a connection brought something */
	bool is_gone;             /* one was lost, and that was said */
};

/* -- What comes --------------------------------------------------------------------- */

static void came_back(struct following *following, struct rpc_place place)
{
	char cursor[RPC_EVENT_CURSOR_SIZE];

	if (following->is_gone) {
		rpc_place_write(cursor, place);
		output_note(&following->session->output,
		            "cairn: the node is there again, it goes on behind %s", cursor);
	}
	following->is_gone = false;
	following->was_there = true;
	following->try_count = 0;
}

static bool keep_place(struct following *following, struct rpc_place place)
{
	following->exit_code =
		cursor_file_write(&following->file, place, &following->session->failure);
	return following->exit_code == EXIT_CODE_OK;
}

static bool on_place(void *owner, struct rpc_place place)
{
	struct following *following = owner;

	came_back(following, place);
	return keep_place(following, place);
}

static bool on_event(void *owner, const struct event *event)
{
	struct following *following = owner;
	struct session *session = following->session;

	came_back(following, event->place);
	following->exit_code =
		session_status(session, event_line_print(&following->line, event), NULL);
	following->left--;
	return following->exit_code == EXIT_CODE_OK && keep_place(following, event->place) &&
	       following->left > 0;
}

/* -- Again and again ---------------------------------------------------------------- */

/* Twice as long each time, and never for all clients of a node at the same moment. */
static enum exit_code wait_for_node(struct following *following)
{
	unsigned doublings = following->try_count < 16 ? following->try_count : 16;
	uint64_t pause_ms = (uint64_t)CLIENT_EVENT_PAUSE_MS_MIN << doublings;
	uint16_t lot;
	struct why why = {0};

	if (pause_ms > CLIENT_EVENT_PAUSE_MS_MAX)
		pause_ms = CLIENT_EVENT_PAUSE_MS_MAX;
	if (random_get(&lot, sizeof lot, &why) != STATUS_OK)
		return failure_of_status(&following->session->failure, STATUS_STORAGE, &why);
	following->try_count++;
	poll(NULL, 0, (int)(pause_ms / 2 + pause_ms / 2 * lot / UINT16_MAX));
	return EXIT_CODE_OK;
}

static void say_gone(struct following *following)
{
	if (!following->is_gone)
		output_note(&following->session->output, "cairn: %s; waiting for it",
		            following->session->failure.message);
	following->is_gone = true;
}

static enum exit_code run(struct following *following)
{
	struct session *session = following->session;
	bool was_locked = false;

	for (;;) {
		enum event_source_end end =
			event_source_run(&following->source, &session->failure);

		if (following->exit_code != EXIT_CODE_OK || end == EVENT_SOURCE_ENOUGH)
			return following->exit_code;
		/* The node has started again, and the file was read before it was written. */
		if (end == EVENT_SOURCE_REFUSED || !following->was_there ||
		    (end == EVENT_SOURCE_LOCKED && was_locked))
			return session->failure.exit_code;
		was_locked = end == EVENT_SOURCE_LOCKED;
		say_gone(following);
		if (wait_for_node(following) != EXIT_CODE_OK)
			return session->failure.exit_code;
	}
}

/* -- The command -------------------------------------------------------------------- */

/* The topics of the line, or blocks alone. */
static size_t find_topics(const char *topics[RPC_TOPICS_MAX + 1],
                          const struct arguments *arguments)
{
	size_t count = 0;
	size_t at = 0;

	while (count <= RPC_TOPICS_MAX &&
	       (topics[count] = arguments_next(arguments, OPTION_topic, &at)))
		count++;
	if (count == 0)
		topics[count++] = "blocks";
	return count;
}

static enum exit_code check_from(const char *from, struct failure *failure)
{
	struct rpc_feed_request request = {0};
	struct rpc_fault fault;

	if (!from || rpc_topics_from(&request, text_view(from), &fault))
		return EXIT_CODE_OK;
	return failure_set(failure, EXIT_CODE_USAGE,
	                   "--from is head, or a cursor as 12.3, not '%.40s'", from);
}

static enum exit_code open_file(struct following *following)
{
	const char *path = session_option(following->session, OPTION_cursor_file);
	struct event_source *source = &following->source;

	if (!path)
		return EXIT_CODE_OK;
	return cursor_file_open(&following->file, &source->place, &source->has_place, path,
	                        &following->session->failure);
}

static enum exit_code open_source(struct following *following,
                                  const struct event_visitor *visitor)
{
	struct session *session = following->session;
	const char *from = session_option(session, OPTION_from);
	const char *topics[RPC_TOPICS_MAX + 1];
	size_t topic_count = find_topics(topics, &session->arguments);
	enum exit_code exit_code = check_from(from, &session->failure);

	if (exit_code == EXIT_CODE_OK && topic_count > RPC_TOPICS_MAX)
		exit_code = failure_set(&session->failure, EXIT_CODE_USAGE,
		                        "there are more than %d topics", RPC_TOPICS_MAX);
	if (exit_code == EXIT_CODE_OK)
		exit_code = arguments_number(&following->left, &session->arguments, OPTION_count,
		                             1, INT64_MAX, INT64_MAX, &session->failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_client(session);
	if (exit_code == EXIT_CODE_OK)
		exit_code = event_source_init(&following->source, &session->address, visitor,
		                              topics, topic_count, from, &session->failure);
	return exit_code;
}

enum exit_code chain_follow(struct session *session)
{
	struct following following = {.session = session};
	const struct event_visitor visitor = {&following, on_place, on_event};
	enum exit_code exit_code = open_source(&following, &visitor);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	event_line_init(&following.line, &session->output);
	exit_code = open_file(&following);
	if (exit_code == EXIT_CODE_OK)
		exit_code = run(&following);
	cursor_file_close(&following.file);
	event_line_close(&following.line);
	event_source_close(&following.source);
	return exit_code;
}
