/* The node's configuration, one table: what there is, of which type, its default, its
 * bounds and what it means. From the table come the struct, every check and every
 * message, the printed configuration and the file that a new node starts with.
 *
 * The strongest that says something about a key wins:
 *
 *     cairnd run --rpc-listen ... --set rpc.listen=...     a flag
 *     CAIRN_RPC_LISTEN=...                                 the environment
 *     [rpc] listen = "..."                                 the file (toml.h)
 *                                                          the default below
 *
 * Lists are written with commas in a flag or the environment. An unknown key, wherever it
 * stands, is an error that names the nearest. */
#ifndef NODE_SHELL_CONFIG_H
#define NODE_SHELL_CONFIG_H

#include "chain/base/buffer.h"
#include "chain/base/limits.h"
#include "chain/base/memory.h"
#include "node/shell/data_dir.h"

/* X(type, section, key, default, low, high, meaning). Types and what low and high bound:
 *
 *     text     a text                          its bytes
 *     address  ADDR:PORT (address.h)           its bytes; empty if low is 0: switched off
 *     levels   log levels (logger.h)           its bytes
 *     format   logfmt or json                  its bytes
 *     integer  0, 1, 2 ...                     its value
 *     flag     true or false                   nothing
 *     list     texts                           how many */
/* clang-format off */
#define CONFIG_FIELDS(X) \
	X(text, node, data_dir, "", 0, 2047, \
	  "the folder of this node's files; empty: ~/.local/share/cairn/<network>") \
	X(levels, node, log_level, "info", 1, 256, \
	  "error, warn, info, debug or trace; for one module: info,p2p=debug") \
	X(format, node, log_format, "logfmt", 1, 16, \
	  "logfmt or json") \
	X(text, node, log_file, "", 0, 4095, \
	  "lines are added to its end; empty: they go to stderr") \
	X(address, rpc, listen, "127.0.0.1:17471", 0, 262, \
	  "where programs ask, over HTTP and WebSocket; empty: on the socket alone") \
	X(text, rpc, socket, "", 0, 107, \
	  "the Unix socket where programs ask; empty: <data_dir>/rpc.sock") \
	X(flag, rpc, public_reads, "false", 0, 0, \
	  "answer calls that only read without asking who calls") \
	X(list, rpc, allowed_hosts, "", 0, RPC_HOSTS_MAX, \
	  "names under which browsers may reach us, beside localhost and our addresses") \
	X(address, p2p, listen, "127.0.0.1:17470", 0, 262, \
	  "where other nodes connect; empty: nobody can, we only dial") \
	X(list, p2p, peers, "", 0, 256, \
	  "nodes to stay connected with, node_id@host:port; validators of the genesis are known") \
	X(list, p2p, seeds, "", 0, 64, \
	  "nodes to be asked where others are, node_id@host:port, while few are known") \
	X(list, p2p, external, "", 0, 4, \
	  "IP addresses with ports where others reach us, to be told; empty: nobody is told") \
	X(flag, p2p, peers_only, "false", 0, 0, \
	  "dial nobody but p2p.peers: for a node behind others of its house") \
	X(integer, p2p, inbound_max, "96", 0, 96, \
	  "places for nodes that connect by themselves, beside validators and p2p.peers") \
	X(integer, p2p, memory_mib, "512", 64, 1048576, \
	  "memory for what peers send and are sent, in MiB") \
	X(integer, pool, txs_max, "100000", 1, 10000000, \
	  "transactions that may wait for a block") \
	X(integer, pool, bytes_max, "268435456", 65535, 68719476736, \
	  "bytes that they may take together") \
	X(integer, store, cache_mib, "256", 8, 1048576, \
	  "memory for blocks of the database, in MiB") \
	X(integer, store, prune_window_blocks, "10000", 0, 1000000000, \
	  "blocks whose whole state can still be proved; 0: all, for an archive") \
	X(integer, consensus, batch_ms, "2", 0, 1000, \
	  "how long a leader waits for more transactions before it proposes, in ms") \
	X(integer, verify, threads, "0", 0, 256, \
	  "threads that check signatures; 0: one for each core")
