#include "wallet-cli/tx_file.h"

#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/operation_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- Reading ------------------------------------------------------------------------ */

static struct bytes_view text_of(const json_t *value)
{
	return bytes_view(json_string_value(value), json_string_length(value));
}

static const json_t *member(const struct tx_file *file, const char *name)
{
	const json_t *value = json_object_get(file->root, name);

	return json_is_null(value) ? NULL : value;
}

static enum status malformed(struct why *why, const char *name, const char *problem)
{
	return why_say(why, STATUS_MALFORMED, "the transaction's \"%s\" %s", name, problem);
}

static enum status read_head(struct tx_file *file, struct why *why)
{
	const json_t *version = member(file, "cairn_tx");
	const json_t *genesis = member(file, "genesis");
	const json_t *sender = member(file, "sender");
	const json_t *salt = member(file, "salt");
	const json_t *valid_until = member(file, "valid_until_ms");
	struct why inner = {{0}};
	uint8_t salt_bytes[8];

	if (!json_is_integer(version))
		return why_say(why, STATUS_MALFORMED,
		               "this is no transaction's file: it has no \"cairn_tx\"");
	if (json_integer_value(version) != TX_FILE_VERSION)
		return why_say(why, STATUS_FOREIGN,
		               "the transaction's file is of version %" JSON_INTEGER_FORMAT
		               ", of which this program knows nothing",
		               json_integer_value(version));
	file->has_genesis = genesis != NULL;
	if (genesis && (!json_is_string(genesis) || json_string_length(genesis) != 64 ||
	                !hex_decode(file->genesis.bytes, HASH_SIZE, text_of(genesis))))
		return malformed(why, "genesis", "must be 64 lower-case hex digits, or null");
	if (!json_is_string(sender))
		return malformed(why, "sender", "must be an address");
	if (address_decode(&file->sender, text_of(sender), &inner) != STATUS_OK)
		return why_say(why, STATUS_MALFORMED,
		               "the transaction's \"sender\" is no address: %s", inner.text);
	if (!json_is_string(salt) || json_string_length(salt) != 2 * sizeof salt_bytes ||
	    !hex_decode(salt_bytes, sizeof salt_bytes, text_of(salt)))
		return malformed(why, "salt", "must be 16 lower-case hex digits");
	file->salt = get_be64(salt_bytes);
	if (!json_is_integer(valid_until) || json_integer_value(valid_until) < 0)
		return malformed(why, "valid_until_ms", "must be a time in ms");
	file->valid_until_ms = (uint64_t)json_integer_value(valid_until);
	return STATUS_OK;
}

static enum status read_operations(struct tx_file *file, struct why *why)
{
	const json_t *operations = member(file, "operations");
	size_t count = json_array_size(operations);

	if (!json_is_array(operations) || count == 0)
		return malformed(why, "operations", "must be a list of at least one");
	if (count > TX_OPERATIONS_MAX)
		return why_say(why, STATUS_TOO_LARGE, "%zu operations: at most %d are allowed",
		               count, TX_OPERATIONS_MAX);
	file->operations = arena_take(&file->arena, count * sizeof *file->operations);
	if (!file->operations)
		return why_set(why, STATUS_MEMORY, "read a transaction");
	for (size_t i = 0; i < count; i++) {
		struct why inner = {{0}};
		enum status status = operation_from_json(
			&file->operations[i], json_array_get(operations, i), &file->arena, &inner);

		if (status != STATUS_OK)
			return why_say(why, status, "operation %zu: %s", i,
			               inner.text[0] ? inner.text : status_text(status));
	}
	file->operation_count = count;
	return STATUS_OK;
}

/* Do the signed bytes say what the readable part says? */
static bool is_same(const struct tx_file *file)
{
	struct tx_draft draft = tx_file_draft(file);
	struct network network;
	size_t size = tx_draft_size(&draft);
	uint8_t *bytes;
	bool same;

	if (size != file->tx.size)
		return false;
	bytes = memory_new(size);
	if (!bytes)
		return false;
	network_init(&network, &file->genesis);
	(void)tx_draft_put(bytes, &draft, &network);
	same = memcmp(bytes, file->tx.at, size - TX_AUTHORITY_SIZE) == 0;
	memory_free(bytes);
	return same;
}

