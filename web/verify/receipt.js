"use strict";
/* Receipts: docs/formats.md, "Checking a receipt". */

const KIND_TX = 1, KIND_SUCCESSION = 2, KIND_STATE = 3, KIND_RECORDS = 4;

const VERDICTS = {
	UNREADABLE: "the receipt cannot be read",
	POLICY_UNREADABLE: "the policy cannot be read",
	OTHER_NETWORK: "the receipt is of another network",
	NOT_IN_LOG: "what the receipt shows is not in the log",
	SIGNATURE: "a signature is not valid",
	NO_LOG_SIGNATURE: "no log of the policy signed",
	NO_QUORUM: "too few cosignatures",
	SUCCESSION: "the succession does not hold",
	CONTENT: "the receipt does not show what it says it shows",
};

/* What is Malformed in there is refused with this verdict. */
async function or_refuse(verdict, action) {
	try {
		return await action();
	} catch (error) {
		if (error instanceof Malformed)
			throw new Refused(verdict, error.message);
		throw error;
	}
}

/* -- What is in the extra line ------------------------------------------------------------- */

function read_list(r, count_max, size_max) {
	const count = r.u16();

	need(count <= count_max, "a list that is too long");
	return Array.from({length: count}, () => r.bytes16(size_max));
}

function read_hashes(r, count_max) {
	const count = r.u16();

	need(count <= count_max, "a list that is too long");
	return Array.from({length: count}, () => r.take(32));
}

function read_extra(proof) {
	const origin = /^cairn\/([a-z0-9-]{1,32})\/([0-9a-f]{32})$/.exec(proof.origin);

	need(origin, "its origin is that of no network of Cairn");
	need(proof.extra !== null, "it has no extra line");
	const r = new Reader(unbase64(proof.extra));

	need(r.u8() === 1, "its extra is of another version");
	const extra = {network: origin[1], kind: r.u8(), genesis: r.take(32), leaf: r.bytes16(65535)};

	if (extra.kind === KIND_TX) {
		extra.names = read_list(r, 1024, 64);
		need(extra.names.every((name, i) => i === 0 || compare(extra.names[i - 1], name) < 0),
			"its names are not in their order");
	} else if (extra.kind === KIND_SUCCESSION) {
		extra.next_set = r.rest();
	} else if (extra.kind === KIND_STATE) {
		extra.parent = r.take(HEADER_SIZE);
		extra.key = r.bytes16(289);
		extra.value = r.optional(() => r.bytes32(32768));
		extra.name = r.bytes16(64);
		extra.proof = r.rest();
	} else {
		need(extra.kind === KIND_RECORDS, "its kind is not known");
		Object.assign(extra, {
			parent: r.take(HEADER_SIZE), name: r.bytes16(64), count: r.u64(),
			root: r.take(32), proof: r.bytes16(8291), from: r.u64(),
			leaves: read_list(r, 1024, 534), hashes: read_hashes(r, 128),
			txs: read_list(r, 1024, 65535),
		});
	}
	r.done();
	if (hex(extra.genesis).slice(0, 32) !== origin[2])
		throw new Refused("CONTENT", "its genesis is not that of its origin");
	return extra;
}

async function check_inclusion(proof, leaf) {
	const root = await or_refuse("NOT_IN_LOG", async () => {
		need(proof.index < proof.size, "its index is beyond the log");
		return inclusion_root(await leaf_hash(leaf), proof.index, proof.size, proof.path);
	});

	if (!equal(root, proof.root))
		throw new Refused("NOT_IN_LOG", "the path leads to another root");
}

/* The header of a leaf that is in the log, at its place. */
async function check_header(proof, leaf) {
	if (leaf.length !== 1 + HEADER_SIZE || leaf[0] !== 0 || leaf[1] !== 1)
		throw new Refused("CONTENT", "its leaf is no header");
	await check_inclusion(proof, leaf);
	const header = read_header(leaf.subarray(1));

	if (header.log_size !== proof.index)
		throw new Refused("CONTENT", "its header belongs elsewhere in the log");
	return header;
}

async function check_seal(extra, header) {
	const hash = await tagged_hash("cairn/validators/v1", extra.genesis, extra.next_set);

	if (!(header.flags & 1) || header.flags & 4 || !equal(hash, header.next_validators_hash))
		throw new Refused("CONTENT", "its block does not name these validators");
	return read_next_set(extra.next_set);
}

/* -- Successions --------------------------------------------------------------------------- */

const JUDGE_POLICY = 0, JUDGE_NEWEST_POLICY = 1, JUDGE_OLD_POLICY = 2, JUDGE_SUCCESSOR = 3;

