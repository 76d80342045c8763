/* Between the files of `cairnd network`: what was asked for, and what its commands share. */
#ifndef NODE_SHELL_NETWORK_INNER_H
#define NODE_SHELL_NETWORK_INNER_H

#include "node/shell/data_dir.h"
#include "node/shell/endpoint_net.h"
#include "node/shell/init.h"

#include "chain/ledger/fields.h"

struct network_request {
	const char *word; /* the name, or the invitation; NULL: none */
	const char *data_dir, *address, *listen, *rpc_listen;
	const char *owners[GROUP_MEMBERS_MAX];
	size_t owner_count;
	const char *applications[VALIDATORS_MAX - 1];
	size_t application_count;
	bool is_open;
	char data_dir_text[DATA_DIR_PATH_SIZE];
	char listen_text[ENDPOINT_TEXT_SIZE];
	char address_text[ENDPOINT_TEXT_SIZE];
};

/* Both say on stderr what is wrong, and give the exit code. */
int network_usage(const char *format, const char *what);
int network_give_up(const struct why *why);

/* Says on stderr if this machine alone is meant. */
void network_tell_reach(const struct endpoint *endpoint);

/* --address, as others can use it. */
MUST_CHECK enum status network_read_address(struct endpoint *endpoint, const char *text,
                                            struct why *why);

/* Sets request->listen where nothing was said, from request->address: who is to be reached
 * there listens on all addresses of the machine, at the port; on this machine alone, just
 * there. Who is not to be reached does not listen. */
MUST_CHECK enum status network_choose_listen(struct network_request *request,
                                             struct why *why);

/* Sets request->data_dir where nothing was said, from the network's name. */
MUST_CHECK enum status network_choose_data_dir(struct network_request *request,
                                               const char *name, struct why *why);

/* Of folder, addresses. */
struct init_member network_member_of(const struct network_request *request);

/* What `word` says: itself, what is in the file of the name behind an '@', or, for "-", on
 * standard input. `text` is initialized here, to be closed by the caller in any case. */
struct buffer;
MUST_CHECK enum status network_read_text(struct buffer *text, const char *word,
                                         size_t size_max, struct why *why);

/* The commands; each gives the exit code. */
int network_create(struct network_request *request);
int network_apply(struct network_request *request);
int network_invite(struct network_request *request);
int network_join(struct network_request *request);

#endif
