#include "chain/ledger/genesis.h"

#include "chain/base/buffer.h"
#include "chain/proof/checkpoint.h"
#include "chain/proof/log.h"

static void append_u8(struct buffer *buffer, uint8_t value)
{
	buffer_append(buffer, &value, 1);
}

static void append_u16(struct buffer *buffer, size_t value)
{
	uint8_t bytes[2];

	put_le16(bytes, (uint16_t)value);
	buffer_append(buffer, bytes, sizeof bytes);
}

static void append_u64(struct buffer *buffer, uint64_t value)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	buffer_append(buffer, bytes, sizeof bytes);
}

static void append_text16(struct buffer *buffer, const char *text)
{
	append_u16(buffer, strlen(text));
	buffer_append_text(buffer, text);
}

void genesis_encode(struct buffer *buffer, const struct genesis *genesis)
{
	append_u8(buffer, GENESIS_VERSION);
	append_text16(buffer, genesis->name);
	append_u64(buffer, genesis->time_ms);
	append_u8(buffer, (uint8_t)genesis->peers);
	append_u8(buffer, (uint8_t)genesis->admission);
	append_u16(buffer, PARAMETER_COUNT);
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		append_text16(buffer, parameter_facts((enum parameter)i)->name);
		append_u64(buffer, genesis->parameters.values[i]);
	}
	append_u16(buffer, genesis->root_member_count);
	buffer_append(buffer, genesis->root_members, genesis->root_member_count * HASH_SIZE);
	append_u16(buffer, genesis->root_threshold);
	append_u16(buffer, genesis->recovery_key_count);
	buffer_append(buffer, genesis->recovery_keys,
	              genesis->recovery_key_count * PUBLIC_KEY_SIZE);
	append_u16(buffer, genesis->recovery_threshold);
	append_u16(buffer, genesis->validators.count);
	for (size_t i = 0; i < genesis->validators.count; i++) {
		const struct validator *validator = &genesis->validators.items[i];

		buffer_append(buffer, validator->account.bytes, HASH_SIZE);
		buffer_append(buffer, validator->vote_key.bytes, PUBLIC_KEY_SIZE);
		buffer_append(buffer, validator->cosign_key.bytes, COSIGN_KEY_SIZE);
		buffer_append(buffer, genesis->validator_node_ids[i].bytes, COMPRESSED_KEY_SIZE);
		append_text16(buffer, genesis->validator_addresses[i]);
	}
	append_u16(buffer, genesis->node_id_count);
	buffer_append(buffer, genesis->node_ids,
	              genesis->node_id_count * sizeof genesis->node_ids[0]);
}

static void get_text(struct cursor *in, char *text, size_t size_max)
{
	struct bytes_view bytes = cursor_text16(in, size_max);

	if (bytes.size > 0)
		memcpy(text, bytes.at, bytes.size);
	text[bytes.size] = '\0';
}

static void get_fixed(struct cursor *in, void *items, size_t item_size, size_t count)
{
	const uint8_t *at = cursor_take(in, item_size * count);

	if (at && count > 0)
		memcpy(items, at, item_size * count);
}

/* Exactly the protocol's parameters, each once, in order: one encoding for a genesis. */
static void get_parameters(struct cursor *in, struct parameters *parameters)
{
	if (cursor_u16(in) != PARAMETER_COUNT)
		cursor_fail(in, STATUS_MALFORMED);
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		struct bytes_view name = cursor_bytes16(in, PARAMETER_NAME_SIZE_MAX);

		if (!bytes_equal(name, text_view(parameter_facts((enum parameter)i)->name)))
			cursor_fail(in, STATUS_MALFORMED);
		parameters->values[i] = cursor_u64(in);
	}
}

static void get_validators(struct cursor *in, struct genesis *genesis)
{
	size_t entry_size_min = 3 * HASH_SIZE + COMPRESSED_KEY_SIZE + 2;

	genesis->validators.count = cursor_count16(in, VALIDATORS_MAX, entry_size_min);
	for (size_t i = 0; i < genesis->validators.count; i++) {
		validator_get(in, &genesis->validators.items[i]);
		get_fixed(in, &genesis->validator_node_ids[i], COMPRESSED_KEY_SIZE, 1);
		get_text(in, genesis->validator_addresses[i], ADDRESS_SIZE_MAX);
	}
}

enum status genesis_decode(struct genesis *genesis, struct bytes_view bytes,
                           struct why *why)
{
	struct cursor in = cursor_on(bytes);
	enum status status;

