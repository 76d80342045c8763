"use strict";
/* What a receipt proves, in the sentences of `cairn receipt verify`, a line each. */

function time_text(time_s) {
	if (time_s > 253402300799n)
		return String(time_s);
	return new Date(Number(time_s) * 1000).toISOString().replace("T", " ").replace(".000", "");
}

/* Bytes that others chose: printable ASCII, and cut. */
function shown(bytes) {
	const text = String.fromCharCode(...Array.from(bytes.subarray(0, 48),
		byte => (byte >= 0x20 && byte < 0x7f ? byte : 0x3f)));

	return bytes.length > 48 ? text + "..." : text;
}

function quoted(before, bytes) {
	return bytes.length > 0 ? before + "'" + shown(bytes) + "'" : "";
}

/* -- Addresses: bech32m, BIP-350 ----------------------------------------------------------- */

function bech32m_checksum(values) {
	const factors = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
	let sum = 1;

	for (const value of values) {
		const top = sum >>> 25;

		sum = (sum & 0x1ffffff) << 5 ^ value;
		factors.forEach((factor, i) => {
			if (top >> i & 1)
				sum ^= factor;
		});
	}
	return sum ^ 0x2bc830a3;
}

function address(account) {
	const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l", prefix = "cairn", groups = [];
	const bits = Array.from(concat(Uint8Array.of(1), account),
		byte => byte.toString(2).padStart(8, "0")).join("");

	for (let at = 0; at < bits.length; at += 5)
		groups.push(parseInt(bits.slice(at, at + 5).padEnd(5, "0"), 2));
	const codes = Array.from(prefix, c => c.charCodeAt(0));
	const head = [...codes.map(c => c >> 5), 0, ...codes.map(c => c & 31)];
	const sum = bech32m_checksum([...head, ...groups, 0, 0, 0, 0, 0, 0]);

	for (let i = 5; i >= 0; i--)
		groups.push(sum >> 5 * i & 31);
	return prefix + "1" + groups.map(group => letters[group]).join("");
}

/* -- A transaction ------------------------------------------------------------------------- */

function named(facts, noun, id) {
	return noun + " " + (facts.names.get(noun + " " + hex(id)) ?? hex(id));
}

async function append_sentence(facts, op) {
	return (op.expected_count === null ? "It wrote a record in "
		: "It wrote record " + op.expected_count + " of ") +
		named(facts, "stream", op.stream) + quoted(", under the key ", op.key) +
		quoted(", content type ", op.content_type) +
		(op.is_file ? ", the file " + hex(op.value)
			: ", " + op.value.length + " bytes, SHA-256 " + hex(await sha256(op.value))) + ".";
}

function role_sentence(facts, op, verb, to) {
	const role = {1: "writer", 2: "reader", 4: "admin"}[op.role];

	return "It " + verb + " the role " + role + " of " + named(facts, "stream", op.stream) +
		" " + to + " " + address(op.account) + ".";
}

function amount_sentence(facts, op, verb) {
	return "It " + verb + " " + op.amount + " of the smallest unit of " +
		named(facts, "asset", op.asset) + (op.to ? ", to " + address(op.to) : "") + ".";
}

async function operation_sentence(facts, op) {
	switch (op.kind) {
	case "record.append":
		return append_sentence(facts, op);
	case "stream.create":
		return quoted("It made the stream ", op.name) + ".";
	case "stream.grant":
		return role_sentence(facts, op, "gave", "to");
	case "stream.revoke":
		return role_sentence(facts, op, "took", "from");
	case "account.rotate":
		return "It gave the account the new key " + hex(op.new_key) + ".";
	case "account.describe":
		return "It described the account" + quoted(" as ", op.display_name) + ".";
	case "asset.create":
		return quoted("It made the asset ", op.name) + ".";
	case "asset.mint":
		return amount_sentence(facts, op, "minted");
	case "asset.transfer":
		return amount_sentence(facts, op, "transferred");
	case "asset.burn":
		return amount_sentence(facts, op, "burned");
	default:
		return "It did " + op.kind + ".";
	}
}

async function tx_sentences(facts) {
	const {tx, extra} = facts, most = 64;
	const lines = ["Transaction " + hex(tx.txid) + " is in the ledger of network " +
		extra.network + ", at leaf " + facts.log_index + " of its log."];

	for (const op of tx.operations.slice(0, most))
		lines.push(await operation_sentence(facts, op));
	if (tx.operations.length > most)
		lines.push("And " + (tx.operations.length - most) + " operations more.");
	lines.push("Signed by " + address(tx.sender) + " with the key " + hex(tx.key) + ".");
	return lines;
}

/* -- The state, and records ---------------------------------------------------------------- */

