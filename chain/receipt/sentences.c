#include "chain/receipt/sentences.h"

#include "chain/base/text.h"
#include "chain/crypto/address.h"

#include <inttypes.h>
#include <stdio.h>

/* -- Words --------------------------------------------------------------------------- */

void receipt_time_text(char text[RECEIPT_TIME_TEXT_SIZE], uint64_t time_s)
{
	static const uint64_t last_s = UINT64_C(253402300799); /* of the year 9999 */
	uint64_t days = time_s / 86400;
	uint64_t second = time_s % 86400;
	/* Years that begin in March, so that the odd day is the last; 400 of them repeat. */
	uint64_t since = days + 719468; /* 0000-03-01 to 1970-01-01 */
	uint64_t era = since / 146097;
	uint64_t day = since % 146097;
	uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	uint64_t of_year = day - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153; /* from March on */

	if (time_s > last_s) {
		snprintf(text, RECEIPT_TIME_TEXT_SIZE, "%" PRIu64, time_s);
		return;
	}
	snprintf(text, RECEIPT_TIME_TEXT_SIZE, "%04u-%02u-%02u %02u:%02u:%02uZ",
	         (unsigned)(year + era * 400 + (month >= 10)),
	         (unsigned)(month < 10 ? month + 3 : month - 9),
	         (unsigned)(of_year - (153 * month + 2) / 5 + 1), (unsigned)(second / 3600),
	         (unsigned)(second / 60 % 60), (unsigned)(second % 60));
}

static void append_hash(struct buffer *out, const struct hash *hash)
{
	char text[HASH_HEX_SIZE];

	hex_encode(text, hash_view(hash));
	buffer_append_text(out, text);
}

static void append_account(struct buffer *out, const struct hash *account)
{
	char text[ADDRESS_TEXT_SIZE];

	address_encode(text, account);
	buffer_append_text(out, text);
}

static void append_time(struct buffer *out, uint64_t time_ms)
{
	char text[RECEIPT_TIME_TEXT_SIZE];

	receipt_time_text(text, time_ms / 1000);
	buffer_append_text(out, text);
}

/* A name of the receipt, or what it is the name of. */
static void append_named(struct buffer *out, const char *noun, struct bytes_view name,
                         const struct hash *id)
{
	buffer_printf(out, "%s ", noun);
	if (name.size > 0)
		buffer_append_view(out, name);
	else
		append_hash(out, id);
}

static void append_shown(struct buffer *out, const char *before, struct bytes_view bytes)
{
	struct shown shown = shown_text(bytes);

	if (bytes.size > 0)
		buffer_printf(out, "%s'%s'", before, shown.text);
}

static void append_key(struct buffer *out, const struct public_key *key)
{
	char text[HASH_HEX_SIZE];

	hex_encode(text, bytes_view(key->bytes, PUBLIC_KEY_SIZE));
	buffer_append_text(out, text);
}

/* -- A transaction ------------------------------------------------------------------- */

static void say_append(struct buffer *out, const struct receipt_facts *facts,
                       const struct record_append *append)
{
	struct hash value_hash = hash_of(append->value);
	struct bytes_view name = receipt_stream_name(facts, &append->stream);

	/* The rules take a record with an expected count at that position alone. */
	if (append->expected_count.present)
		buffer_printf(out, "It wrote record %" PRIu64 " of ",
		              append->expected_count.value);
	else
		buffer_append_text(out, "It wrote a record in ");
	append_named(out, "stream", name, &append->stream);
	append_shown(out, ", under the key ", append->key);
	append_shown(out, ", content type ", append->content_type);
	if (append->value_kind == VALUE_FILE) {
		buffer_append_text(out, ", the file ");
		memcpy(value_hash.bytes, append->value.at, HASH_SIZE);
	} else {
		buffer_printf(out, ", %zu bytes, SHA-256 ", append->value.size);
	}
	append_hash(out, &value_hash);
	buffer_append_text(out, ".\n");
}

static void say_role(struct buffer *out, const struct receipt_facts *facts,
                     const struct stream_grant *grant, const char *verb, const char *to)
{
	const char *role = grant->role == STREAM_ROLE_WRITER   ? "writer"
	                   : grant->role == STREAM_ROLE_READER ? "reader"
	                                                       : "admin";

	buffer_printf(out, "It %s the role %s of ", verb, role);
	append_named(out, "stream", receipt_stream_name(facts, &grant->stream),
	             &grant->stream);
	buffer_printf(out, " %s ", to);
	append_account(out, &grant->account);
	buffer_append_text(out, ".\n");
}

