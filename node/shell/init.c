#include "node/shell/init.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "chain/ledger/execute.h"
#include "chain/store/store.h"
#include "node/shell/application.h"
#include "node/shell/config.h"
#include "node/shell/endpoint_net.h"
#include "node/shell/file.h"
#include "node/shell/keys.h"
#include "node/shell/layout.h"
#include "node/shell/sign_state.h"
#include "rpc/api/genesis_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A node on its way. */
struct newcomer {
	const struct init_member *member;
	struct data_dir dir;
	bool has_dir;
	bool is_prepared; /* the folder was there, with the keys */
	struct node_keys keys;
	struct hash account;
};

static int by_vote_key(const void *a, const void *b)
{
	const struct newcomer *const *first = a, *const *second = b;

	return memcmp(&(*first)->keys.vote.public_key, &(*second)->keys.vote.public_key,
	              PUBLIC_KEY_SIZE);
}

static int by_account(const void *a, const void *b)
{
	return memcmp(a, b, HASH_SIZE);
}

static void add_validator(struct genesis *genesis, const struct newcomer *newcomer)
{
	size_t index = genesis->validators.count++;
	struct validator *validator = &genesis->validators.items[index];
	const struct init_member *member = newcomer->member;
	const char *address = member->address ? member->address : member->p2p_listen;

	validator->account = newcomer->account;
	validator->vote_key = newcomer->keys.vote.public_key;
	validator->cosign_key = newcomer->keys.cosign_key;
	genesis->validator_node_ids[index] = newcomer->keys.node_id;
	snprintf(genesis->validator_addresses[index], sizeof *genesis->validator_addresses,
	         "%s", address ? address : "");
}

static enum status read_account(struct hash *account, const char *address, struct why *why)
{
	if (address_decode(account, text_view(address), why) == STATUS_OK)
		return STATUS_OK;
	return why_add(why, STATUS_MALFORMED, "the account '%.80s'", address);
}

static enum status fill_root_group(struct genesis *genesis,
                                   const struct init_network *network, struct why *why)
{
	size_t count = network->owner_count ? network->owner_count : genesis->validators.count;
	enum status status = STATUS_OK;

	if (count > GROUP_MEMBERS_MAX)
		return why_say(why, STATUS_TOO_LARGE, "the root group has at most %d accounts",
		               GROUP_MEMBERS_MAX);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		if (network->owner_count)
			status = read_account(&genesis->root_members[i], network->owners[i], why);
		else
			genesis->root_members[i] = genesis->validators.items[i].account;
	genesis->root_member_count = count;
	qsort(genesis->root_members, count, sizeof *genesis->root_members, by_account);
	genesis->root_threshold =
		network->owner_count ? 1 : validators_quorum(count, FAULT_BYZANTINE);
	return status;
}

