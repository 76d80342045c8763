"use strict";
/* Proof files and policies: C2SP's formats, docs/formats.md. */

const MAGIC = "c2sp.org/tlog-proof@v1\n";
const KIND_LOG = 1, KIND_WITNESS = 4;

class Refused extends Error {
	constructor(verdict, text) {
		super(text);
		this.verdict = verdict;
	}
}

/* -- Notes --------------------------------------------------------------------------------- */

function key_name_is_valid(name) {
	return name.length >= 1 && bytes_of_text(name).length <= 255 &&
		!/[\p{White_Space}+\u0000-\u0020]/u.test(name);
}

async function key_id(name, kind, key) {
	return hex((await sha256(bytes_of_text(name + "\n"), Uint8Array.of(kind), key))
		.subarray(0, 4));
}

function read_note(text) {
	need(bytes_of_text(text).length <= 1 << 20, "a note that is too large");
	need(!/[\u0000-\u0009\u000b-\u001f]/.test(text), "a control character in a note");
	const at = text.lastIndexOf("\n\n");

	need(at >= 0 && text.endsWith("\n") && at + 2 < text.length, "a note without signatures");
	const lines = text.slice(at + 2, -1).split("\n");

	need(lines.length <= 1024, "a note with too many signatures");
	return {text: text.slice(0, at + 1), signatures: lines.map(line => {
		const parts = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line);

		need(parts && key_name_is_valid(parts[1]), "a signature line that cannot be read");
		const raw = unbase64(parts[2]);

		need(raw.length > 4, "a signature that is too short");
		return {name: parts[1], id: hex(raw.subarray(0, 4)), raw: raw.subarray(4)};
	})};
}

function read_checkpoint(text) {
	const lines = text.slice(0, -1).split("\n");

	need(bytes_of_text(text).length <= 4096 && lines.length >= 3 &&
		lines.every(line => line !== ""), "a checkpoint that cannot be read");
	const root = unbase64(lines[2]);

	need(bytes_of_text(lines[0]).length <= 255 && root.length === 32,
		"a checkpoint that cannot be read");
	return {origin: lines[0], size: decimal(lines[1]), root};
}

function read_proof(bytes) {
	need(bytes.length <= 16 << 20, "it is too large");
	let left = text_of_bytes(bytes);
	const next_line = () => {
		const at = left.indexOf("\n");

		need(at >= 0, "its last line is cut off");
		const line = left.slice(0, at);

		left = left.slice(at + 1);
		return line;
	};

	need(left.startsWith(MAGIC), "its first line is not that of a proof file");
	left = left.slice(MAGIC.length);
	const proof = {extra: null, path: []};
	let line = next_line();

	if (line.startsWith("extra ")) {
		proof.extra = line.slice(6);
		line = next_line();
	}
	need(line.startsWith("index "), "it has no index");
	proof.index = decimal(line.slice(6));
	while ((line = next_line()) !== "") {
		const node = unbase64(line);

		need(node.length === 32 && proof.path.length < 64, "a path that cannot be read");
		proof.path.push(node);
	}
	const note = read_note(left);

	return {...proof, ...note, ...read_checkpoint(note.text)};
}

/* -- Policies ------------------------------------------------------------------------------ */

async function read_key(text, kind) {
	const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text);

	need(parts && key_name_is_valid(parts[1]), "a key that cannot be read");
	const raw = unbase64(parts[3]);

	need(raw.length === 33 && raw[0] === kind, "a key of another kind");
	const key = {name: parts[1], id: parts[2], key: raw.subarray(1)};

	need(await key_id(key.name, kind, key.key) === key.id, "a key whose id is not its own");
	return key;
}

/* logs and witnesses have name, id and key; groups a threshold and members. */
class Policy {
	constructor() {
		this.logs = [];
		this.nodes = new Map();
		this.quorum = null;
	}

