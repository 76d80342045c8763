/* One run of the program: what was asked, where results go, and the node and the wallet,
 * each opened when a command first needs it. */
#ifndef WALLET_CLI_SESSION_H
#define WALLET_CLI_SESSION_H

#include "wallet-cli/client.h"
#include "wallet-cli/command.h"
#include "wallet-cli/keystore/keystore.h"
#include "wallet-cli/networks.h"
#include "wallet-cli/output.h"

struct session {
	const struct command *command;
	struct arguments arguments;
	size_t words_used; /* of the arguments' words, for the command's name */
	struct output output;
	struct failure failure;
	struct node_address address; /* while there is a client */
	struct client *client;       /* NULL until it is needed, and so below */
	struct keystore *keystore;
	struct networks networks; /* root NULL until it is needed */
};

/* Runs `cairn` with these arguments, the program's name not among them. Gives the exit
 * code, everything printed and closed. */
int session_main(int count, const char *const *texts);

/* -- What was asked ----------------------------------------------------------------- */

/* NULL: not given. */
static inline const char *session_option(const struct session *session,
                                         enum option option)
{
	return session->arguments.options[option];
}

static inline bool session_has(const struct session *session, enum option option)
{
	return arguments_has(&session->arguments, option);
}

static inline size_t session_word_count(const struct session *session)
{
	return session->arguments.word_count - session->words_used;
}

/* Word `index` behind the command's name; NULL: there are fewer. */
static inline const char *session_word(const struct session *session, size_t index)
{
	return index < session_word_count(session)
	           ? session->arguments.words[session->words_used + index]
	           : NULL;
}

/* -- Failures, each one line -------------------------------------------------------- */

static inline enum exit_code session_status(struct session *session, enum status status,
                                            const struct why *why)
{
	return status == STATUS_OK ? EXIT_CODE_OK
	                           : failure_of_status(&session->failure, status, why);
}

static inline enum exit_code session_no_memory(struct session *session)
{
	return failure_set(&session->failure, EXIT_CODE_FAILURE, "out of memory");
}

/* -- The node ----------------------------------------------------------------------- */

MUST_CHECK enum exit_code session_client(struct session *session);

/* One call. `params` is taken, whatever happens; NULL for none, or when memory was out
 * where it was made. *result is a new reference. */
MUST_CHECK enum exit_code session_call(struct session *session, json_t **result,
                                       const char *method, json_t *params);

/* Adds "at" or "at_time_ms" and "prove" to the parameters as the options say. */
MUST_CHECK enum exit_code session_add_at(struct session *session, json_t *params);

/* -- Results ------------------------------------------------------------------------ */

/* An object as lines or as JSON. */
MUST_CHECK enum exit_code session_show(struct session *session, const json_t *object);

MUST_CHECK enum exit_code session_show_json(struct session *session, const json_t *value);

MUST_CHECK enum exit_code session_show_table(struct session *session,
                                             struct table *table);

/* A new or changed file with these bytes, for --output. */
MUST_CHECK enum exit_code session_write_file(struct session *session, const char *path,
                                             struct bytes_view bytes);

#endif
