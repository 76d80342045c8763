#include "wallet-cli/submit.h"

#include "chain/base/text.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/clock.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

enum {
	TIMEOUT_DEFAULT_S = RPC_WAIT_MS_DEFAULT / 1000,
	TIMEOUT_MAX_S = 86400,
	ANSWER_MARGIN_MS = 10000, /* for the node to say that its time is over */
	ASK_FIRST_MS = 50,        /* between two questions for a status; doubled up to */
	ASK_LAST_MS = 1000,
};

enum exit_code submit_wait_option(enum submit_wait *wait, struct session *session)
{
	static const char *const words[] = {"none", "pending", "final", NULL};
	size_t choice;
	enum exit_code exit_code =
		arguments_choice(&choice, &session->arguments, OPTION_wait, words,
	                     SUBMIT_WAIT_FINAL, &session->failure);

	*wait = (enum submit_wait)choice;
	return exit_code;
}

static enum exit_code timeout_option(uint64_t *timeout_ms, struct session *session)
{
	uint64_t seconds;
	enum exit_code exit_code =
		arguments_number(&seconds, &session->arguments, OPTION_timeout, 0, TIMEOUT_MAX_S,
	                     TIMEOUT_DEFAULT_S, &session->failure);

	*timeout_ms = seconds * 1000;
	return exit_code;
}

/* -- What is printed ---------------------------------------------------------------- */

static enum exit_code show_outcome(struct session *session, const struct hash *txid,
                                   const json_t *result)
{
	const json_t *height = json_object_get(result, "height");
	char text[HASH_HEX_SIZE];

	if (session->output.is_json)
		return session_show_json(session, result);
	hex_encode(text, hash_view(txid));
	output_line(&session->output, text);
	if (session->output.notes_is_terminal && json_is_integer(height))
		output_note(&session->output, "final in block %" JSON_INTEGER_FORMAT,
		            json_integer_value(height));
	return EXIT_CODE_OK;
}

/* Nobody knows: the txid is all there is to hold on to. *failure says how it came. */
static enum exit_code show_unknown(struct session *session, const struct hash *txid)
{
	char text[HASH_HEX_SIZE];

	hex_encode(text, hash_view(txid));
	if (!session->output.is_json)
		output_line(&session->output, text);
	session->failure.exit_code = EXIT_CODE_UNKNOWN;
	return failure_hint(&session->failure,
	                    "'cairn tx wait %s' asks what became of it, 'cairn consensus why' what "
	                    "the network waits for; sending the same again is safe, making it anew "
	                    "is not",
	                    text);
}

/* -- Asking ------------------------------------------------------------------------- */

/* What a status means: EXIT_CODE_UNKNOWN while there is nothing to say yet. */
static enum exit_code judge_status(struct session *session, const struct hash *txid,
                                   const json_t *result)
{
	const char *status = json_string_value(json_object_get(result, "status"));

	if (status && strcmp(status, "final") == 0)
		return show_outcome(session, txid, result);
	if (status && (strcmp(status, "refused") == 0 || strcmp(status, "expired") == 0))
		return failure_of_rpc(&session->failure, json_object_get(result, "error"));
	return EXIT_CODE_UNKNOWN;
}

static enum exit_code ask_until(struct session *session, const struct hash *txid,
                                uint64_t deadline_ms)
{
	int pause_ms = ASK_FIRST_MS;

	for (;;) {
		json_t *result;
		enum exit_code exit_code =
			session_call(session, &result, "tx.get_status",
		                 json_pack("{so}", "txid", json_of_hash(txid)));

		if (exit_code == EXIT_CODE_OK)
			exit_code = judge_status(session, txid, result);
		json_decref(result);
		if (exit_code != EXIT_CODE_UNKNOWN)
			return exit_code;
		if (elapsing_ms() >= deadline_ms) {
			failure_set(&session->failure, EXIT_CODE_UNKNOWN,
			            "the transaction is not final in time");
			return show_unknown(session, txid);
		}
		poll(NULL, 0, pause_ms);
		pause_ms = pause_ms * 2 < ASK_LAST_MS ? pause_ms * 2 : ASK_LAST_MS;
	}
}

enum exit_code submit_wait_for(struct session *session, const struct hash *txid)
{
	uint64_t timeout_ms;
	enum exit_code exit_code = timeout_option(&timeout_ms, session);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	return ask_until(session, txid, elapsing_ms() + timeout_ms);
}

/* -- Sending ------------------------------------------------------------------------ */

/* The node's error, where the transaction was sent. */
static enum exit_code judge_failure(struct session *session, const struct hash *txid,
                                    enum exit_code exit_code)
{
	if (session->failure.rpc_code == RPC_TIMED_OUT_OUTCOME_UNKNOWN ||
	    (session->failure.rpc_code == 0 && exit_code == EXIT_CODE_UNREACHABLE &&
	     client_was_sent(session->client)))
		return show_unknown(session, txid);
	return exit_code;
}

static enum exit_code send_and_wait(struct session *session, json_t *params,
                                    const struct hash *txid)
{
	uint64_t timeout_ms, first_ms, deadline_ms;
	json_t *result = NULL;
	enum exit_code exit_code = timeout_option(&timeout_ms, session);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	deadline_ms = elapsing_ms() + timeout_ms;
	first_ms = timeout_ms < RPC_WAIT_MS_MAX ? timeout_ms : RPC_WAIT_MS_MAX;
	if (json_object_set_new(params, "timeout_ms", json_integer((json_int_t)first_ms)) !=
	    0)
		return session_no_memory(session);
	exit_code = client_call(&result, session->client, "tx.submit_and_wait", params,
	                        first_ms + ANSWER_MARGIN_MS, &session->failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = show_outcome(session, txid, result);
	else if (session->failure.rpc_code == RPC_TIMED_OUT_OUTCOME_UNKNOWN &&
	         elapsing_ms() < deadline_ms)
		exit_code = ask_until(session, txid, deadline_ms);
	else
		exit_code = judge_failure(session, txid, exit_code);
	json_decref(result);
	return exit_code;
}

static enum exit_code send_only(struct session *session, const json_t *params,
                                const struct hash *txid, enum submit_wait wait)
{
	json_t *result = NULL;
	enum exit_code exit_code;

	if (wait == SUBMIT_WAIT_NONE) {
		exit_code =
			client_notify(session->client, "tx.submit", params, &session->failure);
		result = json_pack("{so}", "txid", json_of_hash(txid));
	} else {
		exit_code = client_call(&result, session->client, "tx.submit", params,
		                        CLIENT_ANSWER_MS, &session->failure);
	}
	if (exit_code == EXIT_CODE_OK)
		exit_code = show_outcome(session, txid, result);
	else
		exit_code = judge_failure(session, txid, exit_code);
	json_decref(result);
	return exit_code;
}

enum exit_code submit_tx(struct session *session, struct bytes_view tx,
                         const struct hash *txid)
{
	enum submit_wait wait;
	json_t *params;
	enum exit_code exit_code = submit_wait_option(&wait, session);

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_client(session);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	params = json_pack("{so}", "tx_b64", json_of_base64(tx));
	if (!params)
		return session_no_memory(session);
	exit_code = wait == SUBMIT_WAIT_FINAL ? send_and_wait(session, params, txid)
	                                      : send_only(session, params, txid, wait);
	json_decref(params);
	return exit_code;
}
