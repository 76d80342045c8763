/* The address book: where other nodes may be reached, in a form that one liar cannot fill.
 *
 *     NEW, 1024 buckets of 64     what we were told
 *     TRIED, 256 buckets of 64    where we were, and met who we expected
 *
 * The bucket follows from address groups and a secret key, never from node ids, which anybody
 * mints: what one source group tells lands in 64 buckets of NEW at most, and the addresses of
 * one group in 8 of TRIED. A live entry is never displaced by a new one.
 *
 *     ──told──► NEW ──met──► TRIED
 *                ▲              │ another is to have its place, and it does not answer
 *                └──────────────┘
 *
 *   told: book_add, book_add_record    met: book_met    does not answer: book_failed
 *
 * (The scheme is Bitcoin Core's, with the amendments of Heilman et al., "Eclipse Attacks on
 * Bitcoin's Peer-to-Peer Network", 2015.) Pure: time and lots come in. Times are Unix seconds,
 * as they outlive the process. */
#ifndef NODE_P2P_BOOK_H
#define NODE_P2P_BOOK_H

#include "chain/base/buffer.h"
#include "chain/base/limits.h"
#include "chain/base/table.h"
#include "chain/crypto/hash.h"
#include "node/p2p/lots.h"
#include "node/p2p/node_record.h"

enum {
	BOOK_NEW_BUCKETS = 1024,
	BOOK_TRIED_BUCKETS = 256,
	BOOK_BUCKET_SLOTS = 64,
	BOOK_BUCKETS_PER_SOURCE = 64,  /* of NEW: a sixteenth for who has one group */
	BOOK_BUCKETS_PER_GROUP = 8,    /* of TRIED */
	BOOK_ENTRIES_MAX = (BOOK_NEW_BUCKETS + BOOK_TRIED_BUCKETS) * BOOK_BUCKET_SLOTS,

	BOOK_PER_HOST_MAX = 4,         /* entries of one address, whatever the ports */
	BOOK_PER_LOOPBACK_MAX = 64,    /* of this machine: a test bed has many nodes there */
	BOOK_PER_PORT_MAX = 2,         /* node ids of one address and port */
	BOOK_PER_GROUP_MAX = 16,       /* in a bucket of NEW, of one group by one source group,
	                                * where anybody may mint node ids */
	BOOK_PER_NODE_MAX = 8,         /* entries of one node id: its record's, twice */
	BOOK_BYTES_MAX = 48 << 20,     /* of memory, beside the tables */

	BOOK_STALE_S = 30 * 86400,     /* not heard of for so long: may be displaced */
	BOOK_NEVER_FAILURES = 3,       /* failures of one that never answered, likewise */
	BOOK_OFTEN_FAILURES = 10,      /* failures since it answered, if that was */
	BOOK_OFTEN_S = 7 * 86400,      /* so long ago, likewise */
	BOOK_GRACE_S = 60,             /* after a try, whose outcome may be on its way */
	BOOK_IMMUNE_S = 4 * 3600,      /* since it answered: keeps its place without a test */
	BOOK_COLLISIONS_MAX = 10,      /* of TRIED, waiting for a test */
	BOOK_LISTED_MAX = NODES_LISTED_MAX + VALIDATORS_MAX, /* of a permissioned network */

	BOOK_SHARE_UNMET_S = 10 * 86400, /* what we never met is not passed on for longer */
	BOOK_SHARED_MAX = 250,         /* records of an answer */
	BOOK_SHARED_PERCENT = 23,      /* of the book: no answer shows it all */
	BOOK_SHARED_MIN = 32,          /* but so much, as a small network has nothing to hide */
	BOOK_SHARED_SMALL_S = 1,       /* while that is what decides, what is new shows soon */
	BOOK_SHARED_S = 86400,         /* for so long everybody gets the same answer */
	BOOK_LISTENERS_MAX = 8,        /* of our sockets that have answers of their own */
	BOOK_MISSING_MAX = 32,         /* records of an answer to what a peer knows */
};

enum book_table { BOOK_NEW, BOOK_TRIED };

struct book_record {
	uint64_t seq;
	uint64_t expiry_s;
	size_t size;     /* bytes */
	uint8_t bytes[]; /* as node_record_put wrote them; the signature was checked */
};

struct book_node {
	UT_hash_handle hh; /* keyed by id */
	struct node_id id;
	uint8_t entry_count;
	struct book_entry *entries;  /* by next_of_node */
	struct book_record *record;  /* owned; NULL: none */
};

