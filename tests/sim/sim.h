/* A whole network from one seed, in one thread: nodes with the very drive, consensus and rules
 * that a real node runs, over a network, clocks and disks that fail as the seed says.
 *
 *     seed -> rates, faults, clients, liars     sim.c, faults.c, clients.c, set.c, liars.c
 *          -> events in order of time           queue.c
 *     event -> node -> drive                    node.c fills in world.h
 *              drive -> message -> link         network.c loses, doubles, delays
 *                    -> store job -> disk       disk.c loses what is not synced
 *     after each event: the properties          checks.c, checkpoints.c
 *
 * First chaos, then everything heals, and progress is demanded. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "chain/proof/checkpoint.h"
#include "chain/proof/log.h"
#include "node/drive/drive.h"
#include "tests/sim/keys.h"
#include "tests/sim/lots.h"
#include "tests/support/memory_ledger.h"

enum {
	SIM_NODES_MAX = 100,  /* validators, and those who may become some */
	SIM_KEYS_APART = 14,  /* numbers of a node's keys: a seed has no more nodes */
	SIM_KEYS_MAX = 4,     /* of a node, one after another */
	SIM_HEIGHTS_MAX = 20000,
	SIM_EPOCHS_MAX = 1000,
	SIM_ACCOUNTS = 8,
	SIM_SIGNED_MAX = 64,  /* checkpoints that a node signs in one turn */
	SIM_SECOND_US = 1000000,
};

#define SIM_WALL_MS UINT64_C(1700000000000)

/* -- Events -------------------------------------------------------------------------------- */

enum event_kind {
	EVENT_MESSAGE,
	EVENT_WAKE,
	EVENT_BUILT,
	EVENT_EXECUTED,
	EVENT_DROPPED,
	EVENT_CHECKED,
	EVENT_STORED,
	EVENT_READ,
	EVENT_INGEST,
	EVENT_CLIENT,
	EVENT_FAULT,
	EVENT_RESTART,
	EVENT_LIAR,
	EVENT_NEW_KEYS,
	EVENT_WIRE,
};

struct event {
	uint64_t at_us;
	uint64_t order;       /* of two at one time the first made comes first */
	enum event_kind kind;
	uint16_t node;        /* index */
	uint16_t from;        /* of a message, a connection */
	uint32_t life;        /* of the node: an event for an earlier life is void */
	uint64_t serial;      /* with `from`: whose transactions these are; see wired.h */
	void *job;            /* of the drive, or bytes; owned by the event */
	size_t size;
	struct hash hash;
};

struct queue {
	struct event *items; /* a heap */
	size_t count, capacity;
	uint64_t order;
};

void queue_push(struct queue *queue, const struct event *event);
bool queue_pop(struct queue *queue, struct event *event);
void queue_close(struct queue *queue);

/* -- What a seed draws ------------------------------------------------------------------------ */

struct rates {
	size_t validators, spares, liars;
	uint32_t loss, doubles;            /* millionths */
	uint64_t delay_us, delay_spread_us;
	uint32_t long_delay;               /* millionths that are delayed by seconds */
	uint64_t disk_us, disk_spread_us, execute_us;
	uint64_t fault_every_us;           /* 0: none */
	uint32_t crash, cut, pause, slow_disk, skew, wipe; /* weights of the faults */
	uint64_t skew_ms, chaos_us;
	uint64_t client_every_us;
	uint32_t storm;                    /* millionths of the clients' turns that are storms */
	uint64_t term_length, heartbeat_ms;
	uint32_t set_change;               /* millionths of the clients' turns */
	bool is_far;                       /* messages take seconds, for ever */
	bool is_mild;                      /* nobody brings evidence: who lies does so to the end */
	bool cosigns;                      /* checkpoints, beside consensus */
};