/* Proof files one behind another. */
function split_proofs(bytes) {
	const text = text_of_bytes(bytes), parts = [];

	for (let at = 0; at < text.length;) {
		const next = text.indexOf("\n" + MAGIC, at + 1);
		const end = next < 0 ? text.length : next + 1;

		parts.push(bytes_of_text(text.slice(at, end)));
		at = end;
	}
	return parts;
}

/* Who may speak for a checkpoint of this size: {policy, judge, epoch}. */
async function speakers(policy, succession, origin, size) {
	const found = [];
	let now = {policy, judge: JUDGE_POLICY, epoch: null};
	let start = 0n, last = null, is_anchored = false, following = null;

	need(succession.length <= 64 << 20, "it is too large");
	for (const bytes of split_proofs(succession)) {
		const proof = read_proof(bytes);

		need(proof.origin === origin, "a part of it is of another network");
		const extra = read_extra(proof);

		need(extra.kind === KIND_SUCCESSION, "a part of it is of another kind");
		const header = await check_header(proof, extra.leaf);
		const next = await check_seal(extra, header);

		need(proof.size === header.log_size + 1n,
			"a part of it is not under the checkpoint of its seal");
		if (last)
			need(header.epoch === last.epoch + 1n &&
				equal(header.validators_hash, last.next_validators_hash) &&
				header.log_size > last.log_size && header.height > last.height,
				"its parts do not follow one another");
		last = header;
		following = await Policy.of_keys(origin, next.keys, next.quorum);
		try {
			await now.policy.check(proof);
		} catch (error) {
			need(error instanceof Refused && !is_anchored && error.verdict !== "SIGNATURE",
				"a part of it is not cosigned by the validators before");
			continue;
		}
		if (!is_anchored) {
			is_anchored = true;
			now = {policy, judge: JUDGE_OLD_POLICY, epoch: header.epoch};
		}
		if (start <= size && size <= proof.size)
			found.push(now);
		now = {policy: following, judge: JUDGE_SUCCESSOR, epoch: header.epoch + 1n};
		start = proof.size;
	}
	if (last && !is_anchored) {
		need(policy.same(following), "it does not lead from the policy");
		now = {policy, judge: JUDGE_NEWEST_POLICY, epoch: null};
	} else if (is_anchored && policy.same(now.policy)) {
		now.judge = JUDGE_NEWEST_POLICY;
	}
	if (size >= start && found.length < 2)
		found.push(now);
	return found;
}

/* -- What is proved ------------------------------------------------------------------------ */

function id_of(noun, name) {
	return tagged_hash("cairn/" + noun + "/v1", name);
}

async function check_tx(genesis, bytes) {
	const tx = await read_transaction(bytes, genesis);

	if (!await bip340_is_valid(tx.signature, tx.key, tx.txid))
		throw new Refused("SIGNATURE", "its transaction's");
	return tx;
}

/* Ids of streams and assets that the operations mean, in hex. */
function ids_of(tx) {
	const streams = new Set(), assets = new Set();

	for (const op of tx.operations) {
		if (op.kind === "record.append") {
			streams.add(hex(op.stream));
			if (op.reference)
				streams.add(hex(op.reference.stream));
		} else if (op.kind === "stream.grant" || op.kind === "stream.revoke") {
			streams.add(hex(op.stream));
		} else if (op.kind === "account.describe" && op.inbox) {
			streams.add(hex(op.inbox));
		} else if (["asset.mint", "asset.transfer", "asset.burn"].includes(op.kind)) {
			assets.add(hex(op.asset));
		}
	}
	return {streams, assets};
}

/* Names by "stream" or "asset" and the id in hex. */
async function check_names(extra, tx) {
	const names = new Map(), {streams, assets} = ids_of(tx);

	for (const name of extra.names) {
		const stream = hex(await id_of("stream", name)), asset = hex(await id_of("asset", name));

		need(name_is_valid(name) && (streams.has(stream) || assets.has(asset)),
			"a name in it that is no name of what the transaction means");
		names.set("stream " + stream, text_of_bytes(name));
		names.set("asset " + asset, text_of_bytes(name));
	}
	return names;
}

async function check_parent(extra, header) {
	const hash = await tagged_hash("cairn/block/v1", extra.genesis, extra.parent);

	need(equal(hash, header.parent),
		"the parent's header in it is not the parent's of its block");
}

async function check_state(extra, header) {
	await check_parent(extra, header);
	if (extra.name.length > 0) {
		const kind = extra.key[0];
		const noun = kind >= 0x10 && kind <= 0x13 ? "stream"
			: kind >= 0x20 && kind <= 0x22 ? "asset" : null;

		need(noun && name_is_valid(extra.name) &&
			equal(await id_of(noun, extra.name), extra.key.subarray(1, 33)),
			"the name in it is not that of what the key names");
	}
	await check_state_proof(header.state_root,
		await sha256(Uint8Array.of(4), extra.genesis, extra.key),
		extra.value && await sha256(Uint8Array.of(5), extra.value), extra.proof);
}

