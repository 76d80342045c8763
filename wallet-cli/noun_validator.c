/* cairn validator: who agrees on blocks. The root group admits and removes; an admitted
 * account joins with its node, whose two keys sign that they belong to it. */
#include "chain/crypto/cosign_key.h"
#include "chain/ledger/validators.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/listing.h"
#include "wallet-cli/operation_json.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/value_source.h"
#include "wallet-cli/writing.h"

#include <string.h>

/* -- The root group ----------------------------------------------------------------- */

static enum exit_code validator_admit(struct session *session)
{
	struct operation operation = {.kind = OPERATION_validator_admit};
	enum exit_code exit_code = session_account_id(
		session, &operation.validator_admit.account, session_word(session, 0));

	return exit_code == EXIT_CODE_OK ? writing_run(session, &operation) : exit_code;
}

static enum exit_code validator_remove(struct session *session)
{
	struct operation operation = {.kind = OPERATION_validator_remove};
	enum exit_code exit_code = session_account_id(
		session, &operation.validator_remove.account, session_word(session, 0));

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (!output_confirm(&session->output,
	                    "Remove it? It votes no longer, and its keys never again.", true))
		return failure_set(&session->failure, EXIT_CODE_FAILURE, "nobody was removed");
	return writing_run(session, &operation);
}

/* -- Joining: what the node signed -------------------------------------------------- */

/* {"account","operation"}, as consensus.sign_join answers it and a file keeps it. */
struct statement {
	json_t *json;
	struct arena arena; /* with it, what the operation's views point into */
	struct operation operation;
};

static void close_statement(struct statement *statement)
{
	json_decref(statement->json);
	arena_close(&statement->arena);
}

static enum exit_code ask_node(struct session *session, struct statement *statement,
                               const struct hash *account)
{
	const char *address = session_option(session, OPTION_address);
	json_t *params = json_pack("{so}", "account", json_of_account(account));

	if (params && address)
		json_object_set_new(params, "address", json_of_text(text_view(address)));
	return session_call(session, &statement->json, "consensus.sign_join", params);
}

static enum exit_code read_statement_file(struct session *session,
                                          struct statement *statement, const char *path)
{
	struct buffer text;
	json_error_t error;
	enum exit_code exit_code;

	buffer_init(&text, INPUT_FILE_SIZE_MAX);
	exit_code = strcmp(path, "-") == 0
	                ? value_read(&text, path, "the node's statement", &session->failure)
	                : value_read_file(&text, path, "the node's statement",
	                                  &session->failure);
	if (exit_code == EXIT_CODE_OK) {
		statement->json = json_loadb((const char *)text.at, text.size,
		                             JSON_REJECT_DUPLICATES, &error);
		if (!statement->json)
			exit_code = failure_set(&session->failure, EXIT_CODE_USAGE,
			                        "the node's statement is no JSON: %.120s", error.text);
	}
	buffer_close(&text);
	return exit_code;
}

static enum exit_code read_join(struct session *session, struct statement *statement)
{
	struct why why = {{0}};
	enum status status =
		operation_from_json(&statement->operation,
	                        json_object_get(statement->json, "operation"),
	                        &statement->arena, &why);

	if (status != STATUS_OK)
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "the node's statement: %s", why.text);
	if (statement->operation.kind != OPERATION_validator_join)
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "the node's statement is of another kind than validator.join");
	return EXIT_CODE_OK;
}

/* Both keys of the node say that they are this account's, in this network: nobody can give an
 * account keys that it has not, or have it join with a node that belongs to somebody else. */
