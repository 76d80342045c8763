#include "node/shell/finding.h"

#include "chain/base/memory.h"
#include "node/shell/backend.h"
#include "node/shell/clock.h"
#include "node/shell/endpoint_net.h"
#include "node/shell/file.h"
#include "node/shell/finding_save.h"
#include "node/shell/layout.h"
#include "node/shell/logger.h"
#include "node/shell/node.h"

#include <stdio.h>

enum {
	FINDING_TICK_MS = 250,
	BOOK_POISONED_MIN = 64, /* entries: of few, one source told most */
};

static uint64_t now_s(void)
{
	return clock_wall_ms() / 1000;
}

/* -- What the finder asks for -------------------------------------------------------------------- */

static void send_to(void *owner, uint16_t peer, enum message_type type,
                    struct bytes_view bytes)
{
	const struct finding *finding = owner;

	net_send_type(finding->node->peers.net, peer, (uint16_t)type, bytes);
}

static bool visit(void *owner, const struct node_id *id, const struct net_address *address,
                  enum finder_visit what)
{
	const struct finding *finding = owner;
	struct net_target target = {.id = *id};

	endpoint_from_net(&target.endpoint, address);
	logger_debug(LOG_P2P, "visit", log_hex("node_id", bytes_view(id, sizeof *id)),
	             log_u64("why", what));
	return net_visit(finding->node->peers.net, &target, what, what == FINDER_STAY);
}

static bool visit_seed(void *owner)
{
	struct finding *finding = owner;
	const struct net_target *seed = &finding->seeds[finding->next_seed];

	finding->next_seed = (finding->next_seed + 1) % finding->seed_count;
	return net_visit(finding->node->peers.net, seed, FINDER_SEED, false);
}

static void close_peer(void *owner, uint16_t peer, const char *what)
{
	const struct finding *finding = owner;

	net_close_peer(finding->node->peers.net, peer, DISCONNECT_USELESS, what);
}

static void blame(void *owner, uint16_t peer, const char *what)
{
	const struct finding *finding = owner;

	peers_blame(finding->node, peer, what);
}

static bool admits(void *owner, const struct node_id *id)
{
	const struct finding *finding = owner;

	return peers_admit(finding->node, id) &&
	       !discourage_has_node(&finding->node->gossip.discouraged, id, clock_monotonic_ms());
}

static bool is_connected(void *owner, const struct node_id *id)
{
	const struct finding *finding = owner;

	return net_is_connected(finding->node->peers.net, id);
}

static bool sign(void *owner, struct node_record *record)
{
	const struct finding *finding = owner;
	struct node *node = finding->node;
	struct hash digest = node_record_digest(record, &store_network(node->store)->genesis);
	struct hash auxiliary;
	struct key_pair pair;
	enum status status = random_hash_get(&auxiliary, NULL);

	if (status == STATUS_OK)
		status = key_pair_init(&pair, node->keys.signer, &node->keys.node);
	if (status != STATUS_OK)
		return false;
	status = key_pair_sign(&record->signature, node->keys.signer, &pair, &digest, &auxiliary);
	key_pair_wipe(&pair);
	return status == STATUS_OK;
}

/* -- Signatures of records, on a worker ------------------------------------------------------------ */

struct record_letter {
	struct letter letter;
	struct node *node;
	uint16_t peer;
	uint64_t serial;
	size_t count;
	bool is_valid[ADDR_RECORDS_MAX];
	struct node_record records[ADDR_RECORDS_MAX];
	size_t sizes[ADDR_RECORDS_MAX];
	uint8_t bytes[ADDR_RECORDS_MAX][NODE_RECORD_SIZE_MAX];
};

static void open_checked(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct record_letter *checked = (struct record_letter *)(void *)letter;

	node->gossip.finding.working--;
	finder_on_checked(node->gossip.finding.finder, checked->peer, checked->serial,
	                  checked->records, checked->is_valid, checked->count,
	                  clock_monotonic_ms(), now_s());
	memory_free(checked);
	node_check(node);
}

