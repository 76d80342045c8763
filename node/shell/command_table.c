#include "node/shell/command_table.h"

#include <string.h>

#define OF_ALL(meaning) {"data-dir", "DIR", meaning, NODE_OPTION_ONCE}
#define DATA_DIR        OF_ALL("the folder of the node's files")

/* What is understood wherever a node's configuration is read: config.h. */
#define OF_RUN \
	DATA_DIR, \
	{"config", "FILE", "its configuration; otherwise cairn.toml in that folder", NODE_OPTION_ONCE}, \
	{"rpc-listen", "ADDR:PORT", "where programs ask", NODE_OPTION_ONCE}, \
	{"p2p-listen", "ADDR:PORT", "where other nodes connect", NODE_OPTION_ONCE}, \
	{"log-level", "LEVELS", "error, warn, info, debug or trace; of one module: info,p2p=debug", \
	 NODE_OPTION_ONCE}, \
	{"log-format", "FORMAT", "logfmt or json", NODE_OPTION_ONCE}, \
	{"set", "SECTION.KEY=VALUE", "any setting that 'cairnd config' lists", NODE_OPTION_OFTEN}

#define RPC_LISTEN {"rpc-listen", "ADDR:PORT", "where programs ask", NODE_OPTION_ONCE}
#define LISTEN \
	{"listen", "ADDR:PORT", "where it listens for nodes, if that is another address", NODE_OPTION_ONCE}
#define ADDRESS(use) \
	{"address", "HOST:PORT", "where the nodes of others reach this one", use}