static enum exit_code check_statement(struct session *session,
                                      const struct statement *statement,
                                      const struct writing *writing)
{
	const struct validator_join *join = &statement->operation.validator_join;
	struct hash message = join_message(&writing->network, &writing->sender, join);

	if (signature_is_valid(&join->vote_signature, &message, &join->vote_key) &&
	    cosign_signature_is_valid(join->cosign_signature.bytes, &join->cosign_key,
	                              hash_view(&message)))
		return EXIT_CODE_OK;
	failure_set(&session->failure, EXIT_CODE_UNVERIFIED,
	            "the node did not sign this for the account that acts, in this network");
	return failure_hint(&session->failure,
	                    "ask the node again, with the --account that shall validate");
}

static enum exit_code get_statement(struct session *session, struct statement *statement,
                                    const struct writing *writing)
{
	const char *path = session_word(session, 0);
	enum exit_code exit_code;

	if (path && session_has(session, OPTION_address))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "the address stands in the node's statement already");
	exit_code = path ? read_statement_file(session, statement, path)
	                 : ask_node(session, statement, &writing->sender);
	if (exit_code == EXIT_CODE_OK)
		exit_code = read_join(session, statement);
	if (exit_code == EXIT_CODE_OK)
		exit_code = check_statement(session, statement, writing);
	return exit_code;
}

/* -- Joining: what comes of it ------------------------------------------------------- */

/* Of the set as it is: how many, and is the account among them? */
static enum exit_code count_validators(struct session *session, size_t *count, bool *is_in,
                                       const struct hash *account)
{
	json_t *mine = json_of_account(account);
	json_t *answer = NULL;
	const json_t *item;
	size_t i;
	enum exit_code exit_code = session_call(session, &answer, "consensus.list_validators",
	                                        json_pack("{si}", "limit", VALIDATORS_MAX));

	*is_in = false;
	*count = json_array_size(json_object_get(answer, "items"));
	json_array_foreach (json_object_get(answer, "items"), i, item)
		*is_in |= mine && json_equal(json_object_get(item, "account"), mine) != 0;
	json_decref(answer);
	json_decref(mine);
	return exit_code;
}

/* Where those who go on are fewer than the quorum of the new set, the network stands still
 * until the new one votes too. */
static enum exit_code warn_of_standstill(struct session *session,
                                         const struct writing *writing)
{
	size_t count, others, quorum;
	bool is_in;
	enum exit_code exit_code =
		count_validators(session, &count, &is_in, &writing->sender);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	others = count - is_in;
	quorum = validators_quorum(others + 1, FAULT_BYZANTINE);
	if (others > 0 && others < quorum)
		output_note(&session->output,
		            "The network will need %zu of %zu validators: until this node votes, no "
		            "block is final.",
		            quorum, others + 1);
	return EXIT_CODE_OK;
}

/* Who types it first on a new node is often ahead of what that node has heard. */
static enum exit_code send_join(struct session *session, const struct writing *writing,
                                const struct statement *statement)
{
	enum exit_code exit_code = writing_send(writing, session, &statement->operation, 1);

	if (exit_code == EXIT_CODE_OK || session->failure.rpc_code != RPC_TX_NO_PERMISSION)
		return exit_code;
	return failure_hint(&session->failure,
	                    "the network's owner admits it with 'cairn validator admit'; if that is "
	                    "done, this node has not heard of it yet: 'cairn node status' says what "
	                    "it has and with how many others it is connected");
}

static enum exit_code validator_join(struct session *session)
{
	struct statement statement = {0};
	struct writing writing;
	enum exit_code exit_code = writing_begin(&writing, session);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code = get_statement(session, &statement, &writing);
	if (exit_code == EXIT_CODE_OK)
		exit_code = warn_of_standstill(session, &writing);
	if (exit_code == EXIT_CODE_OK)
		exit_code = send_join(session, &writing, &statement);
	close_statement(&statement);
	return exit_code;
}

static enum exit_code validator_sign_join(struct session *session)
{
	const char *path = session_option(session, OPTION_output);
	struct statement statement = {0};
	struct hash account;
	char *text;
	enum exit_code exit_code =
		session_account_id(session, &account, session_word(session, 0));

