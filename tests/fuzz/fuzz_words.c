/* Words, paths and extended keys as people paste them: what is read is written back and
 * read again as the same. */
#include "chain/base/invariant.h"
#include "wallet-cli/hd_text.h"
#include "wallet-cli/keystore/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct signer *signer(void)
{
	static const struct hash seed;
	static struct signer *only;

	if (!only)
		only = signer_new(&seed);
	INVARIANT(only != NULL);
	return only;
}

/* Explaining a mistyped word compares it with the whole list: now and then is enough. */
static bool wants_reason(struct bytes_view text)
{
	return text.size > 0 && text.at[text.size - 1] == '\n';
}

static void try_words(struct bytes_view text)
{
	struct words_entropy entropy;
	struct words_entropy again;
	char words[WORDS_TEXT_SIZE];
	struct why why;

	if (words_decode(&entropy, text, wants_reason(text) ? &why : NULL) != STATUS_OK)
		return;
	words_encode(words, &entropy);
	INVARIANT(words_decode(&again, text_view(words), NULL) == STATUS_OK);
	INVARIANT(memcmp(&again, &entropy, sizeof again) == 0);
}

static void try_key(struct bytes_view text)
{
	struct hd_key key;
	char written[HD_KEY_TEXT_SIZE];
	struct why why;

	if (hd_key_decode(&key, signer(), text, &why) != STATUS_OK)
		return;
	hd_key_encode(written, &key);
	INVARIANT(bytes_equal(text_view(written), text));
}

static void try_path(struct bytes_view text)
{
	struct hd_path path;
	struct why why;

	if (hd_path_decode(&path, text, &why) == STATUS_OK)
		INVARIANT(path.count <= HD_PATH_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view text = bytes_view(bytes, size);
	struct why why;

	try_words(text);
	try_key(text);
	try_path(text);
	(void)!words_passphrase_check(text, &why);
	return 0;
}
