/* A node, put together: threads, event loop, store, keys, and the mind that they serve.
 *
 *     rpc thread ──batches──► verify workers ──► execution thread ──┐
 *         ▲                                           ▲ │ built     │ tried
 *         │ answers                             build │ ▼           ▼
 *         └────────────────────────────────────── loop thread: drive
 *                                              commit │ ▲ stored
 *                                                     ▼ │
 *                                               storage thread ──retire──► execution thread
 *
 * The loop thread never waits for a disk, a signature or a large hash. Messages are letters
 * in mailboxes; what a letter points to belongs to who has the letter. */
#ifndef NODE_SHELL_NODE_H
#define NODE_SHELL_NODE_H

#include "node/drive/drive.h"
#include "node/shell/config.h"
#include "node/shell/data_dir.h"
#include "node/shell/execution.h"
#include "node/shell/descriptors.h"
#include "node/shell/gossip.h"
#include "node/shell/ingest.h"
#include "node/shell/keys.h"
#include "node/shell/peers.h"
#include "node/shell/signals.h"
#include "node/shell/storage.h"

#include <uv.h>

struct backend;

struct node {
	const struct config *config;
	struct descriptors_share descriptors;
	struct data_dir dir;
	struct node_keys keys;
	struct sign_state sign_state;
	bool is_turned_back; /* the ledger ends below what this node has committed */
	bool is_older;       /* the database lacks some of what this node has signed */
	struct store *store;
	struct genesis *genesis;
	char origin[ORIGIN_SIZE_MAX + 1]; /* of the network's log */
	uint64_t started_ms; /* monotonic */

	uv_loop_t loop;
	uv_async_t wake_up;    /* letters came */
	uv_timer_t timer;      /* drive's wish */
	uv_timer_t housekeeping;
	struct signals signals;
	struct mailbox box;    /* of the loop */

	struct drive drive;
	struct verify_pool verify;
	struct ingest ingest;
	struct gossip gossip;
	struct peers peers;
	struct execution execution;
	struct storage storage;
	struct backend *backend;

	bool is_stopping;
	int exit_code;
};

enum {
	NODE_EXIT_REFUSED = 1,  /* it could not start; nothing was touched */
	NODE_EXIT_STORAGE = 74, /* disk, database or memory failed while it ran: EX_IOERR */
};

/* Run a node in the data directory of the configuration until SIGTERM or SIGINT. Gives the
 * exit code; says on stderr why it could not start. */
int node_run(const struct config *config, const char *data_dir);

/* -- For the backend --------------------------------------------------------------------- */

/* Any thread: have the letter opened on the loop, with the node as its owner. */
void node_send(struct node *node, struct letter *letter);

/* On the loop: finish what is under way, then end node_run. */
void node_stop(struct node *node);

/* -- For all that runs on the loop, after anything that drive was told ---------------------- */

/* Ends the process if drive cannot go on, and the loop if all that was under way is done. */
void node_check(struct node *node);

/* Any thread: our disk or memory failed. The disk is in an unknown state, so nothing is tidied
 * up: the next start finds out what is there. Nothing that was not stored has been answered as
 * final. */
_Noreturn void node_fail(void *node, enum status status, const char *why);

#endif
