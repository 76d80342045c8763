/* cairn account: who you are on the ledger. */
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/submit.h"
#include "wallet-cli/writing.h"

#include <stdio.h>
#include <string.h>

/* -- In the wallet ------------------------------------------------------------------ */

static enum exit_code account_list(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "ACCOUNT", .cut = TABLE_END},
		{.title = "ADDRESS", .cut = TABLE_WHOLE, .is_id = true},
	};
	json_t *list = json_array();
	struct table table;
	enum exit_code exit_code = session_keystore(session, NULL);

	table_init(&table, columns, 2);
	for (size_t i = 0;
	     exit_code == EXIT_CODE_OK && i < keystore_account_count(session->keystore);
	     i++) {
		const struct keystore_account *account = keystore_account(session->keystore, i);
		char address[ADDRESS_TEXT_SIZE];

		address_encode(address, &account->id);
		table_add_text(&table, account->name);
		table_add_text(&table, address);
		json_array_append_new(
			list, json_pack("{ss ss}", "name", account->name, "address", address));
	}
	if (exit_code == EXIT_CODE_OK)
		exit_code = session->output.is_json ? session_show_json(session, list)
		                                    : session_show_table(session, &table);
	table_close(&table);
	json_decref(list);
	return exit_code;
}

static enum exit_code account_new(struct session *session)
{
	const char *name = session_word(session, 0);
	char address[ADDRESS_TEXT_SIZE];
	struct why why = {{0}};
	size_t position;
	json_t *json;
	enum exit_code exit_code = session_unlock(session, NULL);

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_status(
			session,
			keystore_add_account(&position, session->keystore, text_view(name), &why),
			&why);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	address_encode(address, &keystore_account(session->keystore, position)->id);
	if (!session->output.is_json) {
		output_line(&session->output, address);
		return EXIT_CODE_OK;
	}
	json = json_pack("{ss ss}", "name", name, "address", address);
	exit_code = session_show_json(session, json);
	json_decref(json);
	return exit_code;
}

/* -- On the ledger ------------------------------------------------------------------ */

/* The account that is asked about: the word, or the one that acts. */
static enum exit_code subject(struct session *session, struct hash *id)
{
	size_t position;
	enum exit_code exit_code;

	if (session_word(session, 0))
		return session_account_id(session, id, session_word(session, 0));
	exit_code = session_keystore(session, NULL);
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_account(session, &position);
	if (exit_code == EXIT_CODE_OK)
		*id = keystore_account(session->keystore, position)->id;
	return exit_code;
}

static enum exit_code account_show(struct session *session)
{
	json_t *params, *result;
	struct hash id;
	enum exit_code exit_code = subject(session, &id);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	params = json_pack("{so}", "account", json_of_account(&id));
	if (!params)
		return session_no_memory(session);
	exit_code = session_add_at(session, params);
	if (exit_code != EXIT_CODE_OK) {
		json_decref(params);
		return exit_code;
	}
	exit_code = session_call(session, &result, "account.get", params);
	if (exit_code == EXIT_CODE_OK && session->output.is_quiet)
		output_line(&session->output,
		            json_string_value(json_object_get(result, "account")));
	else if (exit_code == EXIT_CODE_OK)
		exit_code = session_show(session, result);
	json_decref(result);
	return exit_code;
}

static enum exit_code account_describe(struct session *session)
{
	const char *key = session_option(session, OPTION_encryption_key);
	const char *inbox = session_option(session, OPTION_inbox);
	const char *display_name = session_option(session, OPTION_display_name);
	const char *contact = session_option(session, OPTION_contact);
	struct operation operation = {.kind = OPERATION_account_describe};
	struct account_describe *describe = &operation.account_describe;

	describe->display_name = text_view(display_name ? display_name : "");
	describe->contact = text_view(contact ? contact : "");
	describe->encryption_key.present = key != NULL;
	if (key &&
	    (strlen(key) != 2 * HASH_SIZE ||
	     !hex_decode(describe->encryption_key.value.bytes, HASH_SIZE, text_view(key))))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "--encryption-key must be 64 lower-case hex digits");
	describe->inbox.present = inbox != NULL;
	if (inbox && !name_is_valid(text_view(inbox)))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "--inbox must be a stream's name");
	if (inbox)
		describe->inbox.value = stream_id_of(text_view(inbox));
	return writing_run(session, &operation);
}

/* -- Another key -------------------------------------------------------------------- */

/* "main-key-2": an account of the wallet whose key is used and whose address is not. */
static enum exit_code add_key(struct session *session, size_t account, size_t *position)
{
	const struct keystore_account *owner = keystore_account(session->keystore, account);
	char name[WALLET_NAME_SIZE_MAX + 1];
	struct why why = {{0}};
	size_t taken;
	unsigned number = 1;

