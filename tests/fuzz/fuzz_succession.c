/* Whole receipts and successions from anybody. Input: the size of the first text u16, of
 * the second u16, then a receipt, a policy, a succession. */
#include "chain/base/invariant.h"
#include "chain/receipt/sentences.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct cursor in = cursor_on(bytes_view(bytes, size));
	size_t file_size = cursor_u16(&in);
	size_t policy_size = cursor_u16(&in);
	struct receipt_texts texts;
	struct receipt_facts facts;
	struct arena arena = {0};
	struct buffer text;
	struct why why;

	texts.file = cursor_take_view(&in, file_size);
	texts.policy = cursor_take_view(&in, policy_size);
	texts.succession = cursor_take_view(&in, in.left);
	if (in.status != STATUS_OK)
		return 0;
	if (receipt_verify(&facts, &arena, &texts, &why) == RECEIPT_GOOD) {
		INVARIANT(facts.cosigned >= facts.needed && facts.cosigned <= facts.voters);
		INVARIANT(facts.log_index < facts.checkpoint.size);
		buffer_init(&text, RECEIPT_SENTENCES_SIZE_MAX);
		receipt_say(&text, &facts);
		INVARIANT(text.status == STATUS_OK && text.size > 0);
		buffer_close(&text);
	}
	arena_close(&arena);
	return 0;
}