static void run_check(void *owner, struct letter *letter)
{
	struct record_letter *check = (struct record_letter *)(void *)letter;
	const struct hash *genesis = &store_network(check->node->store)->genesis;

	(void)owner;
	for (size_t i = 0; i < check->count; i++)
		check->is_valid[i] =
			node_record_decode(&check->records[i],
		                       bytes_view(check->bytes[i], check->sizes[i])) == STATUS_OK &&
			node_record_is_valid(&check->records[i], genesis);
	check->letter.open = open_checked;
	node_send(check->node, &check->letter);
}

/* Out of memory, they are lost: they are told again. */
static void check(void *owner, uint16_t peer, uint64_t serial,
                  const struct bytes_view *records, size_t count)
{
	struct finding *finding = owner;
	struct record_letter *letter = memory_new(sizeof *letter);

	if (!letter)
		return;
	letter->letter.open = run_check;
	letter->node = finding->node;
	letter->peer = peer;
	letter->serial = serial;
	letter->count = count;
	for (size_t i = 0; i < count; i++) {
		letter->sizes[i] = records[i].size;
		memcpy(letter->bytes[i], records[i].at, records[i].size);
	}
	finding->working++;
	mailbox_send(&finding->node->verify.box, &letter->letter);
}

/* -- The files ----------------------------------------------------------------------------------------- */

/* Empty: there is none, or it cannot be read, which is said. */
static void read_file(const struct node *node, const char *name, struct buffer *bytes)
{
	char path[DATA_PATH_SIZE];
	struct why why = {{0}};
	enum status status;

	data_dir_path(path, &node->dir, name);
	status = file_read(bytes, path, &why);
	if (status == STATUS_OK)
		return;
	if (status != STATUS_NOT_FOUND)
		logger_warn(LOG_P2P, "not_read", log_string("file", name),
		            log_text("why", text_view(why.text)));
	buffer_clear(bytes);
}

static void set_aside(const struct node *node, const char *name, enum status status)
{
	char from[DATA_PATH_SIZE], to[DATA_PATH_SIZE + 8];

	data_dir_path(from, &node->dir, name);
	snprintf(to, sizeof to, "%s.bad", from);
	logger_warn(LOG_P2P, "set_aside", log_string("file", name),
	            log_string("why", status_text(status)));
	(void)!rename(from, to);
}

/* Once: a start that fails does not begin at the same anchors again. */
static void load_anchors(struct finding *finding)
{
	struct finder *finder = finding->finder;
	char path[DATA_PATH_SIZE];
	struct buffer bytes;

	buffer_init(&bytes, 4096);
	read_file(finding->node, FILE_ANCHORS, &bytes);
	if (bytes.size > 0 &&
	    anchors_load(finder->anchors, &finder->anchor_count, &finder->config.book.genesis,
	                 buffer_view(&bytes)) != STATUS_OK)
		finder->anchor_count = 0;
	buffer_close(&bytes);
	data_dir_path(path, &finding->node->dir, FILE_ANCHORS);
	(void)!remove(path);
}

/* -- Start and end ----------------------------------------------------------------------------------------- */

static enum status read_seeds(struct finding *finding, struct why *why)
{
	const struct config_list *list = &finding->node->config->p2p_seeds;

	finding->seeds = memory_new((list->count + 1) * sizeof *finding->seeds);
	if (!finding->seeds)
		return why_set(why, STATUS_MEMORY, "read p2p.seeds");
	for (size_t i = 0; i < list->count; i++) {
		const char *wrong =
			net_target_parse(&finding->seeds[i], text_view(list->items[i]));

		if (wrong)
			return why_say(why, STATUS_MALFORMED, "p2p.seeds: '%s': %s", list->items[i],
			               wrong);
	}
	finding->seed_count = list->count;
	return STATUS_OK;
}

static enum status read_externals(struct finder_config *config, const struct node *node,
                                  struct why *why)
{
	const struct config_list *list = &node->config->p2p_external;