	do {
		number++;
		snprintf(name, sizeof name, "%.40s-key-%u", owner->name, number);
	} while (keystore_find_account(&taken, session->keystore, text_view(name)));
	return session_status(
		session, keystore_add_account(position, session->keystore, text_view(name), &why),
		&why);
}

/* The new key agrees, so that nobody is rotated to a key that nobody has. Its own public
 * key is learnt on the way: a signature comes with it. */
static enum exit_code sign_rotation(struct session *session,
                                    const struct writing *writing, size_t position,
                                    struct account_rotate *rotate)
{
	struct signature unused;
	struct hash message = {{0}};
	struct why why = {{0}};
	enum status status = keystore_sign(&unused, &rotate->new_key, session->keystore,
	                                   position, &message, &why);

	if (status == STATUS_OK) {
		message = rotation_message(&writing->network, &writing->sender, &rotate->new_key,
		                           writing->salt);
		status = keystore_sign(&rotate->new_key_signature, &rotate->new_key,
		                       session->keystore, position, &message, &why);
	}
	return session_status(session, status, &why);
}

/* Only of a change that is final: one that is under way may never arrive, and offline the
 * wallet would sign with a key that the ledger does not know. Whoever did not wait learns
 * it from the node, with the next thing that is written. */
static enum exit_code remember_key(struct session *session, const struct writing *writing,
                                   const struct public_key *key)
{
	enum exit_code exit_code = session_networks(session);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	networks_set_key(&session->networks, &writing->network.genesis, &writing->sender,
	                 key);
	return networks_save(&session->networks, &session->failure);
}

static enum exit_code account_rotate(struct session *session)
{
	struct operation operation = {.kind = OPERATION_account_rotate};
	struct writing writing;
	size_t account, position;
	enum submit_wait wait;
	enum exit_code exit_code = submit_wait_option(&wait, session);

	if (exit_code == EXIT_CODE_OK)
		exit_code = writing_begin(&writing, session);

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_account(session, &account);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (!output_confirm(&session->output,
	                    "Change the key of this account? From then on only the new key "
	                    "signs for it.",
	                    true))
		return failure_set(&session->failure, EXIT_CODE_FAILURE, "nothing was changed");
	/* The new key is in the wallet's file before the ledger hears of it. */
	exit_code = add_key(session, account, &position);
	if (exit_code == EXIT_CODE_OK)
		exit_code = sign_rotation(session, &writing, position, &operation.account_rotate);
	if (exit_code == EXIT_CODE_OK)
		exit_code = writing_send(&writing, session, &operation, 1);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (wait == SUBMIT_WAIT_FINAL)
		exit_code = remember_key(session, &writing, &operation.account_rotate.new_key);
	if (exit_code == EXIT_CODE_OK)
		output_note(&session->output, "%s %s signs for account %s.",
		            wait == SUBMIT_WAIT_FINAL ? "From now on" : "Once this is final,",
		            keystore_account(session->keystore, position)->name,
		            keystore_account(session->keystore, account)->name);
	return exit_code;
}

const struct command commands_account[] = {
	{
		.noun = "account",
		.verb = "list",
		.words = "",
		.summary = "List the accounts of the wallet",
		.run = account_list,
	},
	{
		.noun = "account",
		.verb = "new",
		.words = "NAME",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Add an account to the wallet",
		.details = "Its address is printed. The ledger learns of it with its first "
				   "transaction.",
		.run = account_new,
	},
	{
		.noun = "account",
		.verb = "show",
		.words = "[ADDRESS|NAME]",
		.word_count_max = 1,
		.summary = "Show what the ledger says of an account",
		.option_count = 2,
		.options = {OPTION_at, OPTION_prove},
		.run = account_show,
	},
	{
		.noun = "account",
		.verb = "describe",
		.words = "",
		.summary = "Say on the ledger who the account is",
		.details = "The whole description is replaced: what is not given becomes empty.",
		.examples = "cairn account describe --display-name \"Registry, Oslo\" --contact "
					"registry@example.org",
		.option_count = 4,
		.options = {OPTION_display_name, OPTION_contact, OPTION_inbox,
                    OPTION_encryption_key},
		.run = account_describe,
	},
	{
		.noun = "account",
		.verb = "rotate",
		.words = "",
		.summary = "Change the key that signs for the account",
		.details = "The wallet derives a new key, keeps it as NAME-key-2 and so on, and "
				   "asks the ledger to accept it. The account keeps its address. The old "
				   "key signs until the change is final; later commands find the right "
				   "key by themselves. If the change is refused or lost, NAME-key-2 "
				   "stays in the wallet, unused.",
		.run = account_rotate,
	},
};
COMMANDS_COUNTED(account);
