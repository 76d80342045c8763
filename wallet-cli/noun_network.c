/* cairn network: what outsiders need to judge receipts by themselves. */
#include "chain/base/memory.h"
#include "chain/base/text.h"
#include "chain/ledger/genesis.h"
#include "chain/proof/tlog_proof.h"
#include "chain/receipt/extra.h"
#include "chain/receipt/make.h"
#include "chain/receipt/receipt.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/session.h"

#include <inttypes.h>
#include <string.h>

/* The set of an epoch, as the node tells it. */
struct told_set {
	struct genesis genesis;
	struct hash genesis_hash;
	struct validator_set validators;
	struct parameters parameters;
};

static enum exit_code not_understood(struct session *session, const char *method)
{
	return failure_set(&session->failure, EXIT_CODE_UNREACHABLE,
	                   "the node answered %s with something else than the method gives",
	                   method);
}

/* The text to the file of -o, or to standard output. */
static enum exit_code put_text(struct session *session, struct bytes_view text)
{
	const char *path = session_option(session, OPTION_output);

	if (path)
		return session_write_file(session, path, text);
	return session_status(session, output_text(&session->output, text), NULL);
}

/* -- Genesis --------------------------------------------------------------------------- */

/* Bytes of a member in base64, for memory_free; NULL: it is none. */
static uint8_t *member_bytes(const json_t *object, const char *name, size_t *size)
{
	const json_t *value = json_object_get(object, name);
	size_t text_size = json_string_length(value);
	uint8_t *bytes = json_is_string(value)
	                     ? memory_new(base64_decoded_size_max(text_size) + 1)
	                     : NULL;

	if (bytes &&
	    base64_decode(bytes, size, bytes_view(json_string_value(value), text_size)))
		return bytes;
	memory_free(bytes);
	return NULL;
}

static enum exit_code ask_genesis(struct session *session, struct told_set *told)
{
	uint8_t *bytes = NULL;
	size_t size = 0;
	json_t *result;
	enum exit_code exit_code = session_call(session, &result, "chain.get_genesis", NULL);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	bytes = member_bytes(result, "genesis_b64", &size);
	if (!bytes ||
	    genesis_decode(&told->genesis, bytes_view(bytes, size), NULL) != STATUS_OK)
		exit_code = not_understood(session, "chain.get_genesis");
	else
		told->genesis_hash = genesis_hash(bytes_view(bytes, size));
	memory_free(bytes);
	json_decref(result);
	return exit_code;
}

/* -- The present set ------------------------------------------------------------------- */

static bool take_validator(struct told_set *told, const json_t *item)
{
	const char *text = json_string_value(json_object_get(item, "cosign_key"));
	struct validator_set *set = &told->validators;

	return text && set->count < VALIDATORS_MAX &&
	       hex_decode(set->items[set->count++].cosign_key.bytes, HASH_SIZE,
	                  text_view(text));
}

static enum exit_code ask_validators(struct session *session, struct told_set *told,
                                     json_int_t height)
{
	const json_t *items;
	json_t *result;
	enum exit_code exit_code =
		session_call(session, &result, "consensus.list_validators",
	                 json_pack("{si,sI}", "limit", RPC_LIST_MAX, "at", height));

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	items = json_object_get(result, "items");
	for (size_t i = 0; i < json_array_size(items) && exit_code == EXIT_CODE_OK; i++)
		if (!take_validator(told, json_array_get(items, i)))
			exit_code = not_understood(session, "consensus.list_validators");
	json_decref(result);
	return exit_code;
}

static enum exit_code ask_present_set(struct session *session, struct told_set *told)
{
	const json_t *model;
	json_t *result;
	json_int_t height;
	enum exit_code exit_code = session_call(session, &result, "chain.get_params", NULL);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	model = json_object_get(json_object_get(result, "params"), "fault_model");
	height = json_integer_value(json_object_get(result, "height"));
	told->parameters = parameters_default();
	if (json_is_integer(model) && json_integer_value(model) >= 0)
		told->parameters.values[PARAMETER_fault_model] =
			(uint64_t)json_integer_value(model);
	else
		exit_code = not_understood(session, "chain.get_params");
	json_decref(result);
	/* Both of one block. */
	return exit_code == EXIT_CODE_OK ? ask_validators(session, told, height) : exit_code;
}

/* -- The set of an epoch ------------------------------------------------------------------ */

/* The part of the succession that ends an epoch names the set of the next. */
static bool take_next_set(struct told_set *told, struct bytes_view part, uint64_t epoch)
{
	struct tlog_proof *proof = memory_new(sizeof *proof);
	uint8_t *bytes = NULL;
	struct receipt_extra extra;
	struct network network;
	struct header header;
	struct cursor in;
	struct hash hash;
	size_t size = 0;
	bool done = proof && tlog_proof_decode(proof, part, NULL) == STATUS_OK;

	if (done)
		bytes = memory_new(base64_decoded_size_max(proof->extra.size) + 1);
	done = bytes && base64_decode(bytes, &size, proof->extra) &&
	       receipt_extra_decode(&extra, bytes_view(bytes, size)) == STATUS_OK &&
	       extra.kind == RECEIPT_SUCCESSION && extra.leaf.size == 1 + HEADER_SIZE;
	if (done) {
		in = cursor_on(bytes_view(extra.leaf.at + 1, HEADER_SIZE));
		header_get(&in, &header);
		in = cursor_on(extra.next_set);
		told->parameters = parameters_default();
		consensus_parameters_get(&in, &told->parameters);
		done = in.status == STATUS_OK && header.epoch + 1 == epoch &&
		       validator_set_decode(&told->validators, bytes_view(in.at, in.left)) ==
		           STATUS_OK;
	}
	if (done) {
		network_init(&network, &told->genesis_hash);
		hash = validators_hash(&told->validators, &told->parameters, &network);
		done = hash_equal(&hash, &header.next_validators_hash);
	}
	memory_free(bytes);
	memory_free(proof);
	return done;
}