static void say_amount(struct buffer *out, const struct receipt_facts *facts,
                       const char *verb, uint64_t amount, const struct hash *asset,
                       const struct hash *to)
{
	buffer_printf(out, "It %s %" PRIu64 " of the smallest unit of ", verb, amount);
	append_named(out, "asset", receipt_asset_name(facts, asset), asset);
	if (to) {
		buffer_append_text(out, ", to ");
		append_account(out, to);
	}
	buffer_append_text(out, ".\n");
}

static void say_operation(struct buffer *out, const struct receipt_facts *facts,
                          const struct operation *operation)
{
	switch (operation->kind) {
	case OPERATION_record_append:
		say_append(out, facts, &operation->record_append);
		return;
	case OPERATION_stream_create:
		append_shown(out, "It made the stream ", operation->stream_create.name);
		break;
	case OPERATION_stream_grant:
		say_role(out, facts, &operation->stream_grant, "gave", "to");
		return;
	case OPERATION_stream_revoke: {
		struct stream_grant grant = {.stream = operation->stream_revoke.stream,
		                             .role = operation->stream_revoke.role,
		                             .account = operation->stream_revoke.account};

		say_role(out, facts, &grant, "took", "from");
		return;
	}
	case OPERATION_account_rotate:
		buffer_append_text(out, "It gave the account the new key ");
		append_key(out, &operation->account_rotate.new_key);
		break;
	case OPERATION_account_describe:
		buffer_append_text(out, "It described the account");
		append_shown(out, " as ", operation->account_describe.display_name);
		break;
	case OPERATION_asset_create:
		append_shown(out, "It made the asset ", operation->asset_create.name);
		break;
	case OPERATION_asset_mint:
		say_amount(out, facts, "minted", operation->asset_mint.amount,
		           &operation->asset_mint.asset, &operation->asset_mint.to);
		return;
	case OPERATION_asset_transfer:
		say_amount(out, facts, "transferred", operation->asset_transfer.amount,
		           &operation->asset_transfer.asset, &operation->asset_transfer.to);
		return;
	case OPERATION_asset_burn:
		say_amount(out, facts, "burned", operation->asset_burn.amount,
		           &operation->asset_burn.asset, NULL);
		return;
	case OPERATION_validator_admit:
	case OPERATION_validator_remove:
	case OPERATION_validator_join:
	case OPERATION_node_set:
	case OPERATION_param_set:
	case OPERATION_evidence_submit:
		buffer_printf(out, "It did %s", operation_name((uint16_t)operation->kind));
	}
	buffer_append_text(out, ".\n");
}

static void say_tx(struct buffer *out, const struct receipt_facts *facts)
{
	struct cursor in = tx_operations(&facts->tx);
	unsigned count = facts->tx.operation_count;

	buffer_append_text(out, "Transaction ");
	append_hash(out, &facts->tx.txid);
	buffer_append_text(out, " is in the ledger of network ");
	buffer_append_view(out, facts->network_name);
	buffer_printf(out, ", at leaf %" PRIu64 " of its log.\n", facts->log_index);
	for (unsigned i = 0; i < count; i++) {
		struct operation operation;

		if (i == RECEIPT_OPERATIONS_SHOWN_MAX) {
			buffer_printf(out, "And %u operations more.\n", count - i);
			break;
		}
		if (operation_get(&in, &operation) == STATUS_OK)
			say_operation(out, facts, &operation);
	}
	buffer_append_text(out, "Signed by ");
	append_account(out, &facts->tx.sender);
	buffer_append_text(out, " with the key ");
	append_key(out, &facts->tx.key);
	buffer_append_text(out, ".\n");
}

/* -- The state ----------------------------------------------------------------------- */

static void say_block(struct buffer *out, const struct receipt_facts *facts)
{
	buffer_append_text(out, "In the ledger of network ");
	buffer_append_view(out, facts->network_name);
	buffer_printf(out, ", after block %" PRIu64 " (", facts->header.height);
	append_time(out, facts->header.time_ms);
	buffer_append_text(out, "), ");
}

