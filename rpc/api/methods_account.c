/* account: who. asset: what they hold. */
#include "rpc/api/methods.h"

const struct rpc_method rpc_methods_account[] = {
	{"account.get",
	 "An account's key and description",
	 RPC_READ,
	 RPC_ONE,
	 "account, id, key (null: the one that its id was made of), rotations, display_name, "
	 "contact, encryption_key, inbox, height; proof and profile_proof if asked for",
	 {&rpc_account, &rpc_at, &rpc_at_time, &rpc_prove, NULL}},
	{"account.list_balances",
	 "What an account holds",
	 RPC_READ,
	 RPC_LIST,
	 "asset (its name), id, decimals, amount in the asset's smallest unit",
	 {&rpc_account, &rpc_limit, &rpc_cursor, &rpc_at, &rpc_at_time, NULL}},
	{"account.list_transactions",
	 "What an account sent or was given, newest first",
	 RPC_READ,
	 RPC_LIST,
	 "txid, log_index, height, index, time_ms",
	 {&rpc_account, &rpc_limit, &rpc_cursor, NULL}},
};
RPC_METHODS_COUNTED(account);

const struct rpc_method rpc_methods_asset[] = {
	{"asset.list",
	 "All assets",
	 RPC_READ,
	 RPC_LIST,
	 "name, id, issuer, decimals, description, minted, burned, supply, created_height, "
	 "created_ms",
	 {&rpc_limit, &rpc_cursor, NULL}},
	{"asset.get",
	 "An asset's settings and supply",
	 RPC_READ,
	 RPC_ONE,
	 "as in asset.list, height; proof and supply_proof if asked for",
	 {&rpc_asset, &rpc_at, &rpc_at_time, &rpc_prove, NULL}},
};
RPC_METHODS_COUNTED(asset);
