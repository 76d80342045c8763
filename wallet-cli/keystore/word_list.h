/* The English words of BIP-39 (bitcoin/bips, bip-0039/english.txt). The list is part of
 * the standard: SHA-256 of the words, each followed by a newline, is
 * 2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda. */
#ifndef WALLET_CLI_KEYSTORE_WORD_LIST_H
#define WALLET_CLI_KEYSTORE_WORD_LIST_H

enum {
	WORD_LIST_COUNT = 2048, /* 11 bits a word */
	WORD_SIZE_MAX = 8,      /* letters; no word is shorter than 3 */
};

/* Sorted, NUL-terminated. */
extern const char word_list[WORD_LIST_COUNT][WORD_SIZE_MAX + 1];

#endif
