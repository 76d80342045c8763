#include "chain/ledger/tx.h"

#include "chain/base/invariant.h"
#include "chain/proof/log.h"

/* Reads the fixed parts at both ends; the operations stay bytes. */
static enum status read_frame(struct tx *tx, struct bytes_view bytes)
{
	struct cursor in = cursor_on(bytes);
	struct cursor authority;
	size_t operations_size;

	if (bytes.size < TX_SIZE_MIN)
		return STATUS_SHORT;
	operations_size = bytes.size - TX_HEAD_SIZE - TX_AUTHORITY_SIZE;
	if (cursor_u8(&in) != TX_VERSION)
		return STATUS_FOREIGN;
	tx->bytes = bytes;
	tx->sender = cursor_hash(&in);
	tx->salt = cursor_u64(&in);
	tx->valid_until_ms = cursor_u64(&in);
	tx->operation_count = cursor_u16(&in);
	tx->operations = cursor_take_view(&in, operations_size);
	authority = in;
	if (cursor_u8(&authority) != TX_AUTHORITY_KEY)
		return STATUS_FOREIGN;
	wire_get_public_key(&authority, &tx->key);
	wire_get_signature(&authority, &tx->signature);
	return cursor_finish(&authority);
}

static enum verdict check_operations(const struct tx *tx, struct refusal *refusal)
{
	struct cursor in = tx_operations(tx);

	if (tx->operation_count == 0 || tx->operation_count > TX_OPERATIONS_MAX)
		return refuse(refusal, VERDICT_SCHEMA, "%u operations: 1 to %d are allowed",
		              tx->operation_count, TX_OPERATIONS_MAX);
	for (uint16_t i = 0; i < tx->operation_count; i++) {
		struct operation operation;
		enum status status = operation_get(&in, &operation);
		const char *name = operation_name((uint16_t)operation.kind);

		if (status == STATUS_OK)
			continue;
		refuse(refusal, VERDICT_SCHEMA, "operation %u (%s, kind %u): %s", i,
		       name ? name : "unknown", (unsigned)operation.kind, status_text(status));
		if (refusal)
			refusal->operation = i;
		return VERDICT_SCHEMA;
	}
	if (in.left > 0)
		return refuse(refusal, VERDICT_SCHEMA,
		              "%zu bytes between the last operation and the authority", in.left);
	return VERDICT_GOOD;
}

enum verdict tx_decode(struct tx *tx, const struct network *network,
                       struct bytes_view bytes, struct refusal *refusal)
{
	enum verdict verdict;
	enum status status;

	if (bytes.size > TX_SIZE_MAX)
		return refuse(refusal, VERDICT_TOO_LARGE, "%zu bytes: at most %d are allowed",
		              bytes.size, TX_SIZE_MAX);
	status = read_frame(tx, bytes);
	if (status == STATUS_SHORT)
		return refuse(refusal, VERDICT_SCHEMA,
		              "%zu bytes: a transaction has at least %d", bytes.size,
		              TX_SIZE_MIN);
	if (status != STATUS_OK)
		return refuse(refusal, VERDICT_SCHEMA,
		              "the version or the kind of authority is not 1");
	verdict = check_operations(tx, refusal);
	if (verdict != VERDICT_GOOD)
		return verdict;
	tx->txid = network_hash(&network->tx,
	                        bytes_view(bytes.at, bytes.size - TX_AUTHORITY_SIZE));
	tx->leaf_hash = log_leaf_hash(bytes);
	return VERDICT_GOOD;
}

enum status tx_from_known(struct tx *tx, struct bytes_view bytes,
                          const struct hash *txid, const struct hash *leaf_hash)
{
	tx->txid = *txid;
	tx->leaf_hash = *leaf_hash;
	return read_frame(tx, bytes);
}

enum verdict tx_check_signature(const struct tx *tx, struct refusal *refusal)
{
	struct shown txid;

	if (signature_is_valid(&tx->signature, &tx->txid, &tx->key))
		return VERDICT_GOOD;
	txid = shown_hash(&tx->txid);
	return refuse(refusal, VERDICT_SIGNATURE,
	              "the signature is not valid for txid %s and the key that is shown "
	              "(was it signed for this network?)",
	              txid.text);
}

struct cursor tx_operations(const struct tx *tx)
{
	return cursor_on(tx->operations);
}

size_t tx_draft_size(const struct tx_draft *draft)
{
	size_t size = TX_HEAD_SIZE + TX_AUTHORITY_SIZE;

	for (size_t i = 0; i < draft->operation_count; i++)
		size += operation_size(&draft->operations[i]);
	return size;
}

struct hash tx_draft_put(uint8_t *bytes, const struct tx_draft *draft,
                         const struct network *network)
{
	size_t size = tx_draft_size(draft) - TX_AUTHORITY_SIZE;
	struct writer out = writer_on(bytes, size);

	INVARIANT(draft->operation_count > 0 && draft->operation_count <= TX_OPERATIONS_MAX);
	writer_u8(&out, TX_VERSION);
	writer_hash(&out, &draft->sender);
	writer_u64(&out, draft->salt);
	writer_u64(&out, draft->valid_until_ms);
	writer_u16(&out, (uint16_t)draft->operation_count);
	for (size_t i = 0; i < draft->operation_count; i++)
		operation_put(&out, &draft->operations[i]);
	INVARIANT(out.left == 0);
	return network_hash(&network->tx, bytes_view(bytes, size));
}

void tx_put_authority(uint8_t *bytes, size_t size, const struct public_key *key,
                      const struct signature *signature)
{
	struct writer out = writer_on(bytes + size - TX_AUTHORITY_SIZE, TX_AUTHORITY_SIZE);

	INVARIANT(size >= TX_SIZE_MIN);
	writer_u8(&out, TX_AUTHORITY_KEY);
	writer_bytes(&out, key->bytes, PUBLIC_KEY_SIZE);
	writer_bytes(&out, signature->bytes, SIGNATURE_SIZE);
}

struct hash rotation_message(const struct network *network, const struct hash *account,
                             const struct public_key *new_key, uint64_t salt)
{
	struct hasher hasher = network->rotate;
	uint8_t salt_bytes[8];

	put_le64(salt_bytes, salt);
	hasher_update(&hasher, account->bytes, HASH_SIZE);
	hasher_update(&hasher, new_key->bytes, PUBLIC_KEY_SIZE);
	hasher_update(&hasher, salt_bytes, sizeof salt_bytes);
	return hasher_finish(&hasher);
}

struct hash join_message(const struct network *network, const struct hash *account,
                         const struct validator_join *join)
{
	uint8_t bytes[3 * HASH_SIZE + COMPRESSED_KEY_SIZE + 2 + ADDRESS_SIZE_MAX + 8 +
	              HASH_SIZE + 2 * SIGNATURE_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);

	writer_hash(&out, account);
	validator_join_put(&out, join);
	/* The signatures are the last fields, and sign all before them. */
	return network_hash(&network->join,
	                    bytes_view(bytes, sizeof bytes - out.left - 2 * SIGNATURE_SIZE));
}
