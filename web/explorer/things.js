"use strict";
/* Pages about what stands in the ledger: streams, records, accounts, assets; and search. */

function stream_table(streams) {
	return table(["Stream", "Records", "Who may write", "Owner"], streams.map(stream => [
		stream_link(stream.name), count(stream.records), stream.write === "open" ? "anybody"
			: "listed accounts", account_link(stream.owner)]), "There is no stream yet.", "short");
}

async function show_streams([cursor]) {
	const list = await call("stream.list", {limit: 100, ...cursor ? {cursor} : {}});

	return {title: "Streams", is_live: !cursor, parts: [stream_table(list.items),
		more("streams/" + encodeURIComponent(list.next), list.next)]};
}

const RECORDS_SHOWN = 25;

function record_part(stream, record, has_history) {
	const history = "stream/" + encodeURIComponent(stream) + "/key/" + base64url(record.key_b64 ?? "");

	return make("section", {class: "card record"},
		make("h3", {}, record.key_b64
			? has_history ? record_key(record) : link(history, record_key(record))
			: ["Record ", count(record.position)]),
		note("Record ", count(record.position),
			record.key_b64 ? [", version ", count(record.version + 1)] : null, " by ",
			account_link(record.author), " in block ", block_link(record.height), ", ",
			ago(record.time_ms), " \u00b7 ", tx_link(record.txid)),
		record.content_type ? note(record.content_type) : null,
		record.file ? facts([["File", long_hex(record.file)]]) : value(record.value_b64 ?? ""));
}

/* Each leads to what was written under it. */
function key_chips(path, keys) {
	return make("p", {class: "chips"}, keys.map(key => link(path + "/key/" + base64url(key.key_b64),
		record_key(key), key.versions > 1 ? " \u00d7" + count(key.versions) : null)));
}

async function show_keys(name, cursor) {
	const list = await call("stream.list_keys", {stream: name, limit: 500, cursor});
	const path = "stream/" + encodeURIComponent(name);

	return {title: "Keys", parts: [facts([["Stream", stream_link(name)]]),
		key_chips(path, list.items),
		more(path + "/keys/" + encodeURIComponent(list.next), list.next, "More keys")]};
}

/* The newest records, or those below a position. */
async function show_stream([name, what, below, cursor]) {
	if (what === "key")
		return show_history(name, below, cursor);
	if (what === "keys")
		return show_keys(name, below);
	const stream = await call("stream.get", {stream: name});
	const end = what === "below" ? Math.min(Number(below), stream.records) : stream.records;
	const from = Math.max(0, end - RECORDS_SHOWN);
	const [records, keys] = await results([
		["stream.list_records", {stream: name, from, limit: Math.max(1, end - from)}],
		["stream.list_keys", {stream: name, limit: 50}]]);
	const path = "stream/" + encodeURIComponent(name);

	return {title: name, is_live: what !== "below", parts: [
		facts([["Records", count(stream.records)],
			["Who may write", stream.write === "open" ? "anybody" : "listed accounts"],
			["Owner", link("account/" + stream.owner, long_hex(stream.owner))],
			["Description", stream.description], ["Id", long_hex(stream.id)],
			["Made", [time(stream.created_ms), " in block ", block_link(stream.created_height)]]]),
		keys.items.length > 0 ? section("Keys", key_chips(path, keys.items),
			more(path + "/keys/" + encodeURIComponent(keys.next), keys.next, "More keys")) : null,
		section("Records, newest first", records.items.length === 0 ? note("It has none.") : null,
			[...records.items].reverse().map(record => record_part(name, record, false)),
			more(path + "/below/" + from, from > 0 ? from : null, "Older records")),
	]};
}

const VERSIONS_SHOWN = 200;

/* Newest first as long as all fit one page. The node lists them from the oldest on: where there
 * are more, the newest is shown on top, and the pages go forward. */
async function show_history(name, key, cursor) {
	const key_b64 = base64_of_url(key);
	const [list, newest] = await results([
		["stream.get_history", {stream: name, key_b64, limit: VERSIONS_SHOWN, ...cursor ? {cursor} : {}}],
		["stream.get_latest", {stream: name, key_b64}]]);
	const is_whole = list.next === null && !cursor;

	return {title: "History of a key", is_live: !cursor, parts: [
		facts([["Stream", stream_link(name)], ["Key", record_key(newest)],
			["Versions", count(newest.version + 1)]]),
		is_whole ? null : section("The newest", record_part(name, newest, true)),
		section(is_whole ? "Newest first" : "Oldest first",
			(is_whole ? [...list.items].reverse() : list.items)
				.map(record => record_part(name, record, true)),
			more("stream/" + encodeURIComponent(name) + "/key/" + key + "/" +
				encodeURIComponent(list.next), list.next, "Later versions"))]};
}

