#include "wallet-cli/session_wallet.h"

#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "rpc/api/nearest.h"
#include "wallet-cli/keystore/wallet_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* -- The folder --------------------------------------------------------------------- */

/* Every folder above the last part of the path. The last one is the keystore's to make.
 */
static enum exit_code make_folders(struct session *session, const char *path)
{
	char part[NODE_PATH_SIZE];

	for (const char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(part, sizeof part, "%.*s", (int)(at - path), path);
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return failure_set(&session->failure, EXIT_CODE_FAILURE,
			                   "the folder %.300s cannot be made: %s", part,
			                   strerror(errno));
	}
	return EXIT_CODE_OK;
}

enum exit_code session_wallet_folder(struct session *session, char path[NODE_PATH_SIZE],
                                     bool make)
{
	const char *data_dir = session_option(session, OPTION_data_dir);
	char folder[NODE_PATH_SIZE];

	if (!data_dir && !person_folder(folder))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "neither HOME nor XDG_DATA_HOME says where wallets are; "
		                   "--data-dir does");
	if (snprintf(path, NODE_PATH_SIZE, "%s/" WALLETS_FOLDER, data_dir ? data_dir : folder) >=
	    NODE_PATH_SIZE)
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "the path of the wallets is too long");
	return make ? make_folders(session, path) : EXIT_CODE_OK;
}

/* -- Which one ---------------------------------------------------------------------- */

static enum exit_code choose_wallet(struct session *session,
                                    const struct wallet_names *wallets, const char **name)
{
	for (size_t i = 0; i < wallets->count; i++)
		if (strcmp(wallets->names[i], WALLET_NAME_DEFAULT) == 0)
			*name = wallets->names[i];
	if (wallets->count == 1)
		*name = wallets->names[0];
	if (*name)
		return EXIT_CODE_OK;
	if (wallets->count == 0) {
		failure_set(&session->failure, EXIT_CODE_NOT_FOUND, "there is no wallet yet");
		return failure_hint(&session->failure, "'cairn wallet new' makes one");
	}
	failure_set(&session->failure, EXIT_CODE_USAGE,
	            "there are %zu wallets, and none is named " WALLET_NAME_DEFAULT,
	            wallets->count);
	return failure_hint(&session->failure,
	                    "choose one with --wallet; 'cairn wallet list' "
	                    "lists them");
}

static enum exit_code load(struct session *session, const char *folder, const char *name)
{
	struct why why = {{0}};
	enum status status = keystore_load(&session->keystore, folder, name, &why);

	if (status != STATUS_NOT_FOUND)
		return session_status(session, status, &why);
	failure_set(&session->failure, EXIT_CODE_NOT_FOUND, "there is no wallet '%.64s'",
	            name);
	return failure_hint(&session->failure, "'cairn wallet list' lists them");
}

enum exit_code session_keystore(struct session *session, const char *name)
{
	struct wallet_names wallets = {0};
	char folder[NODE_PATH_SIZE];
	struct why why = {{0}};
	enum exit_code exit_code;

	if (session->keystore)
		return EXIT_CODE_OK;
	exit_code = session_wallet_folder(session, folder, false);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (!name)
		name = session_option(session, OPTION_wallet);
	if (name)
		return load(session, folder, name);
	exit_code = session_status(session, wallet_file_list(&wallets, folder, &why), &why);
	if (exit_code == EXIT_CODE_OK)
		exit_code = choose_wallet(session, &wallets, &name);
	if (exit_code == EXIT_CODE_OK)
		exit_code = load(session, folder, name);
	wallet_names_close(&wallets);
	return exit_code;
}

/* -- Passphrases -------------------------------------------------------------------- */

enum exit_code session_passphrase(struct session *session, struct passphrase *passphrase,
                                  bool *found, enum option file, enum option descriptor)
{
	const char *path = session_option(session, file);
	struct why why = {{0}};
	enum exit_code exit_code;
	enum status status;
	uint64_t number;

	*found = path || session_has(session, descriptor);
	passphrase_wipe(passphrase);
	if (path && session_has(session, descriptor))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "--%s and --%s exclude each other", option_facts(file)->text,
		                   option_facts(descriptor)->text);
	if (!*found)
		return EXIT_CODE_OK;
	exit_code = arguments_number(&number, &session->arguments, descriptor, 0, 1 << 20, 0,
	                             &session->failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	status = path ? passphrase_from_file(passphrase, path, &why)
	              : passphrase_from_descriptor(passphrase, (int)number, &why);
	return session_status(session, status, &why);
}

enum exit_code session_new_passphrase(struct session *session,
                                      struct passphrase *passphrase, enum option file,
                                      enum option descriptor)
{
	struct why why = {{0}};
	bool found;
	enum exit_code exit_code =
		session_passphrase(session, passphrase, &found, file, descriptor);