const STATE_KINDS = {
	0x01: "the parameter", 0x02: "the changed key of account",
	0x03: "the description of account", 0x04: "the validators", 0x05: "the root group",
	0x06: "the validator's node of account", 0x07: "the admission as validator of account",
	0x08: "the service of vote key", 0x09: "the service of cosign key",
	0x0a: "the evidence against vote key", 0x10: "the stream",
	0x11: "the count of records of stream", 0x12: "the roles in stream",
	0x13: "the latest record of stream", 0x20: "the asset", 0x21: "the supply of asset",
	0x22: "the balance in asset",
};

function block_words(facts) {
	return "In the ledger of network " + facts.extra.network + ", after block " +
		facts.header.height + " (" + time_text(facts.header.time_ms / 1000n) + "), ";
}

function state_key_words(extra) {
	const kind = extra.key[0], words = STATE_KINDS[kind] ?? "the key";

	if (extra.key.length < 2)
		return words;
	if (kind === 0x01 || extra.key.length < 33)
		return words + quoted(" ", extra.key.subarray(1));
	const id = extra.key.subarray(1, 33), rest = extra.key.subarray(33);
	const name = extra.name.length > 0 ? text_of_bytes(extra.name) : hex(id);

	if (rest.length === 32 && (kind === 0x12 || kind === 0x22))
		return words + " " + name + " of " + address(rest);
	return words + " " + name + quoted(" under the key ", rest);
}

async function state_value_words(extra) {
	const kind = extra.key[0], value = extra.value;

	if (value === null)
		return "not there";
	if (kind === 0x01 && value.length === 8)
		return String(int_le(value));
	if (kind === 0x22 && value.length === 8)
		return int_le(value) + " of its smallest unit";
	if (kind === 0x11 && value.length === 40)
		return String(int_le(value.subarray(0, 8)));
	return "there, of " + value.length + " bytes with the SHA-256 " + hex(await sha256(value));
}

function record_sentence(facts, leaf) {
	return "Record " + leaf.position + " of stream " + text_of_bytes(facts.extra.name) +
		quoted(", under the key ", leaf.key) +
		quoted(", content type ", leaf.content_type) +
		(leaf.is_file ? ", the file " : ", a value with the SHA-256 ") + hex(leaf.value_hash) +
		(leaf.tx ? ", signed by " + address(leaf.author) + " with the key " + hex(leaf.tx.key)
			: ", by " + address(leaf.author)) +
		", in transaction " + hex(leaf.txid) + " of a block of " +
		time_text(leaf.time_ms / 1000n) + ".";
}

function records_sentences(facts) {
	const {extra, records} = facts, count = BigInt(records.length);
	const which = count === extra.count ? ", and these are all of them."
		: "; these are " + extra.from + " to " + (extra.from + count - 1n) +
			", and none of them is left out.";

	return [block_words(facts) + "stream " + text_of_bytes(extra.name) + " has " + extra.count +
		" records" + which, ...records.map(leaf => record_sentence(facts, leaf))];
}

function succession_sentence(facts) {
	const {header, next, extra} = facts;

	return "Block " + header.height + " of network " + extra.network + " (" +
		time_text(header.time_ms / 1000n) + ") ended epoch " + header.epoch +
		"; the next epoch has " + next.keys.length + " validators, of whom " + next.quorum +
		" are a quorum.";
}

/* -- Whose word it is ---------------------------------------------------------------------- */

const JUDGES = [
	"Judged by the policy alone, which has no end date: a succession would say whether it is " +
		"still the newest.",
	"The policy is that of the newest validators that the succession knows.",
	"The policy is not the newest: the succession knows of later validators.",
	"The policy is older: the succession leads from it to these validators.",
];

function trust_sentences(facts) {
	const lines = [];

	if (facts.not_later_than_s > 0n)
		lines.push("Recorded no later than " + time_text(facts.not_later_than_s) + ".");
	lines.push((facts.needed > 0
		? "Cosigned by " + facts.cosigned + " of " + facts.voters + " validators"
		: "Signed by one validator: the policy asks for no more") +
		(facts.epoch === null ? "" : " of epoch " + facts.epoch) + ", for a log of " +
		facts.log_size + " leaves.");
	lines.push(JUDGES[facts.judge]);
	return lines;
}

/* Of facts that verify_receipt gave: {what, trust}, lists of sentences. */
async function receipt_sentences(facts) {
	const trust = trust_sentences(facts);

	switch (facts.extra.kind) {
	case KIND_TX:
		return {what: await tx_sentences(facts), trust};
	case KIND_SUCCESSION:
		return {what: [succession_sentence(facts)], trust};
	case KIND_STATE:
		return {what: [block_words(facts) + state_key_words(facts.extra) + " is " +
			await state_value_words(facts.extra) + "."], trust};
	default:
		return {what: records_sentences(facts), trust};
	}
}
