/* What a receipt carries, from anybody: a byte string as it stands in the extra line. It
 * is decoded, and put under a log of which it is the only leaf, signed by a validator of
 * the fuzzer's own, so that all that is checked behind the signatures is reached too. */
#include "chain/base/invariant.h"
#include "chain/receipt/sentences.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint8_t seed[COSIGN_SEED_SIZE] = {1, 2, 3};

/* The leaf's place in the log: a header says it, and it may say anything. */
static uint64_t place_of(const struct receipt_extra *extra)
{
	struct header header;

	if (extra->leaf.size == HEADER_LEAF_SIZE &&
	    header_decode(&header, bytes_view(extra->leaf.at + 1, HEADER_SIZE)) == STATUS_OK)
		return header.log_size;
	return 0;
}

/* A log whose last leaf is the extra's: its size and root, and the path of that leaf. */
static void fill_log(struct buffer *file, const struct receipt_extra *extra,
                     struct bytes_view bytes, struct bytes_view origin)
{
	uint64_t index = place_of(extra) < LOG_SIZE_MAX ? place_of(extra) : 0;
	struct hash root = log_leaf_hash(extra->leaf);
	struct hash path[LOG_PATH_MAX];
	uint8_t signature[COSIGN_SIGNATURE_SIZE], cosignature[COSIGNATURE_SIZE];
	char name[WITNESS_NAME_SIZE_MAX + 1];
	struct buffer note;
	struct hash key;
	size_t count = 0;

	/* of the last leaf every sibling is to the left, one for each bit of the index */
	for (uint64_t bits = index; bits != 0; bits &= bits - 1) {
		path[count] = (struct hash){{(uint8_t)count}};
		root = log_node_hash(&path[count], &root);
		count++;
	}
	buffer_init(&note, NOTE_SIZE_MAX);
	checkpoint_put(&note, origin, index + 1, &root);
	INVARIANT(cosign_key_public(&key, seed) == STATUS_OK);
	INVARIANT(checkpoint_sign(signature, seed, buffer_view(&note)) == STATUS_OK);
	INVARIANT(cosignature_sign(cosignature, seed, 1, buffer_view(&note)) == STATUS_OK);
	buffer_append_text(&note, "\n");
	witness_name_of(name, origin, &key);
	note_signature_put(&note, origin, note_key_id(origin, NOTE_ED25519, &key),
	                   bytes_view(signature, sizeof signature));
	note_signature_put(&note, text_view(name),
	                   note_key_id(text_view(name), NOTE_COSIGNATURE, &key),
	                   bytes_view(cosignature, sizeof cosignature));
	tlog_proof_put(file, bytes, index, path, count, buffer_view(&note));
	buffer_close(&note);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view given = bytes_view(bytes, size);
	struct receipt_facts facts;
	struct receipt_extra extra;
	struct arena arena = {0};
	struct buffer file, policy, text;
	struct receipt_texts texts;
	char origin[ORIGIN_SIZE_MAX + 1];
	enum receipt_verdict verdict;
	struct hash key;
	struct why why;

	if (receipt_extra_decode(&extra, given) != STATUS_OK)
		return 0;
	origin_of(origin, text_view("fuzz"), &extra.genesis);
	INVARIANT(cosign_key_public(&key, seed) == STATUS_OK);
	buffer_init(&file, 64 << 20);
	buffer_init(&policy, POLICY_SIZE_MAX);
	buffer_init(&text, RECEIPT_SENTENCES_SIZE_MAX);
	fill_log(&file, &extra, given, text_view(origin));
	policy_put(&policy, text_view(origin), &key, 1, 1);
	texts = (struct receipt_texts){.file = buffer_view(&file),
	                               .policy = buffer_view(&policy)};
	verdict = receipt_verify(&facts, &arena, &texts, &why);
	/* The frame is sound: what is wrong is what it says. */
	INVARIANT(verdict == RECEIPT_GOOD || verdict == RECEIPT_CONTENT ||
	          verdict == RECEIPT_SIGNATURE || verdict == RECEIPT_NOT_IN_LOG);
	if (verdict == RECEIPT_GOOD) {
		receipt_say(&text, &facts);
		INVARIANT(text.status == STATUS_OK && text.size > 0);
	}
	buffer_close(&text);
	buffer_close(&policy);
	buffer_close(&file);
	arena_close(&arena);
	return 0;
}