enum chaos {
	CHAOS_LOST, CHAOS_DOUBLED, CHAOS_DELAYED, CHAOS_CUT, CHAOS_CRASH, CHAOS_CRASH_IN_STORE,
	CHAOS_PAUSE, CHAOS_SLOW_DISK, CHAOS_SKEW, CHAOS_WIPE, CHAOS_TURN_BACK, CHAOS_REENTRY,
	CHAOS_STORM, CHAOS_SET_CHANGE, CHAOS_LIE,
	CHAOS_NEW_KEYS, CHAOS_REPORTED, CHAOS_ON_CHAIN, CHAOS_REMOVED,
	CHAOS_COSIGNED, CHAOS_SEAL_COSIGNED, CHAOS_COSIGN_LIE,
	CHAOS_NAMED, CHAOS_REBUILT, CHAOS_TX_ASKED, CHAOS_BODY_ASKED,
	CHAOS_HEADERS_ASKED, CHAOS_PORTIONS_ASKED, CHAOS_SECOND_ASKED, CHAOS_SYNC_FAILED,
	CHAOS_TRIED, CHAOS_TRIED_OUT,
	CHAOS_COUNT,
};

/* -- Nodes --------------------------------------------------------------------------------------- */

struct disk_block {
	struct header header;
	struct hash hash;
	uint8_t *body;
	uint8_t *certificate;
	size_t certificate_size;
	struct hash checkpoint_root; /* as drive has it; not of genesis */
};

/* Cosignatures of a quorum, as cosigned_put wrote them. */
struct disk_note {
	uint64_t size; /* of the checkpoint; 0: there is none */
	uint8_t *bytes;
	size_t bytes_size;
};

struct disk_pending {
	struct hash hash;
	struct header header;
	uint8_t *body;
};

struct disk_certificate {
	uint64_t epoch, view;
	enum vote_kind kind;
	uint8_t *bytes;
	size_t size;
};

/* What survives a crash. */
struct disk {
	struct memory_ledger ledger;
	struct disk_block *blocks; /* by height; [0] is genesis */
	size_t block_count, block_capacity;
	struct vote_record *records;
	size_t record_count, record_capacity;
	struct disk_pending *pending;
	size_t pending_count, pending_capacity;
	struct disk_certificate *certificates;
	size_t certificate_count, certificate_capacity;
	struct disk_note newest_note;
	struct disk_note *seal_notes; /* each of a set that ended */
	size_t seal_note_count, seal_note_capacity;
	struct vote_mark mark;
	uint64_t mark_height;  /* with the mark: the most that was committed */
	struct backed *backed; /* the real store that has the same; NULL: there is none */
};

struct sim;

/* A way to lie; NULL functions are honest. */
struct liar {
	const char *name;
	/* A message on its way out; true: it goes as it is. */
	bool (*on_send)(struct sim *sim, uint16_t node, uint16_t to, struct bytes_view bytes);
	/* A message that came in, before the node sees it; true: it does. */
	bool (*on_receive)(struct sim *sim, uint16_t node, uint16_t from,
	                   struct bytes_view bytes);
	/* From time to time. */
	void (*on_turn)(struct sim *sim, uint16_t node);
	/* A block of its own was just built. */
	void (*on_built)(struct sim *sim, uint16_t node, const struct build_job *job);
	/* At a crash: what the disk is made to forget. */
	void (*on_crash)(struct sim *sim, uint16_t node);
};

/* What a liar remembers. */
struct liar_memory {
	struct message_block block; /* a second block of its own */
	uint8_t *body;
	struct hash hash;
	uint64_t view;              /* in which it is to be proposed; 0: there is none */
	uint64_t parent_view;
	struct {
		uint8_t *bytes;
		size_t size;
	} heard[64];
	size_t heard_count;
	struct cosigned old_quorum; /* count 0: none */
};

/* A checkpoint that an honest node signed, to be looked at behind the turn. */
struct checkpoint_signed {
	uint64_t size;
	struct hash root;
};

