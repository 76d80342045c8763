#include "wallet-cli/writing.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "chain/ledger/genesis.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/clock.h"
#include "wallet-cli/operation_check.h"
#include "wallet-cli/keystore/random.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/submit.h"
#include "wallet-cli/value_source.h"

#include <stdio.h>

enum { VALID_FOR_DEFAULT_S = 3600, VALID_FOR_MAX_S = 7 * 86400 };

/* -- --genesis ---------------------------------------------------------------------- */

static bool hash_of_canonical(struct hash *hash, struct bytes_view bytes, struct why *why)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	bool is_good = genesis && genesis_decode(genesis, bytes, why) == STATUS_OK;

	if (is_good)
		*hash = genesis_hash(bytes);
	memory_free(genesis);
	return is_good;
}

/* What chain.get_genesis answered, kept in a file: the bytes count, not what else stands
 * beside them. */
static bool hash_of_answer(struct hash *hash, struct bytes_view text, struct why *why)
{
	json_t *json = json_loadb((const char *)text.at, text.size, 0, NULL);
	const json_t *base64 = json_object_get(json, "genesis_b64");
	size_t size = json_string_length(base64);
	uint8_t *bytes =
		json_is_string(base64) ? memory_new(base64_decoded_size_max(size) + 1) : NULL;
	bool is_good =
		bytes &&
		base64_decode(bytes, &size, bytes_view(json_string_value(base64), size)) &&
		hash_of_canonical(hash, bytes_view(bytes, size), why);

	memory_free(bytes);
	json_decref(json);
	return is_good;
}

enum exit_code writing_genesis_option(struct hash *genesis, struct session *session)
{
	const char *text = session_option(session, OPTION_genesis);
	struct why why = {{0}};
	struct buffer file;
	bool is_good;
	enum exit_code exit_code;

	if (strlen(text) == 2 * HASH_SIZE &&
	    hex_decode(genesis->bytes, HASH_SIZE, text_view(text)))
		return EXIT_CODE_OK;
	buffer_init(&file, 2 * (size_t)GENESIS_SIZE_MAX);
	exit_code = value_read_file(&file, text, "--genesis", &session->failure);
	if (exit_code == EXIT_CODE_OK) {
		is_good =
			file.size > 0 &&
			(file.at[0] == '{' ? hash_of_answer(genesis, buffer_view(&file), &why)
		                       : hash_of_canonical(genesis, buffer_view(&file), &why));
		if (!is_good) {
			exit_code = failure_set(&session->failure, EXIT_CODE_USAGE,
			                        "--genesis: %.200s holds no genesis%s%s", text,
			                        why.text[0] ? ": " : "", why.text);
			failure_hint(&session->failure,
			             "'cairn chain genesis -o FILE' writes it; its "
			             "hash in hex will do too");
		}
	}
	buffer_close(&file);
	return exit_code;
}

/* -- The network -------------------------------------------------------------------- */

static bool read_hash(struct hash *hash, const json_t *value)
{
	return json_is_string(value) && json_string_length(value) == 2 * HASH_SIZE &&
	       hex_decode(hash->bytes, HASH_SIZE, text_view(json_string_value(value)));
}

/* Is it the network that this node served before? */
static enum exit_code check_known(struct session *session, const struct hash *genesis,
                                  const char *name)
{
	char question[512];
	const char *known_name;
	struct hash known;
	enum exit_code exit_code = session_networks(session);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (networks_node(&session->networks, session->address.name, &known, &known_name) &&
	    !hash_equal(&known, genesis)) {
		struct shown before = shown_hash(&known), now = shown_hash(genesis);

		snprintf(question, sizeof question,
		         "The node at %.200s now serves the network '%.32s' (%s), not '%.32s' "
		         "(%s) as before. Sign for it?",
		         session->address.name, name, now.text, known_name, before.text);
		if (!output_confirm(&session->output, question, false)) {
			failure_set(&session->failure, EXIT_CODE_FAILURE,
			            "nothing was signed: the node at %.200s serves another network "
			            "than before",
			            session->address.name);
			return failure_hint(&session->failure, "--yes accepts it");
		}
		output_note(&session->output, "The node at %s now serves the network '%s' (%s).",
		            session->address.name, name, now.text);
	}
	networks_set_node(&session->networks, session->address.name, genesis, name);
	return networks_save(&session->networks, &session->failure);
}

