/* asset.*: nothing overflows, nothing is negative, and what is held is minted - burned. */
#include "chain/base/amount.h"
#include "chain/ledger/rules.h"

#include <inttypes.h>

enum { ASSET_INFO_SIZE_MAX = 2 + NAME_SIZE_MAX + HASH_SIZE + 1 + 2 + DESCRIPTION_SIZE_MAX + 16 };

static void corrupt(const struct rule *rule)
{
	draft_fail(rule->draft, STATUS_CORRUPT, "an asset of the state");
}

static enum verdict find_asset(const struct rule *rule, const struct hash *id,
                               struct asset_info *info)
{
	struct state_key key = state_key_of(STATE_ASSET, id);
	struct bytes_view value;

	if (!draft_get(rule->draft, &key, &value))
		return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE, "there is no asset %s",
		              shown_hash(id).text);
	if (asset_info_decode(info, value) != STATUS_OK)
		corrupt(rule);
	return VERDICT_GOOD;
}

static struct asset_supply get_supply(const struct rule *rule, const struct hash *asset)
{
	struct state_key key = state_key_of(STATE_ASSET_SUPPLY, asset);
	struct asset_supply supply = {0};
	struct bytes_view value;

	if (!draft_get(rule->draft, &key, &value) ||
	    asset_supply_decode(&supply, value) != STATUS_OK)
		corrupt(rule);
	return supply;
}

static void put_supply(const struct rule *rule, const struct hash *asset,
                       const struct asset_supply *supply)
{
	struct state_key key = state_key_of(STATE_ASSET_SUPPLY, asset);
	uint8_t bytes[16];
	struct writer out = writer_on(bytes, sizeof bytes);

	asset_supply_put(&out, supply);
	draft_put(rule->draft, &key, bytes_view(bytes, sizeof bytes));
}

static struct amount get_balance(const struct rule *rule, const struct hash *asset,
                                 const struct hash *account)
{
	struct state_key key = state_key_of_pair(STATE_BALANCE, asset, account);
	struct balance balance = {0};
	struct bytes_view value;

	if (draft_get(rule->draft, &key, &value) &&
	    balance_decode(&balance, value) != STATUS_OK)
		corrupt(rule);
	return (struct amount){balance.grains};
}

static void put_balance(const struct rule *rule, const struct hash *asset,
                        const struct hash *account, struct amount amount)
{
	struct state_key key = state_key_of_pair(STATE_BALANCE, asset, account);
	uint8_t bytes[8];

	put_le64(bytes, amount.grains);
	if (amount.grains == 0)
		draft_delete(rule->draft, &key);
	else
		draft_put(rule->draft, &key, bytes_view(bytes, sizeof bytes));
}

/* Takes from the sender, or refuses. */
static enum verdict take(const struct rule *rule, const struct hash *asset,
                         struct amount amount)
{
	struct amount held = get_balance(rule, asset, &rule->tx->sender);
	struct amount rest;

	if (!amount_subtract(&rest, held, amount))
		return refuse(rule->refusal, VERDICT_BALANCE,
		              "the sender holds %" PRIu64 " grains, %" PRIu64 " are needed",
		              held.grains, amount.grains);
	put_balance(rule, asset, &rule->tx->sender, rest);
	return VERDICT_GOOD;
}

/* Gives to an account. The supply has room for all balances together, so that one balance
 * cannot overflow unless the state is damaged. */
static void give(const struct rule *rule, const struct hash *asset, const struct hash *to,
                 struct amount amount)
{
	struct amount held = get_balance(rule, asset, to);

	if (!amount_add(&held, held, amount)) {
		corrupt(rule);
		return;
	}
	put_balance(rule, asset, to, held);
	draft_add_concern(rule->draft, to);
}

enum verdict rule_asset_create(const struct rule *rule,
                               const struct asset_create *operation)
{
	struct hash id = asset_id_of(operation->name);
	struct state_key key = state_key_of(STATE_ASSET, &id);
	struct asset_info info = {
		.name = operation->name,
		.issuer = rule->tx->sender,
		.decimals = operation->decimals,
		.description = operation->description,
		.created_height = rule->draft->header.height,
		.created_ms = rule->draft->header.time_ms,
	};
	uint8_t bytes[ASSET_INFO_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);
	struct bytes_view value;

	if (draft_get(rule->draft, &key, &value))
		return refuse(rule->refusal, VERDICT_CONFLICT, "the name '%s' is taken",
		              shown_text(operation->name).text);
	asset_info_put(&out, &info);
	draft_put(rule->draft, &key, bytes_view(bytes, sizeof bytes - out.left));
	put_supply(rule, &id, &(struct asset_supply){0});
	return VERDICT_GOOD;
}

enum verdict rule_asset_mint(const struct rule *rule, const struct asset_mint *operation)
{
	struct asset_info info = {0};
	enum verdict verdict = find_asset(rule, &operation->asset, &info);
	struct amount amount = {operation->amount};
	struct asset_supply supply;
	struct amount minted;

	if (verdict != VERDICT_GOOD)
		return verdict;
	if (!hash_equal(&info.issuer, &rule->tx->sender)) {
		struct shown name = shown_text(info.name);
		struct shown sender = shown_hash(&rule->tx->sender);

		return refuse(rule->refusal, VERDICT_PERMISSION,
		              "account %s is not the issuer of asset '%s'", sender.text,
		              name.text);
	}
	supply = get_supply(rule, &operation->asset);
	if (!amount_add(&minted, (struct amount){supply.minted}, amount))
		return refuse(rule->refusal, VERDICT_BALANCE,
		              "%" PRIu64 " grains were minted, %" PRIu64
		              " more are over the maximum of 2^64 - 1",
		              supply.minted, operation->amount);
	supply.minted = minted.grains;
	put_supply(rule, &operation->asset, &supply);
	give(rule, &operation->asset, &operation->to, amount);
	return VERDICT_GOOD;
}

enum verdict rule_asset_transfer(const struct rule *rule,
                                 const struct asset_transfer *operation)
{
	struct asset_info info = {0};
	enum verdict verdict = find_asset(rule, &operation->asset, &info);
	struct amount amount = {operation->amount};

	if (verdict == VERDICT_GOOD)
		verdict = take(rule, &operation->asset, amount);
	if (verdict == VERDICT_GOOD)
		give(rule, &operation->asset, &operation->to, amount);
	return verdict;
}

enum verdict rule_asset_burn(const struct rule *rule, const struct asset_burn *operation)
{
	struct asset_info info = {0};
	enum verdict verdict = find_asset(rule, &operation->asset, &info);
	struct asset_supply supply;

	if (verdict == VERDICT_GOOD)
		verdict = take(rule, &operation->asset, (struct amount){operation->amount});
	if (verdict != VERDICT_GOOD)
		return verdict;
	supply = get_supply(rule, &operation->asset);
	supply.burned += operation->amount;
	put_supply(rule, &operation->asset, &supply);
	return VERDICT_GOOD;
}
