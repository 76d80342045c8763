/* Every maximum of the system, each with its reason. What another party can grow
 * stands here or it is a bug. Sizes in bytes. "Agreed": every node of a network must
 * use the same number, so changing it is a new protocol; the rest is each node's own. */
#ifndef CHAIN_BASE_LIMITS_H
#define CHAIN_BASE_LIMITS_H

enum {
	/* -- Agreed: transactions and blocks ------------------------------------------ */
	TX_SIZE_MAX = 65535,      /* a leaf of the log: C2SP entries have a u16 length */
	TX_OPERATIONS_MAX = 1024, /* bounds the work one signature can order */
	BLOCK_TXS_MAX = 16384,    /* of 256 bytes, they fill BLOCK_BODY_MAX */
	BLOCK_BODY_MAX = 4 << 20, /* a body travels and is executed within a view */

	/* -- Agreed: fields of operations --------------------------------------------- */
	NAME_SIZE_MAX = 64,            /* of a stream or asset: fits a column on a screen */
	NETWORK_NAME_SIZE_MAX = 32,    /* part of every checkpoint's origin line */
	RECORD_KEY_SIZE_MAX = 256,     /* a URL or a path; an index row holds it whole */
	CONTENT_TYPE_SIZE_MAX = 127,   /* type "/" subtype, RFC 6838 section 4.2 */
	VALUE_SIZE_MAX = TX_SIZE_MAX,  /* the transaction's own maximum is what binds */
	DESCRIPTION_SIZE_MAX = 1024,   /* a paragraph */
	SCHEMA_SIZE_MAX = 16384,       /* a JSON Schema written by a person */
	DISPLAY_NAME_SIZE_MAX = 64,    /* one line */
	CONTACT_SIZE_MAX = 256,        /* an address, a URL */
	ASSET_DECIMALS_MAX = 18,       /* 10^18 grains still fit u64 */
	PARAMETER_NAME_SIZE_MAX = 32,  /* the longest of the protocol's own table fits */
	PARAMETERS_MAX = 64,           /* the protocol's table, with room */
	ADDRESS_SIZE_MAX = 255,        /* host:port, a DNS name's maximum */
	VALIDATORS_MAX = 128,          /* a bitmap of 16 bytes; votes grow as its square */
	GROUP_MEMBERS_MAX = 64,        /* a board, not a crowd; an approval is one look-up */
	RECOVERY_KEYS_MAX = 64,        /* as a group's members */
	GENESIS_NODE_IDS_MAX = 1024,   /* who may connect before the ledger says more */
	GENESIS_SIZE_MAX = 1 << 20,    /* all of the above at their maximum */
	HEADER_SIZE = 244,             /* LEDGER, "Block header" */
	JOIN_AGE_MAX = 1000,           /* blocks behind: who joins is in sync, or nearly */
	JOIN_INTERVAL_MS = 3600000,    /* each join ends an epoch: one account, one an hour */
	ACCOUNT_NODES_MAX = 4,         /* that an account lists by itself: some to spare */
	NODES_LISTED_MAX = 4096,       /* every node holds the list, and goes through it */
	BLOCK_EVIDENCE_MAX = 16,       /* two signature checks each; f liars of 128 in 3 blocks */

	/* -- Consensus ------------------------------------------------------------------ */
	VOTES_PER_VOTER = 5,     /* a view: nullify, two notarize, two finalize; see X1 */
	UNSTORED_BLOCKS_MAX = 2, /* one being stored, one being filled; more only adds delay */
	VIEWS_AHEAD_MAX = 64,    /* later views whose votes are kept: a node that is behind by
	                          * more gets certificates, which need no votes */
	VIEWS_HELD_MAX = 2048,   /* certified in a row without a final one: at the longest
	                          * time-out, more than a day of bad luck */
	BLOCKS_HELD_MAX = 128,   /* that are not committed: FRESH_DEPTH_MAX in a row, their
	                          * rivals, and a portion that is being caught up with */
	FRESH_DEPTH_MAX = 16,    /* new blocks above the last final one: bounds what a flush
	                          * has to make final and what memory holds of drafts */
	STORE_JOBS_MAX = 2,      /* batches on their way to the disk: one written, one ready */
	SYNC_HEADERS_MAX = 256,  /* of one answer in catching up: 62 KB; one FINAL makes no more than
	                          * BLOCKS_HELD_MAX final, so there is one among them */
	PORTION_BLOCKS_MAX = 32, /* whose bodies are asked for at once */
	PORTION_BYTES_MAX = 512 << 10, /* of them, but for one that is larger: half a second at
	                          * 8 Mbit/s, so that the next peer is not waited for too long */
	PROPOSAL_NULLS_MAX = 8,  /* nullifications that travel inside a proposal */
	RESENT_VIEWS_MAX = 8,    /* whose votes of ours are sent again in a standstill */
	STATUS_VIEWS_MAX = 16,   /* whose certificates one status is answered with */
	PEERS_MAX = 2 * 128,     /* whom consensus tells apart: VALIDATORS_MAX, as many others */
	PROPOSALS_AHEAD_MAX = 8, /* views whose proposals are held before they begin */
	COMPACT_PREFILLED_MAX = 16 << 10, /* bytes of transactions that go with a block's short
	                          * names, with index and size: what peers are sure to lack; more
	                          * is for who asks */
	COMPACT_BODY_LEAST = 4 << 10, /* a smaller body travels whole: it fits into what a
	                          * connection sends before the first acknowledgement, so names
	                          * would save no time, and its transactions are so new that one
	                          * may well be missing, which costs a round trip */
	REBUILDS_MAX = 8,        /* blocks being put together at once: 5.2 MB for the largest, 13 MB
	                          * of a liar's */
	REBUILDS_OF_PEER_MAX = 2, /* of these: a leader's newest, and the one before */
	LATE_BYTES_MAX = 4 << 20, /* of transactions that validators sent lately, checked or not: as
	                          * much as a block has */
	REBUILD_RIVALS_MAX = 4,  /* blocks on the same parent whose transactions are looked at */
	ACCUSED_MAX = 128,       /* vote keys that evidence is known against: a whole set */

