#include "wallet-cli/event_source.h"

#include "wallet-cli/clock.h"
#include "wallet-cli/rpc_answer.h"

#include <string.h>
#include <strings.h>

enum { REFUSAL_SIZE_MAX = 64 << 10 };

/* -- What comes --------------------------------------------------------------------- */

static bool is_behind(struct rpc_place a, struct rpc_place b)
{
	return a.height > b.height || (a.height == b.height && a.index > b.index);
}

static bool no_node(struct event_source *source, const char *what)
{
	failure_set(&source->failure, EXIT_CODE_UNREACHABLE,
	            "what answers at %.200s is no node of ours: %s", source->address->name,
	            what);
	failure_hint(&source->failure, "does another program use this address?");
	return false;
}

static void move(struct event_source *source, struct rpc_place place)
{
	source->place = place;
	source->has_place = true;
}

static bool take_place(struct event_source *source, struct bytes_view text)
{
	struct rpc_place place;

	if (!rpc_place_read(&place, text))
		return no_node(source, "its events have no cursor");
	/* Where we are it may say again; back it may not lead. */
	if (source->has_place && is_behind(source->place, place))
		return no_node(source, "its events go back");
	move(source, place);
	source->is_enough = !source->visitor->on_place(source->visitor->owner, place);
	return !source->is_enough;
}

/* The node cannot go on, as what comes next is no longer kept. */
static bool take_error(struct event_source *source, const json_t *json)
{
	const json_t *error = json_object_get(json, "error");

	failure_of_rpc(&source->failure, json_is_object(error) ? error : json);
	return false;
}

static bool take_event(struct event_source *source)
{
	const struct event_reader *reader = &source->reader;
	struct event event = {.type = reader->type[0] ? reader->type : "message"};
	bool goes_on = false;
	json_t *json = json_loadb((const char *)reader->data.at, reader->data.size,
	                          JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

	event.json = json;
	if (!json_is_object(json)) {
		no_node(source, "its events are no JSON");
	} else if (strcmp(event.type, "error") == 0) {
		take_error(source, json);
	} else if (!rpc_place_read(&event.place, text_view(reader->id))) {
		no_node(source, "its events have no cursor");
	} else if (source->has_place && !is_behind(event.place, source->place)) {
		no_node(source, "its events are not in order");
	} else {
		move(source, event.place);
		goes_on = source->visitor->on_event(source->visitor->owner, &event);
		source->is_enough = !goes_on;
	}
	json_decref(json);
	return goes_on;
}

/* ": from 12.5" is where the stream begins. */
static bool take_comment(struct event_source *source)
{
	static const char FROM[] = "from ";
	struct bytes_view line = buffer_view(&source->reader.line);
	size_t size = sizeof FROM - 1;

	if (line.size < size || memcmp(line.at, FROM, size) != 0)
		return true;
	return take_place(source, bytes_view(line.at + size, line.size - size));
}

/* False: the transfer shall end; source->failure says why, or is_enough is set. */
static bool take_bytes(struct event_source *source, struct bytes_view bytes)
{
	bool goes_on = true;

	while (goes_on) {
		switch (event_reader_next(&source->reader, &bytes)) {
		case EVENT_FOUND_NOTHING:
			return true;
		case EVENT_FOUND_EVENT:
			goes_on = take_event(source);
			break;
		case EVENT_FOUND_PLACE:
			goes_on = take_place(source, text_view(source->reader.id));
			break;
		case EVENT_FOUND_COMMENT:
			goes_on = take_comment(source);
			break;
		case EVENT_FOUND_BROKEN:
			goes_on = no_node(source, "its events are larger than any that there are");
			break;
		}
	}
	return false;
}

/* -- libcurl ------------------------------------------------------------------------ */

/* "text/plain; charset=utf-8" is text/plain. */
static bool has_type(CURL *curl, const char *wanted)
{
	const char *type = NULL;
	size_t size = strlen(wanted);

	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	return type && strncasecmp(type, wanted, size) == 0 &&
	       (type[size] == '\0' || type[size] == ';' || type[size] == ' ');
}

static long status_of(CURL *curl)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static bool is_event_stream(CURL *curl)
{
	return status_of(curl) == 200 && has_type(curl, "text/event-stream");
}

static size_t on_bytes(char *bytes, size_t unit, size_t count, void *owner)
{
	struct event_source *source = owner;
	size_t size = unit * count;
	bool goes_on;

	source->heard_ms = elapsing_ms();
	if (!source->is_streaming)
		source->is_streaming = is_event_stream(source->curl);
	if (source->is_streaming) {
		goes_on = take_bytes(source, bytes_view(bytes, size));
	} else {
		buffer_append(&source->answer, bytes, size);
		goes_on = source->answer.status == STATUS_OK;
	}
	/* Anything but the size given ends the transfer. */
	return goes_on ? size : 0;
}

/* Called every second at the least: a connection may be dead without having ended. */
static int on_turn(void *owner, curl_off_t down, curl_off_t downloaded, curl_off_t up,
                   curl_off_t uploaded)
{
	const struct event_source *source = owner;

	(void)down;
	(void)downloaded;
	(void)up;
	(void)uploaded;
	return elapsing_ms() - source->heard_ms > CLIENT_EVENT_SILENCE_MS;
}

static bool configure(struct event_source *source, const char *url)
{
	CURL *curl = source->curl;
	CURLcode code = CURLE_OK;

	if (!http_handle_set_up(curl, source->address, source->reason))
		return false;
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_URL, url);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_WRITEDATA, source);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_turn);
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, source);
	/* One connection for each stream: an old one has nothing more to say. */
	code |= (CURLcode)curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	return code == CURLE_OK;
}

