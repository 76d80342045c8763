#include "node/shell/init.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "chain/ledger/execute.h"
#include "chain/store/store.h"
#include "node/shell/config.h"
#include "node/shell/file.h"
#include "node/shell/keys.h"
#include "node/shell/layout.h"
#include "node/shell/sign_state.h"
#include "rpc/api/genesis_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* One validator, who is also the whole root group; open to followers and writers. */
static void fill_genesis(struct genesis *genesis, const char *name,
                         const struct node_keys *keys, const struct hash *account)
{
	struct validator *validator = &genesis->validators.items[0];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(genesis->name, sizeof genesis->name, "%s", name);
	genesis->time_ms =
		(uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / UINT64_C(1000000);
	genesis->peers = PEERS_OPEN;
	genesis->admission = ADMISSION_OPEN;
	genesis->parameters = parameters_default();
	genesis->validators.count = 1;
	validator->account =
		account ? *account : account_id_of_key(&keys->vote.public_key);
	validator->vote_key = keys->vote.public_key;
	validator->cosign_key = keys->cosign_key;
	genesis->validator_node_ids[0] = keys->node_id;
	genesis->root_member_count = 1;
	genesis->root_threshold = 1;
	genesis->root_members[0] = validator->account;
}

static enum status write_genesis_json(const struct data_dir *dir,
                                      const struct genesis *genesis, struct why *why)
{
	json_t *json = genesis_to_json(genesis);
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	char path[DATA_PATH_SIZE];
	enum status status = STATUS_MEMORY;

	data_dir_path(path, dir, FILE_GENESIS);
	if (text)
		status = file_create(path, text_view(text), 0644, why);
	else
		why_set(why, status, "write the genesis");
	free(text);
	json_decref(json);
	return status;
}

static enum status write_config(const struct data_dir *dir, struct why *why)
{
	char path[DATA_PATH_SIZE];
	struct buffer text;
	enum status status;

	buffer_init(&text, CONFIG_SIZE_MAX);
	config_print_template(&text);
	status = text.status;
	data_dir_path(path, dir, FILE_CONFIG);
	if (status == STATUS_OK)
		status = file_create(path, buffer_view(&text), 0644, why);
	else
		why_set(why, status, "write the configuration");
	buffer_close(&text);
	return status;
}

static enum status create_store(const struct data_dir *dir, const struct genesis *genesis,
                                struct hash *genesis_id, struct why *why)
{
	struct store_options options = {0};
	struct network network;
	struct draft *draft = NULL;
	struct store *store = NULL;
	char path[DATA_PATH_SIZE];
	struct buffer bytes;
	enum status status;

	buffer_init(&bytes, GENESIS_SIZE_MAX);
	genesis_encode(&bytes, genesis);
	status = bytes.status;
	if (status != STATUS_OK) {
		why_set(why, status, "write the genesis");
		goto out;
	}
	*genesis_id = genesis_hash(buffer_view(&bytes));
	network_init(&network, genesis_id);
	status = block_genesis(&draft, &network, genesis, why);
	if (status != STATUS_OK)
		goto out;
	data_dir_path(path, dir, FILE_STORE);
	status = store_create(&store, path, &options, &network, buffer_view(&bytes), draft, why);
	store_close(store);
	draft_free(draft);
out:
	buffer_close(&bytes);
	return status;
}

static enum status create_sign_state(const struct data_dir *dir, struct why *why)
{
	char path[DATA_PATH_SIZE];

	data_dir_path(path, dir, FILE_SIGN_STATE);
	return sign_state_create(path, &(struct sign_mark){0}, why);
}

static enum status fill_folder(const struct data_dir *dir, const char *name,
                               const struct hash *account, struct hash *genesis_id,
                               struct why *why)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	struct node_keys keys;
	enum status status;

	if (!genesis)
		return why_set(why, STATUS_MEMORY, "make a genesis");
	status = node_keys_create(&keys, dir, why);
	if (status != STATUS_OK)
		goto out_genesis;
	fill_genesis(genesis, name, &keys, account);
	status = genesis_check(genesis, why);
	if (status == STATUS_OK)
		status = create_sign_state(dir, why);
	if (status == STATUS_OK)
		status = write_genesis_json(dir, genesis, why);
	if (status == STATUS_OK)
		status = write_config(dir, why);
	if (status == STATUS_OK)
		status = create_store(dir, genesis, genesis_id, why);
	node_keys_close(&keys);
out_genesis:
	memory_free(genesis);
	return status;
}

/* Only what this very call made: data_dir_create took an empty folder. */
static void empty_folder(const struct data_dir *dir)
{
	static const char *const names[] = {
		FILE_VOTE_KEY, FILE_COSIGN_KEY, FILE_NODE_KEY, FILE_SIGN_STATE,
		FILE_GENESIS,  FILE_CONFIG,     DATA_DIR_MARK, DATA_DIR_LOCK,
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[DATA_PATH_SIZE];

		data_dir_path(path, dir, names[i]);
		unlink(path);
	}
	rmdir(dir->path);
}

enum status node_init(const char *data_dir, const char *network_name, const char *account,
                      struct hash *genesis, struct why *why)
{
	struct hash account_id;
	struct data_dir dir;
	enum status status;

	if (!network_name_is_valid(text_view(network_name)))
		return why_say(why, STATUS_MALFORMED,
		               "a network's name has 1 to %d characters a-z 0-9 -, which '%.80s' "
		               "has not",
		               NETWORK_NAME_SIZE_MAX, network_name);
	if (account && address_decode(&account_id, text_view(account), why) != STATUS_OK)
		return why_add(why, STATUS_MALFORMED, "the account '%.80s'", account);
	status = data_dir_create(&dir, data_dir, why);
	if (status != STATUS_OK)
		return status;
	status = fill_folder(&dir, network_name, account ? &account_id : NULL, genesis, why);
	if (status != STATUS_OK)
		empty_folder(&dir);
	data_dir_close(&dir);
	return status;
}