	config->book.scope_min = NET_PUBLIC;
	for (size_t i = 0; i < list->count; i++) {
		struct net_address *address = &config->externals[i];
		struct endpoint endpoint;
		const char *wrong = endpoint_parse(&endpoint, text_view(list->items[i]));
		enum net_scope scope;

		if (wrong)
			return why_say(why, STATUS_MALFORMED, "p2p.external: '%s': %s", list->items[i],
			               wrong);
		if (!endpoint_to_net(address, &endpoint) ||
		    net_address_scope(address) == NET_NEVER)
			return why_say(why, STATUS_MALFORMED,
			               "p2p.external: '%s': an IP address where others can reach us, with "
			               "its port",
			               list->items[i]);
		/* Who is reached on a site only, reaches others there too. */
		scope = net_address_scope(address);
		if (scope < config->book.scope_min)
			config->book.scope_min = scope;
		config->external_count++;
	}
	return STATUS_OK;
}

/* What is final elsewhere may be kept from us. */
static void see_tip(struct finding *finding, uint64_t now_ms)
{
	struct sync_facts sync;

	vitals_read(&finding->node->backend->vitals, &sync, NULL);
	if (sync.is_stale == finding->is_tip_stale)
		return;
	finding->is_tip_stale = sync.is_stale;
	if (sync.is_stale)
		logger_warn(LOG_P2P, "tip_stale", log_u64("height", sync.height),
		            log_u64("others", sync.target));
	net_set_stale(finding->node->peers.net, sync.is_stale);
	finder_set_stale(finding->finder, sync.is_stale, now_ms);
}

static void say_poisoned(const struct finding *finding)
{
	if (book_is_poisoned(&finding->finder->book, BOOK_POISONED_MIN))
		logger_warn(LOG_P2P, "book_poisoned",
		            log_string("hint", "more than half of the nodes that were told of came from "
		                               "one source: look at p2p.seeds"));
}

static void on_timer(uv_timer_t *timer)
{
	struct finding *finding = timer->data;
	uint64_t now_ms = clock_monotonic_ms();

	if (finding->node->is_stopping || !finding->node->peers.net)
		return;
	if (finding->node->config->p2p_peers_only) {
		finder_tell(finding->finder, now_ms, now_s());
	} else {
		see_tip(finding, now_ms);
		finder_step(finding->finder, now_ms, now_s());
	}
	if (now_ms >= finding->save_ms) {
		finding->save_ms = now_ms + FINDER_SAVE_MS;
		say_poisoned(finding);
		saving_begin(finding);
	}
	saving_go_on(finding);
}

static enum status begin_finder(struct finding *finding, const struct finder_config *config,
                                const uint8_t *seed)
{
	static const struct bytes_view nothing = {0};
	const struct finder_world world = {
		.owner = finding,
		.send = send_to,
		.check = check,
		.visit = visit,
		.visit_seed = visit_seed,
		.close = close_peer,
		.blame = blame,
		.admits = admits,
		.is_connected = is_connected,
		.sign = sign,
	};
	struct buffer saved;
	enum status status;

	buffer_init(&saved, BOOK_FILE_MAX);
	read_file(finding->node, FILE_BOOK, &saved);
	status = finder_init(finding->finder, &world, config, buffer_view(&saved), seed,
	                     clock_monotonic_ms(), now_s());
	if (status != STATUS_OK && status != STATUS_MEMORY) {
		set_aside(finding->node, FILE_BOOK, status);
		status = finder_init(finding->finder, &world, config, nothing, seed,
		                     clock_monotonic_ms(), now_s());
	}
	buffer_close(&saved);
	return status;
}

_Static_assert((int)ROSTER_NODES_MAX <= (int)BOOK_LISTED_MAX, "the book has room for the roster");

/* The node ids of the roster. NULL: out of memory. */
static struct node_id *new_list(const struct roster *roster, size_t *count)
{
	struct node_id *ids = memory_new(ROSTER_NODES_MAX * sizeof *ids);

	if (ids)
		*count = roster_ids(roster, ids);
	return ids;
}

