/* cairn receipt: proofs that leave the house. */
#include "chain/base/text.h"
#include "chain/receipt/sentences.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/session.h"
#include "wallet-cli/value_source.h"

#include <stdio.h>
#include <string.h>

/* The three texts, as they were read. */
struct texts {
	struct buffer file, policy, succession;
};

static void texts_init(struct texts *texts)
{
	/* One more than is allowed, so that the check says what is too large. */
	buffer_init(&texts->file, TLOG_PROOF_SIZE_MAX + 1);
	buffer_init(&texts->policy, POLICY_SIZE_MAX + 1);
	buffer_init(&texts->succession, RECEIPT_SUCCESSION_SIZE_MAX + 1);
}

static void texts_close(struct texts *texts)
{
	buffer_close(&texts->file);
	buffer_close(&texts->policy);
	buffer_close(&texts->succession);
}

static enum exit_code read_one(struct buffer *out, const char *path, const char *what,
                               struct failure *failure)
{
	enum exit_code exit_code = strcmp(path, "-") == 0
	                               ? value_read(out, path, what, failure)
	                               : value_read_file(out, path, what, failure);

	/* So long a file is no receipt: that is a finding and no refusal of a ledger. */
	return exit_code == EXIT_CODE_REFUSED
	           ? failure_set(failure, EXIT_CODE_UNVERIFIED, "%s is too large", what)
	           : exit_code;
}

static enum exit_code read_texts(struct texts *texts, struct session *session)
{
	const char *policy = session_option(session, OPTION_policy);
	const char *succession = session_option(session, OPTION_succession);
	struct failure *failure = &session->failure;
	enum exit_code exit_code;

	if (!policy)
		return failure_set(failure, EXIT_CODE_USAGE,
		                   "--policy FILE says whose signatures are believed");
	exit_code = read_one(&texts->file, session_word(session, 0), "the receipt", failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = read_one(&texts->policy, policy, "the policy", failure);
	if (exit_code == EXIT_CODE_OK && succession)
		exit_code = read_one(&texts->succession, succession, "the succession", failure);
	return exit_code;
}

/* -- JSON -------------------------------------------------------------------------------
 */

static json_t *names_json(const struct receipt_facts *facts)
{
	json_t *names = json_array();

	for (size_t i = 0; names && i < facts->name_count; i++)
		json_array_append_new(names, json_of_text(facts->names[i].name));
	return names;
}

static json_t *record_json(const struct receipt_record *record)
{
	const struct record_leaf *leaf = &record->leaf;
	json_t *json = json_pack(
		"{so,so,so,so,so,so,so,so,so}", "position", json_of_count(leaf->position),
		"author", json_of_account(&leaf->author), "txid", json_of_hash(&leaf->txid),
		"operation", json_of_count(leaf->operation), "time_ms",
		json_of_count(leaf->time_ms), "key_b64", json_of_base64(leaf->key),
		"content_type", json_of_text(leaf->content_type), "kind",
		json_string(leaf->value_kind == VALUE_FILE ? "file" : "value"), "value_hash",
		json_of_hash(&leaf->value_hash));

	if (json && record->tx) {
		json_object_set_new(json, "signed_by",
		                    json_of_hex(record->tx->key.bytes, PUBLIC_KEY_SIZE));
		json_object_set_new(json, "value_b64",
		                    json_of_base64(record->operation.record_append.value));
	}
	return json;
}

static void add_records(json_t *json, const struct receipt_facts *facts)
{
	json_t *records = json_array();

	for (size_t i = 0; i < facts->record_count; i++)
		json_array_append_new(records, record_json(&facts->records[i]));
	json_object_set_new(json, "stream", json_of_text(facts->name));
	json_object_set_new(json, "stream_id", json_of_hash(&facts->stream));
	json_object_set_new(json, "count", json_of_count(facts->count));
	json_object_set_new(json, "records", records);
}

static void add_kind(json_t *json, const struct receipt_facts *facts)
{
	switch (facts->kind) {
	case RECEIPT_TX:
		json_object_set_new(json, "kind", json_string("transaction"));
		json_object_set_new(json, "tx", json_of_tx(&facts->tx));
		json_object_set_new(json, "names", names_json(facts));
		return;
	case RECEIPT_SUCCESSION:
		json_object_set_new(json, "kind", json_string("succession"));
		json_object_set_new(json, "next_validators", json_of_count(facts->next_count));
		json_object_set_new(json, "next_quorum", json_of_count(facts->next_quorum));
		break;
	case RECEIPT_STATE:
		json_object_set_new(json, "kind", json_string("state"));
		json_object_set_new(json, "key_hex", json_of_hex(facts->key.at, facts->key.size));
		json_object_set_new(json, "present", json_boolean(facts->present));
		json_object_set_new(json, "value_b64",
		                    facts->present ? json_of_base64(facts->value) : json_null());
		break;
	case RECEIPT_RECORDS:
		json_object_set_new(json, "kind", json_string("records"));
		add_records(json, facts);
	}
	json_object_set_new(json, "block",
	                    json_of_header(&facts->header, &facts->block_hash));
}

static json_t *facts_json(const struct receipt_facts *facts)
{
	static const char *const judges[] = {"policy", "newest_policy", "old_policy",
	                                     "successor"};
	json_t *json = json_pack(
		"{sb,so,so,so,so,so,so,so,so,so,ss,so}", "valid", 1, "network",
		json_of_text(facts->network_name), "genesis", json_of_hash(&facts->genesis),
		"log_index", json_of_count(facts->log_index), "log_size",
		json_of_count(facts->checkpoint.size), "log_root",
		json_of_hash(&facts->checkpoint.root), "cosigned", json_of_count(facts->cosigned),
		"validators", json_of_count(facts->voters), "needed",
		json_of_count(facts->needed), "not_later_than_ms",
		facts->not_later_than_s > 0 && facts->not_later_than_s <= INT64_MAX / 1000
			? json_of_count(facts->not_later_than_s * 1000)
			: json_null(),
		"judge", judges[facts->judge], "epoch",
		facts->has_epoch ? json_of_count(facts->epoch) : json_null());

	if (json)
		add_kind(json, facts);
	return json;
}

/* -- The command ------------------------------------------------------------------------
 */

static enum exit_code show_facts(struct session *session,
                                 const struct receipt_facts *facts)
{
	struct buffer text;
	enum exit_code exit_code;

	if (session->output.is_json) {
		json_t *json = facts_json(facts);

		exit_code = json ? session_show_json(session, json) : session_no_memory(session);
		json_decref(json);
		return exit_code;
	}
	buffer_init(&text, RECEIPT_SENTENCES_SIZE_MAX);
	if (!session->output.is_quiet)
		receipt_say(&text, facts);
	exit_code = session_status(session, text.status, NULL);
	if (exit_code == EXIT_CODE_OK && text.size > 0)
		exit_code = session_status(
			session, output_text(&session->output, buffer_view(&text)), NULL);
	buffer_close(&text);
	return exit_code;
}

static enum exit_code verify(struct session *session, const struct texts *texts,
                             struct arena *arena)
{
	struct receipt_texts views = {
		.file = buffer_view(&texts->file),
		.policy = buffer_view(&texts->policy),
		.succession = buffer_view(&texts->succession),
	};
	struct receipt_facts facts;
	struct why why = {{0}};
	enum receipt_verdict verdict = receipt_verify(&facts, arena, &views, &why);

