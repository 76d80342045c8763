/* The names of a node's files in its data directory. */
#ifndef NODE_SHELL_LAYOUT_H
#define NODE_SHELL_LAYOUT_H

#define FILE_VOTE_KEY   "vote.key"
#define FILE_COSIGN_KEY "cosign.key"
#define FILE_NODE_KEY   "node.key"
#define FILE_SIGN_STATE "sign-state"
#define FILE_STORE      "ledger"       /* a folder: the database */
#define FILE_GENESIS    "genesis.json" /* for people; the ledger has its own copy */
#define FILE_BANS       "bans.json"    /* there once somebody was banned */
#define FILE_CONFIG     "cairn.toml"
#define FILE_COOKIE     "rpc.cookie"
#define FILE_SOCKET     "rpc.sock"
#define FILE_BOOK       "peers.book"   /* where other nodes are */
#define FILE_ANCHORS    "peers.anchors" /* where we were when we stopped */

#endif
