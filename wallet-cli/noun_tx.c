/* cairn tx: transactions by hand. */
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/operation_json.h"
#include "wallet-cli/safe_text.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/submit.h"
#include "wallet-cli/tx_file.h"
#include "wallet-cli/tx_words.h"
#include "wallet-cli/value_source.h"
#include "wallet-cli/writing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_txid(const char *text, struct hash *txid)
{
	return strlen(text) == 2 * HASH_SIZE &&
	       hex_decode(txid->bytes, HASH_SIZE, text_view(text));
}

static enum exit_code malformed(struct session *session, enum status status,
                                const struct why *why)
{
	return failure_set(&session->failure,
	                   status == STATUS_TOO_LARGE   ? EXIT_CODE_REFUSED
	                   : status == STATUS_MALFORMED ? EXIT_CODE_USAGE
	                                                : EXIT_CODE_FAILURE,
	                   "%s", why->text[0] ? why->text : status_text(status));
}

/* -- Building ----------------------------------------------------------------------- */

/* The sender: an account of the wallet, or any address. */
static enum exit_code read_sender(struct session *session, struct hash *sender)
{
	const char *text = session_option(session, OPTION_account);
	enum exit_code exit_code;

	if (text)
		return session_account_id(session, sender, text);
	exit_code = session_keystore(session, NULL);
	if (exit_code == EXIT_CODE_OK)
		*sender = keystore_account(session->keystore, 0)->id;
	return exit_code;
}

static enum exit_code write_text(struct session *session, char *text)
{
	const char *path = session_option(session, OPTION_output);

	if (!text)
		return session_no_memory(session);
	if (path)
		return session_write_file(session, path, text_view(text));
	output_bytes(&session->output, text_view(text));
	return EXIT_CODE_OK;
}

static enum exit_code build(struct session *session, const json_t *words,
                            struct arena *arena)
{
	size_t count = json_array_size(words);
	struct operation *operations = arena_take(arena, count * sizeof *operations);
	struct tx_draft draft = {.operations = operations, .operation_count = count};
	struct hash genesis;
	bool has_genesis = session_has(session, OPTION_genesis);
	struct why why = {{0}};
	char *text;
	enum exit_code exit_code = EXIT_CODE_OK;

	if (!operations)
		return session_no_memory(session);
	if (count > TX_OPERATIONS_MAX)
		return failure_set(&session->failure, EXIT_CODE_REFUSED,
		                   "%zu operations: at most %d are allowed", count,
		                   TX_OPERATIONS_MAX);
	for (size_t i = 0; i < count; i++) {
		enum status status =
			operation_from_json(&operations[i], json_array_get(words, i), arena, &why);

		if (status != STATUS_OK)
			return malformed(session, status, &why);
	}
	if (has_genesis)
		exit_code = writing_genesis_option(&genesis, session);
	if (exit_code == EXIT_CODE_OK)
		exit_code = read_sender(session, &draft.sender);
	if (exit_code == EXIT_CODE_OK)
		exit_code = writing_salt_and_time(&draft.salt, &draft.valid_until_ms, session);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (tx_draft_size(&draft) > TX_SIZE_MAX)
		return failure_set(&session->failure, EXIT_CODE_REFUSED,
		                   "the transaction would have %zu bytes: at most %d are allowed",
		                   tx_draft_size(&draft), TX_SIZE_MAX);
	text = tx_file_text(&draft, has_genesis ? &genesis : NULL, NULL, NULL);
	exit_code = write_text(session, text);
	free(text);
	return exit_code;
}

static enum exit_code tx_build(struct session *session)
{
	struct arena arena = {0};
	json_t *words = tx_words_operations(session->arguments.words + session->words_used,
	                                    session_word_count(session), &session->failure);
	enum exit_code exit_code;

	if (!words)
		return session->failure.exit_code;
	exit_code = build(session, words, &arena);
	arena_close(&arena);
	json_decref(words);
	return exit_code;
}

/* -- Files -------------------------------------------------------------------------- */