struct node {
	uint16_t index;
	uint32_t life;
	bool is_up;
	bool was_ever_up;
	const struct liar *liar;     /* NULL: honest */
	struct liar_memory memory;
	struct public_key vote_key;
	struct hash account;
	unsigned keys;               /* how many it had before: of vote keys, and the others */
	struct disk disk;
	struct executor executor;
	struct drive *drive;         /* NULL: down */
	uint64_t paused_until_us;
	int64_t skew_ms;             /* of its wall clock */
	uint64_t last_now_ms;        /* of its monotonic clock: pauses do not take it back */
	uint64_t wake_order;         /* the newest wish alone counts */
	uint64_t executor_free_us, disk_free_us;
	uint64_t slow_until_us;      /* the disk */
	struct store_job *jobs[64];  /* handed to the disk, oldest first */
	size_t job_count;
	uint64_t checked_height;     /* what checks.c saw */
	struct checkpoint_signed signed_now[SIM_SIGNED_MAX];
	size_t signed_count;
	size_t cosign_checks;        /* jobs out there */
	bool is_amnesiac;            /* its disk was lost, or all of it but the mark: one of the f,
	                              * until it votes again and has what others may rely on */
	size_t amnesia_count;        /* heights that were decided then */
	bool is_joining, is_leaving; /* it was asked for, and is not final so far */
	bool has_served;             /* with the keys that it has, or some before */
};

struct link {
	bool is_cut;
};

struct sim_tx {
	UT_hash_handle hh;
	struct hash txid;
	uint64_t height; /* in which it was seen; 0: not yet */
	/* The honest node that took it from a client, in its life, and has not told him its end:
	 * he waits. */
	bool is_awaited;
	bool was_refused; /* by what some node had for the ledger: it did not stay valid */
	uint16_t home;
	uint32_t life;
};

/* What the honest decided, first seen. */
struct decided {
	struct hash hash;
	struct hash state_root;
	uint64_t log_size;           /* of the checkpoint, if the run has them */
	struct hash log_root;
	uint32_t tx_count;
	uint64_t first_us, last_us; /* when the first honest one had it on its disk, and the last
	                             * one so far */
};

/* An epoch, as the first honest node that reached it has it. */
struct sim_epoch {
	struct hash root;
	struct validator_set set;
	struct parameters parameters;
};

/* A ballot that an honest node signed. */
struct sim_signed {
	UT_hash_handle hh;
	struct {
		uint64_t epoch, view;
		uint16_t node;
		uint16_t kind;
	} key;
	struct ballot ballot;
};

/* Of who votes with this key it was reported that he contradicts himself. */
struct sim_evidence {
	UT_hash_handle hh;
	struct public_key key;
};

struct sim {
	uint64_t seed;
	struct lots lots;
	struct rates rates;
	uint64_t now_us;
	struct queue queue;
	struct genesis *genesis;
	struct network network;
	struct network elsewhere;    /* of the same validators */
	char origin[ORIGIN_SIZE_MAX + 1]; /* of the log */
	struct log_frontier log;     /* of what is decided: made of leaves, by nobody's code */
	struct node nodes[SIM_NODES_MAX];
	size_t node_count;
	struct link links[SIM_NODES_MAX][SIM_NODES_MAX];
	bool is_healed;
	bool is_meeting;             /* the nodes are finding each other: clients say little */
	bool is_quiet;               /* the clients have nothing more to say */
	uint64_t salt;
	struct hash stream;
	struct sim_tx *txs;          /* all that were ever submitted */
	struct sim_signed *signatures;
	struct sim_evidence *evidence;
	struct decided *decided;     /* by height */
	size_t decided_count;
	struct sim_epoch *epochs;    /* SIM_EPOCHS_MAX of them */
	size_t epoch_count;
	uint64_t record_count;       /* the model: records in the stream, txs final */
	uint64_t faults[CHAOS_COUNT];
	uint64_t messages, bytes, events;
	struct message message;      /* room to look into one */
	struct hasher trace;
	bool is_traced;              /* a readable log on stdout */
	unsigned backed_count;       /* disks that have a real store */
	char violation[512];         /* empty: none */
};

/* -- The run --------------------------------------------------------------------------------------- */