/* -- The address -------------------------------------------------------------------- */

/* What is behind the colon may be any text; commas stand between topics. */
static void append_topic(struct buffer *url, CURL *curl, const char *topic)
{
	const char *colon = strchr(topic, ':');
	size_t size = colon ? (size_t)(colon - topic) : 0;
	char *kind = curl_easy_escape(curl, topic, (int)size);
	char *name = curl_easy_escape(curl, topic + size + (colon ? 1 : 0), 0);

	if (!kind || !name)
		url->status = STATUS_MEMORY;
	else if (colon)
		buffer_printf(url, "%s:%s", size > 0 ? kind : "", name);
	else
		buffer_append_text(url, name);
	curl_free(kind);
	curl_free(name);
}

static void append_url(struct buffer *url, const struct event_source *source,
                       const char *const *topics, size_t topic_count, const char *from)
{
	const char *base = source->address->url;
	size_t size = strlen(base);

	while (size > 0 && base[size - 1] == '/')
		size--;
	buffer_append(url, base, size);
	buffer_append_text(url, "/v1/events?topics=");
	for (size_t i = 0; i < topic_count; i++) {
		if (i > 0)
			buffer_append_text(url, ",");
		append_topic(url, source->curl, topics[i]);
	}
	if (from)
		buffer_printf(url, "&from=%s", from);
	buffer_append(url, "", 1);
}

enum exit_code event_source_init(struct event_source *source,
                                 const struct node_address *address,
                                 const struct event_visitor *visitor,
                                 const char *const *topics, size_t topic_count,
                                 const char *from, struct failure *failure)
{
	struct buffer url;
	bool is_good;

	*source = (struct event_source){.address = address, .visitor = visitor};
	event_reader_init(&source->reader);
	buffer_init(&source->answer, REFUSAL_SIZE_MAX);
	buffer_init(&url, RPC_HEADERS_MAX);
	source->curl = curl_easy_init();
	if (source->curl)
		append_url(&url, source, topics, topic_count, from);
	is_good = source->curl && url.status == STATUS_OK &&
	          configure(source, (const char *)url.at);
	if (!is_good && url.status == STATUS_TOO_LARGE)
		failure_set(failure, EXIT_CODE_USAGE, "the topics are too long");
	else if (!is_good)
		failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
	buffer_close(&url);
	if (is_good)
		return EXIT_CODE_OK;
	event_source_close(source);
	return failure->exit_code;
}

void event_source_close(struct event_source *source)
{
	if (source->curl)
		curl_easy_cleanup(source->curl);
	event_reader_close(&source->reader);
	buffer_close(&source->answer);
	*source = (struct event_source){0};
}

/* -- How it ended ------------------------------------------------------------------- */

/* A node says in one line what is wrong with what was asked. */
static bool take_sentence(const struct event_source *source, long status,
                          struct failure *failure)
{
	struct bytes_view text = buffer_view(&source->answer);
	const uint8_t *end = text.size > 0 ? memchr(text.at, '\n', text.size) : NULL;
	size_t size = end ? (size_t)(end - text.at) : text.size;