	if (verdict == RECEIPT_FAILED)
		return failure_set(&session->failure, EXIT_CODE_FAILURE, "%s", why.text);
	if (verdict == RECEIPT_GOOD)
		return show_facts(session, &facts);
	failure_set(&session->failure, EXIT_CODE_UNVERIFIED, "%s: %s",
	            receipt_verdict_text(verdict), why.text);
	snprintf(session->failure.name, sizeof session->failure.name, "RECEIPT_%s",
	         receipt_verdict_name(verdict));
	if (verdict == RECEIPT_NO_QUORUM)
		return failure_hint(&session->failure,
		                    "a receipt of older validators is renewed by asking a node "
		                    "for it again; --succession leads to later ones");
	return EXIT_CODE_UNVERIFIED;
}

static enum exit_code receipt_verify_words(struct session *session)
{
	struct arena arena = {0};
	struct texts texts;
	enum exit_code exit_code;

	texts_init(&texts);
	exit_code = read_texts(&texts, session);
	if (exit_code == EXIT_CODE_OK)
		exit_code = verify(session, &texts, &arena);
	arena_close(&arena);
	texts_close(&texts);
	return exit_code;
}

/* -- From a node ------------------------------------------------------------------------
 */

static enum exit_code write_receipt(struct session *session, const json_t *receipt)
{
	const char *path = session_option(session, OPTION_output);
	struct bytes_view text =
		bytes_view(json_string_value(receipt), json_string_length(receipt));

	if (!json_is_string(receipt))
		return failure_set(&session->failure, EXIT_CODE_UNREACHABLE,
		                   "the node answered receipt.get with something that is no "
		                   "receipt");
	if (path)
		return session_write_file(session, path, text);
	return session_status(session, output_text(&session->output, text), NULL);
}

static enum exit_code receipt_get(struct session *session)
{
	const char *txid = session_word(session, 0);
	struct hash hash;
	json_t *result;
	enum exit_code exit_code;

	if (strlen(txid) != 2 * HASH_SIZE || !hex_decode(hash.bytes, HASH_SIZE, text_view(txid)))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "a txid has 64 lower-case hex digits, not '%.80s'", txid);
	exit_code = session_call(session, &result, "receipt.get", json_pack("{ss}", "txid", txid));
	if (exit_code == EXIT_CODE_OK)
		exit_code = write_receipt(session, json_object_get(result, "receipt"));
	json_decref(result);
	return exit_code;
}

const struct command commands_receipt[] = {
	{
		.noun = "receipt",
		.verb = "get",
		.words = "TXID",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Get the proof that a transaction is in the ledger",
		.details = "A file that anybody can check, with the validators' signatures and "
				   "the transaction in it. It is good as long as the policy by which it "
				   "is judged is; asked for again, it is signed by today's validators.",
		.examples = "cairn receipt get 4f1c... -o contract.tlog-proof",
		.option_count = 1,
		.options = {OPTION_output},
		.run = receipt_get,
	},
	{
		.noun = "receipt",
		.verb = "verify",
		.words = "FILE|-",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Check a receipt, without a node, and say what it proves",
		.details =
			"The policy says whose signatures are believed, and is to come from "
			"somebody you trust; the receipt and the succession may come from anybody. "
			"A succession leads from the policy's validators to later ones, and keeps "
			"keys that were replaced from speaking for what came after.\n\n"
			"Ends with 7 when anything in the files is wrong, and says what.",
		.examples = "cairn receipt verify contract.tlog-proof --policy policy.txt",
		.option_count = 2,
		.options = {OPTION_policy, OPTION_succession},
		.run = receipt_verify_words,
	},
};
COMMANDS_COUNTED(receipt);
