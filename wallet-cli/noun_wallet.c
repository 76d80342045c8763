/* cairn wallet: the files in which keys lie. Nothing here needs a node. */
#include "chain/base/memory.h"
#include "chain/crypto/address.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/clock.h"
#include "wallet-cli/keystore/random.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/keystore/wallet_file.h"
#include "wallet-cli/keystore/words.h"

#include <stdio.h>
#include <string.h>

enum { WORD_COUNT_DEFAULT = 24 };

/* -- What is shown ------------------------------------------------------------------ */

static json_t *wallet_json(const struct keystore *keystore)
{
	json_t *accounts = json_array();

	for (size_t i = 0; i < keystore_account_count(keystore); i++) {
		const struct keystore_account *account = keystore_account(keystore, i);

		json_array_append_new(accounts,
		                      json_pack("{ss so}", "name", account->name, "address",
		                                json_of_account(&account->id)));
	}
	return json_pack("{ss sI sb so}", "wallet", keystore_name(keystore),
	                 "created_time_ms", (json_int_t)keystore_created_ms(keystore),
	                 "has_passphrase", (int)keystore_has_passphrase(keystore), "accounts",
	                 accounts);
}

static enum exit_code show_wallet(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "ACCOUNT", .cut = TABLE_END},
		{.title = "ADDRESS", .cut = TABLE_WHOLE, .is_id = true},
	};
	json_t *json;
	struct table table;
	enum exit_code exit_code;

	if (session->output.is_json) {
		json = wallet_json(session->keystore);
		exit_code = session_show_json(session, json);
		json_decref(json);
		return exit_code;
	}
	table_init(&table, columns, 2);
	for (size_t i = 0; i < keystore_account_count(session->keystore); i++) {
		const struct keystore_account *account = keystore_account(session->keystore, i);
		char address[ADDRESS_TEXT_SIZE];

		address_encode(address, &account->id);
		table_add_text(&table, account->name);
		table_add_text(&table, address);
	}
	exit_code = session_show_table(session, &table);
	table_close(&table);
	return exit_code;
}

/* -- Making one --------------------------------------------------------------------- */

static const char *new_name(const struct session *session)
{
	const char *name = session_word(session, 0);

	if (!name)
		name = session_option(session, OPTION_wallet);
	return name ? name : WALLET_NAME_DEFAULT;
}

static enum exit_code check_new_name(struct session *session)
{
	const char *name = new_name(session);
	char folder[NODE_PATH_SIZE];
	char path[WALLET_PATH_SIZE];
	struct why why = {{0}};
	struct wallet_names wallets;
	enum exit_code exit_code = session_wallet_folder(session, folder, true);

	if (exit_code == EXIT_CODE_OK)
		exit_code =
			session_status(session, wallet_file_path(path, folder, name, &why), &why);
	if (exit_code == EXIT_CODE_OK)
		exit_code =
			session_status(session, wallet_file_list(&wallets, folder, &why), &why);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	/* Before anybody types a passphrase; keystore_create looks again. */
	for (size_t i = 0; i < wallets.count; i++)
		if (strcmp(wallets.names[i], name) == 0)
			exit_code =
				failure_set(&session->failure, EXIT_CODE_FAILURE,
			                "there is a wallet '%s' already; it was not touched", name);
	wallet_names_close(&wallets);
	return exit_code;
}

static enum exit_code create(struct session *session, const struct words_entropy *entropy,
                             struct bytes_view words_passphrase)
{
	const char *account = session_option(session, OPTION_account);
	char folder[NODE_PATH_SIZE];
	struct passphrase passphrase;
	struct why why = {{0}};
	struct keystore_plan plan = {
		.folder = folder,
		.name = new_name(session),
		.entropy = entropy,
		.words_passphrase = words_passphrase,
		.created_ms = wall_ms(),
		.account_name = account ? account : ACCOUNT_NAME_DEFAULT,
	};
	enum exit_code exit_code = session_wallet_folder(session, folder, true);

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_new_passphrase(session, &passphrase, OPTION_passphrase_file,
		                                   OPTION_passphrase_fd);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	plan.passphrase = passphrase_view(&passphrase);
	exit_code =
		session_status(session, keystore_create(&session->keystore, &plan, &why), &why);
	passphrase_wipe(&passphrase);
	return exit_code;
}

static enum exit_code print_words(struct session *session, FILE *out)
{
	char words[WORDS_TEXT_SIZE];
	struct why why = {{0}};
	enum status status = keystore_words(words, session->keystore, &why);

	/* No copy of the secret stays in a buffer of stdio. */
	if (status == STATUS_OK) {
		fflush(out);
		setvbuf(out, NULL, _IONBF, 0);
		fprintf(out, "%s\n", words);
	}
	memory_wipe(words, sizeof words);
	return session_status(session, status, &why);
}