async function check_leaves(extra, leaves) {
	need(leaves.every((leaf, i) => leaf.position === extra.from + BigInt(i)),
		"a record in it is not at its place");
	if (leaves.length === 0) {
		need(extra.count === 0n && extra.from === 0n && extra.hashes.length === 0 &&
			equal(extra.root, await sha256()), "it shows no record, and its stream has some");
		return;
	}
	need(extra.count < 2n ** 62n && extra.from + BigInt(leaves.length) <= extra.count,
		"its records are beyond the stream");
	const hashes = [...extra.hashes];
	const leaf_hashes = await Promise.all(extra.leaves.map(leaf_hash));
	const root = await range_root(leaf_hashes, 0n, extra.count, extra.from, hashes);

	need(equal(root, extra.root) && hashes.length === 0,
		"its records are not those of the stream, or not all of them");
}

/* Is this operation of the transaction what made the record? */
async function check_record(leaf, tx, stream) {
	const op = tx.operations[leaf.operation];

	need(op && equal(leaf.author, tx.sender) && op.kind === "record.append" &&
		equal(op.stream, stream) && op.is_file === leaf.is_file &&
		equal(op.is_file ? op.value : await sha256(op.value), leaf.value_hash) &&
		equal(op.key, leaf.key) && equal(op.content_type, leaf.content_type),
		"a record in it is not what its transaction says");
	leaf.tx = tx;
}

async function check_records(extra, header) {
	await check_parent(extra, header);
	need(name_is_valid(extra.name), "its stream's name is no name");
	const stream = await id_of("stream", extra.name);

	await check_state_proof(header.state_root,
		await sha256(Uint8Array.of(4), extra.genesis, Uint8Array.of(0x11), stream),
		await sha256(Uint8Array.of(5), le64(extra.count), extra.root), extra.proof);
	const leaves = extra.leaves.map(read_record_leaf);

	await check_leaves(extra, leaves);
	let at = 0;

	for (const bytes of extra.txs) {
		const tx = await check_tx(extra.genesis, bytes);

		while (at < leaves.length && !equal(leaves[at].txid, tx.txid))
			at++;
		need(at < leaves.length, "a transaction in it made none of its records");
		for (; at < leaves.length && equal(leaves[at].txid, tx.txid); at++)
			await check_record(leaves[at], tx, stream);
	}
	return leaves;
}

async function check_content(extra, header, facts) {
	switch (extra.kind) {
	case KIND_TX:
		facts.tx = await check_tx(extra.genesis, extra.leaf);
		facts.names = await check_names(extra, facts.tx);
		return;
	case KIND_SUCCESSION:
		facts.next = await check_seal(extra, header);
		return;
	case KIND_STATE:
		await check_state(extra, header);
		return;
	case KIND_RECORDS:
		facts.records = await check_records(extra, header);
	}
}

async function judge(candidates, proof) {
	let refused = null;

	for (const {policy, judge, epoch} of candidates) {
		try {
			return {...await policy.check(proof), judge, epoch};
		} catch (error) {
			refused = error;
		}
	}
	throw refused ?? new Refused("NO_QUORUM", "nobody speaks for a log of this size");
}

/* The facts of a receipt, or Refused. The three are bytes; no succession: empty. */
async function verify_receipt(file, policy_bytes, succession) {
	const policy = await or_refuse("POLICY_UNREADABLE", () => Policy.of_text(policy_bytes));
	const proof = await or_refuse("UNREADABLE", () => read_proof(file));
	const extra = await or_refuse("UNREADABLE", () => read_extra(proof));

	if (policy.logs.length === 0)
		throw new Refused("POLICY_UNREADABLE", "it has no log");
	if (!policy.logs.some(log => log.name === proof.origin))
		throw new Refused("OTHER_NETWORK", "its origin is that of no log of the policy");
	let header = null;

	if (extra.kind === KIND_TX)
		await check_inclusion(proof, extra.leaf);
	else
		header = await check_header(proof, extra.leaf);
	let candidates;

	try {
		candidates = await speakers(policy, succession, proof.origin, proof.size);
	} catch (error) {
		if (error instanceof Malformed || error instanceof Refused)
			throw new Refused("SUCCESSION", error.message);
		throw error;
	}
	const facts = {...await judge(candidates, proof), extra, header, log_index: proof.index,
		log_size: proof.size};

	await or_refuse("CONTENT", () => check_content(extra, header, facts));
	return facts;
}
