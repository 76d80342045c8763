"use strict";
/* The ledger's own formats and trees: docs/protocol.md. */

const HEADER_SIZE = 244;

function name_is_valid(name) {
	return name.length >= 1 && name.length <= 64 &&
		/^[a-z0-9._-]+$/.test(String.fromCharCode(...name));
}

/* -- Transactions -------------------------------------------------------------------------- */

function read_name(r) {
	const name = r.bytes16(64);

	need(name_is_valid(name), "a name that is none");
	return name;
}

function read_append(r) {
	const op = {
		stream: r.take(32), key: r.bytes16(256), content_type: r.text16(127),
		is_file: r.flag(), value: r.bytes32(65535),
		expected_count: r.optional(() => r.u64()),
		expected_version: r.optional(() => r.u64()),
		reference: r.optional(() => ({stream: r.take(32), position: r.u64()})),
	};

	need(!op.is_file || op.value.length === 32, "a file id of another size");
	return op;
}

function read_stream(r) {
	const op = {name: read_name(r), write: r.flag(), read: r.flag()};

	r.text16(1024);
	r.text16(16384);
	return op;
}

function read_role(r) {
	const op = {stream: r.take(32), role: r.u8(), account: r.take(32)};

	need([1, 2, 4].includes(op.role), "a role that is none");
	return op;
}

function positive(op) {
	need(op.amount >= 1n, "an amount of nothing");
	return op;
}

function read_asset(r) {
	const op = {name: read_name(r), decimals: r.u8()};

	need(op.decimals <= 18, "too many decimals");
	r.text16(1024);
	return op;
}

function read_join(r) {
	r.take(32 + 32 + 33);
	r.text16(255);
	r.take(8 + 32 + 128);
	return {};
}

function read_ballot(r) {
	const kind = r.u8();

	need(kind >= 1 && kind <= 3, "a vote of no kind");
	r.take(16);
	const parent_view = r.u64(), block = r.take(32);

	need(kind !== 2 || parent_view === 2n ** 64n - 1n && block.every(byte => byte === 0),
		"a vote to give up that names a block");
}

function read_evidence(r) {
	r.take(32);
	for (let i = 0; i < 2; i++) {
		read_ballot(r);
		r.take(64);
	}
	return {};
}

function read_account(r) {
	return {account: r.take(32)};
}

const OPERATIONS = {
	0x0101: ["record.append", read_append],
	0x0201: ["stream.create", read_stream],
	0x0202: ["stream.grant", read_role],
	0x0203: ["stream.revoke", read_role],
	0x0301: ["account.rotate", r => ({new_key: r.take(32), signature: r.take(64)})],
	0x0302: ["account.describe", r => ({
		display_name: r.text16(64), contact: r.text16(256),
		encryption_key: r.optional(() => r.take(32)), inbox: r.optional(() => r.take(32)),
	})],
	0x0401: ["asset.create", read_asset],
	0x0402: ["asset.mint", r => positive({asset: r.take(32), to: r.take(32), amount: r.u64()})],
	0x0403: ["asset.transfer",
		r => positive({asset: r.take(32), to: r.take(32), amount: r.u64()})],
	0x0404: ["asset.burn", r => positive({asset: r.take(32), amount: r.u64()})],
	0x0601: ["validator.admit", read_account],
	0x0602: ["validator.remove", read_account],
	0x0603: ["validator.join", read_join],
	0x0901: ["param.set", r => ({name: r.bytes16(32), value: r.u64()})],
	0x0a01: ["evidence.submit", read_evidence],
};

async function read_transaction(bytes, genesis) {
	need(bytes.length >= 154 && bytes.length <= 65535, "a transaction of no possible size");
	const r = new Reader(bytes);

	need(r.u8() === 1, "a transaction of another version");
	const tx = {bytes, sender: r.take(32), salt: r.u64(), valid_until_ms: r.u64(), operations: []};
	const count = r.u16();

	need(count >= 1 && count <= 1024, "a transaction without operations, or with too many");
	for (let i = 0; i < count; i++) {
		const kind = r.u16(), body = new Reader(r.bytes32(65535));

		need(kind in OPERATIONS, "an operation of no kind");
		tx.operations.push({kind: OPERATIONS[kind][0], ...OPERATIONS[kind][1](body)});
		body.done();
	}
	need(r.u8() === 1, "an authority of another kind");
	tx.key = r.take(32);
	tx.signature = r.take(64);
	r.done();
	tx.txid = await tagged_hash("cairn/tx/v1", genesis, bytes.subarray(0, -97));
	return tx;
}

/* -- Headers, validator lists, records ----------------------------------------------------- */

