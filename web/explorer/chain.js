"use strict";
/* Pages about the chain: the beginning, blocks, transactions, validators, peers. Each is a
 * function of the words of its address that gives {title, parts}. */

const SIGNED_BLOCKS = 16; /* whose signers are shown */

function block_rows(blocks) {
	return blocks.map(block => [block_link(block.height), ago(block.time_ms),
		count(block.tx_count), size(block.body_size), short_hex(block.hash)]);
}

const BLOCK_COLUMNS = ["Height", "When", "Transactions", "Size", "Hash"];

/* A row for each validator, a mark for each of the newest blocks, oldest first. */
function signers_table(blocks, validators, names) {
	const shown = blocks.filter(block => block && block.certificate).reverse();

	if (shown.length === 0)
		return note("No block has been certified yet.");
	return make("div", {class: "signers"}, validators.map((validator, index) =>
		make("div", {class: "signer"},
			make("span", {class: "who"}, names[index] ?? short_hex(validator.account, 12, 6)),
			make("span", {class: "marks"}, shown.map(block => {
				const same_epoch = block.certificate.epoch === shown[shown.length - 1]
					.certificate.epoch;
				const has_signed = block.certificate.signers.includes(index);
				const state = !same_epoch ? "unknown" : has_signed ? "signed" : "missing";

				return make("a", {href: "#/block/" + block.height, class: "mark " + state,
					title: "block " + block.height + ": " + state +
						(block.proposer === index && same_epoch ? ", its proposer" : ""),
					"aria-label": "block " + block.height + ": " + state});
			})),
			make("span", {class: "quiet"}, count(shown.filter(block =>
				block.certificate.signers.includes(index)).length) + " of " + shown.length))));
}

const known_blocks = new Map(); /* by height, those that were asked for the last time */

/* Who signed them, newest first. What is final stays as it is: only new ones are asked for. */
async function newest_blocks(height) {
	const heights = Array.from({length: Math.min(SIGNED_BLOCKS, height)}, (_, i) => height - i);
	const unknown = heights.filter(height => !known_blocks.has(height));
	const found = await results_or_null(unknown.map(height => ["chain.get_block", {height}]));

	for (const height of known_blocks.keys())
		if (!heights.includes(height))
			known_blocks.delete(height);
	for (const block of found)
		if (block)
			known_blocks.set(block.height, {height: block.height, proposer: block.proposer,
				certificate: block.certificate});
	return heights.map(height => known_blocks.get(height));
}

/* Display names of accounts, where they have given themselves one. */
async function names_of(accounts) {
	const found = await results_or_null(accounts.map(account => ["account.get", {account}]));

	return found.map(account => account?.display_name || null);
}

async function show_beginning() {
	const [status, head, blocks, validators, streams] = await results([
		["node.get_status"], ["chain.get_head"], ["chain.list_blocks", {limit: 8}],
		["consensus.list_validators"], ["stream.list", {limit: 6}]]);
	const [newest, names] = await Promise.all([newest_blocks(head.height),
		names_of(validators.items.map(validator => validator.account))]);
	const figure = (name, ...words) => make("div", {class: "figure"},
		make("span", {class: "quiet"}, name), make("strong", {}, ...words));

	return {title: status.network, is_live: true, parts: [
		make("div", {class: "figures"},
			figure("Newest block", block_link(head.height)),
			figure("Made final", ago(head.time_ms)),
			figure("Transactions", count(head.tx_count)),
			figure("Pending", link("pending", count(status.pool_txs))),
			figure("Validators", link("validators", count(validators.items.length))),
			figure("Peers", link("peers", count(status.peers)))),
		status.syncing ? make("p", {class: "notice"},
			"This node is catching up: what it shows may be old.") : null,
		section("Newest blocks", table(BLOCK_COLUMNS, block_rows(blocks.items), "No block yet.",
			"short"),
			more("blocks", 1, "All blocks")),
		section("Who signed the last blocks",
			signers_table(newest, validators.items, names)),
		section("Streams", stream_table(streams.items), more("streams", 1, "All streams")),
		section("This node", facts([["Network", status.network],
			["Genesis", long_hex(status.genesis)], ["Program", "cairnd " + status.version],
			["Role", status.is_validator ? "validator" : "follower"],
			["State root", long_hex(head.state_root)],
			["Leaves of the log", count(head.log_size)]])),
	]};
}

async function show_blocks([cursor]) {
	const list = await call("chain.list_blocks", {limit: 50, ...cursor ? {cursor} : {}});

	return {title: "Blocks", is_live: !cursor, parts: [
		table(BLOCK_COLUMNS, block_rows(list.items), "No block yet.", "short"),
		more("blocks/" + list.next, list.next, "Older blocks")]};
}

function flag_words(block) {
	const words = [];

	if (block.flags & 1)
		words.push("seal: the last of its epoch");
	if (block.flags & 2)
		words.push("heartbeat");
	if (block.flags & 4)
		words.push("recovery");
	return words.join(", ");
}