/* Anybody may write who can reach a node. */
static enum status fill_genesis(struct genesis *genesis, const struct init_network *network,
                                struct newcomer **validators, size_t count, struct why *why)
{
	struct timespec now;
	enum status status;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(genesis->name, sizeof genesis->name, "%s", network->name);
	genesis->time_ms =
		(uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / UINT64_C(1000000);
	genesis->peers = network->is_permissioned ? PEERS_PERMISSIONED : PEERS_OPEN;
	genesis->admission = ADMISSION_OPEN;
	genesis->parameters = parameters_default();
	qsort(validators, count, sizeof *validators, by_vote_key);
	for (size_t i = 0; i < count; i++)
		add_validator(genesis, validators[i]);
	status = fill_root_group(genesis, network, why);
	return status == STATUS_OK ? genesis_check(genesis, why) : status;
}

/* "genesis_b64" of it, as a wallet's file has it. False: out of memory. */
static bool add_canonical(json_t *json, const struct genesis *genesis)
{
	struct buffer bytes, text;
	bool is_added;

	buffer_init(&bytes, GENESIS_SIZE_MAX);
	buffer_init(&text, 2 * GENESIS_SIZE_MAX);
	genesis_encode(&bytes, genesis);
	buffer_append_base64(&text, buffer_view(&bytes));
	is_added = bytes.status == STATUS_OK && text.status == STATUS_OK &&
	           json_object_set_new(json, "genesis_b64",
	                               json_stringn((const char *)text.at, text.size)) == 0;
	buffer_close(&bytes);
	buffer_close(&text);
	return is_added;
}

static enum status write_genesis_json(const struct data_dir *dir,
                                      const struct genesis *genesis, struct why *why)
{
	json_t *json = genesis_to_json(genesis);
	char *text = json && add_canonical(json, genesis) ? json_dumps(json, JSON_INDENT(2))
	                                                  : NULL;
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

/* What nodes tell each other of nodes are IP addresses. */
static bool is_told(const struct init_member *member)
{
	struct endpoint endpoint;
	struct net_address address;

	return member->address && endpoint_parse(&endpoint, text_view(member->address)) == NULL &&
	       endpoint_to_net(&address, &endpoint) && net_address_scope(&address) != NET_NEVER;
}

/* Beside the defaults, what makes this node another one than its neighbours. */
static enum status set_addresses(struct config *config, const struct init_member *member,
                                 struct why *why)
{
	char assignment[4096];
	enum status status = STATUS_OK;

	if (member->p2p_listen) {
		snprintf(assignment, sizeof assignment, "p2p.listen=%s", member->p2p_listen);
		status = config_set(config, assignment, why);
	}
	if (status == STATUS_OK && member->rpc_listen) {
		snprintf(assignment, sizeof assignment, "rpc.listen=%s", member->rpc_listen);
		status = config_set(config, assignment, why);
	}
	if (status == STATUS_OK && is_told(member)) {
		snprintf(assignment, sizeof assignment, "p2p.external=%s", member->address);
		status = config_set(config, assignment, why);
	}
	if (status == STATUS_OK && member->peers) {
		if (snprintf(assignment, sizeof assignment, "p2p.peers=%s", member->peers) >=
		    (int)sizeof assignment)
			return why_say(why, STATUS_TOO_LARGE, "so many peers go into the file: cairn.toml");
		status = config_set(config, assignment, why);
	}
	return status;
}

static enum status write_config(const struct newcomer *newcomer, struct why *why)
{
	char path[DATA_PATH_SIZE];
	struct config config;
	struct buffer text;
	enum status status = config_init(&config, why);

	buffer_init(&text, CONFIG_SIZE_MAX);
	if (status == STATUS_OK)
		status = set_addresses(&config, newcomer->member, why);
	if (status == STATUS_OK) {
		config_print_template(&text, &config);
		status = text.status == STATUS_OK
		             ? STATUS_OK
		             : why_set(why, text.status, "write the configuration");
	}
	data_dir_path(path, &newcomer->dir, FILE_CONFIG);
	if (status == STATUS_OK)
		status = file_create(path, buffer_view(&text), 0644, why);
	buffer_close(&text);
	config_close(&config);
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
	return sign_state_create(path, &(struct sign_mark){0}, 0, why);
}

static enum status fill_folder(const struct newcomer *newcomer,
                               const struct genesis *genesis, struct hash *genesis_id,
                               struct why *why)
{
	const struct data_dir *dir = &newcomer->dir;
	enum status status = create_sign_state(dir, why);

	if (status == STATUS_OK)
		status = write_genesis_json(dir, genesis, why);
	if (status == STATUS_OK)
		status = write_config(newcomer, why);
	if (status == STATUS_OK)
		status = create_store(dir, genesis, genesis_id, why);
	return status;
}

/* Only what this very call made: of a folder that was prepared the first three, else all, as
 * data_dir_create took an empty one. */
static void empty_folder(const struct newcomer *newcomer)
{
	static const char *const names[] = {
		FILE_SIGN_STATE, FILE_GENESIS,  FILE_CONFIG,   FILE_VOTE_KEY,
		FILE_COSIGN_KEY, FILE_NODE_KEY, DATA_DIR_MARK, DATA_DIR_LOCK,
	};
	size_t count = newcomer->is_prepared ? 3 : sizeof names / sizeof *names;

	for (size_t i = 0; i < count; i++) {
		char path[DATA_PATH_SIZE];

		data_dir_path(path, &newcomer->dir, names[i]);
		unlink(path);
	}
	if (!newcomer->is_prepared)
		rmdir(newcomer->dir.path);
}

static void end(struct newcomer *newcomer, enum status status)
{
	if (!newcomer->has_dir)
		return;
	if (status != STATUS_OK)
		empty_folder(newcomer);
	node_keys_close(&newcomer->keys);
	data_dir_close(&newcomer->dir);
}

/* Its secrets are elsewhere. */
static void take_application(struct newcomer *newcomer, const struct application *application)
{
	newcomer->account = application->account;
	newcomer->keys.vote.public_key = application->vote_key;
	newcomer->keys.cosign_key = application->cosign_key;
	newcomer->keys.node_id = application->node_id;
}

/* The folder has keys, and not what belongs to a network. */
static bool is_prepared(const char *path)
{
	char name[DATA_PATH_SIZE];
	bool has_keys;

	snprintf(name, sizeof name, "%.2000s/" FILE_VOTE_KEY, path);
	has_keys = access(name, F_OK) == 0;
	snprintf(name, sizeof name, "%.2000s/" FILE_GENESIS, path);
	return has_keys && access(name, F_OK) != 0;
}

static enum status begin(struct newcomer *newcomer, const struct init_member *member,
                         struct why *why)
{
	enum status status;

	newcomer->member = member;
	if (member->application) {
		take_application(newcomer, member->application);
		return STATUS_OK;
	}
	if (member->account) {
		status = read_account(&newcomer->account, member->account, why);
		if (status != STATUS_OK)
			return status;
	}
	status = data_dir_create(&newcomer->dir, member->data_dir, why);
	if (status != STATUS_OK)
		return status;
	newcomer->has_dir = true;
	status = node_keys_create(&newcomer->keys, &newcomer->dir, why);
	if (status == STATUS_OK && !member->account)
		newcomer->account = account_id_of_key(&newcomer->keys.vote.public_key);
	return status;
}

/* Where node_prepare left off. */
static enum status resume(struct newcomer *newcomer, const struct init_member *member,
                          struct why *why)
{
	enum status status = data_dir_open(&newcomer->dir, member->data_dir, why);

	newcomer->member = member;
	if (status != STATUS_OK)
		return status;
	newcomer->has_dir = true;
	newcomer->is_prepared = true;
	return node_keys_load(&newcomer->keys, &newcomer->dir, why);
}

enum status node_prepare(const char *data_dir, struct application *application,
                         struct why *why)
{
	struct init_member member = {.data_dir = data_dir};
	struct newcomer *newcomer = memory_new(sizeof *newcomer);
	enum status status;

	if (!newcomer)
		return why_set(why, STATUS_MEMORY, "make keys");
	status = begin(newcomer, &member, why);
	if (status == STATUS_OK) {
		application->vote_key = newcomer->keys.vote.public_key;
		application->cosign_key = newcomer->keys.cosign_key;
		application->node_id = newcomer->keys.node_id;
	}
	end(newcomer, status);
	memory_free(newcomer);
	return status;
}

static enum status fill_all(struct newcomer *newcomers, size_t count,
                            const struct init_network *network, struct hash *genesis_id,
                            struct why *why)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	struct newcomer *validators[VALIDATORS_MAX];
	size_t validator_count = 0;
	enum status status;

	if (!genesis)
		return why_set(why, STATUS_MEMORY, "make a genesis");
	for (size_t i = 0; i < count; i++)
		if (newcomers[i].member->is_validator)
			validators[validator_count++] = &newcomers[i];
	status = fill_genesis(genesis, network, validators, validator_count, why);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		if (newcomers[i].has_dir)
			status = fill_folder(&newcomers[i], genesis, genesis_id, why);
	memory_free(genesis);
	return status;
}

enum status node_init_network(const struct init_member *members, size_t count,
                              const struct init_network *network, struct hash *genesis,
                              struct why *why)
{
	struct newcomer *newcomers;
	enum status status = STATUS_OK;