static enum status new_finder(struct finding *finding, struct finder_config *config,
                              const uint8_t *seed)
{
	const struct node *node = finding->node;
	struct node_id *ids;
	enum status status = STATUS_MEMORY;

	ids = new_list(node->peers.doorkeeper.roster, &config->book.listed_count);
	config->book.listed = ids;
	config->book.is_permissioned = node->genesis->peers != PEERS_OPEN;
	finding->finder = memory_new(sizeof *finding->finder);
	if (ids && finding->finder)
		status = begin_finder(finding, config, seed);
	memory_free(ids);
	if (status == STATUS_OK)
		return STATUS_OK;
	memory_free(finding->finder);
	finding->finder = NULL;
	return status;
}

enum status finding_start(struct finding *finding, struct node *node, struct why *why)
{
	struct finder_config config = {
		.book = {.genesis = store_network(node->store)->genesis,
		         .own = node->keys.node_id},
		.roles = NODE_ROLE_FULL | NODE_ROLE_ARCHIVE,
	};
	struct hash seed;
	enum status status = random_hash_get(&seed, why);

	finding->node = node;
	if (status == STATUS_OK)
		status = random_hash_get(&config.book.key, why);
	if (status == STATUS_OK)
		status = read_seeds(finding, why);
	if (status == STATUS_OK)
		status = read_externals(&config, node, why);
	if (status != STATUS_OK)
		return status;
	config.seed_count = finding->seed_count;
	status = new_finder(finding, &config, seed.bytes);
	if (status != STATUS_OK)
		return why_set(why, status, "begin to find other nodes");
	load_anchors(finding);
	finding->save_ms = clock_monotonic_ms() + FINDER_SAVE_MS;
	finding->timer.data = finding;
	if (uv_timer_init(&node->loop, &finding->timer) != 0)
		return why_set(why, STATUS_MEMORY, "begin to find other nodes");
	uv_timer_start(&finding->timer, on_timer, FINDING_TICK_MS, FINDING_TICK_MS);
	return STATUS_OK;
}

void finding_free(struct finding *finding)
{
	saving_free(finding);
	if (finding->finder)
		finder_close(finding->finder);
	memory_free(finding->finder);
	memory_free(finding->seeds);
	finding->finder = NULL;
	finding->seeds = NULL;
}

void finding_stop(struct finding *finding)
{
	if (finding->finder)
		saving_last(finding);
}

/* -- Sessions ------------------------------------------------------------------------------------------------- */

void finding_on_open(struct finding *finding, uint16_t peer, const struct net_facts *facts)
{
	const struct finder_session session = {
		.id = facts->session->remote_id,
		.address = facts->from,
		.is_dialed = facts->is_dialed,
		.visit = facts->is_visit ? (enum finder_visit)facts->tag : FINDER_NO_VISIT,
		.takes_known = facts->session->remote.takes_known,
	};

	finder_on_open(finding->finder, peer, &session, clock_monotonic_ms(), now_s());
}

void finding_on_close(struct finding *finding, uint16_t peer)
{
	finder_on_close(finding->finder, peer);
}

void finding_on_unmet(void *owner, const struct net_target *target, uint32_t tag)
{
	struct node *node = owner;
	struct net_address address;

	if (!node->gossip.finding.finder)
		return;
	if (!endpoint_to_net(&address, &target->endpoint))
		address = (struct net_address){0};
	finder_on_unmet(node->gossip.finding.finder, &target->id, &address,
	                (enum finder_visit)tag, now_s());
}

void finding_on_roster(struct finding *finding, const struct roster *roster)
{
	struct node *node = finding->node;
	struct node_id *ids;
	size_t count;

	if (node->genesis->peers == PEERS_OPEN)
		return;
	ids = new_list(roster, &count);
	if (!ids ||
	    finder_set_listed(finding->finder, ids, count, clock_monotonic_ms()) != STATUS_OK)
		node_fail(node, STATUS_MEMORY, "note who is listed");
	memory_free(ids);
}

void finding_on_message(struct finding *finding, uint16_t peer, uint16_t type,
                        struct bytes_view bytes)
{
	finder_on_message(finding->finder, peer, (enum message_type)type, bytes,
	                  clock_monotonic_ms(), now_s());
}
