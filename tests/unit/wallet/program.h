/* The wallet's program, run as the shell would, against a small ledger. */
#ifndef TESTS_UNIT_WALLET_PROGRAM_H
#define TESTS_UNIT_WALLET_PROGRAM_H

#include "wallet-cli/session.h"

/* Behind the headers that use its names for parameters. */
#include "tests/unit/wallet/fake_ledger.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct fake_ledger ledger;
static char folder[64];
static char out[1 << 16];
static char notes[1 << 16];

static inline void read_back(char *text, size_t size, const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	size = fread(text, 1, size - 1, file);
	text[size] = '\0';
	fclose(file);
}

/* Descriptor `which` into a file of the folder; gives what it was. */
static inline int redirect(int which, const char *name)
{
	int before = dup(which);
	char path[128];
	int file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(dup2(file, which), which);
	close(file);
	return before;
}

static inline void restore(int which, int before)
{
	ck_assert_int_eq(dup2(before, which), which);
	close(before);
}

/* As the shell would run it, without a terminal. */
static inline int run_words(const char *const *words, size_t count)
{
	int in = redirect(0, "in");
	int standard = redirect(1, "out");
	int error = redirect(2, "notes");
	int exit_code = session_main((int)count, words);

	fflush(stderr);
	restore(0, in);
	restore(1, standard);
	restore(2, error);
	read_back(out, sizeof out, "out");
	read_back(notes, sizeof notes, "notes");
	return exit_code;
}

#define RUN(...)                                                                         \
	run_words((const char *const[]){"--data-dir", folder, __VA_ARGS__},                  \
	          2 + sizeof(const char *const[]){__VA_ARGS__} / sizeof(const char *))

static inline void expect_word(int got, int wanted)
{
	ck_assert_msg(got == wanted, "exit code %d, not %d: %s%s", got, wanted, out, notes);
}

#define EXPECT(exit_code, ...) expect_word(RUN(__VA_ARGS__), exit_code)

static inline void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static inline const char *path_of(const char *name)
{
	static char paths[4][128];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static inline void setup(void)
{
	unsetenv("NO_COLOR");
	snprintf(folder, sizeof folder, "%s", scratch_folder());
	fake_ledger_start(&ledger, folder);
	write_file("empty", "");
}

static inline void teardown(void)
{
	fake_ledger_stop(&ledger);
}

static inline void make_wallet(void)
{
	EXPECT(0, "wallet", "new", "--passphrase-file", path_of("empty"), "-q");
}

static inline bool is_txid(const char *text)
{
	struct hash hash;

	return strlen(text) == 65 && text[64] == '\n' &&
	       hex_decode(hash.bytes, HASH_SIZE, bytes_view(text, 64));
}

static inline json_t *out_json(void)
{
	json_t *json = json_loads(out, JSON_DISABLE_EOF_CHECK, NULL);

	ck_assert_msg(json != NULL, "%s", out);
	return json;
}

#endif