static enum exit_code read_status(struct hash *genesis, struct session *session,
                                  const json_t *result)
{
	const json_t *name = json_object_get(result, "network");

	if (!read_hash(genesis, json_object_get(result, "genesis")))
		return failure_set(&session->failure, EXIT_CODE_UNREACHABLE,
		                   "the node at %.200s does not say which network it serves",
		                   session->address.name);
	return check_known(session, genesis,
	                   json_is_string(name) ? json_string_value(name) : "");
}

enum exit_code writing_network(struct network *network, struct session *session)
{
	struct hash genesis;
	json_t *result = NULL;
	enum exit_code exit_code;

	if (session_has(session, OPTION_genesis)) {
		exit_code = writing_genesis_option(&genesis, session);
	} else {
		exit_code = session_call(session, &result, "node.get_status", NULL);
		if (exit_code == EXIT_CODE_OK)
			exit_code = read_status(&genesis, session, result);
		json_decref(result);
	}
	if (exit_code == EXIT_CODE_OK)
		network_init(network, &genesis);
	return exit_code;
}

/* -- The key ------------------------------------------------------------------------ */

static enum exit_code find_key(size_t *position, struct session *session,
                               const struct public_key *key, size_t account)
{
	struct hash id = account_id_of_key(key);

	for (size_t i = 0; i < keystore_account_count(session->keystore); i++)
		if (hash_equal(&keystore_account(session->keystore, i)->id, &id)) {
			*position = i;
			return EXIT_CODE_OK;
		}
	failure_set(
		&session->failure, EXIT_CODE_NOT_PERMITTED,
		"the key of account %s was changed, and wallet %s does not have the new one",
		keystore_account(session->keystore, account)->name,
		keystore_name(session->keystore));
	return failure_hint(&session->failure, "'cairn account new' derives the next keys of "
	                                       "the same words, if it was changed with them");
}

enum exit_code writing_known_key(size_t *position, struct session *session,
                                 const struct hash *genesis, size_t account)
{
	struct public_key key;
	enum exit_code exit_code = session_networks(session);

	*position = account;
	if (exit_code != EXIT_CODE_OK ||
	    !networks_key(&session->networks, genesis,
	                  &keystore_account(session->keystore, account)->id, &key))
		return exit_code;
	return find_key(position, session, &key, account);
}

/* What the ledger says of an account: the key, if it is another than the first. */
static enum exit_code read_account(size_t *position, struct session *session,
                                   const struct hash *genesis, const json_t *result,
                                   size_t account)
{
	const struct hash *id = &keystore_account(session->keystore, account)->id;
	struct public_key key;
	struct hash bytes;
	enum exit_code exit_code;

	if (!read_hash(&bytes, json_object_get(result, "key")))
		return EXIT_CODE_OK;
	memcpy(key.bytes, bytes.bytes, PUBLIC_KEY_SIZE);
	exit_code = find_key(position, session, &key, account);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	networks_set_key(&session->networks, genesis, id, &key);
	return networks_save(&session->networks, &session->failure);
}