	/* -- The pool ------------------------------------------------------------------- */
	POOL_TXS_MAX = 100000,      /* 3 s of work for a node that finalises 33,000/s */
	POOL_BYTES_MAX = 256 << 20, /* the memory a busy pool may take */
	POOL_SENDER_SHARE = 10,     /* one sender holds at most 1/10 while others wait */
	POOL_REFUSED_MAX = 10000,   /* refusals remembered so that a status can say why */
	INGRESS_TXS_MAX = 20000,    /* submitted and not yet in the pool: half a second of work */
	RECENT_BLOCKS = 8,          /* whose txids are remembered; older ones are looked up */

	/* -- The log -------------------------------------------------------------------- */
	LOG_TILE_BITS = 6,                    /* 64 hashes: 2 KiB rewritten at the edge */
	LOG_TILE_WIDTH = 1 << LOG_TILE_BITS,
	LOG_LEVELS_MAX = 11,                  /* ceil(64 / LOG_TILE_BITS) */
	LOG_PATH_MAX = 64,                    /* hashes of an inclusion proof, size < 2^64 */
	LOG_RANGE_MAX = 2 * 64,               /* of a proof for a range: of its two ends */

	/* -- State tree ------------------------------------------------------------------ */
	STATE_KEY_SIZE_MAX = 1 + 32 + RECORD_KEY_SIZE_MAX, /* a record's */
	STATE_VALUE_SIZE_MAX = 32768, /* a stream's head with the largest schema */
	STATE_DEPTH_MAX = 64,         /* nibbles of a key hash */

	/* -- RPC (RELIABILITY, "Hostile input") ------------------------------------------ */
	RPC_BODY_MAX = 8 << 20,          /* 1,000 submissions of a busy client, and more */
	RPC_HEADERS_MAX = 16 << 10,      /* what a browser sends, twice */
	RPC_BATCH_MAX = 1000,            /* calls of one body */
	RPC_DEPTH_MAX = 32,              /* nested arrays and objects */
	RPC_VALUES_MAX = 100000,         /* values of one body: bounds what parsing costs */
	RPC_STRING_MAX = 128 << 10,      /* a largest transaction in base64 is 87,380 */
	RPC_NUMBER_MAX = 64,             /* digits of a number; a double has 24 */
	RPC_ANSWER_MAX = 4 << 20,        /* one answer; lists have pages */
	RPC_BATCH_ANSWER_MAX = 16 << 20, /* all answers of a batch: four of the largest */
	RPC_HELD_MAX = 256 << 20,        /* bodies and answers of all clients, held at once */
	RPC_READ_AHEAD_MAX = 64 << 10,   /* of the next requests, while one is answered */
	RPC_ANSWER_RATE_MIN = 32 << 10,  /* bytes a second: who reads slower is cut off */
	RPC_HOSTS_MAX = 16,              /* names a node may be called by */
	RPC_CONNECTIONS_MAX = 512,
	RPC_CONNECTIONS_PER_ADDRESS_MAX = 32,
	RPC_LIST_MAX = 1000,             /* items of a page */
	RPC_LIST_DEFAULT = 100,
	RPC_CURSOR_SIZE_MAX = 512,       /* a database key in hex, and more */
	RPC_PAGE_SIZE_MAX = 3 << 20,     /* a page ends above it: its last item fits an answer */
	RPC_PAGE_ROWS_MAX = 10000,       /* looked at for a page: of most balances none is left */
	RPC_WAIT_MS_MAX = 600000,        /* submit_and_wait; who waits longer asks again */
	RPC_WAIT_MS_DEFAULT = 30000,     /* ten times what a slow network needs */
	RPC_CALLS_WAITING_MAX = 4096,    /* submit_and_wait held open at once */
	RPC_HEADER_TIMEOUT_S = 5,
	RPC_BODY_TIMEOUT_S = 20,
	RPC_IDLE_TIMEOUT_S = 30,
	RPC_STOP_TIMEOUT_S = 5,          /* what is being answered when the node stops */
	RPC_LINGER_TIMEOUT_MS = 1000,    /* for a last answer to be read before the end */