static enum exit_code tell_words(struct session *session)
{
	if (session->output.is_quiet)
		return EXIT_CODE_OK;
	if (!session->output.notes_is_terminal) {
		output_note(&session->output, "Write down its words, from which alone it can be "
		                              "restored: cairn wallet show --words");
		return EXIT_CODE_OK;
	}
	output_note(&session->output, "Write these words down and keep them where nobody "
	                              "finds them. Whoever has them has the wallet; without "
	                              "them a lost file is lost.\n");
	return print_words(session, session->output.notes);
}

static enum exit_code wallet_new(struct session *session)
{
	struct words_entropy entropy = {0};
	struct why why = {{0}};
	uint64_t count;
	enum exit_code exit_code =
		arguments_number(&count, &session->arguments, OPTION_word_count, 12, 24,
	                     WORD_COUNT_DEFAULT, &session->failure);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	entropy.size = words_entropy_size((size_t)count);
	if (entropy.size == 0)
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "--word-count must be 12, 15, 18, 21 or 24");
	exit_code = check_new_name(session);
	if (exit_code == EXIT_CODE_OK)
		exit_code =
			session_status(session, random_get(entropy.bytes, entropy.size, &why), &why);
	if (exit_code == EXIT_CODE_OK)
		exit_code = create(session, &entropy, (struct bytes_view){0});
	words_entropy_wipe(&entropy);
	if (exit_code == EXIT_CODE_OK)
		exit_code = show_wallet(session);
	return exit_code == EXIT_CODE_OK ? tell_words(session) : exit_code;
}

/* -- Restoring ---------------------------------------------------------------------- */

/* The words; secret. A passphrase has room for 24 of them. */
static enum exit_code read_words(struct session *session, struct words_entropy *entropy)
{
	const char *path = session_option(session, OPTION_words_file);
	struct passphrase words;
	struct why why = {{0}};
	enum status status =
		path ? passphrase_from_file(&words, path, &why)
			 : passphrase_from_terminal(&words, "Words (they are not shown): ", &why);

	if (status == STATUS_OK)
		status = words_decode(entropy, passphrase_view(&words), &why);
	passphrase_wipe(&words);
	if (status == STATUS_MALFORMED)
		return failure_set(&session->failure, EXIT_CODE_USAGE, "%s", why.text);
	return session_status(session, status, &why);
}

static enum exit_code add_accounts(struct session *session, uint64_t count)
{
	struct why why = {{0}};
	enum status status = STATUS_OK;

	for (uint64_t i = 1; status == STATUS_OK && i < count; i++) {
		char name[WALLET_NAME_SIZE_MAX + 1];
		size_t position;

		snprintf(name, sizeof name, "account-%u", (unsigned)i);
		status =
			keystore_add_account(&position, session->keystore, text_view(name), &why);
	}
	return session_status(session, status, &why);
}

static enum exit_code wallet_restore(struct session *session)
{
	const char *path = session_option(session, OPTION_words_passphrase_file);
	struct words_entropy entropy = {0};
	struct passphrase words_passphrase = {.size = 0};
	struct why why = {{0}};
	uint64_t count;
	enum exit_code exit_code =
		arguments_number(&count, &session->arguments, OPTION_accounts, 1,
	                     KEYSTORE_ACCOUNTS_MAX, 1, &session->failure);

	if (exit_code == EXIT_CODE_OK)
		exit_code = check_new_name(session);
	if (exit_code == EXIT_CODE_OK && path)
		exit_code = session_status(
			session, passphrase_from_file(&words_passphrase, path, &why), &why);
	if (exit_code == EXIT_CODE_OK)
		exit_code = read_words(session, &entropy);
	if (exit_code == EXIT_CODE_OK)
		exit_code = create(session, &entropy, passphrase_view(&words_passphrase));
	words_entropy_wipe(&entropy);
	passphrase_wipe(&words_passphrase);
	if (exit_code == EXIT_CODE_OK)
		exit_code = add_accounts(session, count);
	return exit_code == EXIT_CODE_OK ? show_wallet(session) : exit_code;
}

/* -- Looking and changing ----------------------------------------------------------- */

static json_t *listed_json(const struct keystore *keystore, const char *name,
                           const struct why *why)
{
	if (!keystore)
		return json_pack("{ss ss}", "wallet", name, "error", why->text);
	return wallet_json(keystore);
}

static void add_listed(struct table *table, const struct keystore *keystore,
                       const char *name, const struct why *why)
{
	table_add_text(table, name);
	if (!keystore) {
		table_add_text(table, "-");
		table_add_text(table, "-");
		table_add_text(table, why->text);
		return;
	}
	table_add_count(table, keystore_account_count(keystore));
	table_add_text(table, keystore_has_passphrase(keystore) ? "yes" : "no");
	table_add_time(table, keystore_created_ms(keystore));
}