	if ((status != 400 && status != 404) || !has_type(source->curl, "text/plain") ||
	    size == 0 || size >= RPC_MESSAGE_SIZE)
		return false;
	failure_set(failure, status == 400 ? EXIT_CODE_USAGE : EXIT_CODE_NOT_FOUND, "%.*s",
	            (int)size, (const char *)text.at);
	return true;
}

/* The answer is no stream of events: what the node says instead. */
static enum event_source_end refused(struct event_source *source, struct failure *failure)
{
	long status = status_of(source->curl);
	struct rpc_answers answers;

	if (take_sentence(source, status, failure))
		return EVENT_SOURCE_REFUSED;
	if (rpc_answers_read(&answers, buffer_view(&source->answer), 1, false, status,
	                     source->address->name, failure) == EXIT_CODE_OK) {
		rpc_answers_close(&answers);
		no_node(source, "its answer is no stream of events");
		*failure = source->failure;
	}
	if (status == 401)
		return EVENT_SOURCE_LOCKED;
	if (status == 503 || status == 429) {
		failure->exit_code = EXIT_CODE_UNREACHABLE; /* whatever it is that is too much */
		return EVENT_SOURCE_GONE;
	}
	return EVENT_SOURCE_REFUSED;
}

static enum event_source_end gone(struct event_source *source, CURLcode code,
                                  struct failure *failure)
{
	const char *name = source->address->name;
	const char *reason = http_handle_reason(source->curl, code, source->reason);

	if (!http_handle_was_sent(source->curl))
		http_handle_unreachable(failure, name, reason);
	else if (code == CURLE_OK)
		failure_set(failure, EXIT_CODE_UNREACHABLE, "the node at %.200s ended the stream",
		            name);
	else if (code == CURLE_ABORTED_BY_CALLBACK)
		failure_set(failure, EXIT_CODE_UNREACHABLE,
		            "the node at %.200s has said nothing for %d s", name,
		            CLIENT_EVENT_SILENCE_MS / 1000);
	else
		failure_set(failure, EXIT_CODE_UNREACHABLE, "the connection to %.200s ended: %s",
		            name, reason);
	return EVENT_SOURCE_GONE;
}

static struct curl_slist *headers_for(const struct event_source *source)
{
	char cursor[RPC_EVENT_CURSOR_SIZE];
	char line[sizeof "Last-Event-ID: " + RPC_EVENT_CURSOR_SIZE];
	const char *lines[] = {"Accept: text/event-stream", NULL, NULL};

	if (source->has_place) {
		rpc_place_write(cursor, source->place);
		snprintf(line, sizeof line, "Last-Event-ID: %s", cursor);
		lines[1] = line;
	}
	return http_handle_headers(lines);
}

enum event_source_end event_source_run(struct event_source *source,
                                       struct failure *failure)
{
	struct curl_slist *headers = headers_for(source);
	CURLcode code;

	if (!headers ||
	    curl_easy_setopt(source->curl, CURLOPT_HTTPHEADER, headers) != CURLE_OK) {
		curl_slist_free_all(headers);
		failure_set(failure, EXIT_CODE_FAILURE, "out of memory");
		return EVENT_SOURCE_REFUSED;
	}
	event_reader_restart(&source->reader);
	buffer_clear(&source->answer);
	source->reason[0] = '\0';
	source->failure = (struct failure){0};
	source->is_streaming = false;
	source->is_enough = false;
	source->heard_ms = elapsing_ms();
	if (http_handle_set_cookie(source->curl, source->address, failure) != EXIT_CODE_OK) {
		curl_slist_free_all(headers);
		return EVENT_SOURCE_REFUSED;
	}
	code = curl_easy_perform(source->curl);
	curl_easy_setopt(source->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	if (source->is_enough)
		return EVENT_SOURCE_ENOUGH;
	if (source->failure.exit_code != EXIT_CODE_OK) {
		*failure = source->failure;
		return EVENT_SOURCE_REFUSED;
	}
	if (!is_event_stream(source->curl) && (code == CURLE_OK || source->answer.size > 0))
		return refused(source, failure);
	return gone(source, code, failure);
}