	static async of_text(bytes) {
		const policy = new Policy(), used = new Set();

		need(bytes.length <= 128 << 10, "it is too large");
		const text = text_of_bytes(bytes);

		need(text === "" || text.endsWith("\n"), "its last line is cut off");
		need(!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text), "a control character in it");
		for (const line of text.split("\n")) {
			const words = line.split(/[ \t]+/).filter(word => word !== "");

			if (words.length > 0 && !words[0].startsWith("#"))
				await policy.read_line(words, used);
		}
		need(policy.quorum !== null, "it has no quorum");
		return policy;
	}

	async read_line(words, used) {
		const is_new = name => name !== "none" && !this.nodes.has(name);

		switch (words[0]) {
		case "log": {
			need(words.length >= 2 && words.length <= 3 && this.logs.length < 256, "a log line");
			const log = await read_key(words[1], KIND_LOG);

			need(!this.logs.some(other => equal(other.key, log.key)), "a log that is twice in it");
			this.logs.push(log);
			return;
		}
		case "witness": {
			need(words.length >= 3 && words.length <= 4 && is_new(words[1]), "a witness line");
			const witness = await read_key(words[2], KIND_WITNESS), all = this.witnesses();

			need(all.length < 256 && !all.some(other => equal(other.key, witness.key)),
				"a witness that is twice in it");
			this.nodes.set(words[1], witness);
			return;
		}
		case "group": {
			need(words.length >= 4 && is_new(words[1]), "a group line");
			const members = words.slice(3);
			const threshold = words[2] === "any" ? 1n : words[2] === "all"
				? BigInt(members.length) : decimal(words[2]);

			need(threshold >= 1n && threshold <= BigInt(members.length), "a group's number");
			for (const member of members) {
				need(this.nodes.has(member) && !used.has(member), "a group's member");
				used.add(member);
			}
			this.nodes.set(words[1], {threshold: Number(threshold), members});
			need([...this.nodes.values()].filter(node => node.members).length <= 64,
				"too many groups");
			return;
		}
		case "quorum":
			need(words.length === 2 && this.quorum === null &&
				(words[1] === "none" || this.nodes.has(words[1])), "a quorum line");
			this.quorum = words[1];
			return;
		default:
			throw new Malformed("a line that cannot be read");
		}
	}

	static async of_keys(origin, keys, quorum) {
		const policy = new Policy(), members = [];

		for (const key of keys) {
			const short = hex(await sha256(key)).slice(0, 16), name = origin + "/" + short;

			policy.logs.push({name: origin, id: await key_id(origin, KIND_LOG, key), key});
			policy.nodes.set(short, {name, id: await key_id(name, KIND_WITNESS, key), key});
			members.push(short);
		}
		policy.nodes.set("validators", {threshold: quorum, members});
		policy.quorum = "validators";
		return policy;
	}

	witnesses() {
		return [...this.nodes.values()].filter(node => node.key);
	}

	/* The keys that the quorum is made of, and the fewest that are one. */
	voters(name = this.quorum) {
		if (name === "none")
			return {keys: [], needed: 0};
		const node = this.nodes.get(name);

		if (node.key)
			return {keys: [hex(node.key)], needed: 1};
		const below = node.members.map(member => this.voters(member));
		const needed = below.map(part => part.needed).sort((a, b) => a - b)
			.slice(0, node.threshold);

		return {keys: below.flatMap(part => part.keys),
			needed: needed.reduce((sum, count) => sum + count, 0)};
	}

	holds(times, name = this.quorum) {
		if (name === "none")
			return true;
		const node = this.nodes.get(name);

		if (node.key)
			return times.has(hex(node.key));
		return node.members.filter(member => this.holds(times, member)).length >=
			node.threshold;
	}

	same(other) {
		const mine = this.voters(), theirs = other.voters();
		const logs = policy =>
			policy.logs.map(log => log.name + " " + hex(log.key)).sort().join();

		return logs(this) === logs(other) && mine.needed === theirs.needed &&
			[...mine.keys].sort().join() === [...theirs.keys].sort().join();
	}

	/* What a checkpoint has: cosigned, voters, needed, not_later_than_s. */
	async check(proof) {
		const text = bytes_of_text(proof.text), times = new Map();
		let is_logged = false;

		if (!this.logs.some(log => log.name === proof.origin))
			throw new Refused("OTHER_NETWORK", "its origin is that of no log of the policy");
		for (const {name, id, raw} of proof.signatures) {
			for (const log of this.logs.filter(log => log.name === name && log.id === id)) {
				if (!await ed25519_is_valid(raw, log.key, text))
					throw new Refused("SIGNATURE", "the one of " + name);
				is_logged ||= name === proof.origin;
			}
			for (const witness of this.witnesses()) {
				if (witness.name !== name || witness.id !== id)
					continue;
				const time_s = int_be(raw.subarray(0, 8));
				const head = bytes_of_text("cosignature/v1\ntime " + time_s + "\n");

				if (raw.length !== 72 || time_s >= 2n ** 63n ||
					!await ed25519_is_valid(raw.subarray(8), witness.key, concat(head, text)))
					throw new Refused("SIGNATURE", "the one of " + name);
				if (!times.has(hex(witness.key)))
					times.set(hex(witness.key), time_s);
			}
		}
		const {keys, needed} = this.voters();
		const counted = keys.filter(key => times.has(key)).map(key => times.get(key))
			.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

		if (!this.holds(times))
			throw new Refused("NO_QUORUM", counted.length + " of " + keys.length +
				" validators cosigned, and " + needed + " are needed");
		if (!is_logged)
			throw new Refused("NO_LOG_SIGNATURE", "");
		return {cosigned: counted.length, voters: keys.length, needed,
			not_later_than_s: counted.length === 0 ? 0n
				: counted[Math.min(keys.length - needed, counted.length - 1)]};
	}
}