const BLOCK_TXS_SHOWN = 100;

/* Its transactions from the given one on, which is counted from 0. */
async function show_block([which, first]) {
	const key = /^[0-9a-f]{64}$/.test(which) ? {hash: which} : {height: Number(which)};
	const from = Number(first ?? 0), to = from + BLOCK_TXS_SHOWN;
	const block = await call("chain.get_block", key);
	const txids = block.txids.slice(from, to);
	const txs = await results_or_null(txids.map(txid => ["tx.get", {txid}]));

	await learn_names(txs.filter(tx => tx).flatMap(ids_of));
	return {title: "Block " + count(block.height), parts: [
		make("p", {class: "pager"},
			block.height > 0 ? link("block/" + (block.height - 1), "\u2190 Older") : null, " ",
			link("block/" + (block.height + 1), "Newer \u2192")),
		facts([["Final at", time(block.time_ms)], ["Hash", long_hex(block.hash)],
			["Parent", block.height > 0
				? link("block/" + (block.height - 1), long_hex(block.parent)) : null],
			["Epoch, view", count(block.epoch) + ", " + count(block.view)],
			["Kind", flag_words(block)],
			["Proposed by", "validator " + block.proposer],
			["Certified by", block.certificate
				? "validators " + block.certificate.signers.join(", ") +
					(block.certificate.block === block.hash ? "" : ", with a later block")
				: "nobody: it is the genesis"],
			["State root", long_hex(block.state_root)],
			["Root of the log", long_hex(block.log_root)]]),
		section(many(block.tx_count, "transaction"),
			table(["Transaction", "From", "What it does"], txs.map((tx, i) => [
				tx_link(txids[i]), tx ? account_link(tx.sender) : null,
				tx ? operations_in_short(tx) : "pruned"]), "It has none."),
			block.txids.length > BLOCK_TXS_SHOWN ? note("Those from " + count(from + 1) + " to " +
				count(Math.min(to, block.txids.length)) + ".") : null,
			more("block/" + which + "/" + to, to < block.txids.length ? to : null,
				"More transactions")),
	]};
}

/* -- Transactions ------------------------------------------------------------------------- */

/* The streams and assets that a transaction names by id. */
function ids_of(tx) {
	return tx.operations.flatMap(op => [op.stream ? ["stream", op.stream] : null,
		op.inbox ? ["stream", op.inbox] : null, op.asset ? ["asset", op.asset] : null])
		.filter(pair => pair);
}

function amount_words(op) {
	const asset = thing_of("asset", op.asset);

	return [amount(op.amount, asset ? asset.decimals : 0), " ", thing_link("asset", op.asset)];
}

/* A few words for one operation. */
function operation_words(op) {
	switch (op.kind) {
	case "record.append":
		return ["a record in ", thing_link("stream", op.stream),
			op.key_b64 ? [" under ", key_link(op)] : null];
	case "stream.create":
		return ["makes the stream ", stream_link(op.name)];
	case "stream.grant":
		return ["makes ", account_link(op.account), " ", op.role, " of ",
			thing_link("stream", op.stream)];
	case "stream.revoke":
		return ["takes the role ", op.role, " of ", thing_link("stream", op.stream), " from ",
			account_link(op.account)];
	case "asset.create":
		return ["makes the asset ", asset_link(op.name)];
	case "asset.mint":
		return ["mints ", amount_words(op), " for ", account_link(op.to)];
	case "asset.transfer":
		return ["gives ", amount_words(op), " to ", account_link(op.to)];
	case "asset.burn":
		return ["burns ", amount_words(op)];
	default:
		return op.kind;
	}
}

function operations_in_short(tx) {
	const shown = tx.operations.slice(0, 3).map(op => make("div", {}, operation_words(op)));

	return tx.operations.length > 3
		? [shown, note("and " + many(tx.operations.length - 3, "operation") + " more")] : shown;
}

/* All fields, those first that people ask for. */
function operation_part(op, index) {
	const plain = Object.entries(op).filter(([name, content]) => content !== null &&
		content !== "" && !["kind", "value_b64", "key", "key_b64", "stream", "asset", "account", "to",
			"amount"].includes(name));

	return make("section", {class: "card"},
		make("h3", {}, String(index + 1) + ". " + op.kind), make("p", {}, operation_words(op)),
		facts([["Stream", op.stream ? thing_link("stream", op.stream) : null],
			["Key", op.key_b64 ? key_link(op) : null],
			["Asset", op.asset ? thing_link("asset", op.asset) : null],
			["Account", op.account ? account_link(op.account) : null],
			["To", op.to ? account_link(op.to) : null],
			...plain.map(([name, content]) => [name.replaceAll("_", " "),
				typeof content === "object" ? make("code", {class: "long"},
					JSON.stringify(content)) : make("span", {class: "long"}, content)])]),
		op.value_b64 === undefined || op.value_b64 === null ? null : value(op.value_b64));
}

