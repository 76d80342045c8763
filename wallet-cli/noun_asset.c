/* cairn asset: units that accounts hold and transfer. The ledger counts in an asset's
 * smallest unit; people write amounts with its decimals, which the node is asked for. */
#include "chain/base/text.h"
#include "rpc/api/ledger_json.h"
#include "wallet-cli/amount_text.h"
#include "wallet-cli/listing.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/writing.h"

#include <string.h>

static enum exit_code asset_id_from(struct session *session, struct hash *id,
                                    const char *text)
{
	struct bytes_view view = text_view(text);

	if (view.size == 2 * HASH_SIZE && hex_decode(id->bytes, HASH_SIZE, view))
		return EXIT_CODE_OK;
	if (!name_is_valid(view))
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "'%.80s' is no asset: a name has 1 to %d characters a-z 0-9 . "
		                   "_ -",
		                   text, NAME_SIZE_MAX);
	*id = asset_id_of(view);
	return EXIT_CODE_OK;
}

/* Of what the node answered; an asset it does not describe well counts in grains. */
static unsigned decimals_of(const json_t *asset)
{
	json_int_t decimals = json_integer_value(json_object_get(asset, "decimals"));

	return decimals >= 0 && decimals <= ASSET_DECIMALS_MAX ? (unsigned)decimals : 0;
}

static enum exit_code read_amount(struct session *session, uint64_t *grains,
                                  const char *asset, const char *text)
{
	struct amount amount;
	struct why why = {{0}};
	json_t *result;
	enum exit_code exit_code =
		session_call(session, &result, "asset.get", json_pack("{ss}", "asset", asset));

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (amount_from_text(&amount, text_view(text), decimals_of(result), &why) !=
	    STATUS_OK)
		exit_code = failure_set(&session->failure, EXIT_CODE_USAGE, "'%.40s': %s", text,
		                        why.text);
	else if (amount.grains == 0)
		exit_code = failure_set(&session->failure, EXIT_CODE_USAGE,
		                        "the amount must be more than nothing");
	else
		*grains = amount.grains;
	json_decref(result);
	return exit_code;
}

/* -- Writing ------------------------------------------------------------------------ */

static enum exit_code asset_create(struct session *session)
{
	const char *description = session_option(session, OPTION_description);
	struct operation operation = {.kind = OPERATION_asset_create};
	uint64_t decimals;
	enum exit_code exit_code =
		arguments_number(&decimals, &session->arguments, OPTION_asset_decimals, 0,
	                     ASSET_DECIMALS_MAX, 0, &session->failure);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	operation.asset_create.name = text_view(session_word(session, 0));
	operation.asset_create.decimals = (uint8_t)decimals;
	operation.asset_create.description = text_view(description ? description : "");
	return writing_run(session, &operation);
}

/* ASSET ACCOUNT AMOUNT, of mint and transfer. */
static enum exit_code read_gift(struct session *session, struct asset_mint *gift)
{
	enum exit_code exit_code =
		asset_id_from(session, &gift->asset, session_word(session, 0));

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_account_id(session, &gift->to, session_word(session, 1));
	if (exit_code == EXIT_CODE_OK)
		exit_code = read_amount(session, &gift->amount, session_word(session, 0),
		                        session_word(session, 2));
	return exit_code;
}

static enum exit_code asset_mint(struct session *session)
{
	struct operation operation = {.kind = OPERATION_asset_mint};
	enum exit_code exit_code = read_gift(session, &operation.asset_mint);

	return exit_code == EXIT_CODE_OK ? writing_run(session, &operation) : exit_code;
}

static enum exit_code asset_transfer(struct session *session)
{
	struct operation operation = {.kind = OPERATION_asset_transfer};
	struct asset_mint gift = {0};
	enum exit_code exit_code = read_gift(session, &gift);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	operation.asset_transfer = (struct asset_transfer){gift.asset, gift.to, gift.amount};
	return writing_run(session, &operation);
}

static enum exit_code asset_burn(struct session *session)
{
	struct operation operation = {.kind = OPERATION_asset_burn};
	enum exit_code exit_code =
		asset_id_from(session, &operation.asset_burn.asset, session_word(session, 0));

	if (exit_code == EXIT_CODE_OK)
		exit_code = read_amount(session, &operation.asset_burn.amount,
		                        session_word(session, 0), session_word(session, 1));
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (!output_confirm(&session->output, "Burn it? It cannot be brought back.", true))
		return failure_set(&session->failure, EXIT_CODE_FAILURE, "nothing was burned");
	return writing_run(session, &operation);
}

/* -- Looking ------------------------------------------------------------------------ */

/* A member in grains as an amount. */
static void add_amount(struct table *table, const json_t *item, const char *name,
                       unsigned decimals)
{
	const json_t *value = json_object_get(item, name);
	struct amount amount;
	char text[AMOUNT_TEXT_SIZE];

	if (!json_is_string(value) ||
	    !decimal_decode(&amount.grains, text_view(json_string_value(value)))) {
		table_add_text(table, "-");
		return;
	}
	amount_to_text(text, amount, decimals);
	table_add_text(table, text);
}

static void add_asset(struct table *table, const json_t *item)
{
	listing_add_text(table, item, "name");
	add_amount(table, item, "supply", decimals_of(item));
	listing_add_text(table, item, "issuer");
	listing_add_text(table, item, "description");
}