/* Network and key in one round trip. */
static enum exit_code ask_node(struct writing *writing, struct session *session,
                               size_t account)
{
	json_t *params = json_pack("{so}", "account", json_of_account(&writing->sender));
	const struct client_call calls[] = {{"node.get_status", NULL},
	                                    {"account.get", params}};
	struct rpc_answers answers;
	const json_t *result;
	struct hash genesis;
	enum exit_code exit_code = session_client(session);

	if (exit_code == EXIT_CODE_OK)
		exit_code =
			client_call_many(&answers, session->client, calls, 2, &session->failure);
	json_decref(params);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code = rpc_answers_result(&result, &answers, 0, &session->failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = read_status(&genesis, session, result);
	if (exit_code == EXIT_CODE_OK) {
		network_init(&writing->network, &genesis);
		exit_code = rpc_answers_result(&result, &answers, 1, &session->failure);
		if (exit_code == EXIT_CODE_OK)
			exit_code =
				read_account(&writing->position, session, &genesis, result, account);
		else if (session->failure.rpc_code == RPC_ACCOUNT_NOT_FOUND)
			exit_code = EXIT_CODE_OK; /* new to the ledger: its first key signs */
	}
	rpc_answers_close(&answers);
	return exit_code;
}

/* -- Writing ------------------------------------------------------------------------ */

enum exit_code writing_salt_and_time(uint64_t *salt, uint64_t *valid_until_ms,
                                     struct session *session)
{
	struct why why = {{0}};
	uint64_t seconds;
	enum exit_code exit_code =
		arguments_number(&seconds, &session->arguments, OPTION_valid_for, 1,
	                     VALID_FOR_MAX_S, VALID_FOR_DEFAULT_S, &session->failure);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	*valid_until_ms = wall_ms() + seconds * 1000;
	return session_status(session, random_get(salt, sizeof *salt, &why), &why);
}

enum exit_code writing_begin(struct writing *writing, struct session *session)
{
	struct hash genesis;
	size_t account;
	enum exit_code exit_code = session_keystore(session, NULL);

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_account(session, &account);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	writing->position = account;
	writing->sender = keystore_account(session->keystore, account)->id;
	if (session_has(session, OPTION_genesis)) {
		exit_code = writing_genesis_option(&genesis, session);
		if (exit_code == EXIT_CODE_OK)
			exit_code = writing_known_key(&writing->position, session, &genesis, account);
		if (exit_code == EXIT_CODE_OK)
			network_init(&writing->network, &genesis);
	} else {
		exit_code = ask_node(writing, session, account);
	}
	/* The passphrase comes last: who cannot reach the node is not asked for it. */
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_unlock(session, NULL);
	if (exit_code == EXIT_CODE_OK)
		exit_code =
			writing_salt_and_time(&writing->salt, &writing->valid_until_ms, session);
	return exit_code;
}

enum exit_code writing_send(const struct writing *writing, struct session *session,
                            const struct operation *operations, size_t count)
{
	struct tx_draft draft = {
		.sender = writing->sender,
		.salt = writing->salt,
		.valid_until_ms = writing->valid_until_ms,
		.operations = operations,
		.operation_count = count,
	};
	struct signed_tx tx;
	struct why why = {{0}};
	enum status status = STATUS_OK;
	enum exit_code exit_code;

	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = operation_check(&operations[i], &why);
	if (status == STATUS_MALFORMED)
		return failure_set(&session->failure, EXIT_CODE_USAGE, "%s", why.text);
	if (status == STATUS_OK)
		status = signed_tx_make(&tx, &draft, &writing->network, session->keystore,
		                        writing->position, &why);
	if (status == STATUS_TOO_LARGE)
		return failure_set(&session->failure, EXIT_CODE_REFUSED, "%s", why.text);
	if (status != STATUS_OK)
		return session_status(session, status, &why);
	exit_code = submit_tx(session, bytes_view(tx.bytes, tx.size), &tx.txid);
	signed_tx_close(&tx);
	return exit_code;
}

enum exit_code writing_run(struct session *session, const struct operation *operation)
{
	struct writing writing;
	enum exit_code exit_code = writing_begin(&writing, session);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	return writing_send(&writing, session, operation, 1);
}