static const struct node_command_row ROWS[] = {
	{
		.name = "init",
		.words = "",
		.summary = "Make a network of one validator and its keys",
		.options = {
			DATA_DIR,
			{"network", "NAME", "what it is called, 'cairn' if nothing is said", NODE_OPTION_ONCE},
			{"account", "ADDRESS", "whose it is: of a wallet, to let others in", NODE_OPTION_ONCE},
		},
	},
	{
		.name = "run",
		.words = "",
		.summary = "Run the node until SIGTERM or SIGINT",
		.details = "SIGHUP opens the log file anew and takes the levels that the configuration "
				   "says by then.",
		.options = {OF_RUN},
	},
	{
		.name = "devnet",
		.words = "N",
		.summary = "Run a whole network of N validators on this machine, for trying out",
		.details =
			"Node i has its files in DIR/node<i>, listens for peers at P + 10 i and for programs "
			"at P + 10 i + 1. A wallet without a passphrase is made with it, in DIR/wallets; its "
			"account owns the network. Called again, it goes on with the same network.",
		.options = {
			{"data-dir", "DIR", "the folder of the network", NODE_OPTION_NEEDED},
			{"followers", "M", "nodes besides that only follow", NODE_OPTION_ONCE},
			{"base-port", "P", "the first port, 17470 if nothing is said", NODE_OPTION_ONCE},
			{"prepare", NULL, "make the folders and stop", NODE_OPTION_ONCE},
		},
	},
	{
		.name = "join",
		.words = "",
		.summary = "Make a node that follows an existing network",
		.options = {
			{"data-dir", "DIR", "the folder of the node's files", NODE_OPTION_NEEDED},
			{"genesis", "FILE", "of the network: from 'cairn chain genesis -o FILE'",
			 NODE_OPTION_NEEDED},
			{"peers", "ID@HOST:PORT,...", "nodes to stay connected with", NODE_OPTION_ONCE},
		},
	},
	{
		.name = "network create",
		.words = "NAME",
		.summary = "Found a network of several organisations",
		.details = "It is permissioned, so that only nodes that are let in may connect, unless "
				   "--open is said. Several accounts may own it, each of which acts alone.",
		.options = {
			ADDRESS(NODE_OPTION_NEEDED),
			{"account", "ADDRESS", "whose it is: of a wallet (cairn account list)",
			 NODE_OPTION_NEEDED},
			{"validator", "APPLICATION|@FILE",
			 "who validates besides, from the first block on: of 'cairnd network apply'",
			 NODE_OPTION_OFTEN},
			{"open", NULL, "any node may connect", NODE_OPTION_ONCE},
			DATA_DIR,
			LISTEN,
			RPC_LISTEN,
		},
	},
	{
		.name = "network apply",
		.words = "",
		.summary = "Make keys, and print an application for who founds a network",
		.details = "The line that is printed holds public keys and no secret.",
		.options = {
			ADDRESS(NODE_OPTION_NEEDED),
			{"account", "ADDRESS", "that shall be the validator's", NODE_OPTION_NEEDED},
			DATA_DIR,
		},
	},
	{
		.name = "network invite",
		.words = "",
		.summary = "Print an invitation for whoever shall join",
		.details = "The line that is printed holds the genesis and where to begin, and no secret. "
				   "Where the node is reached says --address, else the first of p2p.external, "
				   "else the genesis.",
		.options = {DATA_DIR, ADDRESS(NODE_OPTION_ONCE)},
	},
	{
		.name = "network join",
		.words = "INVITATION|@FILE|-",
		.summary = "Make keys and a node that follows the network of an invitation",
		.details = "It prints the genesis' hash, to be compared with who sent the invitation, and "
				   "the new node's id. Without --address it only dials: enough to follow, not to "
				   "validate at an address.",
		.options = {DATA_DIR, ADDRESS(NODE_OPTION_ONCE), LISTEN, RPC_LISTEN},
	},
	{
		.name = "id",
		.words = "",
		.summary = "Print the node's id and its public keys",
		.options = {OF_RUN},
	},
	{
		.name = "config",
		.words = "",
		.summary = "Print every setting, its value and where that came from",
		.options = {OF_RUN},
	},
	{
		.name = "compact",
		.words = "",
		.summary = "Rewrite a stopped node's files into their smallest form",
		.options = {OF_RUN},
	},
	{
		.name = "audit",
		.words = "",
		.summary = "Check everything that a stopped node has stored",
		.details = "The ledger is replayed: every signature, rule, root and certificate. The exit "
				   "code is 0 if all holds, 7 if something does not.",
		.options = {
			DATA_DIR,
			{"scratch", "DIR", "an existing folder with room for the replayed ledger",
			 NODE_OPTION_ONCE},
			{"threads", "N", "that check signatures; one for each core if nothing is said",
			 NODE_OPTION_ONCE},
		},
	},
	{
		.name = "allow-votes",
		.words = "",
		.summary = "Say what a vote key may sign after the sign state was lost",
		.details = "Whoever says it knows that the key signed nothing beyond: two votes that "
				   "exclude each other cost the validator its place.",
		.options = {
			{"data-dir", "DIR", "the folder of the node's files", NODE_OPTION_NEEDED},
			{"above", "EPOCH:VIEW", "the last view that it may have signed in", NODE_OPTION_NEEDED},
		},
	},
	{
		.name = "help",
		.words = "[COMMAND]",
		.summary = "Explain a command",
		.details = "So does --help behind it.",
		.options = {
			{"man", NULL, "print the manual page", NODE_OPTION_ONCE},
			{"completion", "bash|fish|zsh", "print what the shell needs to complete commands",
			 NODE_OPTION_ONCE},
		},
	},
	{
		.name = "version",
		.words = "",
		.summary = "Print the version",
	},
};

size_t node_command_count(void)
{
	return sizeof ROWS / sizeof *ROWS;
}

const struct node_command_row *node_command_at(size_t index)
{
	return &ROWS[index];
}

const struct node_command_row *node_command_find(const char *name)
{
	for (size_t i = 0; i < node_command_count(); i++)
		if (strcmp(ROWS[i].name, name) == 0)
			return &ROWS[i];
	return NULL;
}