static enum exit_code asset_list(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "ASSET", .cut = TABLE_END, .is_id = true},
		{.title = "SUPPLY", .is_right = true},
		{.title = "ISSUER", .cut = TABLE_MIDDLE},
		{.title = "DESCRIPTION", .cut = TABLE_END},
	};
	const struct listing listing = {
		.method = "asset.list",
		.params = json_object(),
		.columns = columns,
		.column_count = 4,
		.add_row = add_asset,
	};

	return listing_run(session, &listing);
}

/* For people the amounts stand with their point; --json has what the node said. */
static void show_amounts_as_text(json_t *asset)
{
	static const char *const names[] = {"minted", "burned", "supply"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const json_t *value = json_object_get(asset, names[i]);
		struct amount amount;
		char text[AMOUNT_TEXT_SIZE];

		if (!json_is_string(value) ||
		    !decimal_decode(&amount.grains, text_view(json_string_value(value))))
			continue;
		amount_to_text(text, amount, decimals_of(asset));
		json_object_set_new(asset, names[i], json_string(text));
	}
}

static enum exit_code asset_show(struct session *session)
{
	json_t *params = json_pack("{ss}", "asset", session_word(session, 0));
	json_t *result = NULL;
	enum exit_code exit_code =
		params ? session_add_at(session, params) : session_no_memory(session);

	if (exit_code == EXIT_CODE_OK)
		exit_code = session_call(session, &result, "asset.get", json_incref(params));
	if (exit_code == EXIT_CODE_OK && session->output.is_quiet) {
		output_line(&session->output, session_word(session, 0));
	} else if (exit_code == EXIT_CODE_OK) {
		if (!session->output.is_json)
			show_amounts_as_text(result);
		exit_code = session_show(session, result);
	}
	json_decref(result);
	json_decref(params);
	return exit_code;
}

static void add_balance(struct table *table, const json_t *item)
{
	listing_add_text(table, item, "asset");
	add_amount(table, item, "amount", decimals_of(item));
}

static enum exit_code asset_balance(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "ASSET", .cut = TABLE_END, .is_id = true},
		{.title = "AMOUNT", .is_right = true},
	};
	struct listing listing = {
		.method = "account.list_balances",
		.columns = columns,
		.column_count = 2,
		.add_row = add_balance,
	};
	const char *who = session_word(session, 0);
	struct hash id;
	size_t position;
	enum exit_code exit_code = EXIT_CODE_OK;

	if (who) {
		exit_code = session_account_id(session, &id, who);
	} else {
		exit_code = session_keystore(session, NULL);
		if (exit_code == EXIT_CODE_OK)
			exit_code = session_account(session, &position);
		if (exit_code == EXIT_CODE_OK)
			id = keystore_account(session->keystore, position)->id;
	}
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	listing.params = json_pack("{so}", "account", json_of_account(&id));
	exit_code = listing.params ? session_add_at(session, listing.params) : EXIT_CODE_OK;
	if (exit_code == EXIT_CODE_OK)
		return listing_run(session, &listing);
	json_decref(listing.params);
	return exit_code;
}

const struct command commands_asset[] = {
	{
		.noun = "asset",
		.verb = "create",
		.words = "NAME",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Create an asset; the account becomes its issuer",
		.details = "Nothing of it exists yet: 'cairn asset mint' makes some.",
		.examples = "cairn asset create kwh --decimals 3",
		.option_count = 2,
		.options = {OPTION_asset_decimals, OPTION_description},
		.run = asset_create,
	},
	{
		.noun = "asset",
		.verb = "list",
		.words = "",
		.summary = "List all assets",
		.option_count = 2,
		.options = {OPTION_limit, OPTION_cursor},
		.run = asset_list,
	},
	{
		.noun = "asset",
		.verb = "show",
		.words = "ASSET",
		.word_count_min = 1,
		.word_count_max = 1,
		.summary = "Show an asset's settings and supply",
		.option_count = 2,
		.options = {OPTION_at, OPTION_prove},
		.run = asset_show,
	},
	{
		.noun = "asset",
		.verb = "mint",
		.words = "ASSET ACCOUNT AMOUNT",
		.word_count_min = 3,
		.word_count_max = 3,
		.summary = "Make units of an asset and give them to an account",
		.details = "Only the issuer can.",
		.examples = "cairn asset mint kwh main 1500.25",
		.run = asset_mint,
	},
	{
		.noun = "asset",
		.verb = "transfer",
		.words = "ASSET ACCOUNT AMOUNT",
		.word_count_min = 3,
		.word_count_max = 3,
		.summary = "Give units of an asset to another account",
		.examples = "cairn asset transfer kwh cairn1... 12.5",
		.run = asset_transfer,
	},
	{
		.noun = "asset",
		.verb = "burn",
		.words = "ASSET AMOUNT",
		.word_count_min = 2,
		.word_count_max = 2,
		.summary = "Destroy units that the account holds",
		.run = asset_burn,
	},
	{
		.noun = "asset",
		.verb = "balance",
		.words = "[ACCOUNT]",
		.word_count_max = 1,
		.summary = "Show what an account holds",
		.option_count = 3,
		.options = {OPTION_limit, OPTION_cursor, OPTION_at},
		.run = asset_balance,
	},
};
COMMANDS_COUNTED(asset);