/* FILE, or - for standard input. */
static enum exit_code read_file(struct session *session, struct tx_file *file,
                                const char *path)
{
	struct buffer text;
	struct why why = {{0}};
	enum status status;
	enum exit_code exit_code;

	buffer_init(&text, TX_FILE_SIZE_MAX);
	exit_code = strcmp(path, "-") == 0
	                ? value_read(&text, path, "the transaction", &session->failure)
	                : value_read_file(&text, path, "the transaction", &session->failure);
	if (exit_code == EXIT_CODE_OK) {
		status = tx_file_read(file, buffer_view(&text), &why);
		if (status != STATUS_OK)
			exit_code = malformed(session, status, &why);
	}
	buffer_close(&text);
	return exit_code;
}

/* What is about to be signed, for who signs it. */
static void show_draft(struct session *session, const struct tx_file *file)
{
	char address[ADDRESS_TEXT_SIZE], until[TIME_TEXT_SIZE];

	address_encode(address, &file->sender);
	time_text(until, file->valid_until_ms);
	output_note(&session->output, "sender       %s\nvalid until  %s", address, until);
	for (size_t i = 0; i < file->operation_count; i++) {
		json_t *json = json_of_operation(&file->operations[i]);
		char *text = json_dumps(json, JSON_COMPACT);

		output_note(&session->output, "operation %zu  %.3000s", i, text ? text : "?");
		free(text);
		json_decref(json);
	}
}

/* The network to sign for: what the file says, --genesis, or the node, and they agree. */
static enum exit_code choose_network(struct session *session, const struct tx_file *file,
                                     struct network *network)
{
	struct hash genesis;
	enum exit_code exit_code;

	if (!session_has(session, OPTION_genesis) && file->has_genesis) {
		network_init(network, &file->genesis);
		return EXIT_CODE_OK;
	}
	if (!session_has(session, OPTION_genesis))
		return writing_network(network, session);
	exit_code = writing_genesis_option(&genesis, session);
	if (exit_code == EXIT_CODE_OK && file->has_genesis &&
	    !hash_equal(&genesis, &file->genesis))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "the transaction is for another network than --genesis says");
	network_init(network, &genesis);
	return exit_code;
}

static enum exit_code choose_key(struct session *session, const struct tx_file *file,
                                 const struct hash *genesis, size_t *position)
{
	size_t account = 0;

	while (account < keystore_account_count(session->keystore) &&
	       !hash_equal(&keystore_account(session->keystore, account)->id, &file->sender))
		account++;
	if (account == keystore_account_count(session->keystore)) {
		failure_set(&session->failure, EXIT_CODE_NOT_FOUND,
		            "wallet %s does not have the transaction's sender",
		            keystore_name(session->keystore));
		return failure_hint(&session->failure, "choose another one with --wallet");
	}
	return writing_known_key(position, session, genesis, account);
}

static enum exit_code sign(struct session *session, const struct tx_file *file,
                           const char *path)
{
	const char *out = session_option(session, OPTION_output);
	struct tx_draft draft = tx_file_draft(file);
	struct network network;
	struct signed_tx tx;
	struct bytes_view bytes;
	struct why why = {{0}};
	char txid[HASH_HEX_SIZE];
	size_t position;
	char *text;
	enum status status;
	enum exit_code exit_code = session_keystore(session, NULL);

	if (exit_code == EXIT_CODE_OK)
		exit_code = choose_network(session, file, &network);
	if (exit_code == EXIT_CODE_OK)
		exit_code = choose_key(session, file, &network.genesis, &position);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	show_draft(session, file);
	if (!output_confirm(&session->output, "Sign it?", true))
		return failure_set(&session->failure, EXIT_CODE_FAILURE, "nothing was signed");
	exit_code = session_unlock(session, NULL);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	status = signed_tx_make(&tx, &draft, &network, session->keystore, position, &why);
	if (status != STATUS_OK)
		return malformed(session, status, &why);
	bytes = bytes_view(tx.bytes, tx.size);
	text = tx_file_text(&draft, &network.genesis, &bytes, &tx.txid);
	hex_encode(txid, hash_view(&tx.txid));
	signed_tx_close(&tx);
	if (!text)
		return session_no_memory(session);
	if (!out && strcmp(path, "-") == 0) {
		output_bytes(&session->output, text_view(text));
	} else {
		exit_code = session_write_file(session, out ? out : path, text_view(text));
		if (exit_code == EXIT_CODE_OK)
			output_line(&session->output, txid);
	}
	free(text);
	return exit_code;
}