struct sim_result {
	bool is_good;
	char violation[512];
	struct hash trace;
	uint64_t heights, epochs, simulated_us, events, messages, txs;
	uint64_t heal_us;            /* from healing to the first new height */
	uint64_t progress_us;        /* and to the last that is demanded */
	uint64_t faults[CHAOS_COUNT];
	size_t validators, liars;
	const char *sins[SIM_NODES_MAX]; /* of the liars */
};

/* How is signed: the trace differs, as blocks hold signatures; what happens does not. */
enum sim_signing { SIGNING_BY_SEED, SIGNING_REAL, SIGNING_STUB };

void sim_run(struct sim_result *result, uint64_t seed, enum sim_signing signing,
             bool is_traced);

/* Piece by piece. `rates` NULL: the seed draws them. To be freed after sim_close. */
struct sim *sim_open(uint64_t seed, const struct rates *rates, bool is_traced);
void sim_run_until(struct sim *sim, uint64_t until_us);
void sim_close(struct sim *sim);

/* How long things take on links of 10 ms, on stdout; false: longer than is promised. */
bool sim_figures(void);

/* A property does not hold; the first one is kept. */
void sim_violate(struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);
void sim_say(struct sim *sim, uint16_t node, const char *format, ...) PRINTF_LIKE(3, 4);

/* -- node.c ------------------------------------------------------------------------------------------ */

void node_start(struct sim *sim, uint16_t node);
void node_crash(struct sim *sim, uint16_t node);
/* What its drive did with short names goes into the sums. */
void node_count(struct sim *sim, uint16_t node);
void node_handle(struct sim *sim, struct event *event);
/* Of its present keys. */
unsigned node_key_number(const struct node *node);
struct moment node_moment(struct sim *sim, struct node *node);

/* -- submit.c ---------------------------------------------------------------------------------------- */

/* Of a client. */
void node_submit(struct sim *sim, uint16_t node, struct bytes_view tx);
/* Of a peer, or of itself, entries as of a body: they are checked, which takes `late_us` longer if
 * others wait too, and then submitted. */
void node_ingest(struct sim *sim, uint16_t node, struct bytes_view txs, uint16_t source,
                 uint64_t serial, uint64_t late_us);
/* EVENT_INGEST. */
void submit_ingested(struct sim *sim, struct node *node, const struct event *event);

/* -- signing.c --------------------------------------------------------------------------------------- */

void signing_begin(uint64_t seed, enum sim_signing signing);
/* By the key of a node or a client. */
void sim_sign(struct signature *signature, const struct hash *digest,
              const struct public_key *key);
check_function sim_is_valid;
/* With the cosign key of this number. */
void sim_cosign(struct cosign *cosign, unsigned number, uint64_t time_s,
                struct bytes_view text);
check_cosign_function sim_cosign_is_valid;

/* -- network.c ----------------------------------------------------------------------------------------- */

void network_send(struct sim *sim, uint16_t from, uint16_t to, struct bytes_view bytes);
/* Later by this, whatever the liar of `from` says. */
void network_send_late(struct sim *sim, uint16_t from, uint16_t to, struct bytes_view bytes,
                       uint64_t late_us);
bool network_is_open(const struct sim *sim, uint16_t from, uint16_t to);
/* How long something is on its way, microseconds: drawn. */
uint64_t network_delay(struct sim *sim);

/* -- disk.c ---------------------------------------------------------------------------------------------- */

void disk_init(struct disk *disk, struct sim *sim);
void disk_close(struct disk *disk);
/* As new. `with_mark`: the mark alone stays. */
void disk_wipe(struct disk *disk, struct sim *sim, bool with_mark);
/* The batch, then the mark. `with_mark`: a crash may come between the two. */
void disk_apply(struct disk *disk, const struct store_job *job, bool with_mark);
void disk_read(const struct disk *disk, const struct sim *sim, struct read_job *job);
/* What cosigning begins with: kept->count 0: no quorum was kept. */
void disk_load_cosign(const struct disk *disk, struct drive_cosign_start *start,
                      struct cosigned *kept);
