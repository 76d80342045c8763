"use strict";
/* What pages are made of. Texts of others are always text, never markup. */

function make(tag, attributes, ...children) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes ?? {}))
		if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value);
	element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined)
		.map(child => (child instanceof Node ? child : String(child))));
	return element;
}

function link(path, ...children) {
	return make("a", {href: "#/" + path}, ...children);
}

function section(title, ...children) {
	return make("section", {}, make("h2", {}, title), ...children);
}

function note(...children) {
	return make("p", {class: "quiet"}, ...children);
}

/* Names and values, one below the other; those without a value are left out. */
function facts(pairs) {
	return make("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined &&
		value !== "").map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

/* Rows that are cards on a phone: each cell knows its column. */
function table(columns, rows, nothing, kind) {
	if (rows.length === 0)
		return note(nothing);
	return make("table", {class: kind},
		make("thead", {}, make("tr", {}, columns.map(name => make("th", {scope: "col"}, name)))),
		make("tbody", {}, rows.map(cells => make("tr", {},
			cells.map((cell, i) => make("td", {"data-name": columns[i]}, cell))))));
}

function more(path, next, words) {
	return next === null || next === undefined ? null
		: make("p", {class: "more"}, link(path, words ?? "More"));
}

/* -- Words -------------------------------------------------------------------------------- */

function count(value) {
	return Number(value).toLocaleString("en");
}

/* One of, many of. */
function many(value, noun) {
	return count(value) + " " + noun + (Number(value) === 1 ? "" : "s");
}

function time(time_ms) {
	const date = new Date(time_ms);

	return make("time", {datetime: date.toISOString(), title: date.toISOString()},
		date.toISOString().slice(0, 19).replace("T", " ") + "Z");
}

function ago(time_ms) {
	const seconds = Math.max(0, Math.round((Date.now() - time_ms) / 1000));
	const text = seconds < 60 ? seconds + " s" : seconds < 3600 ? Math.floor(seconds / 60) + " min"
		: seconds < 172800 ? Math.floor(seconds / 3600) + " h"
			: Math.floor(seconds / 86400) + " days";

	return make("time", {datetime: new Date(time_ms).toISOString(),
		title: new Date(time_ms).toISOString(), "data-ago": time_ms}, text + " ago");
}

function size(bytes) {
	return bytes < 1024 ? bytes + " B" : bytes < 1048576 ? (bytes / 1024).toFixed(1) + " KiB"
		: (bytes / 1048576).toFixed(1) + " MiB";
}

/* Whole, and broken where it has to be. */
function long_hex(text) {
	return make("code", {class: "long"}, text);
}

/* Its beginning and end; whole for who points at it. */
function short_hex(text, head = 10, tail = 4) {
	return make("code", {title: text}, text.length > head + tail + 1
		? text.slice(0, head) + "\u2026" + text.slice(-tail) : text);
}

function block_link(height) {
	return link("block/" + height, count(height));
}

function tx_link(txid) {
	return link("tx/" + txid, short_hex(txid));
}

function account_link(account) {
	return link("account/" + account, short_hex(account, 12, 6));
}

function stream_link(name) {
	return link("stream/" + encodeURIComponent(name), name);
}

function asset_link(name) {
	return link("asset/" + encodeURIComponent(name), name);
}

/* A stream or asset by its id: by name, once that is known. */
function thing_link(noun, id) {
	const thing = thing_of(noun, id);

	if (!thing)
		return short_hex(id);
	return noun === "stream" ? stream_link(thing.name) : asset_link(thing.name);
}

/* A record's key, with a link to what was written under it where the stream's name is known. */
function key_link(record) {
	const stream = thing_of("stream", record.stream);

	return stream ? link("stream/" + encodeURIComponent(stream.name) + "/key/" +
		base64url(record.key_b64), record_key(record)) : record_key(record);
}

/* "123450" with 2 decimals: 1,234.50 */
function amount(text, decimals) {
	const digits = text.padStart(decimals + 1, "0");
	const whole = digits.slice(0, digits.length - decimals)
		.replace(/\B(?=(\d{3})+$)/g, ",");

	return decimals > 0 ? whole + "." + digits.slice(-decimals) : whole;
}

/* -- Bytes -------------------------------------------------------------------------------- */

const SHOWN_MAX = 4000;

function bytes_of_base64(text) {
	return Uint8Array.from(atob(text), c => c.charCodeAt(0));
}

function base64url(text) {
	return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function base64_of_url(text) {
	const plain = text.replaceAll("-", "+").replaceAll("_", "/");

	return plain + "=".repeat((4 - plain.length % 4) % 4);
}

/* Text that a person can read, or null. */
function text_of_base64(base64) {
	try {
		const text = new TextDecoder("utf-8", {fatal: true}).decode(bytes_of_base64(base64));

		return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? null : text;
	} catch {
		return null;
	}
}

function hex_of(bytes) {
	return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

function value(base64) {
	const bytes = bytes_of_base64(base64), text = text_of_base64(base64);
	let shown = text ?? hex_of(bytes.subarray(0, SHOWN_MAX / 2));

	if (bytes.length === 0)
		return note("empty");
	try {
		const parsed = text === null ? null : JSON.parse(text);

		/* Only what has parts is easier to read in many lines. */
		if (parsed !== null && typeof parsed === "object")
			shown = JSON.stringify(parsed, null, 2);
	} catch { /* it is no JSON */ }
	const is_cut = shown.length > SHOWN_MAX || text === null && bytes.length > SHOWN_MAX / 2;

	return [make("pre", {}, shown.slice(0, SHOWN_MAX)),
		note(size(bytes.length) + (text === null ? ", not text: in hex" : "") +
			(is_cut ? ", only its beginning is shown" : ""))];
}

function record_key(record) {
	if (!record.key_b64)
		return make("span", {class: "quiet"}, "no key");
	return record.key ?? short_hex(hex_of(bytes_of_base64(record.key_b64)));
}
