"use strict";
/* Bytes, texts and hashes. Whatever cannot be read throws Malformed. */

class Malformed extends Error {}

function need(condition, what) {
	if (!condition)
		throw new Malformed(what);
}

const text_encoder = new TextEncoder();

function bytes_of_text(text) {
	return text_encoder.encode(text);
}

function text_of_bytes(bytes) {
	try {
		return new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
	} catch {
		throw new Malformed("a text is not UTF-8");
	}
}

function concat(...parts) {
	const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
	let at = 0;

	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

function equal(left, right) {
	return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

function compare(left, right) {
	const size = Math.min(left.length, right.length);

	for (let i = 0; i < size; i++)
		if (left[i] !== right[i])
			return left[i] - right[i];
	return left.length - right.length;
}

function hex(bytes) {
	return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

function unbase64(text) {
	let raw;

	try {
		raw = atob(text);
	} catch {
		throw new Malformed("base64 that cannot be read");
	}
	need(btoa(raw) === text, "base64 that is not canonical");
	return Uint8Array.from(raw, c => c.charCodeAt(0));
}

function decimal(text) {
	need(/^(0|[1-9][0-9]*)$/.test(text) && BigInt(text) < 2n ** 64n,
		"a number that cannot be read");
	return BigInt(text);
}

function int_le(bytes) {
	return bytes.reduceRight((value, byte) => value << 8n | BigInt(byte), 0n);
}

function int_be(bytes) {
	return bytes.reduce((value, byte) => value << 8n | BigInt(byte), 0n);
}

function le64(value) {
	return Uint8Array.from({length: 8}, (_, i) => Number(value >> BigInt(8 * i) & 255n));
}

/* A cursor: every read is checked against what is left. */
class Reader {
	constructor(bytes) {
		this.bytes = bytes;
		this.at = 0;
	}

	take(size) {
		need(size <= this.bytes.length - this.at, "something is cut off");
		this.at += size;
		return this.bytes.subarray(this.at - size, this.at);
	}

	u8() { return this.take(1)[0]; }
	u16() { return Number(int_le(this.take(2))); }
	u32() { return Number(int_le(this.take(4))); }
	u64() { return int_le(this.take(8)); }

	flag() {
		const value = this.u8();

		need(value <= 1, "a flag that is neither 0 nor 1");
		return value === 1;
	}

	bytes16(maximum) {
		const size = this.u16();

		need(size <= maximum, "something is too large");
		return this.take(size);
	}

	bytes32(maximum) {
		const size = this.u32();

		need(size <= maximum, "something is too large");
		return this.take(size);
	}

	text16(maximum) {
		const bytes = this.bytes16(maximum);

		need(!bytes.includes(0), "a zero byte in a text");
		text_of_bytes(bytes);
		return bytes;
	}

	optional(read) { return this.flag() ? read() : null; }
	rest() { return this.take(this.bytes.length - this.at); }
	done() { need(this.at === this.bytes.length, "something is left over"); }
}

/* -- Hashes: the browser's own ------------------------------------------------------------- */

async function digest(name, ...parts) {
	return new Uint8Array(await crypto.subtle.digest(name, concat(...parts)));
}

function sha256(...parts) {
	return digest("SHA-256", ...parts);
}

/* BIP-340's. */
async function tagged_hash(tag, ...parts) {
	const head = await sha256(bytes_of_text(tag));

	return sha256(head, head, ...parts);
}