	if (!network_name_is_valid(text_view(network->name)))
		return why_say(why, STATUS_MALFORMED,
		               "a network's name has 1 to %d characters a-z 0-9 -, which '%.80s' "
		               "has not",
		               NETWORK_NAME_SIZE_MAX, network->name);
	newcomers = memory_new(count * sizeof *newcomers);
	if (!newcomers)
		return why_set(why, STATUS_MEMORY, "make a network");
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = begin(&newcomers[i], &members[i], why);
	if (status == STATUS_OK)
		status = fill_all(newcomers, count, network, genesis, why);
	for (size_t i = 0; i < count; i++)
		end(&newcomers[i], status);
	memory_free(newcomers);
	return status;
}

static enum status follow(struct newcomer *newcomer, struct bytes_view genesis_file,
                          struct hash *genesis_id, struct why *why)
{
	struct genesis *genesis = memory_new(sizeof *genesis);
	enum status status;

	if (!genesis)
		return why_set(why, STATUS_MEMORY, "read the genesis");
	status = genesis_decode(genesis, genesis_file, why);
	if (status == STATUS_OK)
		status = fill_folder(newcomer, genesis, genesis_id, why);
	memory_free(genesis);
	return status;
}

enum status node_join(const struct init_member *member, struct bytes_view genesis_file,
                      struct hash *genesis, struct why *why)
{
	struct newcomer *newcomer = memory_new(sizeof *newcomer);
	enum status status;

	if (!newcomer)
		return why_set(why, STATUS_MEMORY, "join a network");
	status = is_prepared(member->data_dir) ? resume(newcomer, member, why)
	                                       : begin(newcomer, member, why);
	if (status == STATUS_OK)
		status = follow(newcomer, genesis_file, genesis, why);
	end(newcomer, status);
	memory_free(newcomer);
	return status;
}

enum status node_init(const char *data_dir, const char *network_name, const char *account,
                      struct hash *genesis, struct why *why)
{
	struct init_member alone = {
		.data_dir = data_dir,
		.is_validator = true,
		.account = account,
	};

	return node_init_network(&alone, 1, &(struct init_network){.name = network_name},
	                         genesis, why);
}
