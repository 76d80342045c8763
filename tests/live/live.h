/* A real cairnd process, a connection to it, and signed transactions to send: for what tests
 * and measures the node from outside. Whatever fails says so and ends the program. */
#ifndef TESTS_LIVE_LIVE_H
#define TESTS_LIVE_LIVE_H

#include "chain/base/buffer.h"
#include "chain/ledger/tx.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	LIVE_SENDERS = 32,     /* accounts; each holds less than a tenth of the pool */
	LIVE_STREAMS = 4,
	LIVE_VALUE_SIZE = 100, /* bytes of each record's value */
	LIVE_TX_SIZE_MAX = 400,
};

/* Says what failed and exits with 1. */
_Noreturn void live_fail(const char *format, ...) PRINTF_LIKE(1, 2);

double live_now_s(void); /* monotonic */

/* -- node.c ------------------------------------------------------------------------------ */

struct live_node {
	pid_t process;
	char folder[96];   /* data directory; with its socket it has to fit a sun_path */
	char program[4096];
	char socket[108];
	char log[108];
	bool has_address;  /* of its own, in its file: it is one of several */
	char space[32];    /* network namespace that it runs in, of ip-netns(8); "": ours */
	char settings[2][512]; /* NAME=VALUE of its environment besides; "": none */
};

/* A fresh network of one in a new folder below `parent`, running. */
void live_node_start(struct live_node *node, const char *bin_folder, const char *parent);
/* Runs an existing one and does not wait for it. */
void live_node_launch(struct live_node *node);
/* Runs an existing one; false if it ends at its start. *seconds until it answers. */
bool live_node_try(struct live_node *node, double *seconds);
/* The same where it must start; gives the seconds. */
double live_node_restart(struct live_node *node);
void live_node_stop(struct live_node *node);
/* kill -9, of one that must still be running. */
void live_node_kill(struct live_node *node);
/* The same of one that may have ended by itself. */
void live_node_end(struct live_node *node);
/* Runs it where it must not start, with one more argument (NULL: none): gives its exit code,
 * and what it said in `said`. */
int live_node_refuses(const struct live_node *node, const char *argument, char *said,
                      size_t said_size);
/* Waits until it has ended by itself, and gives its exit code. */
int live_node_wait(struct live_node *node);
/* `cairnd WORD --data-dir ...` of a stopped node, e.g. compact. */
void live_node_command(const struct live_node *node, const char *word);
void live_node_remove(struct live_node *node);
/* High-water mark of its resident memory, bytes. */
uint64_t live_node_peak_memory(const struct live_node *node);
/* Descriptors that it has open. */
size_t live_node_descriptors(const struct live_node *node);
/* Of these, sockets: how many files the database has open is its own affair. */
size_t live_node_sockets(const struct live_node *node);
/* CPU seconds it has used, all threads. */
double live_node_cpu_s(const struct live_node *node);
/* Bytes that the files of its ledger occupy. */
uint64_t live_node_disk_bytes(const struct live_node *node);

/* -- network.c --------------------------------------------------------------------------- */

/* The first of a row of ports, and those next to them, that nobody has: a devnet's. */
uint16_t live_free_ports(size_t node_count);
/* One network in a new folder below `parent`, on free ports: validators first, then followers.
 * None of them runs yet: live_node_restart. */
void live_network_make(struct live_node *nodes, size_t validator_count,
                       size_t follower_count, const char *bin_folder, const char *parent);
/* A node that follows the network of a running one, in a folder beside that one's, from its genesis
 * alone; on whatever ports are free. It does not run yet. */
void live_network_join(struct live_node *node, const struct live_node *running);
/* One of several such, each with a name of its own. */
void live_network_join_as(struct live_node *node, const struct live_node *running,
                          const char *name);
/* Stops those that run, and removes all. */
void live_network_remove(struct live_node *nodes, size_t count);

/* -- compare.c --------------------------------------------------------------------------- */

/* Fails unless both have the same blocks, header for header, up to the lower of their heights,
 * which it gives. */
uint64_t live_compare(const struct live_node *a, const struct live_node *b);

/* -- http.c ------------------------------------------------------------------------------ */

/* A keep-alive connection to the node's Unix socket. */
struct live_connection {
	const struct live_node *node; /* it is not to move */
	int socket;
	struct buffer answer; /* of the last request: the body alone */
	struct buffer input;
	double sent_s;        /* when the request under way was sent; 0: none is */
	size_t carried;       /* transactions of that request */
	bool may_break;       /* a lost connection and an error answer are the caller's affair */
	bool is_lost;
};

void live_connect(struct live_connection *connection, const struct live_node *node);
void live_disconnect(struct live_connection *connection);
/* Sends the head and the body; waits where the socket is full. False: it is lost. */
bool live_send(struct live_connection *connection, struct bytes_view body);
/* What is there to read now, or, with `wait`, until an answer is whole. True: it is. False:
 * not yet, or it is lost. */
bool live_receive(struct live_connection *connection, bool wait);
/* One call, the text of the whole answer; NULL: the connection is lost. One that the node closed
 * while it was idle is opened again, unless it may break. */
const char *live_call(struct live_connection *connection, const char *method,
                       const char *params);
/* The integer behind "name": in the last answer; fails if it is not there. */
uint64_t live_answer_u64(const struct live_connection *connection, const char *name);
/* The value of cairn_NAME in GET /metrics, whole; fails if it is not there. */
uint64_t live_metric(const struct live_node *node, const char *name);

/* -- workload.c --------------------------------------------------------------------------- */

/* Signed transactions, one record each, in one block of memory. */
struct workload {
	struct network network;
	uint8_t *bytes;     /* a slot of LIVE_TX_SIZE_MAX for each */
	uint32_t *sizes;    /* of each, bytes */
	size_t count;
	uint64_t byte_count;
};

/* Reads the genesis, makes the streams, signs `count` transactions on all cores. */
void workload_make(struct workload *workload, struct live_connection *connection,
                   size_t count, size_t cores);
void workload_free(struct workload *workload);
struct bytes_view workload_tx(const struct workload *workload, size_t index);

#endif