/* Saves the proof that the transaction is in the ledger as a file. */
async function save_receipt(txid, said) {
	const name = txid.slice(0, 16) + ".tlog-proof";

	said.replaceChildren("The node is asked \u2026");
	try {
		const {receipt} = await call("receipt.get", {txid, wait_ms: 10000});
		const url = URL.createObjectURL(new Blob([receipt], {type: "text/plain"}));

		make("a", {href: url, download: name}).click();
		setTimeout(() => URL.revokeObjectURL(url), 60000);
		said.replaceChildren("Saved as ", make("code", {}, name), ". Anybody can check it, without " +
			"this node: ", make("a", {href: "verify.html"}, "check a receipt"), ".");
	} catch (error) {
		said.replaceChildren("There is none: " + error.message);
	}
}

function receipt_part(txid) {
	const said = make("span", {class: "quiet", role: "status"},
		"A file that proves to anybody that this is in the ledger.");
	const button = make("button", {type: "button"}, "Get receipt");

	button.addEventListener("click", () => save_receipt(txid, said));
	return make("p", {class: "receipt"}, button, " ", said);
}

async function show_tx([txid]) {
	const [status, tx] = await results_or_null([["tx.get_status", {txid}], ["tx.get", {txid}]]);

	if (!tx)
		return {title: "Transaction", parts: [facts([["Txid", long_hex(txid)],
			["Status", status ? status.status : "unknown"],
			["Why", status?.error?.message ?? null]])], is_live: true};
	await learn_names(ids_of(tx));
	return {title: "Transaction", parts: [
		facts([["Txid", long_hex(tx.txid)], ["From", link("account/" + tx.sender,
			long_hex(tx.sender))], ["Block", block_link(tx.height)], ["Final at", time(tx.time_ms)],
			["Leaf of the log", count(tx.log_index)], ["Signed with", long_hex(tx.key)],
			["Size", size(tx.size)]]),
		receipt_part(tx.txid),
		section(many(tx.operations.length, "operation"), tx.operations.slice(0, 100)
			.map(operation_part)),
	]};
}

/* What waits to enter a block. Nothing tells of what comes: it is asked for again. */
async function show_pending([cursor]) {
	const [list, why] = await results([["tx.list_pool", {limit: 100, ...cursor ? {cursor} : {}}],
		["consensus.why"]]);
	const is_stuck = list.items.length > 0 && !["working", "idle"].includes(why.state);

	return {title: "Pending", is_live: !cursor, again_ms: cursor ? null : 2000, parts: [
		is_stuck ? make("div", {class: "notice"}, why.reasons.map(reason => make("div", {}, reason)))
			: null,
		table(["Transaction", "From", "Size", "Came", "May enter until"], list.items.map(tx => [
			tx_link(tx.txid), account_link(tx.sender), size(tx.size),
			ago(Date.now() - tx.arrived_ms_ago), time(tx.valid_until_ms)]),
		"No transaction is waiting: all are final."),
		more("pending/" + list.next, list.next)]};
}

/* -- Who keeps it ------------------------------------------------------------------------- */

async function show_validators() {
	const [validators, head, params] = await results([["consensus.list_validators"],
		["chain.get_head"], ["chain.get_params"]]);
	const names = await names_of(validators.items.map(validator => validator.account));
	const newest = await newest_blocks(head.height);
	const n = validators.items.length;
	const quorum = n - Math.floor((n - 1) / (params.params.fault_model ? 2 : 3));

	return {title: "Validators", is_live: true, parts: [
		note(quorum + " of " + n + " have to sign before a block is final."),
		section("Who signed the last blocks", signers_table(newest, validators.items, names)),
		section("All of them", validators.items.map((validator, i) =>
			make("section", {class: "card"}, make("h3", {}, names[i] ?? "Validator " + i),
				facts([["Account", link("account/" + validator.account,
					long_hex(validator.account))],
					["Address", validator.address],
					["Vote key", long_hex(validator.vote_key)],
					["Cosign key", long_hex(validator.cosign_key)],
					["Node", long_hex(validator.node_id)],
					["Joined", validator.joined_ms ? time(validator.joined_ms)
						: "with the genesis"]])))),
		section("Parameters", facts(Object.entries(params.params)
			.map(([name, content]) => [name, count(content)]))),
	]};
}

async function show_peers() {
	const list = await call("peer.list");

	return {title: "Peers", is_live: true, parts: [
		table(["Address", "Node", "Program", "Since", "Round trip", "In", "Out"],
			list.items.map(peer => [peer.address + (peer.dialed ? "" : " (came)"),
				short_hex(peer.node_id), peer.agent, ago(peer.connected_ms),
				peer.round_trip_ms === null ? null : peer.round_trip_ms + " ms",
				size(peer.bytes_in), size(peer.bytes_out)]),
			"This node is connected with no other.")]};
}