struct book_host {
	UT_hash_handle hh; /* keyed by place */
	struct net_host_key {
		uint8_t kind;
		uint8_t bytes[NET_ADDRESS_BYTES_MAX];
	} place;
	struct book_entry *entries; /* by next_of_host */
};

struct book_entry {
	struct book_node *node;
	struct book_host *host;
	struct book_entry *next_of_node;
	struct book_entry *next_of_host;
	uint64_t seen_s;         /* told of, or met, the last time */
	uint64_t met_s;          /* 0: never */
	uint64_t tried_s;        /* 0: never */
	uint32_t failures;       /* since it was met */
	uint16_t port;
	uint16_t bucket;
	uint8_t slot;
	uint8_t table;           /* enum book_table */
	struct net_group source; /* who told us first */
};

struct book_collision {
	struct book_entry *newer; /* in NEW, was met */
	struct book_entry *older; /* in TRIED, to be tested */
};

struct book_config {
	struct hash key;          /* secret, made once for each book */
	struct hash genesis;
	struct node_id own;       /* never taken in */
	enum net_scope scope_min; /* NET_PUBLIC; less on a test bed */
	bool is_permissioned;     /* only listed node ids */
	const struct node_id *listed; /* then; sorted, copied by book_init; see book_set_listed */
	size_t listed_count;          /* at most BOOK_LISTED_MAX */
};

struct book_answer {
	uint64_t made_s;
	struct buffer bytes; /* an ADDR message */
};

struct book {
	struct book_config config;
	struct hasher begun;      /* with the key taken in */
	struct book_node *nodes;
	struct book_host *hosts;
	struct book_entry **slots[2];
	uint8_t *filled[2];       /* slots in use, by bucket */
	size_t counts[2];         /* entries */
	size_t bytes;             /* of nodes, hosts, entries and records */
	struct book_collision collisions[BOOK_COLLISIONS_MAX];
	size_t collision_count;
	struct node_id *listed;   /* sorted */
	size_t listed_count;
	struct book_answer answers[BOOK_LISTENERS_MAX][NET_KINDS];
	uint64_t equivocations;   /* records with one seq and different contents */
};

/* STATUS_MEMORY: nothing is held, book_close is not needed. */
MUST_CHECK enum status book_init(struct book *book, const struct book_config *config);
void book_close(struct book *book);

/* -- What comes in -------------------------------------------------------------------------- */

enum book_finding {
	BOOK_TAKEN,
	BOOK_KNOWN,    /* it was here; its time is refreshed */
	BOOK_OLD,      /* expired, or a newer record of the node is here */
	BOOK_FOREIGN,  /* an address that cannot be dialed, ourselves, or nobody of the list */
	BOOK_CROWDED,  /* its host, group or place has enough, or memory is out */
};

/* Somebody in group `source` says that the node is at the address. */
enum book_finding book_add(struct book *book, const struct node_id *node,
                           const struct net_address *address,
                           const struct net_group *source, uint64_t now_s);

/* The same for all addresses of a record whose signature was checked. Untried entries of the
 * node at other addresses go. BOOK_TAKEN: it is new, and worth passing on, if some of its
 * addresses have a place. */
enum book_finding book_add_record(struct book *book, const struct node_record *record,
                                  const struct net_group *source, uint64_t now_s);

/* The same of a record that the node itself told in a session from the address `from`. At that host it
 * comes before all of whom others told and whom nobody met: they may be there to keep it out. */
enum book_finding book_add_own_record(struct book *book, const struct node_record *record,
                                      const struct net_address *from, uint64_t now_s);

/* We dialed this address and the node answered. */
void book_met(struct book *book, const struct node_id *node,
              const struct net_address *address, uint64_t now_s);

/* We dialed and it did not, or somebody else answered. `counts`: we are online, as other
 * sessions show; else only the time of the try is noted. */
void book_failed(struct book *book, const struct node_id *node,
                 const struct net_address *address, uint64_t now_s, bool counts);

/* The wall clock was put back to now: times that are to come become now. */
void book_put_back(struct book *book, uint64_t now_s);

/* Who may be in the book of a permissioned network: `ids` sorted, at most BOOK_LISTED_MAX,
 * copied. Everybody else goes. */
MUST_CHECK enum status book_set_listed(struct book *book, const struct node_id *ids,
                                       size_t count);

/* -- Whom to dial ---------------------------------------------------------------------------- */

struct book_wish {
	bool not_new;
	bool not_tried;
	uint8_t kinds; /* bit 1 << kind for each enum net_kind that can be dialed */
	/* Is this one out of the question: connected, its group in use, discouraged, too early?
	 * May be NULL. */
	bool (*is_unfit)(void *owner, const struct book_entry *entry);
	void *owner;
};