	memset(genesis, 0, sizeof *genesis);
	if (bytes.size > GENESIS_SIZE_MAX)
		return why_set(why, STATUS_TOO_LARGE, "genesis of %zu bytes", bytes.size);
	if (cursor_u8(&in) != GENESIS_VERSION)
		return why_set(why, STATUS_FOREIGN, "version of the genesis");
	get_text(&in, genesis->name, NETWORK_NAME_SIZE_MAX);
	genesis->time_ms = cursor_u64(&in);
	genesis->peers = (enum genesis_peers)cursor_u8(&in);
	genesis->admission = (enum genesis_admission)cursor_u8(&in);
	get_parameters(&in, &genesis->parameters);
	genesis->root_member_count = cursor_count16(&in, GROUP_MEMBERS_MAX, HASH_SIZE);
	get_fixed(&in, genesis->root_members, HASH_SIZE, genesis->root_member_count);
	genesis->root_threshold = cursor_u16(&in);
	genesis->recovery_key_count = cursor_count16(&in, RECOVERY_KEYS_MAX, PUBLIC_KEY_SIZE);
	get_fixed(&in, genesis->recovery_keys, PUBLIC_KEY_SIZE, genesis->recovery_key_count);
	genesis->recovery_threshold = cursor_u16(&in);
	get_validators(&in, genesis);
	genesis->node_id_count =
		cursor_count16(&in, GENESIS_NODE_IDS_MAX, COMPRESSED_KEY_SIZE);
	get_fixed(&in, genesis->node_ids, COMPRESSED_KEY_SIZE, genesis->node_id_count);
	status = cursor_finish(&in);
	if (status != STATUS_OK)
		return why_set(why, status, "genesis");
	return genesis_check(genesis, why);
}

bool network_name_is_valid(struct bytes_view name)
{
	return origin_name_is_valid(name);
}

/* Strictly ascending as bytes: sorted, and nothing twice. */
static bool ascends(const void *items, size_t item_size, size_t count)
{
	const uint8_t *at = items;

	for (size_t i = 1; i < count; i++)
		if (memcmp(at + (i - 1) * item_size, at + i * item_size, item_size) >= 0)
			return false;
	return true;
}

enum status genesis_check(const struct genesis *genesis, struct why *why)
{
	size_t roots = genesis->root_member_count;
	size_t keys = genesis->recovery_key_count;

	if (!network_name_is_valid(text_view(genesis->name)))
		return why_set(why, STATUS_MALFORMED, "name: 1 to %d of a-z 0-9 -",
		               NETWORK_NAME_SIZE_MAX);
	if (genesis->peers > PEERS_PERMISSIONED || genesis->admission > ADMISSION_MEMBERS)
		return why_set(why, STATUS_MALFORMED, "peers or admission");
	if (!parameters_are_valid(&genesis->parameters))
		return why_set(why, STATUS_MALFORMED, "parameters: a value out of its bounds");
	if (roots == 0 || roots > GROUP_MEMBERS_MAX || genesis->root_threshold == 0 ||
	    genesis->root_threshold > roots ||
	    !ascends(genesis->root_members, HASH_SIZE, roots))
		return why_set(why, STATUS_MALFORMED,
		               "root group: sorted members, threshold 1 to their number");
	if (keys > RECOVERY_KEYS_MAX || genesis->recovery_threshold > keys ||
	    (keys > 0) != (genesis->recovery_threshold > 0) ||
	    !ascends(genesis->recovery_keys, PUBLIC_KEY_SIZE, keys))
		return why_set(why, STATUS_MALFORMED,
		               "recovery keys: sorted, threshold 1 to their number");
	if (!validators_are_valid(&genesis->validators))
		return why_set(why, STATUS_MALFORMED,
		               "validators: 1 to %d, valid keys, sorted by vote key, none twice",
		               VALIDATORS_MAX);
	if (genesis->node_id_count > GENESIS_NODE_IDS_MAX ||
	    !ascends(genesis->node_ids, COMPRESSED_KEY_SIZE, genesis->node_id_count))
		return why_set(why, STATUS_MALFORMED, "node ids: sorted, none twice");
	return STATUS_OK;
}

struct hash genesis_hash(struct bytes_view bytes)
{
	return hash_tagged("cairn/genesis/v1", bytes);
}

struct header genesis_header(const struct genesis *genesis, const struct network *network)
{
	struct hash nothing = log_empty_root();
	struct hash validators =
		validators_hash(&genesis->validators, &genesis->parameters, network);

	return (struct header){
		.version = HEADER_VERSION,
		.time_ms = genesis->time_ms,
		.tx_root = nothing,
		.log_root = nothing,
		.validators_hash = validators,
		.next_validators_hash = validators,
	};
}
