"use strict";
/* Calls to the node that served this page, and to nobody else. */

class Refusal extends Error {
	constructor(error) {
		super(error.message);
		this.code = error.code;
	}
}

/* Nobody may ask without the node's key. */
class Locked extends Error {}

/* The key lives as long as this tab. It may come behind "#key=" in the address, which is not
 * sent to anybody, and is taken away from there at once. */
const KEY_NAME = "cairn-key";

function take_key(text) {
	const key = /(?:^|cairn:|key=)([0-9a-f]{64})\s*$/.exec(text.trim());

	if (key)
		sessionStorage.setItem(KEY_NAME, key[1]);
	return key !== null;
}

if (location.hash.startsWith("#key=")) {
	take_key(location.hash.slice(1));
	history.replaceState(null, "", location.pathname + "#/");
}

function key_header() {
	const key = sessionStorage.getItem(KEY_NAME);

	return key ? {Authorization: "Basic " + btoa("cairn:" + key)} : {};
}

/* An answer, to a request with these headers, that asks for another key. Meanwhile there may
 * be one. */
function check_key(answer, headers) {
	const asked_with = headers.Authorization;

	if (answer.status !== 401)
		return;
	if (key_header().Authorization === asked_with)
		sessionStorage.removeItem(KEY_NAME);
	throw new Locked(asked_with ? "That is not the key of this start of the node." : "");
}

let call_number = 0;

/* Answers in the order of the calls, each {result} or {error}; [method, params] a call. */
async function call_all(calls) {
	const first = call_number;
	const headers = {"Content-Type": "application/json", ...key_header()};

	if (calls.length === 0)
		return [];
	call_number += calls.length;
	const answer = await fetch("/", {
		/* Without credentials of its own the browser asks nobody for a password. */
		method: "POST", headers, credentials: "omit", cache: "no-store",
		body: JSON.stringify(calls.map(([method, params], i) =>
			({jsonrpc: "2.0", id: first + i, method, params: params ?? {}}))),
	});

	check_key(answer, headers);
	if (!answer.ok)
		throw new Error("the node answers " + answer.status);
	return answer.json();
}

/* The result of one call, or a Refusal. */
async function call(method, params) {
	const [answer] = await call_all([[method, params]]);

	if (answer.error)
		throw new Refusal(answer.error);
	return answer.result;
}

/* Results of calls that all must be answered. */
async function results(calls) {
	return (await call_all(calls)).map(answer => {
		if (answer.error)
			throw new Refusal(answer.error);
		return answer.result;
	});
}

/* Results; null for what the node refuses or does not have. */
async function results_or_null(calls) {
	return (await call_all(calls)).map(answer => answer.result ?? null);
}

/* -- Names of ids, asked once ------------------------------------------------------------- */

const known_names = new Map();

/* Fills in the names of these stream and asset ids: [noun, id] each. */
async function learn_names(ids) {
	const unknown = [...new Map(ids.filter(([noun, id]) => !known_names.has(noun + id))
		.map(pair => [pair.join(), pair])).values()].slice(0, 200);
	const found = await results_or_null(unknown.map(([noun, id]) => [noun + ".get", {[noun]: id}]));

	unknown.forEach(([noun, id], i) => {
		if (found[i])
			known_names.set(noun + id, found[i]);
	});
}

function thing_of(noun, id) {
	return known_names.get(noun + id) ?? null;
}
