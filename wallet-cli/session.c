#include "wallet-cli/session.h"

#include "chain/base/text.h"
#include "wallet-cli/help.h"

#include <curl/curl.h>

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* -- The node ----------------------------------------------------------------------- */

enum exit_code session_client(struct session *session)
{
	enum exit_code exit_code;

	if (session->client)
		return EXIT_CODE_OK;
	exit_code =
		node_address_find(&session->address, session_option(session, OPTION_node),
	                      session_option(session, OPTION_data_dir), &session->failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	session->client = client_new(&session->address, &session->failure);
	if (session->client)
		return EXIT_CODE_OK;
	node_address_close(&session->address);
	return session->failure.exit_code;
}

enum exit_code session_call(struct session *session, json_t **result, const char *method,
                            json_t *params)
{
	enum exit_code exit_code = session_client(session);

	*result = NULL;
	if (exit_code == EXIT_CODE_OK)
		exit_code = client_call(result, session->client, method, params, CLIENT_ANSWER_MS,
		                        &session->failure);
	json_decref(params);
	return exit_code;
}

/* "2026-11-22T08:15:00Z", with a blank for the T if one likes. */
static bool read_time(int64_t *time_ms, const char *text)
{
	struct tm parts = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);

	if (!rest)
		rest = strptime(text, "%Y-%m-%d %H:%M:%SZ", &parts);
	if (!rest || *rest)
		return false;
	*time_ms = (int64_t)timegm(&parts) * 1000;
	return *time_ms >= 0;
}

enum exit_code session_add_at(struct session *session, json_t *params)
{
	const char *at = session_option(session, OPTION_at);
	const char *name = "at";
	json_t *value = NULL;
	uint64_t height;
	int64_t time_ms;

	if (at && strcmp(at, "final") != 0) {
		if (decimal_decode(&height, text_view(at)) && height <= INT64_MAX) {
			value = json_integer((json_int_t)height);
		} else if (read_time(&time_ms, at)) {
			name = "at_time_ms";
			value = json_integer(time_ms);
		} else {
			return failure_set(&session->failure, EXIT_CODE_USAGE,
			                   "--at must be a height, or a time as "
			                   "2026-11-22T08:15:00Z, not '%.40s'",
			                   at);
		}
		if (json_object_set_new(params, name, value) != 0)
			return session_no_memory(session);
	}
	if (!session_has(session, OPTION_prove))
		return EXIT_CODE_OK;
	if (!session->output.is_json)
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "--prove needs --json: a proof is nothing to look at");
	if (json_object_set_new(params, "prove", json_true()) != 0)
		return session_no_memory(session);
	return EXIT_CODE_OK;
}

/* -- Results ------------------------------------------------------------------------ */

enum exit_code session_show(struct session *session, const json_t *object)
{
	return session_status(session, output_object(&session->output, object), NULL);
}

enum exit_code session_show_json(struct session *session, const json_t *value)
{
	return session_status(session, output_json(&session->output, value), NULL);
}

enum exit_code session_show_table(struct session *session, struct table *table)
{
	return session_status(session, output_table(&session->output, table), NULL);
}

enum exit_code session_write_file(struct session *session, const char *path,
                                  struct bytes_view bytes)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool is_good = descriptor >= 0;

	while (is_good && bytes.size > 0) {
		ssize_t size = write(descriptor, bytes.at, bytes.size);

		if (size < 0 && errno == EINTR)
			continue;
		is_good = size >= 0;
		if (is_good)
			bytes = bytes_view(bytes.at + size, bytes.size - (size_t)size);
	}
	if (descriptor >= 0 && close(descriptor) != 0)
		is_good = false;
	if (is_good)
		return EXIT_CODE_OK;
	return failure_set(&session->failure, EXIT_CODE_FAILURE,
	                   "%.300s cannot be written: %s", path, strerror(errno));
}

/* -- The whole run ------------------------------------------------------------------ */

/* --help and --version stand for a command of their own. */
static enum exit_code answer_for_all(struct session *session)
{
	struct buffer text;
	enum status status;

	if (session_has(session, OPTION_version)) {
		output_line(&session->output, "cairn " CAIRN_VERSION);
		return EXIT_CODE_OK;
	}
	buffer_init(&text, CLIENT_ANSWER_MAX);
	if (session->words_used == 0)
		help_overview(&text);
	else
		help_command(&text, session->command);
	status = text.status;
	if (status == STATUS_OK)
		output_bytes(&session->output, buffer_view(&text));
	buffer_close(&text);
	return session_status(session, status, NULL);
}

/* `cairn record --help` asks for a noun's help. */
static bool is_help_of_noun(const struct session *session)
{
	return session_has(session, OPTION_help) && session->arguments.word_count == 1;
}

static enum exit_code run(struct session *session)
{
	enum exit_code exit_code;

	if (is_help_of_noun(session)) {
		session->command = command_of("help", NULL);
		return session->command->run(session);
	}
	exit_code = command_find(&session->command, &session->words_used, &session->arguments,
	                         &session->failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (session_has(session, OPTION_help) || session_has(session, OPTION_version))
		return answer_for_all(session);
	return session->command->run(session);
}

static void close_all(struct session *session)
{
	client_free(session->client);
	if (session->client)
		node_address_close(&session->address);
	keystore_free(session->keystore);
	networks_close(&session->networks);
	arguments_close(&session->arguments);
}

int session_main(int count, const char *const *texts)
{
	struct session session = {0};
	enum exit_code exit_code;
	enum exit_code finished;

	/* Widths of characters: table.h. Nothing else here depends on a locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	exit_code = arguments_parse(&session.arguments, count, texts, &session.failure);
	output_init(&session.output, &session.arguments);
	if (exit_code == EXIT_CODE_OK)
		exit_code = run(&session);
	if (exit_code != EXIT_CODE_OK)
		output_failure(&session.output, &session.failure);
	finished = output_finish(&session.output, &session.failure);
	if (exit_code == EXIT_CODE_OK && finished != EXIT_CODE_OK) {
		exit_code = finished;
		output_failure(&session.output, &session.failure);
	}
	close_all(&session);
	curl_global_cleanup();
	return (int)exit_code;
}
