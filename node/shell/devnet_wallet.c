#include "node/shell/devnet_wallet.h"

#include "node/shell/clock.h"
#include "node/shell/data_dir.h"
#include "wallet-cli/keystore/keystore.h"
#include "wallet-cli/keystore/random.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORD_COUNT = 24 };

/* The last part of the path is the keystore's to make. */
static enum status make_folders(const char *wallets, struct why *why)
{
	char part[DATA_PATH_SIZE];

	for (const char *at = strchr(wallets + 1, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(part, sizeof part, "%.*s", (int)(at - wallets), wallets);
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return why_set(why, STATUS_STORAGE, "make folder %s: %s", part, strerror(errno));
	}
	return STATUS_OK;
}

static enum status create(struct keystore **keystore, const char *wallets, struct why *why)
{
	struct words_entropy entropy = {.size = words_entropy_size(WORD_COUNT)};
	struct keystore_plan plan = {
		.folder = wallets,
		.name = WALLET_NAME_DEFAULT,
		.entropy = &entropy,
		.created_ms = clock_wall_ms(),
		.account_name = ACCOUNT_NAME_DEFAULT,
	};
	enum status status = make_folders(wallets, why);

	if (status == STATUS_OK)
		status = random_get(entropy.bytes, entropy.size, why);
	if (status == STATUS_OK)
		status = keystore_create(keystore, &plan, why);
	words_entropy_wipe(&entropy);
	return status;
}

enum status devnet_wallet_open(char address[ADDRESS_TEXT_SIZE], const char *folder,
                               struct why *why)
{
	struct keystore *keystore = NULL;
	char wallets[DATA_PATH_SIZE];
	enum status status;

	if (snprintf(wallets, sizeof wallets, "%s/" WALLETS_FOLDER, folder) >= (int)sizeof wallets)
		return why_say(why, STATUS_TOO_LARGE, "the folder's name is too long");
	status = keystore_load(&keystore, wallets, WALLET_NAME_DEFAULT, why);
	if (status == STATUS_NOT_FOUND)
		status = create(&keystore, wallets, why);
	if (status == STATUS_OK)
		address_encode(address, &keystore_account(keystore, 0)->id);
	keystore_free(keystore);
	return status;
}

enum status devnet_wallet_link(const char *node_folder, struct why *why)
{
	char path[DATA_PATH_SIZE];

	snprintf(path, sizeof path, "%s/" WALLETS_FOLDER, node_folder);
	if (symlink("../" WALLETS_FOLDER, path) == 0 || errno == EEXIST)
		return STATUS_OK;
	return why_set(why, STATUS_STORAGE, "make link %s: %s", path, strerror(errno));
}