static enum exit_code wallet_list(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "WALLET", .cut = TABLE_END, .is_id = true},
		{.title = "ACCOUNTS", .is_right = true},
		{.title = "PASSPHRASE"},
		{.title = "CREATED", .cut = TABLE_END},
	};
	struct wallet_names wallets;
	char folder[NODE_PATH_SIZE];
	struct table table;
	json_t *list = json_array();
	struct why why = {{0}};
	enum exit_code exit_code = session_wallet_folder(session, folder, false);

	if (exit_code == EXIT_CODE_OK)
		exit_code =
			session_status(session, wallet_file_list(&wallets, folder, &why), &why);
	if (exit_code != EXIT_CODE_OK) {
		json_decref(list);
		return exit_code;
	}
	table_init(&table, columns, 4);
	for (size_t i = 0; i < wallets.count; i++) {
		struct keystore *keystore;

		/* One that cannot be read is named with the reason; the others follow. */
		if (keystore_load(&keystore, folder, wallets.names[i], &why) != STATUS_OK)
			keystore = NULL;
		add_listed(&table, keystore, wallets.names[i], &why);
		json_array_append_new(list, listed_json(keystore, wallets.names[i], &why));
		keystore_free(keystore);
	}
	exit_code = session->output.is_json ? session_show_json(session, list)
	                                    : session_show_table(session, &table);
	table_close(&table);
	wallet_names_close(&wallets);
	json_decref(list);
	return exit_code;
}

static enum exit_code wallet_show(struct session *session)
{
	enum exit_code exit_code;

	if (!session_has(session, OPTION_words)) {
		exit_code = session_keystore(session, session_word(session, 0));
		return exit_code == EXIT_CODE_OK ? show_wallet(session) : exit_code;
	}
	exit_code = session_unlock(session, session_word(session, 0));
	if (exit_code == EXIT_CODE_OK &&
	    keystore_words_passphrase(session->keystore).size > 0)
		output_note(&session->output, "These words belong together with the passphrase "
		                              "that was given with them.");
	return exit_code == EXIT_CODE_OK ? print_words(session, session->output.out)
	                                 : exit_code;
}

static enum exit_code wallet_change_passphrase(struct session *session)
{
	struct passphrase passphrase;
	struct why why = {{0}};
	enum exit_code exit_code = session_unlock(session, session_word(session, 0));

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_new_passphrase(
			session, &passphrase, OPTION_new_passphrase_file, OPTION_new_passphrase_fd);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	exit_code =
		session_status(session,
	                   keystore_change_passphrase(
						   session->keystore, passphrase_view(&passphrase), NULL, &why),
	                   &why);
	passphrase_wipe(&passphrase);
	if (exit_code == EXIT_CODE_OK)
		output_note(&session->output, "The passphrase of wallet %s was changed.",
		            keystore_name(session->keystore));
	return exit_code;
}

const struct command commands_wallet[] = {
	{
		.noun = "wallet",
		.verb = "new",
		.words = "[NAME]",
		.word_count_max = 1,
		.summary = "Make a wallet with its first account",
		.details =
			"The passphrase is asked for, or taken from --passphrase-file or "
			"--passphrase-fd; with an empty one the wallet opens without asking. On a "
			"terminal the words from which the wallet can be restored are shown once; "
			"'cairn wallet show --words' shows them again.\n\n"
			"--account names the first account (default: " ACCOUNT_NAME_DEFAULT ").",
		.examples = "cairn wallet new\n"
					"cairn wallet new work --passphrase-file secret.txt -q",
		.option_count = 1,
		.options = {OPTION_word_count},
		.run = wallet_new,
	},
	{
		.noun = "wallet",
		.verb = "restore",
		.words = "[NAME]",
		.word_count_max = 1,
		.summary = "Make a wallet again from its words",
		.details = "The same words give the same accounts in the same order; their names "
				   "are not in the words. The words are asked for, or taken from "
				   "--words-file.",
		.examples = "cairn wallet restore old --accounts 3",
		.option_count = 3,
		.options = {OPTION_words_file, OPTION_words_passphrase_file, OPTION_accounts},
		.run = wallet_restore,
	},
	{
		.noun = "wallet",
		.verb = "list",
		.words = "",
		.summary = "List the wallets",
		.run = wallet_list,
	},
	{
		.noun = "wallet",
		.verb = "show",
		.words = "[NAME]",
		.word_count_max = 1,
		.summary = "Show a wallet's accounts, or its words",
		.examples = "cairn wallet show\ncairn wallet show work --words",
		.option_count = 1,
		.options = {OPTION_words},
		.run = wallet_show,
	},
	{
		.noun = "wallet",
		.verb = "change-passphrase",
		.words = "[NAME]",
		.word_count_max = 1,
		.summary = "Lock a wallet with another passphrase",
		.details = "The old one is asked for, or taken from --passphrase-file; the new "
				   "one is asked for twice, or taken from --new-passphrase-file.",
		.option_count = 2,
		.options = {OPTION_new_passphrase_file, OPTION_new_passphrase_fd},
		.run = wallet_change_passphrase,
	},
};
COMMANDS_COUNTED(wallet);
