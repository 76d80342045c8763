#include "node/shell/start.h"

#include "chain/base/table.h"
#include "chain/base/text.h"
#include "chain/store/check.h"
#include "chain/store/votes.h"
#include "node/shell/clock.h"
#include "node/shell/layout.h"
#include "node/shell/logger.h"

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
	store_view_close(view);
	return status;
}

/* A database that is older than the mark was turned back: to vote again in views that it has
 * forgotten would be to vote twice. */
static enum status refuse_lost_tail(const struct node *node,
                                    const struct store_check_result *result,
                                    struct why *why)
{
	return why_say(why, STATUS_CORRUPT,
	               "the ledger in %s ends at height %llu, but this node has committed height "
	               "%llu: files were lost or an old copy was put back",
	               node->dir.path, (unsigned long long)result->tip_height,
	               (unsigned long long)node->sign_state.mark.committed_height);
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
	if (result.lost_tail)
		return refuse_lost_tail(node, &result, why);
	return STATUS_OK;
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
	data_dir_path(path, &node->dir, FILE_SIGN_STATE);
	status = sign_state_open(&node->sign_state, path, why);
	if (status != STATUS_OK)
		return status;
	if (node->sign_state.slot_lost)
		logger_warn(LOG_NODE, "sign_state_slot_lost", log_text("file", text_view(path)));
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

static enum status find_self(struct consensus_config *config, const struct node *node,
                             struct why *why)
{
	for (size_t i = 0; i < config->validators.count; i++) {
		if (memcmp(&config->validators.items[i].vote_key, &node->keys.vote.public_key,
		           sizeof node->keys.vote.public_key) != 0)
			continue;
		config->self = (uint16_t)i;
		return STATUS_OK;
	}
	return why_say(why, STATUS_FOREIGN,
	               "the vote key in %s is not that of a validator of network %s: put the "
	               "node's own back",
	               node->dir.path, node->genesis->name);
}

struct newest_vote {
	struct vote_record record;
	enum status status;
};

static bool take_vote(void *owner, const struct store_vote *vote)
{
	struct newest_vote *newest = owner;

	/* They come in order: the last one stays. */
	newest->status = vote_record_decode(&newest->record, vote->bytes);
	return newest->status == STATUS_OK;
}

static enum status read_last_vote(struct vote_record *record, const struct node *node,
                                  struct why *why)
{
	struct newest_vote newest = {.status = STATUS_OK};
	struct store_vote_key first = {0};
	struct store_view *view;
	enum status status = store_view_open(&view, node->store, why);

	if (status != STATUS_OK)
		return status;
	status = store_list_votes(view, &first, take_vote, &newest, why);
	store_view_close(view);
	if (status == STATUS_OK && newest.status != STATUS_OK)
		status = why_set(why, newest.status, "read our newest vote");
	*record = newest.record;
	return status;
}

/* Who makes the next block, and within which limits. */
static enum status read_validators(struct validator_set *set,
                                   struct parameters *parameters,
                                   const struct node *node, struct why *why)
{
	struct ledger_source source;
	struct store_view *view;
	enum status status = store_view_open(&view, node->store, why);

	if (status != STATUS_OK)
		return status;
	source = store_view_source(view);
	status = ledger_next_validators(set, parameters, store_network(node->store), &source,
	                                store_view_tip(view), why);
	store_view_close(view);
	return status;
}

enum status start_consensus_config(struct consensus_config *config,
                                   const struct node *node, struct why *why)
{
	const struct ledger_tip *tip = store_tip(node->store);
	struct parameters parameters;
	enum status status = read_validators(&config->validators, &parameters, node, why);

	if (status != STATUS_OK)
		return status;
	config->epoch = epoch_after(&tip->header);
	config->validators_hash = tip->header.next_validators_hash;
	config->height = tip->header.height;
	/* In a new epoch the block that ended the last one is the root, of view 0. */
	config->view = config->epoch == tip->header.epoch ? tip->header.view : 0;
	config->time_ms = tip->header.time_ms;
	config->block = tip->hash;
	config->block_txs_max = parameters.values[PARAMETER_max_block_txs];
	config->block_bytes_max = parameters.values[PARAMETER_max_block_bytes];
	status = find_self(config, node, why);
	if (status == STATUS_OK)
		status = read_last_vote(&config->last_vote, node, why);
	return status;
}