	/* -- RPC: subscriptions ---------------------------------------------------------- */
	RPC_TOPICS_MAX = 16,             /* of a subscription: each may cost a search an event */
	RPC_TOPIC_SIZE_MAX = 80,         /* "account:" and an address or an id */
	RPC_EVENT_CURSOR_SIZE = 42,      /* two numbers of 20 digits, a point, a NUL */
	RPC_SUBSCRIPTIONS_MAX = 16,      /* of a connection: a page has a few panes */
	RPC_STREAMING_MAX = 256,         /* connections that stream: half of all, so that plain
	                                  * calls have the others */
	RPC_QUEUED_MAX = 64 << 10,       /* bytes ready for one of them; more is read when these
	                                  * are on their way */
	RPC_EVENT_SIZE_MAX = 4 << 20,    /* a transaction of TX_OPERATIONS_MAX records takes 2 */
	RPC_EVENTS_TURN = 16,            /* steps for subscribers before sockets are looked after */
	RPC_SEARCH_TURN = 32,            /* rows that one step of a subscription looks at */
	RPC_SEARCH_ROWS = 1024,          /* of one list, in one search */
	RPC_EVENTS_CACHE_MAX = 8 << 20,  /* bytes of newest events that others want too */
	RPC_SOCKET_CALLS_MAX = 16,       /* bodies of one WebSocket under way: some may wait */
	RPC_PING_S = 30,                 /* whether a WebSocket's peer still lives; twice that
	                                  * without an answer, and it does not */
	RPC_QUIET_S = 15,                /* then a comment: proxies give up after 30 or 60 */

	/* -- Files of people --------------------------------------------------------------- */
	CONFIG_SIZE_MAX = 64 << 10,      /* written by hand */
	CONFIG_SECTIONS_MAX = 64,        /* far above what any program has; and so for the */
	CONFIG_ENTRIES_MAX = 1024,       /* keys: looking for a double compares all pairs */
	CONFIG_LIST_MAX = 256,           /* items of a list: peers, hosts */
	KEYSTORE_SIZE_MAX = 64 << 10,    /* one wallet with its account names */
	KEYSTORE_ACCOUNTS_MAX = 256,     /* of 102 bytes with the longest names, they fit */
	KEYSTORE_SCRYPT_MEMORY_MAX = 256 << 20, /* twice the default's: a file orders no more */
	KEYSTORE_SCRYPT_WORK_MAX = 1 << 22, /* N * r * p, four times the default's: 2 s */
	WALLETS_MAX = 1000,              /* of one folder, for a listing */
	PASSPHRASE_SIZE_MAX = 1024,
	WALLET_NAME_SIZE_MAX = 64,       /* a file's name */
	TX_FILE_SIZE_MAX = 4 << 20,      /* TX_OPERATIONS_MAX operations as JSON, and more */
	NETWORKS_FILE_SIZE_MAX = 1 << 20, /* the networks that a wallet has met */
	INPUT_FILE_SIZE_MAX = 1 << 20,   /* a value from @file, before its own maximum */

	/* -- What the wallet takes from a node ---------------------------------------------- */
	CLIENT_ANSWER_MAX = 64 << 20,    /* a batch of RPC_BATCH_MAX answers of 64 KiB */
	CLIENT_CONNECT_MS_MAX = 5000,    /* the node is near, or behind a tunnel */
	CLIENT_ANSWER_MS = 30000,        /* for what the node does at once */
	CLIENT_PAGE = 200,               /* items asked for at once, cut further if need be */
	CLIENT_EVENT_SIZE_MAX = 8 << 20, /* a transaction and its records: two answers' worth */
	CLIENT_EVENT_ID_MAX = 64,        /* a cursor: two numbers of at most 20 digits */
	CLIENT_EVENT_TYPE_MAX = 32,      /* "block", "tx", and what a later node may add */
	CLIENT_EVENT_SILENCE_MS = 60000, /* a node says something every 15 s: it is gone */
	CLIENT_EVENT_PAUSE_MS_MIN = 250, /* before the first new try, doubled for each more */
	CLIENT_EVENT_PAUSE_MS_MAX = 10000, /* who waits for a node looks that often */

	/* -- Importing many records ----------------------------------------------------------- */
	IMPORT_TXS_MAX = 8000,           /* read and not yet final: below a sender's tenth of
	                                  * POOL_TXS_MAX, so that others find room */
	IMPORT_BYTES_MAX = 64 << 20,     /* that these may take */
	IMPORT_BATCH_TXS = RPC_BATCH_MAX,
	IMPORT_BATCH_BYTES = 2 << 20,    /* a quarter of RPC_BODY_MAX: two are on their way */
	IMPORT_CONNECTIONS = 4,          /* that submit, where order does not matter */
	IMPORT_THREADS_MAX = 4,          /* that sign: beyond it, the node is the narrow part */
	IMPORT_LINE_MAX = 512 << 10,     /* a largest value with every byte escaped in JSON */
	IMPORT_REASONS_MAX = 32,         /* told apart in the report */
	IMPORT_REASON_LINES_MAX = 16,    /* line numbers named for each */
};

#endif