/* A coin decides between the tables; failures and recent tries make an entry less likely.
 * NULL: nothing fit was found. The entry is good until the next change. */
const struct book_entry *book_choose(const struct book *book, const struct book_wish *wish,
                                     struct lots *lots, uint64_t now_s);

/* An entry of TRIED whose place another wants: dial it and tell how it went. NULL: none. */
const struct book_entry *book_to_test(const struct book *book, uint64_t now_s);

const struct book_entry *book_find(const struct book *book, const struct node_id *node,
                                   const struct net_address *address);
struct net_address book_address(const struct book_entry *entry);

/* May be displaced: BOOK_STALE_S and what follows it. */
bool book_is_stale(const struct book_entry *entry, uint64_t now_s);

/* Entries that are not stale, counted up to `enough`. */
size_t book_usable(const struct book *book, uint64_t now_s, size_t enough);

/* Does one source group make up more than half of NEW, and NEW more than `count_min`? */
bool book_is_poisoned(const struct book *book, size_t count_min);

/* -- What goes out ---------------------------------------------------------------------------- */

/* An ADDR message for who asks. All who come from the same kind of network to the same socket
 * get the same answer for a day, so that asking often shows no more. `may_share` may be NULL.
 * STATUS_MEMORY; the view is good until the next call. */
MUST_CHECK enum status book_share(struct book *book, unsigned listener, uint8_t kind,
                                  struct lots *lots, uint64_t now_s,
                                  bool (*may_share)(void *owner, const struct node_id *id),
                                  void *owner, struct bytes_view *message);

/* To whom a record that came unasked is passed on: a number by which to choose the highest two
 * of the peers; the same all day long. */
uint64_t book_relay_rank(const struct book *book, const struct node_id *subject,
                         uint64_t day, const struct node_id *peer);

/* Permissioned: bit i % 8 of byte i / 8 is set if a record of listed node i is here, or if that
 * is we. ceil(listed_count / 8) bytes; how many nodes have no bit. */
size_t book_known_bits(const struct book *book, uint8_t *bits, uint64_t now_s);

/* An ADDR message, appended, of at most BOOK_MISSING_MAX records which those bits lack; how
 * many it has. `own`: our record, which no book has; empty: there is none. */
size_t book_share_missing(const struct book *book, const uint8_t *bits, struct bytes_view own,
                          struct lots *lots, uint64_t now_s, struct buffer *message);

/* -- On disk ----------------------------------------------------------------------------------- */

enum {
	BOOK_FILE_VERSION = 1,
	BOOK_FILE_MAX = 32 << 20, /* every place taken, with the largest records: 30 MB */
	ANCHORS_MAX = 2,
};

/* The whole book, appended. */
MUST_CHECK enum status book_save(const struct book *book, struct buffer *out);

/* The same bit by bit, as a full book takes longer than a loop may stand still:
 *
 *     book_save_begin -> book_save_some ... until it says true -> book_save_finish
 *
 * If the book changes in between, what moved to another place may be missing or there twice, and
 * the file is one all the same. book_save_finish does not look at the book: it may run elsewhere. */
struct book_saver {
	struct buffer *out; /* the caller's; where that fails the saving ends, see out->status */
	size_t start;       /* of the file in it */
	struct hash genesis;
	bool has_records;   /* they come first */
	size_t slot, count, count_at;
};

void book_save_begin(struct book_saver *saver, const struct book *book, struct buffer *out);
/* At most so many places of the book; true: that was all. */
MUST_CHECK bool book_save_some(struct book_saver *saver, const struct book *book,
                               size_t slots_max);
/* The head, with a checksum over all of it. */
MUST_CHECK enum status book_save_finish(const struct book_saver *saver);

/* Into a new book, in the place of book_init; the key comes from the file. Entries that the
 * configuration would not take are left out. STATUS_FOREIGN: of another network, or of a later
 * version. STATUS_CORRUPT: not what was saved. STATUS_TOO_LARGE. */
MUST_CHECK enum status book_load(struct book *book, const struct book_config *config,
                                 struct bytes_view bytes, uint64_t now_s);

/* Where we were connected when we stopped, to be there again first. */
struct anchor {
	struct node_id node;
	struct net_address address;
};

MUST_CHECK enum status anchors_save(const struct anchor *anchors, size_t count,
                                    const struct hash *genesis, struct buffer *out);
MUST_CHECK enum status anchors_load(struct anchor anchors[ANCHORS_MAX], size_t *count,
                                    const struct hash *genesis, struct bytes_view bytes);

#endif