static enum status read_signed(struct tx_file *file, struct why *why)
{
	const json_t *base64 = member(file, "tx_b64");
	struct refusal refusal = {0};
	struct network network;
	struct tx tx;
	uint8_t *bytes;
	size_t size;

	if (!base64)
		return STATUS_OK;
	bytes =
		arena_take(&file->arena, base64_decoded_size_max(json_string_length(base64)) + 1);
	if (!bytes)
		return why_set(why, STATUS_MEMORY, "read a transaction");
	if (!json_is_string(base64) || !base64_decode(bytes, &size, text_of(base64)))
		return malformed(why, "tx_b64", "must be padded base64");
	file->tx = bytes_view(bytes, size);
	network_init(&network, &file->genesis);
	if (tx_decode(&tx, &network, file->tx, &refusal) != VERDICT_GOOD)
		return why_say(why, STATUS_MALFORMED, "the transaction's \"tx_b64\": %s",
		               refusal.text);
	if (!is_same(file))
		return why_say(why, STATUS_MALFORMED,
		               "the signed bytes of this file say something else than the text "
		               "beside them: do not trust it");
	if (file->has_genesis)
		file->txid = tx.txid;
	return STATUS_OK;
}

enum status tx_file_read(struct tx_file *file, struct bytes_view text, struct why *why)
{
	json_error_t error;
	enum status status;

	*file = (struct tx_file){0};
	file->root = json_loadb(text.size > 0 ? (const char *)text.at : "", text.size,
	                        JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(file->root)) {
		status = why_say(why, STATUS_MALFORMED,
		                 "this is no transaction's file: it is no JSON object");
		tx_file_close(file);
		return status;
	}
	status = read_head(file, why);
	if (status == STATUS_OK)
		status = read_operations(file, why);
	if (status == STATUS_OK)
		status = read_signed(file, why);
	if (status != STATUS_OK)
		tx_file_close(file);
	return status;
}

void tx_file_close(struct tx_file *file)
{
	arena_close(&file->arena);
	json_decref(file->root);
	*file = (struct tx_file){0};
}

struct tx_draft tx_file_draft(const struct tx_file *file)
{
	return (struct tx_draft){
		.sender = file->sender,
		.salt = file->salt,
		.valid_until_ms = file->valid_until_ms,
		.operations = file->operations,
		.operation_count = file->operation_count,
	};
}

/* -- Writing ------------------------------------------------------------------------ */

static json_t *operations_json(const struct tx_draft *draft)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < draft->operation_count; i++)
		if (json_array_append_new(list, json_of_operation(&draft->operations[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

char *tx_file_text(const struct tx_draft *draft, const struct hash *genesis,
                   const struct bytes_view *tx, const struct hash *txid)
{
	char salt[17];
	json_t *root;
	char *text, *longer;
	size_t size;

	snprintf(salt, sizeof salt, "%016" PRIx64, draft->salt);
	root =
		json_pack("{si so so ss sI so so so}", "cairn_tx", TX_FILE_VERSION, "genesis",
	              genesis ? json_of_hash(genesis) : json_null(), "sender",
	              json_of_account(&draft->sender), "salt", salt, "valid_until_ms",
	              (json_int_t)draft->valid_until_ms, "operations", operations_json(draft),
	              "txid", txid ? json_of_hash(txid) : json_null(), "tx_b64",
	              tx ? json_of_base64(*tx) : json_null());
	text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	json_decref(root);
	if (!text)
		return NULL;
	size = strlen(text);
	longer = realloc(text, size + 2);
	if (!longer) {
		free(text);
		return NULL;
	}
	memcpy(longer + size, "\n", 2);
	return longer;
}
