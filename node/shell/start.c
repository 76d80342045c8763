#include "node/shell/start.h"

#include "chain/base/table.h"
#include "chain/base/text.h"
#include "chain/store/check.h"
#include "node/shell/clock.h"
#include "node/shell/layout.h"
#include "node/shell/loading.h"
#include "node/shell/logger.h"
#include "node/shell/quorums.h"
#include "node/shell/storage_batch.h"

#include <stdio.h>
#include <string.h>

static enum status open_log(const struct config *config, struct why *why)
{
	enum log_format format;
	struct log_levels levels;

	/* Both were checked when the configuration was read. */
	if (!log_format_parse(&format, text_view(config->node_log_format)) ||
	    log_levels_parse(&levels, text_view(config->node_log_level)))
		return why_set(why, STATUS_MALFORMED, "the log's format or level");
	logger_set_levels(&levels);
	return logger_open(config->node_log_file, format, why);
}

/* Before any file of the database is opened. */
static enum status find_descriptors(struct node *node, struct why *why)
{
	size_t have = descriptors_raise(), wanted = node->config->p2p_inbound_max;
	struct descriptors_share *share = &node->descriptors;

	if (!descriptors_divide(share, have, wanted))
		return why_say(why, STATUS_TOO_LARGE,
		               "the limit of open files is %zu, and a node needs %d (with all clients "
		               "%d): raise it, with ulimit -n %d, or LimitNOFILE=%d of its service",
		               have, DESCRIPTORS_LEAST, DESCRIPTORS_WANTED, DESCRIPTORS_WANTED,
		               DESCRIPTORS_WANTED);
	if (share->inbound < wanted || share->rpc_connections < RPC_CONNECTIONS_MAX)
		logger_warn(LOG_NODE, "few_descriptors", log_u64("have", have),
		            log_u64("wanted", DESCRIPTORS_WANTED), log_u64("inbound_max", share->inbound),
		            log_u64("rpc_connections_max", share->rpc_connections),
		            log_string("hint", "raise the limit of open files (LimitNOFILE, ulimit -n)"));
	return STATUS_OK;
}

static enum status read_genesis(struct node *node, struct why *why)
{
	struct store_view *view;
	struct bytes_view file;
	enum status status = store_view_open(&view, node->store, why);

	if (status != STATUS_OK)
		return status;
	node->genesis = memory_new(sizeof *node->genesis);
	if (!node->genesis)
		status = why_set(why, STATUS_MEMORY, "read the genesis");
	if (status == STATUS_OK)
		status = store_read_genesis(view, &file, why);
	if (status == STATUS_OK)
		status = genesis_decode(node->genesis, file, why);
	if (status == STATUS_OK)
		origin_of(node->origin, text_view(node->genesis->name),
		          &store_network(node->store)->genesis);
	store_view_close(view);
	return status;
}

static enum status check_store(struct node *node, struct why *why)
{
	struct store_check check = {
		.committed_height = node->sign_state.mark.committed_height,
	};
	struct store_check_result result;
	struct hash seed;
	enum status status = random_hash_get(&seed, why);

	if (status != STATUS_OK)
		return status;
	check.seed = get_le64(seed.bytes);
	status = store_check(node->store, &check, &result, why);
	if (status != STATUS_OK)
		return status;
	node->is_turned_back = result.lost_tail;
	if (node->sign_state.file < 0)
		return STATUS_OK;
	return store_restore_held(node->store, &node->sign_state, &node->is_older, why);
}

/* Where there is a vote key and no such file, what the key signed is forgotten. */
static enum status open_sign_state(struct node *node, struct why *why)
{
	char path[DATA_PATH_SIZE];
	enum status status;

	data_dir_path(path, &node->dir, FILE_SIGN_STATE);
	status = sign_state_open(&node->sign_state, path, why);
	if (status == STATUS_NOT_FOUND) {
		node->sign_state.mark.recall = RECALL_LOST;
		return STATUS_OK;
	}
	if (status == STATUS_OK && node->sign_state.slot_lost)
		logger_warn(LOG_NODE, "sign_state_slot_lost", log_text("file", text_view(path)));
	return status;
}

/* The node is to start without what it signed: the new file says so. */
static enum status make_sign_state(struct node *node, struct why *why)
{
	static const struct sign_mark FORGOTTEN = {.recall = RECALL_LOST};
	char path[DATA_PATH_SIZE];
	uint64_t number;
	enum status status = store_signed_number(node->store, &number, why);

	if (status != STATUS_OK)
		return status;
	data_dir_path(path, &node->dir, FILE_SIGN_STATE);
	logger_warn(LOG_NODE, "sign_state_lost", log_text("file", text_view(path)));
	status = sign_state_create(path, &FORGOTTEN, number, why);
	return status == STATUS_OK ? sign_state_open(&node->sign_state, path, why) : status;
}

/* What was signed is not all in the database: the node is a validator that goes on all the same. */
static enum status mend_sign_state(struct node *node, struct why *why)
{
	if (node->sign_state.file < 0)
		return make_sign_state(node, why);
	if (!node->is_older)
		return STATUS_OK;
	logger_warn(LOG_NODE, "database_is_older",
	            log_u64("view", node->sign_state.mark.view));
	return store_accept_older(node->store, &node->sign_state, why);
}

static enum status open_files(struct node *node, struct why *why)
{
	struct store_options options = {
		.prune_window = node->config->store_prune_window_blocks,
		.cache_mib = (unsigned)node->config->store_cache_mib,
	};
	char path[DATA_PATH_SIZE];
	enum status status = node_keys_load(&node->keys, &node->dir, why);