static enum exit_code ask_epoch_set(struct session *session, struct told_set *told,
                                    uint64_t epoch)
{
	const json_t *items, *part;
	json_t *result;
	enum exit_code exit_code;

	if (epoch == 0) {
		told->validators = told->genesis.validators;
		told->parameters = told->genesis.parameters;
		return EXIT_CODE_OK;
	}
	exit_code = session_call(
		session, &result, "chain.get_succession",
		json_pack("{sI,si}", "from_epoch", (json_int_t)(epoch - 1), "limit", 1));
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	items = json_object_get(result, "items");
	part = json_object_get(json_array_get(items, 0), "proof");
	if (json_is_array(items) && json_array_size(items) == 0)
		exit_code = failure_set(&session->failure, EXIT_CODE_NOT_FOUND,
		                        "epoch %" PRIu64 " has not begun yet", epoch);
	else if (!json_is_string(part) ||
	         !take_next_set(told,
	                        bytes_view(json_string_value(part), json_string_length(part)),
	                        epoch))
		exit_code = not_understood(session, "chain.get_succession");
	json_decref(result);
	return exit_code;
}

/* -- network policy ----------------------------------------------------------------------- */

static enum exit_code put_policy(struct session *session, const struct told_set *told)
{
	enum exit_code exit_code;
	struct buffer policy;

	if (told->validators.count == 0)
		return not_understood(session, "consensus.list_validators");
	buffer_init(&policy, POLICY_SIZE_MAX);
	validator_policy_put(&policy, text_view(told->genesis.name), &told->genesis_hash,
	                     &told->validators, &told->parameters);
	exit_code = session_status(session, policy.status, NULL);
	if (exit_code == EXIT_CODE_OK)
		exit_code = put_text(session, buffer_view(&policy));
	buffer_close(&policy);
	return exit_code;
}

static enum exit_code network_policy(struct session *session)
{
	struct told_set *told = memory_new(sizeof *told);
	uint64_t epoch;
	enum exit_code exit_code;

	if (!told)
		return session_no_memory(session);
	exit_code = arguments_number(&epoch, &session->arguments, OPTION_epoch, 0, INT64_MAX, 0,
	                             &session->failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = ask_genesis(session, told);
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_has(session, OPTION_epoch)
		                ? ask_epoch_set(session, told, epoch)
		                : ask_present_set(session, told);
	if (exit_code == EXIT_CODE_OK)
		exit_code = put_policy(session, told);
	memory_free(told);
	return exit_code;
}

/* -- network succession -------------------------------------------------------------------- */

/* Appends a page; *next is the cursor of the one behind it, NULL: nothing follows. */
static enum exit_code append_page(struct session *session, struct buffer *text, json_t **next)
{
	const json_t *items;
	json_t *result, *cursor;
	enum exit_code exit_code =
		session_call(session, &result, "chain.get_succession",
	                 *next ? json_pack("{sO}", "cursor", *next) : json_object());

	json_decref(*next);
	*next = NULL;
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	items = json_object_get(result, "items");
	for (size_t i = 0; i < json_array_size(items) && exit_code == EXIT_CODE_OK; i++) {
		const json_t *part = json_object_get(json_array_get(items, i), "proof");

		if (json_is_string(part))
			buffer_append(text, json_string_value(part), json_string_length(part));
		else
			exit_code = not_understood(session, "chain.get_succession");
	}
	cursor = json_object_get(result, "next");
	/* A page without items would lead nowhere, for ever. */
	if (json_is_string(cursor) && json_array_size(items) > 0)
		*next = json_incref(cursor);
	json_decref(result);
	return exit_code;
}

static enum exit_code network_succession(struct session *session)
{
	enum exit_code exit_code;
	json_t *next = NULL;
	struct buffer text;

	buffer_init(&text, RECEIPT_SUCCESSION_SIZE_MAX);
	do {
		exit_code = append_page(session, &text, &next);
	} while (exit_code == EXIT_CODE_OK && next && text.status == STATUS_OK);
	json_decref(next);
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_status(session, text.status, NULL);
	if (exit_code == EXIT_CODE_OK && text.size == 0)
		exit_code = failure_set(&session->failure, EXIT_CODE_NOT_FOUND,
		                        "the validators have never changed: there is no "
		                        "succession, and receipts need none");
	if (exit_code == EXIT_CODE_OK)
		exit_code = put_text(session, buffer_view(&text));
	buffer_close(&text);
	return exit_code;
}

const struct command commands_network[] = {
	{
		.noun = "network",
		.verb = "policy",
		.words = "",
		.summary = "Write down the keys of the validators, to check receipts by",
		.details = "A tlog-policy: whose signatures are believed, and how many make a "
				   "quorum. It is as good as the node that is asked: compare it with "
				   "what others have, or take it from somebody you trust.\n\n"
				   "The validators are those of today, or with --epoch those of an "
				   "epoch, which begins whenever they change.",
		.examples = "cairn network policy -o policy.txt",
		.option_count = 2,
		.options = {OPTION_epoch, OPTION_output},
		.run = network_policy,
	},
	{
		.noun = "network",
		.verb = "succession",
		.words = "",
		.summary = "Write down how the validators changed",
		.details = "One proof for each change, signed by a quorum of those who handed "
				   "over. With it an old policy judges new receipts.",
		.examples = "cairn network succession -o succession.txt",
		.option_count = 1,
		.options = {OPTION_output},
		.run = network_succession,
	},
};
COMMANDS_COUNTED(network);