static enum exit_code tx_sign(struct session *session)
{
	struct tx_file file;
	enum exit_code exit_code = read_file(session, &file, session_word(session, 0));

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code = sign(session, &file, session_word(session, 0));
	tx_file_close(&file);
	return exit_code;
}

static enum exit_code tx_send(struct session *session)
{
	struct tx_file file;
	enum exit_code exit_code = read_file(session, &file, session_word(session, 0));

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (file.tx.size == 0 || !file.has_genesis) {
		failure_set(&session->failure, EXIT_CODE_USAGE, "the transaction is not signed");
		exit_code = failure_hint(&session->failure, "'cairn tx sign %.200s' signs it",
		                         session_word(session, 0));
	} else {
		exit_code = submit_tx(session, file.tx, &file.txid);
	}
	tx_file_close(&file);
	return exit_code;
}

/* -- Looking ------------------------------------------------------------------------ */

static enum exit_code show_by_txid(struct session *session, const struct hash *txid)
{
	json_t *result;
	enum exit_code exit_code = session_call(
		session, &result, "tx.get", json_pack("{so}", "txid", json_of_hash(txid)));

	/* Not final: perhaps it waits, or was refused. */
	if (exit_code == EXIT_CODE_NOT_FOUND) {
		exit_code = session_call(session, &result, "tx.get_status",
		                         json_pack("{so}", "txid", json_of_hash(txid)));
		if (exit_code == EXIT_CODE_OK &&
		    strcmp(json_string_value(json_object_get(result, "status"))
		               ? json_string_value(json_object_get(result, "status"))
		               : "",
		           "unknown") == 0)
			exit_code = failure_set(&session->failure, EXIT_CODE_NOT_FOUND,
			                        "the node does not know this transaction");
	}
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_show(session, result);
	json_decref(result);
	return exit_code;
}

static enum exit_code tx_show(struct session *session)
{
	const char *which = session_word(session, 0);
	struct tx_file file;
	struct hash txid;
	enum exit_code exit_code;

	if (is_txid(which, &txid))
		return show_by_txid(session, &txid);
	exit_code = read_file(session, &file, which);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code = session_show(session, file.root);
	tx_file_close(&file);
	return exit_code;
}

static enum exit_code tx_wait(struct session *session)
{
	struct hash txid;

	if (!is_txid(session_word(session, 0), &txid))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "a txid has 64 lower-case hex digits, unlike '%.80s'",
		                   session_word(session, 0));
	return submit_wait_for(session, &txid);
}

/* Without the network the txid is not known, and so it is left out. */
static json_t *decoded_json(const struct tx *tx, bool has_genesis)
{
	json_t *json = json_of_tx(tx);

	if (!json)
		return NULL;
	if (!has_genesis)
		json_object_del(json, "txid");
	else
		json_object_set_new(json, "signature_valid",
		                    json_boolean(tx_check_signature(tx, NULL) == VERDICT_GOOD));
	json_object_del(json, "tx_b64");
	return json;
}

static enum exit_code decode(struct session *session, struct bytes_view bytes)
{
	bool has_genesis = session_has(session, OPTION_genesis);
	struct hash genesis = {{0}};
	struct refusal refusal = {0};
	struct network network;
	struct tx tx;
	json_t *json;
	enum exit_code exit_code = EXIT_CODE_OK;

	if (has_genesis)
		exit_code = writing_genesis_option(&genesis, session);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	network_init(&network, &genesis);
	if (tx_decode(&tx, &network, bytes, &refusal) != VERDICT_GOOD)
		return failure_set(&session->failure, EXIT_CODE_REFUSED,
		                   "these bytes are no transaction: %s", refusal.text);
	json = decoded_json(&tx, has_genesis);
	exit_code = json ? session_show(session, json) : session_no_memory(session);
	json_decref(json);
	return exit_code;
}