	if (status != STATUS_OK)
		return status;
	status = open_sign_state(node, why);
	if (status != STATUS_OK)
		return status;
	data_dir_path(path, &node->dir, FILE_STORE);
	status = store_open(&node->store, path, &options, NULL, why);
	if (status == STATUS_OK)
		status = read_genesis(node, why);
	if (status == STATUS_OK)
		status = check_store(node, why);
	return status;
}

/* The sentence says what is wrong with the folder; the person wants to know what to do. An
 * older copy is worse than none: the node would vote again where it has voted. */
static enum status advise(enum status status, struct why *why)
{
	size_t size = strlen(why->text);
	bool is_folder_wrong = status == STATUS_CORRUPT || status == STATUS_NOT_FOUND ||
	                       status == STATUS_FOREIGN || status == STATUS_MALFORMED;

	if (is_folder_wrong)
		snprintf(why->text + size, sizeof why->text - size,
		         ": put back what was lost or changed, never an older copy, or move the "
		         "folder aside and set the node up anew");
	return status;
}

enum status start_open(struct node *node, const char *data_dir, struct why *why)
{
	struct hash seed;
	enum status status = random_hash_get(&seed, why);

	node->sign_state.file = -1;
	if (status == STATUS_OK)
		status = open_log(node->config, why);
	if (status == STATUS_OK)
		status = find_descriptors(node, why);
	if (status == STATUS_OK)
		status = data_dir_open(&node->dir, data_dir, why);
	if (status != STATUS_OK)
		return status;
	table_set_seed(seed.bytes);
	status = advise(open_files(node, why), why);
	if (status != STATUS_OK)
		start_close(node);
	return status;
}

void start_close(struct node *node)
{
	store_close(node->store);
	node->store = NULL;
	memory_free(node->genesis);
	node->genesis = NULL;
	if (node->sign_state.file >= 0)
		sign_state_close(&node->sign_state);
	node->sign_state.file = -1;
	node_keys_close(&node->keys);
	data_dir_close(&node->dir);
}

/* -- Consensus ----------------------------------------------------------------------------------- */

/* Alone, nobody has the blocks that were lost, and nobody can tell what was signed: to go on by
 * itself would be to write the history of the network anew. */
static enum status refuse_alone(const struct node *node, const struct drive_config *config,
                                struct why *why)
{
	const struct sign_mark *mark = &node->sign_state.mark;

	if (config->start.epoch.validators.count > 1)
		return STATUS_OK;
	if (mark->recall != RECALL_WHOLE)
		return why_say(why, STATUS_CORRUPT,
		               "%s/" FILE_SIGN_STATE " is gone, so what this node signed is unknown, "
		               "and no other validator can tell (whoever knows says so with "
		               "'cairnd allow-votes')",
		               node->dir.path);
	if (node->is_turned_back)
		return why_say(why, STATUS_CORRUPT,
		               "the ledger in %s ends at height %llu, but this node has committed "
		               "height %llu: files were lost or an old copy was put back",
		               node->dir.path, (unsigned long long)config->start.height,
		               (unsigned long long)mark->committed_height);
	if (node->is_older)
		return why_say(why, STATUS_CORRUPT,
		               "the database in %s lacks what this node signed: an old copy was put back",
		               node->dir.path);
	return STATUS_OK;
}

/* Is this the node of a validator, with another vote key than its own? It would be up, and its
 * vote would be missed. Who is no validator's node follows, and needs no vote key. */
static bool is_wrong_key(const struct node *node, const struct epoch *epoch)
{
	const struct genesis *genesis = node->genesis;

	if (epoch->self != NOBODY)
		return false;
	for (size_t i = 0; i < genesis->validators.count; i++)
		if (memcmp(&genesis->validator_node_ids[i], &node->keys.node_id,
		           sizeof node->keys.node_id) == 0 &&
		    epoch_find(epoch, &genesis->validators.items[i].vote_key) != NOBODY)
			return true;
	return false;
}

enum status start_drive_config(struct drive_config *config, struct certificate *certificate,
                               struct cosigned *kept, struct node *node, struct why *why)
{
	const struct sign_mark *mark = &node->sign_state.mark;
	struct store_view *view;
	enum status status = store_view_open(&view, node->store, why);

	if (status != STATUS_OK)
		return status;
	config->network = store_network(node->store);
	config->vote_key = node->keys.vote.public_key;
	status = load_start(&config->start, certificate, view, config->network, &config->vote_key,
	                    why);
	config->cosign.origin = text_view(node->origin);
	config->cosign.cosign_key = node->keys.cosign_key;
	if (status == STATUS_OK)
		status = quorum_load_start(&config->cosign, kept, view, why);
	store_view_close(view);
	if (status == STATUS_OK && is_wrong_key(node, &config->start.epoch))
		return why_say(why, STATUS_FOREIGN,
		               "the vote key in %s is not that of a validator of network %s, but the "
		               "node key is",
		               node->dir.path, node->genesis->name);
	if (status == STATUS_OK)
		status = advise(refuse_alone(node, config, why), why);
	if (status == STATUS_OK)
		status = mend_sign_state(node, why);
	config->start.mark = vote_mark_of(mark);
	if (status == STATUS_OK && node->is_turned_back)
		logger_warn(LOG_NODE, "ledger_turned_back", log_u64("height", config->start.height),
		            log_u64("committed", mark->committed_height));
	return status;
}

enum status start_load_drive(struct node *node, struct why *why)
{
	struct store_view *view;
	enum status status = store_view_open(&view, node->store, why);

	if (status != STATUS_OK)
		return status;
	status = load_kept(&node->drive, view, why);
	store_view_close(view);
	return status;
}