static const char *kind_text(uint8_t kind)
{
	switch ((enum state_kind)kind) {
	case STATE_PARAMETER:
		return "the parameter";
	case STATE_ACCOUNT:
		return "the changed key of account";
	case STATE_PROFILE:
		return "the description of account";
	case STATE_VALIDATORS:
		return "the validators";
	case STATE_ROOT_GROUP:
		return "the root group";
	case STATE_VALIDATOR_INFO:
		return "the validator's node of account";
	case STATE_ADMISSION:
		return "the admission as validator of account";
	case STATE_VOTE_KEY:
		return "the service of vote key";
	case STATE_COSIGN_KEY:
		return "the service of cosign key";
	case STATE_EVIDENCE:
		return "the evidence against vote key";
	case STATE_NODE:
		return "the listing of node";
	case STATE_NODE_SLOT:
		return "the slot of the list of nodes";
	case STATE_NODE_LIST:
		return "the list of nodes";
	case STATE_ACCOUNT_NODES:
		return "the count of listed nodes of account";
	case STATE_STREAM:
		return "the stream";
	case STATE_STREAM_HEAD:
		return "the count of records of stream";
	case STATE_STREAM_ROLES:
		return "the roles in stream";
	case STATE_RECORD:
		return "the latest record of stream";
	case STATE_ASSET:
		return "the asset";
	case STATE_ASSET_SUPPLY:
		return "the supply of asset";
	case STATE_BALANCE:
		return "the balance in asset";
	}
	return "the key";
}

static bool is_kind(const struct receipt_facts *facts, enum state_kind kind)
{
	return facts->key.size > 0 && facts->key.at[0] == kind;
}

/* What the key names: a kind, an id, and what stands behind it. */
static void append_state_key(struct buffer *out, const struct receipt_facts *facts)
{
	struct bytes_view rest = bytes_view(facts->key.at, facts->key.size);
	char text[2 * COMPRESSED_KEY_SIZE + 1];
	struct hash id;

	buffer_append_text(out, kind_text(rest.size > 0 ? rest.at[0] : 0));
	if (rest.size < 2)
		return;
	rest = bytes_view(rest.at + 1, rest.size - 1);
	if (is_kind(facts, STATE_PARAMETER) || rest.size < HASH_SIZE) {
		append_shown(out, " ", rest);
		return;
	}
	if (is_kind(facts, STATE_NODE) && rest.size == COMPRESSED_KEY_SIZE) {
		hex_encode(text, rest);
		buffer_printf(out, " %s", text);
		return;
	}
	memcpy(id.bytes, rest.at, HASH_SIZE);
	rest = bytes_view(rest.at + HASH_SIZE, rest.size - HASH_SIZE);
	append_named(out, "", facts->name, &id);
	if (rest.size == HASH_SIZE &&
	    (is_kind(facts, STATE_STREAM_ROLES) || is_kind(facts, STATE_BALANCE))) {
		memcpy(id.bytes, rest.at, HASH_SIZE);
		buffer_append_text(out, " of ");
		append_account(out, &id);
	} else {
		append_shown(out, " under the key ", rest);
	}
}

static void append_value(struct buffer *out, const struct receipt_facts *facts)
{
	struct hash hash = hash_of(facts->value);
	struct stream_head head;
	struct balance balance;

	if (is_kind(facts, STATE_PARAMETER) && facts->value.size == 8)
		buffer_printf(out, "%" PRIu64, get_le64(facts->value.at));
	else if (is_kind(facts, STATE_BALANCE) &&
	         balance_decode(&balance, facts->value) == STATUS_OK)
		buffer_printf(out, "%" PRIu64 " of its smallest unit", balance.grains);
	else if (is_kind(facts, STATE_STREAM_HEAD) &&
	         stream_head_decode(&head, facts->value) == STATUS_OK)
		buffer_printf(out, "%" PRIu64, head.count);
	else {
		buffer_printf(out, "there, of %zu bytes with the SHA-256 ", facts->value.size);
		append_hash(out, &hash);
	}
}

static void say_state(struct buffer *out, const struct receipt_facts *facts)
{
	say_block(out, facts);
	append_state_key(out, facts);
	buffer_append_text(out, " is ");
	if (facts->present)
		append_value(out, facts);
	else
		buffer_append_text(out, "not there");
	buffer_append_text(out, ".\n");
}