/* Base64 as in tx_b64, with white space around it, or the bytes themselves. */
static enum exit_code tx_decode_words(struct session *session)
{
	struct buffer text;
	uint8_t *bytes = NULL;
	struct bytes_view view;
	size_t size;
	enum exit_code exit_code;

	buffer_init(&text, 2 * (size_t)TX_SIZE_MAX);
	exit_code =
		value_read(&text, session_word(session, 0), "the transaction", &session->failure);
	view = buffer_view(&text);
	while (view.size > 0 && strchr(" \t\r\n", view.at[view.size - 1]))
		view.size--;
	if (exit_code == EXIT_CODE_OK) {
		bytes = malloc(base64_decoded_size_max(view.size) + 1);
		if (!bytes)
			exit_code = session_no_memory(session);
		else if (base64_decode(bytes, &size, view))
			exit_code = decode(session, bytes_view(bytes, size));
		else
			exit_code = decode(session, buffer_view(&text));
	}
	free(bytes);
	buffer_close(&text);
	return exit_code;
}

const struct command commands_tx[] = {
	{
		.noun = "tx",
		.verb = "build",
		.words = "KIND name=value ... [+ KIND name=value ...]",
		.word_count_min = 1,
		.word_count_max = COMMAND_WORDS_ANY,
		.summary = "Write an unsigned transaction as a JSON file",
		.details =
			"Nothing is asked of a node. Kinds and their members: record.append (stream, "
			"key, value, content_type, expected_count, expected_version), stream.create "
			"(name, write, description, schema), stream.grant and stream.revoke (stream, "
			"role, account), account.describe (display_name, contact, encryption_key, "
			"inbox), asset.create (name, decimals, description), asset.mint and "
			"asset.transfer (asset, to, amount), asset.burn (asset, amount), "
			"validator.admit and validator.remove (account), validator.join (vote_key, "
			"cosign_key, node_id, address, height, block, vote_signature, "
			"cosign_signature), node.set (node_id, account, from_height), param.set "
			"(name, value). Amounts are "
			"in the asset's smallest unit. Several operations, with + between them, "
            "enter "
			"the ledger together or not at all.\n\n"
			"The sender is the first account of the wallet, or --account, which may be "
            "an "
			"address that the wallet does not have.",
		.examples =
			"cairn tx build record.append stream=notes value=hello -o tx.json\n"
			"cairn tx build record.append stream=a value=1 + record.append stream=b "
			"value=@2.bin -o tx.json\n"
			"cairn tx sign tx.json --genesis genesis.json\n"
			"cairn tx send tx.json",
		.option_count = 1,
		.options = {OPTION_output},
		.run = tx_build,
	},
	{
		.noun = "tx",
		.verb = "sign",
		.words = "FILE|-",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Sign a transaction's file in place, or into -o FILE",
		.details = "What it says is shown before. No node is needed where --genesis or "
				   "the file itself says for which network it is. The txid is printed.",
		.option_count = 1,
		.options = {OPTION_output},
		.run = tx_sign,
	},
	{
		.noun = "tx",
		.verb = "send",
		.words = "FILE|-",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Send a signed transaction's file and wait (--wait)",
		.details = "Sending the same file again is always safe: it enters once.",
		.run = tx_send,
	},
	{
		.noun = "tx",
		.verb = "show",
		.words = "TXID|FILE|-",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Show a transaction of the ledger, or of a file",
		.run = tx_show,
	},
	{
		.noun = "tx",
		.verb = "wait",
		.words = "TXID",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Wait until a transaction is final",
		.details =
			"Ends with 5 if it was refused, and with 6 if --timeout is over before "
			"anything is known.",
		.run = tx_wait,
	},
	{
		.noun = "tx",
		.verb = "decode",
		.words = "BASE64|@FILE|-",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Show what the bytes of a transaction say, without a node",
		.details = "With --genesis its txid is computed and its signature checked.",
		.run = tx_decode_words,
	},
};
COMMANDS_COUNTED(tx);