async function show_account([account, cursor]) {
	const [found, balances, txs] = await results([["account.get", {account}],
		["account.list_balances", {account, limit: 100}],
		["account.list_transactions", {account, limit: 50, ...cursor ? {cursor} : {}}]]);

	return {title: found.display_name || "Account", is_live: !cursor, parts: [
		facts([["Address", long_hex(found.account)], ["Contact", found.contact],
			["Key", found.key ? long_hex(found.key)
				: "the one that the address was made of"],
			["Rotations", found.rotations > 0 ? count(found.rotations) : null],
			["Inbox", found.inbox ? long_hex(found.inbox) : null],
			["Encryption key", found.encryption_key ? long_hex(found.encryption_key) : null]]),
		section("Holds", table(["Asset", "Amount"], balances.items.map(balance =>
			[asset_link(balance.asset), amount(balance.amount, balance.decimals)]),
		"It holds nothing.")),
		section("Transactions, newest first", table(["Transaction", "Block", "When"],
			txs.items.map(tx => [tx_link(tx.txid), block_link(tx.height), ago(tx.time_ms)]),
			"It has none.", "short"), more("account/" + account + "/" + txs.next, txs.next, "Older ones")),
	]};
}

async function show_assets([cursor]) {
	const list = await call("asset.list", {limit: 100, ...cursor ? {cursor} : {}});

	return {title: "Assets", is_live: !cursor, parts: [
		table(["Asset", "Supply", "Issuer"], list.items.map(asset => [asset_link(asset.name),
			amount(asset.supply, asset.decimals), account_link(asset.issuer)]),
		"There is no asset yet."), more("assets/" + encodeURIComponent(list.next), list.next)]};
}

async function show_asset([name]) {
	const asset = await call("asset.get", {asset: name});
	const words = text => amount(text, asset.decimals);

	return {title: asset.name, is_live: true, parts: [
		facts([["Supply", words(asset.supply)], ["Minted", words(asset.minted)],
			["Burned", words(asset.burned)], ["Decimals", asset.decimals],
			["Issuer", link("account/" + asset.issuer, long_hex(asset.issuer))],
			["Description", asset.description], ["Id", long_hex(asset.id)],
			["Made", [time(asset.created_ms), " in block ", block_link(asset.created_height)]]])]};
}

/* -- Search ------------------------------------------------------------------------------- */

const SEARCHED_STREAMS = 100;

/* Where it can only be one thing, its path; else null. */
function obvious_path(text) {
	if (/^[0-9][0-9,]*$/.test(text))
		return "block/" + Number(text.replaceAll(",", ""));
	if (/^cairn1[0-9a-z]+$/i.test(text))
		return "account/" + text.toLowerCase();
	return null;
}

/* Things of that name or hash: [path, words]. */
async function find_things(text) {
	const low = text.toLowerCase(), is_hash = /^[0-9a-f]{64}$/.test(low), found = [];
	const [tx, block, stream, asset] = await results_or_null([
		["tx.get_status", {txid: is_hash ? low : "0".repeat(64)}],
		["chain.get_block_header", is_hash ? {hash: low} : {height: Number.MAX_SAFE_INTEGER}],
		["stream.get", {stream: is_hash ? low : text}],
		["asset.get", {asset: is_hash ? low : text}]]);

	if (is_hash && tx && tx.status !== "unknown")
		found.push(["tx/" + low, "the transaction " + low]);
	if (block)
		found.push(["block/" + block.height, "block " + count(block.height)]);
	if (stream)
		found.push(["stream/" + encodeURIComponent(stream.name), "the stream " + stream.name]);
	if (asset)
		found.push(["asset/" + encodeURIComponent(asset.name), "the asset " + asset.name]);
	return found;
}

/* Records under that key, in any stream. */
async function find_keys(text) {
	const {items} = await call("stream.list", {limit: SEARCHED_STREAMS});
	const found = await results_or_null(items.map(stream =>
		["stream.get_latest", {stream: stream.name, key: text}]));

	return items.flatMap((stream, i) => (found[i] && found[i].key_b64 ? [[
		"stream/" + encodeURIComponent(stream.name) + "/key/" + base64url(found[i].key_b64),
		"the key " + text + " in the stream " + stream.name]] : []));
}

async function show_search([text]) {
	const found = [...await find_things(text), ...await find_keys(text)];

	if (found.length === 1) {
		location.replace("#/" + found[0][0]);
		return {title: "Search", parts: []};
	}
	return {title: "Search", parts: [
		note(found.length === 0 ? "Nothing is called \u201c" + text + "\u201d here."
			: "\u201c" + text + "\u201d may be:"),
		make("ul", {}, found.map(([path, words]) => make("li", {}, link(path, words)))),
		found.length === 0 ? note("Known are heights, txids, hashes of blocks, addresses, names of " +
			"streams and assets, and keys of records.") : null]};
}