/* -- Records ------------------------------------------------------------------------- */

static void say_record(struct buffer *out, const struct receipt_facts *facts,
                       const struct receipt_record *record)
{
	const struct record_leaf *leaf = &record->leaf;

	buffer_printf(out, "Record %" PRIu64 " of stream ", leaf->position);
	buffer_append_view(out, facts->name);
	append_shown(out, ", under the key ", leaf->key);
	append_shown(out, ", content type ", leaf->content_type);
	buffer_append_text(out, leaf->value_kind == VALUE_FILE
	                            ? ", the file "
	                            : ", a value with the SHA-256 ");
	append_hash(out, &leaf->value_hash);
	buffer_append_text(out, record->tx ? ", signed by " : ", by ");
	append_account(out, &leaf->author);
	if (record->tx) {
		buffer_append_text(out, " with the key ");
		append_key(out, &record->tx->key);
	}
	buffer_append_text(out, ", in transaction ");
	append_hash(out, &leaf->txid);
	buffer_append_text(out, " of a block of ");
	append_time(out, leaf->time_ms);
	buffer_append_text(out, ".\n");
}

static void say_records(struct buffer *out, const struct receipt_facts *facts)
{
	say_block(out, facts);
	buffer_append_text(out, "stream ");
	buffer_append_view(out, facts->name);
	buffer_printf(out, " has %" PRIu64 " records", facts->count);
	if (facts->record_count == facts->count)
		buffer_append_text(out, ", and these are all of them.\n");
	else
		buffer_printf(out,
		              "; these are %" PRIu64 " to %" PRIu64 ", and none of them is left "
		              "out.\n",
		              facts->from, facts->from + facts->record_count - 1);
	for (size_t i = 0; i < facts->record_count; i++)
		say_record(out, facts, &facts->records[i]);
}

static void say_succession(struct buffer *out, const struct receipt_facts *facts)
{
	buffer_printf(out, "Block %" PRIu64 " of network ", facts->header.height);
	buffer_append_view(out, facts->network_name);
	buffer_append_text(out, " (");
	append_time(out, facts->header.time_ms);
	buffer_printf(out,
	              ") ended epoch %" PRIu64 "; the next epoch has %zu validators, of whom "
	              "%zu are a quorum.\n",
	              facts->header.epoch, facts->next_count, facts->next_quorum);
}

/* -- Whose word it is ---------------------------------------------------------------- */

static void say_trust(struct buffer *out, const struct receipt_facts *facts)
{
	char time[RECEIPT_TIME_TEXT_SIZE];

	receipt_time_text(time, facts->not_later_than_s);
	if (facts->not_later_than_s > 0)
		buffer_printf(out, "Recorded no later than %s.\n", time);
	if (facts->needed > 0)
		buffer_printf(out, "Cosigned by %zu of %zu validators", facts->cosigned,
		              facts->voters);
	else
		buffer_append_text(out, "Signed by one validator: the policy asks for no more");
	if (facts->has_epoch)
		buffer_printf(out, " of epoch %" PRIu64, facts->epoch);
	buffer_printf(out, ", for a log of %" PRIu64 " leaves.\n", facts->checkpoint.size);
	switch (facts->judge) {
	case JUDGE_POLICY:
		buffer_append_text(out, "Judged by the policy alone, which has no end date: a "
		                        "succession would say whether it is still the newest.\n");
		break;
	case JUDGE_NEWEST_POLICY:
		buffer_append_text(out, "The policy is that of the newest validators that the "
		                        "succession knows.\n");
		break;
	case JUDGE_OLD_POLICY:
		buffer_append_text(out, "The policy is not the newest: the succession knows of "
		                        "later validators.\n");
		break;
	case JUDGE_SUCCESSOR:
		buffer_append_text(out, "The policy is older: the succession leads from it to "
		                        "these validators.\n");
		break;
	}
}

void receipt_say(struct buffer *out, const struct receipt_facts *facts)
{
	switch (facts->kind) {
	case RECEIPT_TX:
		say_tx(out, facts);
		break;
	case RECEIPT_SUCCESSION:
		say_succession(out, facts);
		break;
	case RECEIPT_STATE:
		say_state(out, facts);
		break;
	case RECEIPT_RECORDS:
		say_records(out, facts);
		break;
	}
	say_trust(out, facts);
}