	if (exit_code != EXIT_CODE_OK || found)
		return exit_code;
	return session_status(
		session,
		passphrase_new_from_terminal(
			passphrase, "New passphrase (empty: none): ", "The same again: ", &why),
		&why);
}

enum exit_code session_unlock(struct session *session, const char *name)
{
	char prompt[WALLET_NAME_SIZE_MAX + 40];
	struct passphrase passphrase;
	struct why why = {{0}};
	enum status status = STATUS_OK;
	bool found;
	enum exit_code exit_code = session_keystore(session, name);

	if (exit_code != EXIT_CODE_OK || keystore_is_unlocked(session->keystore))
		return exit_code;
	exit_code = session_passphrase(session, &passphrase, &found, OPTION_passphrase_file,
	                               OPTION_passphrase_fd);
	if (exit_code == EXIT_CODE_OK && !found &&
	    keystore_has_passphrase(session->keystore)) {
		snprintf(prompt, sizeof prompt,
		         "Passphrase of wallet %s: ", keystore_name(session->keystore));
		status = passphrase_from_terminal(&passphrase, prompt, &why);
	}
	/* Without one, what a file says is not looked at: the wallet opens anyway. */
	if (!keystore_has_passphrase(session->keystore))
		passphrase_wipe(&passphrase);
	if (exit_code == EXIT_CODE_OK && status == STATUS_OK)
		status = keystore_unlock(session->keystore, passphrase_view(&passphrase), &why);
	passphrase_wipe(&passphrase);
	return exit_code == EXIT_CODE_OK ? session_status(session, status, &why) : exit_code;
}

/* -- Accounts ----------------------------------------------------------------------- */

/* False: it is no address and no id. *failure is set if it was meant to be one. */
static bool read_id(struct session *session, struct hash *id, const char *text)
{
	struct bytes_view view = text_view(text);
	struct why why = {{0}};

	session->failure.exit_code = EXIT_CODE_OK;
	if (hex_decode(id->bytes, HASH_SIZE, view) && view.size == 2 * HASH_SIZE)
		return true;
	if (strncmp(text, "cairn1", 6) != 0 && strncmp(text, "CAIRN1", 6) != 0)
		return false;
	if (address_decode(id, view, &why) == STATUS_OK)
		return true;
	failure_set(&session->failure, EXIT_CODE_USAGE, "'%.80s' is no address: %s", text,
	            why.text);
	return false;
}

static enum exit_code unknown_account(struct session *session, const char *text)
{
	struct nearest nearest = nearest_to(text);
	const char *word;

	for (size_t i = 0; i < keystore_account_count(session->keystore); i++)
		nearest_offer(&nearest, keystore_account(session->keystore, i)->name);
	word = nearest_word(&nearest);
	failure_set(&session->failure, EXIT_CODE_NOT_FOUND,
	            "wallet %s has no account '%.80s'", keystore_name(session->keystore),
	            text);
	if (word)
		return failure_hint(&session->failure, "the nearest is '%s'", word);
	return failure_hint(&session->failure, "'cairn account list' lists them");
}

enum exit_code session_account(struct session *session, size_t *position)
{
	const char *text = session_option(session, OPTION_account);
	struct hash id;

	*position = 0;
	if (!text || keystore_find_account(position, session->keystore, text_view(text)))
		return EXIT_CODE_OK;
	if (!read_id(session, &id, text))
		return session->failure.exit_code != EXIT_CODE_OK
		           ? session->failure.exit_code
		           : unknown_account(session, text);
	for (size_t i = 0; i < keystore_account_count(session->keystore); i++)
		if (hash_equal(&keystore_account(session->keystore, i)->id, &id)) {
			*position = i;
			return EXIT_CODE_OK;
		}
	return unknown_account(session, text);
}

enum exit_code session_account_id(struct session *session, struct hash *id,
                                  const char *text)
{
	enum exit_code exit_code;
	size_t position;

	if (read_id(session, id, text))
		return EXIT_CODE_OK;
	if (session->failure.exit_code != EXIT_CODE_OK)
		return session->failure.exit_code;
	exit_code = session_keystore(session, NULL);
	if (exit_code == EXIT_CODE_NOT_FOUND) {
		failure_set(&session->failure, EXIT_CODE_USAGE, "'%.80s' is no address", text);
		return failure_hint(&session->failure, "an address begins with cairn1");
	}
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (!keystore_find_account(&position, session->keystore, text_view(text)))
		return unknown_account(session, text);
	*id = keystore_account(session->keystore, position)->id;
	return EXIT_CODE_OK;
}

/* -- Networks ----------------------------------------------------------------------- */

enum exit_code session_networks(struct session *session)
{
	char folder[NODE_PATH_SIZE];
	enum exit_code exit_code;

	if (session->networks.root)
		return EXIT_CODE_OK;
	exit_code = session_wallet_folder(session, folder, false);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	return networks_load(&session->networks, folder, &session->failure);
}