/* clang-format on */

struct config_list {
	char *const *items;
	size_t count;
};

#define config_type_text    const char *
#define config_type_address const char *
#define config_type_levels  const char *
#define config_type_format  const char *
#define config_type_integer uint64_t
#define config_type_flag    bool
#define config_type_list    struct config_list

enum config_field {
#define CONFIG_ENUM(type, section, key, ...) CONFIG_##section##_##key,
	CONFIG_FIELDS(CONFIG_ENUM)
#undef CONFIG_ENUM
	    CONFIG_FIELD_COUNT
};

/* Who said it, the weakest first. */
enum config_origin {
	CONFIG_FROM_DEFAULT,
	CONFIG_FROM_FILE,
	CONFIG_FROM_ENVIRONMENT,
	CONFIG_FROM_FLAG,
};

struct config {
#define CONFIG_MEMBER(type, section, key, ...) config_type_##type section##_##key;
	CONFIG_FIELDS(CONFIG_MEMBER)
#undef CONFIG_MEMBER
	enum config_origin origins[CONFIG_FIELD_COUNT];
	unsigned lines[CONFIG_FIELD_COUNT]; /* in the file, where that is the origin */
	const char *file;                   /* that was read; NULL: none */
	struct arena arena;                 /* texts and lists live here */
};

/* Are these the flags that there are, each with its value? STATUS_MALFORMED: the command
 * line cannot be understood, and `why` says where. What the values say is not looked at. */
MUST_CHECK enum status config_check_flags(int argument_count, char *const *arguments,
                                          struct why *why);

/* Everything from the arguments behind `cairnd run` and the environment (environ(7)),
 * from the file that --config names, or else from cairn.toml in the data directory
 * (config_data_dir) where there is one. Flags: --data-dir, --config, --log-level, --log-format, --rpc-listen,
 * --p2p-listen, --set section.key=value; a value follows its flag or an '='.
 * STATUS_MALFORMED, STATUS_NOT_FOUND, STATUS_STORAGE, STATUS_MEMORY: `why` holds the
 * sentence for the person, and the configuration is closed. Else close it with
 * config_close. */
MUST_CHECK enum status config_load(struct config *config, int argument_count,
                                   char *const *arguments, char *const *environment,
                                   struct why *why);

/* What the file of a loaded configuration says by now, in `fresh`, with the defaults and
 * without flags and environment. `loaded` stays as it is; where it had no file, or that is
 * gone, the defaults are all. Errors as config_load. */
MUST_CHECK enum status config_read_again(struct config *fresh,
                                         const struct config *loaded, struct why *why);

void config_close(struct config *config);

/* The data directory that it names, or the default place. STATUS_NOT_FOUND,
 * STATUS_TOO_LARGE: there is none. */
MUST_CHECK enum status config_data_dir(char path[DATA_DIR_PATH_SIZE],
                                       const struct config *config, struct why *why);

/* The steps of config_load, in any order after config_init; a weaker origin never
 * overwrites a stronger. Errors as above, but the configuration stays to be closed. */
MUST_CHECK enum status config_init(struct config *config, struct why *why);
/* `name` appears in messages and must live as long as the configuration. */
MUST_CHECK enum status config_read_file(struct config *config, const char *name,
                                        struct bytes_view text, struct why *why);
MUST_CHECK enum status config_read_environment(struct config *config,
                                               char *const *environment, struct why *why);
/* "section.key=value", as behind --set. */
MUST_CHECK enum status config_set(struct config *config, const char *assignment,
                                  struct why *why);

/* Every value as a file would hold it, each with where it came from:
 *
 *     [rpc]
 *     listen = "127.0.0.1:17471"  # default                                           */
void config_print(struct buffer *out, const struct config *config);

/* A file with every key, its meaning and its value; those that are the default are switched off
 * by '#'. */
void config_print_template(struct buffer *out, const struct config *config);

#endif
