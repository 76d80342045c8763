#include "wallet-cli/stream_option.h"

#include "chain/base/text.h"
#include "chain/ledger/fields.h"
#include "chain/ledger/network.h"

enum exit_code stream_id_from(struct session *session, struct hash *id, const char *text)
{
	struct bytes_view view = text_view(text);

	if (view.size == 2 * HASH_SIZE && hex_decode(id->bytes, HASH_SIZE, view))
		return EXIT_CODE_OK;
	if (!name_is_valid(view))
		return failure_set(
			&session->failure, EXIT_CODE_USAGE,
			"'%.80s' is no stream: a name has 1 to %d characters a-z 0-9 . "
			"_ -",
			text, NAME_SIZE_MAX);
	*id = stream_id_of(view);
	return EXIT_CODE_OK;
}
