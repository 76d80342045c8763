/* Every option there is, in one list: what is parsed, checked, helped and completed comes
 * from it. An option means the same wherever a command takes it. */
#ifndef WALLET_CLI_OPTION_H
#define WALLET_CLI_OPTION_H

#include <stdbool.h>

/* X(name, text, letter or 0, value or NULL for a switch, is global, meaning) */
/* clang-format off */
#define OPTION_LIST(X) \
	X(node, "node", 0, "URL|SOCKET", true, \
	  "the node to ask: http://host:port, host:port, or the path of its Unix socket") \
	X(data_dir, "data-dir", 0, "DIR", true, \
	  "a node's data directory: its socket and cookie are found there, wallets in DIR/wallets") \
	X(wallet, "wallet", 0, "NAME", true, \
	  "the wallet (default: the only one, or the one named default)") \
	X(account, "account", 0, "NAME|ADDRESS", true, \
	  "the account that acts (default: the first of the wallet)") \
	X(wait, "wait", 0, "none|pending|final", true, \
	  "what to wait for after sending (default: final)") \
	X(timeout, "timeout", 0, "SECONDS", true, \
	  "how long to wait for finality (default: 30; an import: without any progress)") \
	X(valid_for, "valid-for", 0, "SECONDS", true, \
	  "how long the transaction may still enter the ledger (default: 3600)") \
	X(genesis, "genesis", 0, "FILE|HEX", true, \
	  "the network's genesis, instead of asking the node which network it serves") \
	X(passphrase_file, "passphrase-file", 0, "FILE", true, \
	  "read the wallet's passphrase from this file instead of asking for it") \
	X(passphrase_fd, "passphrase-fd", 0, "N", true, \
	  "read the wallet's passphrase from this open descriptor") \
	X(json, "json", 0, 0, true, \
	  "print JSON: what the node answered, or {\"error\":{...}}") \
	X(quiet, "quiet", 'q', 0, true, \
	  "print ids only, no progress and no notes") \
	X(yes, "yes", 'y', 0, true, \
	  "answer every question with yes") \
	X(no_color, "no-color", 0, 0, true, \
	  "no colors, as with NO_COLOR in the environment") \
	X(help, "help", 'h', 0, true, \
	  "explain the command") \
	X(version, "version", 0, 0, true, \
	  "print the program's version") \
	X(accounts, "accounts", 0, "N", false, \
	  "how many accounts to restore (default: 1)") \
	X(address, "address", 0, "HOST:PORT", false, \
	  "where others reach the node (default: nowhere, it calls them)") \
	X(asset_decimals, "decimals", 0, "N", false, \
	  "digits behind the point of an amount, 0 to 18 (default: 0)") \
	X(at, "at", 0, "HEIGHT|TIME", false, \
	  "as it was at this block, or at this time in UTC: 2026-11-22T08:15:00Z") \
	X(author, "author", 0, "ACCOUNT", false, \
	  "only what this account wrote") \
	X(completion, "completion", 0, "bash", false, \
	  "print the completion for this shell") \
	X(contact, "contact", 0, "TEXT", false, \
	  "how to reach the account's owner") \
	X(content_type, "content-type", 0, "TYPE", false, \
	  "what the value is, as text/plain or application/json") \
	X(count, "count", 0, "N", false, \
	  "end after so many (default: never)") \
	X(cursor, "cursor", 0, "CURSOR", false, \
	  "go on where an earlier list stopped: its \"next\"") \
	X(cursor_file, "cursor-file", 0, "FILE", false, \
	  "keep there how far it came, and go on from there the next time") \
	X(description, "description", 0, "TEXT", false, \
	  "what it is for") \
	X(display_name, "display-name", 0, "TEXT", false, \
	  "what others shall call the account") \
	X(duration, "duration", 0, "TIME", false, \
	  "for how long: 90, 30m, 12h, 7d, or forever (default: 24h)") \
	X(encryption_key, "encryption-key", 0, "HEX", false, \
	  "the x-only key to which messages for the account are sealed") \
	X(epoch, "epoch", 0, "N", false, \
	  "of this epoch, from 0; each change of the validators begins one") \
	X(expected_count, "expected-count", 0, "N", false, \
	  "refuse unless the stream has so many records before this one") \
	X(expected_version, "expected-version", 0, "N", false, \
	  "refuse unless so many records are under the key before this one") \
	X(follow, "follow", 'f', 0, false, \
	  "go on, with a bar, until the node has caught up") \
	X(from, "from", 0, "N|CURSOR", false, \
	  "begin at this position or height; of events: behind this cursor, or head") \
	X(inbox, "inbox", 0, "STREAM", false, \
	  "the stream in which messages for the account are left") \
	X(jsonl, "jsonl", 0, 0, false, \
	  "each line of the value is {\"key\",\"value\" or \"value_b64\",\"content_type\"}") \
	X(key, "key", 'k', "KEY", false, \
	  "the record's key: text, @FILE, or - for standard input") \
	X(limit, "limit", 'n', "N", false, \
	  "at most so many (default: all)") \
	X(lines, "lines", 0, 0, false, \
	  "each line of the value is a record") \
	X(man, "man", 0, 0, false, \
	  "print the manual page for man(1)") \
	X(new_passphrase_file, "new-passphrase-file", 0, "FILE", false, \
	  "read the new passphrase from this file") \
	X(new_passphrase_fd, "new-passphrase-fd", 0, "N", false, \
	  "read the new passphrase from this open descriptor") \
	X(output, "output", 'o', "FILE", false, \
	  "write to this file") \
	X(per_tx, "per-tx", 0, "N", false, \
	  "records in one transaction, which enter together or not at all (default: 1)") \
	X(policy, "policy", 0, "FILE", false, \
	  "whose signatures a receipt is judged by") \
	X(position, "position", 'p', "N", false, \
	  "the record's position in the stream, from 0") \
	X(prove, "prove", 0, 0, false, \
	  "with --json, add the proof; of a list, write it to the file of --output") \
	X(raw, "raw", 0, 0, false, \
	  "write the value's bytes exactly as they are") \
	X(reason, "reason", 0, "TEXT", false, \
	  "why, for who reads the list") \
	X(schema, "schema", 0, "TEXT|@FILE", false, \
	  "a JSON Schema for the values; advice to those who write") \
	X(succession, "succession", 0, "FILE", false, \
	  "how the validators of the policy's network changed since") \
	X(topic, "topic", 't', "TOPIC", false, \
	  "blocks, txs, stream:NAME or account:ADDRESS; may be given several times") \
	X(unordered, "unordered", 0, 0, false, \
	  "send on several connections at once: for a node that is far away") \
	X(words, "words", 0, 0, false, \
	  "print the words from which the wallet can be restored") \
	X(word_count, "word-count", 0, "N", false, \
	  "how many words: 12, 15, 18, 21 or 24 (default: 24)") \
	X(words_file, "words-file", 0, "FILE", false, \
	  "read the words from this file instead of asking for them") \
	X(words_passphrase_file, "words-passphrase-file", 0, "FILE", false, \
	  "read the passphrase that belongs to the words from this file (default: empty)") \
	X(write, "write", 0, "open|listed", false, \
	  "who may write: everybody, or only whom the owner lists (default: open)")
/* clang-format on */

enum option {
#define OPTION_ENUM(name, text, letter, value, is_global, meaning) OPTION_##name,
	OPTION_LIST(OPTION_ENUM)
#undef OPTION_ENUM
		OPTION_COUNT,
};

struct option_facts {
	const char *text;  /* without the two hyphens */
	char letter;       /* 0: it has none */
	const char *value; /* what follows, for people; NULL: a switch */
	bool is_global;    /* every command takes it */
	const char *meaning;
};

const struct option_facts *option_facts(enum option option);

#endif