/* A node starts on it. */
void disk_start(struct disk *disk);
/* A node ends without a word, perhaps while `next` was being applied; NULL: it was idle. */
void disk_crash(struct disk *disk, const struct store_job *next);
/* Behind a crash: what was signed is gone, and, if `all`, everything beside the ledger. */
void disk_forget(struct disk *disk, bool all);
/* All of it, while a node is up, if there is a real store to be compared. */
void disk_check(const struct disk *disk);
/* The ledger, for who executes. */
const struct ledger_source *disk_source(const struct disk *disk);
const struct ledger_tip *disk_tip(const struct disk *disk);
/* The last block that began an epoch. */
const struct disk_block *disk_root(const struct disk *disk);

/* -- clients.c, set.c, faults.c, liars ------------------------------------------------------------------------------ */

void clients_turn(struct sim *sim);
/* One operation of an account, through a node. */
void clients_send(struct sim *sim, const struct sim_key *account,
                  const struct operation *operation, uint16_t node);
/* Somebody sends a transaction of this txid. */
void clients_note(struct sim *sim, const struct hash *txid);
/* Its client is told by the node that took it how it ended; he was promised it until then. */
void clients_promise(struct sim *sim, const struct hash *txid, const struct node *node);
void clients_tell(struct sim *sim, const struct hash *txid, const struct node *node);
void clients_refuse(struct sim *sim, const struct hash *txid);
bool clients_are_refused(const struct sim *sim, const struct hash *txid);
void set_turn(struct sim *sim);
/* Would there still be at most f that lie or have forgotten, in whatever set comes of it? */
bool set_may_forget(const struct sim *sim, const struct node *node);
/* The node's last block is a seal that no honest one had before. */
void set_begin_epoch(struct sim *sim, const struct node *node);
void set_check(struct sim *sim, const struct node *node);
/* Other keys of the node are in the newest set: it is started anew with them. */
void set_take_keys(struct sim *sim, uint16_t node);
/* Is the node in the newest set; and was it in the one before? */
bool set_has(const struct sim *sim, const struct node *node);
bool set_had(const struct sim *sim, const struct node *node);
void faults_turn(struct sim *sim);
void faults_heal(struct sim *sim);
/* Whoever lies does so about checkpoints as well. */
void liar_cosigns(struct sim *sim, uint16_t node);
extern const struct liar *const LIARS[];
extern const size_t LIAR_COUNT;

/* -- checkpoints.c ---------------------------------------------------------------------------------------------- */

/* The checkpoint of a block that was just decided: its leaves go behind all before. */
void checkpoint_decide(struct sim *sim, const struct disk_block *block,
                       struct decided *decided);
/* An honest node signs. */
void checkpoint_on_sign(struct sim *sim, struct node *node, struct bytes_view text);
/* What it signed in this turn is decided, and on its disk. */
void checkpoint_check_signed(struct sim *sim, struct node *node);
/* What it takes for quorums are some. Behind the turn in which their blocks were stored. */
void checkpoint_check_notes(struct sim *sim, struct node *node, const struct store_job *job);
/* The first honest node that has no quorum over a checkpoint of so many leaves or more; NULL:
 * all have one. */
const struct node *checkpoint_misses(const struct sim *sim, uint64_t size);

/* -- checks.c --------------------------------------------------------------------------------------------------- */

void check_node(struct sim *sim, struct node *node);
void check_signing(struct sim *sim, const struct node *node, const struct ballot *ballot);
/* Whoever took in two votes of one validator that exclude each other has reported them. */
void check_evidence(struct sim *sim, const struct node *node, const struct vote *vote);
void check_report(struct sim *sim, const struct node *node, const struct vote votes[2]);
/* What honest validators know of lies is on the chain? */
bool check_all_on_chain(const struct sim *sim);
/* Whose vote key this is, or was. */
const struct node *node_of_key(const struct sim *sim, const struct public_key *key);
bool check_all_equal(struct sim *sim);

#endif