	if (exit_code == EXIT_CODE_OK)
		exit_code = ask_node(session, &statement, &account);
	if (exit_code == EXIT_CODE_OK && path) {
		text = json_dumps(statement.json, JSON_INDENT(2));
		exit_code = text ? session_write_file(session, path, text_view(text))
		                 : session_no_memory(session);
		free(text);
	} else if (exit_code == EXIT_CODE_OK) {
		exit_code = session_show_json(session, statement.json);
	}
	close_statement(&statement);
	return exit_code;
}

/* -- Looking ------------------------------------------------------------------------ */

static void add_joined(struct table *table, const json_t *item)
{
	json_int_t joined_ms = json_integer_value(json_object_get(item, "joined_ms"));

	if (joined_ms > 0)
		listing_add_time(table, item, "joined_ms");
	else
		table_add_text(table, "genesis");
}

static void add_validator(struct table *table, const json_t *item)
{
	listing_add_text(table, item, "account");
	listing_add_text(table, item, "address");
	add_joined(table, item);
	listing_add_text(table, item, "vote_key");
}

static enum exit_code validator_list(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "ACCOUNT", .cut = TABLE_MIDDLE, .is_id = true},
		{.title = "ADDRESS", .cut = TABLE_END},
		{.title = "JOINED"},
		{.title = "VOTE KEY", .cut = TABLE_MIDDLE},
	};
	struct listing listing = {
		.method = "consensus.list_validators",
		.params = json_object(),
		.columns = columns,
		.column_count = 4,
		.add_row = add_validator,
	};
	enum exit_code exit_code = listing.params ? session_add_at(session, listing.params)
	                                          : session_no_memory(session);

	if (exit_code == EXIT_CODE_OK)
		return listing_run(session, &listing);
	json_decref(listing.params);
	return exit_code;
}

const struct command commands_validator[] = {
	{
		.noun = "validator",
		.verb = "list",
		.words = "",
		.summary = "List who agrees on the next block",
		.option_count = 3,
		.options = {OPTION_limit, OPTION_cursor, OPTION_at},
		.run = validator_list,
	},
	{
		.noun = "validator",
		.verb = "admit",
		.words = "ACCOUNT",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Let an account become a validator",
		.details = "Only the root group can. The account then joins by itself, when its node "
				   "follows the chain: 'cairn validator join'.",
		.examples = "cairn validator admit cairn1...",
		.run = validator_admit,
	},
	{
		.noun = "validator",
		.verb = "remove",
		.words = "ACCOUNT",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Take an account out of the validators, for good",
		.details = "Only the root group can. To come back it has to be admitted again and to "
				   "join with keys that never served.",
		.run = validator_remove,
	},
	{
		.noun = "validator",
		.verb = "join",
		.words = "[FILE]",
		.word_count_max = 1,
		.summary = "Make the account a validator, with its node's keys",
		.details =
			"The account must be admitted, and the node must follow the chain: it signs with "
			"both its keys that they are the account's, and so shows that it has them. The "
			"node that is asked does so itself; FILE, or - for standard input, has what "
			"'cairn validator sign-join' got from another one.\n\n"
			"A validator that joins again, with another node, changes its keys: start the old "
			"node no more when that is final.",
		.examples = "cairn validator join --data-dir /var/lib/cairn --address "
					"node.example:17470\n"
					"cairn validator join join.json",
		.option_count = 1,
		.options = {OPTION_address},
		.run = validator_join,
	},
	{
		.noun = "validator",
		.verb = "sign-join",
		.words = "ACCOUNT",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Have the node sign that it is an account's",
		.details = "For an account whose wallet is on another machine. What the node signs is "
				   "good for the next 1,000 blocks.",
		.examples = "cairn validator sign-join cairn1... --address node.example:17470 -o "
					"join.json",
		.option_count = 2,
		.options = {OPTION_address, OPTION_output},
		.run = validator_sign_join,
	},
};
COMMANDS_COUNTED(validator);