function read_header(bytes) {
	const r = new Reader(bytes);
	const header = {
		version: r.u8(), flags: r.u8(), height: r.u64(), epoch: r.u64(), view: r.u64(),
		time_ms: r.u64(), proposer: r.u16(), tx_count: r.u32(), body_size: r.u32(),
		log_size: r.u64(), parent: r.take(32), tx_root: r.take(32), log_root: r.take(32),
		state_root: r.take(32), validators_hash: r.take(32), next_validators_hash: r.take(32),
	};

	r.done();
	return header;
}

/* The cosign keys of a list behind its parameters, and how many of them are a quorum. */
function read_next_set(bytes) {
	const r = new Reader(bytes);

	r.take(4);
	const stops_only = r.flag();

	r.take(4 + 4 + 8);
	const count = r.u16(), keys = [];

	need(count >= 1 && count <= 128, "a list of no validators, or of too many");
	for (let i = 0; i < count; i++) {
		r.take(64);
		keys.push(r.take(32));
	}
	r.done();
	return {keys, quorum: count - Math.floor((count - 1) / (stops_only ? 2 : 3))};
}

function read_record_leaf(bytes) {
	const r = new Reader(bytes);
	const leaf = {
		position: r.u64(), author: r.take(32), txid: r.take(32), operation: r.u16(),
		time_ms: r.u64(), key: r.bytes16(256), content_type: r.text16(127),
		is_file: r.flag(), value_hash: r.take(32),
	};

	r.done();
	return leaf;
}

/* -- The log: RFC 6962 --------------------------------------------------------------------- */

const LEAF = Uint8Array.of(0), NODE = Uint8Array.of(1);

function leaf_hash(data) {
	return sha256(LEAF, data);
}

/* The largest power of two below the size. */
function split(size) {
	let half = 1n;

	while (half * 2n < size)
		half *= 2n;
	return half;
}

async function inclusion_root(leaf, index, size, path) {
	if (size === 1n) {
		need(path.length === 0, "a path that is too long");
		return leaf;
	}
	need(path.length > 0, "a path that is too short");
	const half = split(size), last = path[path.length - 1], rest = path.slice(0, -1);

	return index < half
		? sha256(NODE, await inclusion_root(leaf, index, half, rest), last)
		: sha256(NODE, last, await inclusion_root(leaf, index - half, size - half, rest));
}

/* The root of `size` leaves from `start` on, of which `leaves` begin at `first`. */
async function range_root(leaves, start, size, first, hashes) {
	if (start + size <= first || start >= first + BigInt(leaves.length)) {
		need(hashes.length > 0, "a proof of a range that is too short");
		return hashes.shift();
	}
	if (size === 1n)
		return leaves[Number(start - first)];
	const half = split(size);
	const left = await range_root(leaves, start, half, first, hashes);

	return sha256(NODE, left,
		await range_root(leaves, start + half, size - half, first, hashes));
}

/* -- The state tree ------------------------------------------------------------------------ */

function bit(bytes, index) {
	return bytes[index >> 3] >> 7 - index % 8 & 1;
}

/* `value` null: nothing is under the key's hash. */
async function check_state_proof(root, key, value, bytes) {
	const r = new Reader(bytes), depth = r.u16();

	need(depth <= 256, "a proof that is too deep");
	const which = r.take(depth + 7 >> 3), siblings = [];

	need(depth === 0 || which[which.length - 1] >> (depth - 1) % 8 === 1,
		"a proof with spare bits");
	for (let i = 0; i < depth; i++) {
		const is_there = (which[i >> 3] >> i % 8 & 1) === 1;

		siblings.push(is_there ? r.take(32) : new Uint8Array(32));
		need(!is_there || siblings[i].some(byte => byte !== 0), "an empty sibling");
	}
	const leaf = r.optional(() => [r.take(32), r.take(32)]);

	r.done();
	if (value)
		need(leaf && equal(leaf[0], key) && equal(leaf[1], value),
			"its block's state has another value there, or none");
	else if (leaf) {
		need(!equal(leaf[0], key), "its proof does not show that nothing is there");
		for (let i = 0; i < depth; i++)
			need(bit(leaf[0], i) === bit(key, i), "its proof is of another place");
	}
	let node = leaf ? await sha256(Uint8Array.of(2), ...leaf) : new Uint8Array(32);

	for (let i = depth - 1; i >= 0; i--)
		node = bit(key, i) ? await sha256(Uint8Array.of(3), siblings[i], node)
			: await sha256(Uint8Array.of(3), node, siblings[i]);
	need(equal(node, root), "its block's state has another root");
}
