"use strict";
/* What is shown stays true: the node tells of each new block by itself (events.js), and a page
 * that could look different then is made anew. Only while the node has no stream to give, it is
 * asked for the newest block every two seconds. */

const POLL_MS = 2000, POLLING_MS = 30000; /* then a stream is tried again */
const PAUSE_MS_MIN = 500, PAUSE_MS_MAX = 8000; /* between two tries at a node that is gone */
const REFRESH_MS = 400;                   /* blocks may come faster than anybody reads */

let cursor = null;      /* of the newest event that was told */
let stopper = null;     /* of the stream that is open */
let newest_height = -1; /* when it was asked for the last time */
let wake = () => {};    /* ends the pause, if there is one */
let is_stale = false, is_refreshing = false, is_pressed = false;
let is_left = false;    /* the stream was ended because nobody looked */

/* -- What is shown ------------------------------------------------------------------------ */

function show_live(text, is_on) {
	const live = document.querySelector("#live");

	live.textContent = text;
	live.className = is_on ? "on" : "";
}

function refresh_times() {
	for (const element of document.querySelectorAll("[data-ago]"))
		element.textContent = ago(Number(element.dataset.ago)).textContent;
}

/* Who reads a selection must not lose it, and who presses a link shall get there. */
function is_disturbed() {
	const selection = getSelection();

	return is_pressed ||
		selection && !selection.isCollapsed && view.contains(selection.anchorNode);
}

function is_locked() {
	return view.querySelector("#door") !== null;
}

/* Makes the page anew, once for all that happens meanwhile. */
async function refresh() {
	is_stale = true;
	if (is_refreshing)
		return;
	is_refreshing = true;
	while (is_stale && !document.hidden && !is_locked() && !is_disturbed()) {
		is_stale = false;
		await go();
		refresh_times();
		await new Promise(done => setTimeout(done, REFRESH_MS));
	}
	is_refreshing = false;
}

function refresh_if_live() {
	if (is_live)
		refresh();
}

/* -- The stream --------------------------------------------------------------------------- */

/* Until then, or until something happens that is worth another try. */
function pause(duration_ms) {
	return new Promise(done => {
		const timer = duration_ms === undefined ? null : setTimeout(done, duration_ms);

		wake = () => {
			clearTimeout(timer);
			done();
		};
	});
}

function told(event) {
	const from = /^from ((\d+)\.\d+)$/.exec(event.comment ?? "");

	if (from) {
		cursor ??= from[1];
		show_live("block " + count(from[2]), true);
	} else if (event.type === "block") {
		cursor = event.id;
		show_live("block " + count(JSON.parse(event.data).height), true);
		refresh_if_live();
	} else if (event.type === "error") {
		cursor = null;
		throw new Error(JSON.parse(event.data).message);
	}
}

/* One stream, to its end. What it was that changed while there was none nobody knows. */
async function stream(was_away) {
	let is_begun = false;

	await read_events(["blocks"], cursor, stopper, event => {
		told(event);
		if (!is_begun && was_away)
			refresh_if_live();
		is_begun = true;
	});
	return is_begun;
}

async function show_network() {
	const status = await call("node.get_status");

	document.querySelector("#network").textContent = status.network;
	return status;
}

/* -- Without one -------------------------------------------------------------------------- */

async function poll() {
	const {height} = await show_network();

	show_live("block " + count(height), true);
	if (height !== newest_height)
		refresh_if_live();
	newest_height = height;
}

async function poll_for_a_while() {
	for (let left_ms = POLLING_MS; left_ms > 0; left_ms -= POLL_MS) {
		if (document.hidden)
			return;
		await poll();
		await pause(POLL_MS);
	}
}

/* -- For ever ----------------------------------------------------------------------------- */

/* What comes after an end that was none of ours; true: at once. */
async function settle(error) {
	if (error instanceof Locked) {
		put_error(error);
		return true;
	}
	if (error instanceof NoEvents && error.status === 400 && cursor !== null) {
		cursor = null; /* of a ledger that is no longer this node's */
		return true;
	}
	if (!(error instanceof NoEvents))
		return false;
	try {
		await poll_for_a_while();
		return true;
	} catch (later) {
		return settle(later);
	}
}

async function live_for_ever() {
	let failures = 0, was_away = false;

	for (;;) {
		if (document.hidden || is_locked()) {
			await pause();
			continue;
		}
		stopper = new AbortController();
		is_left = false;
		try {
			await show_network();
			if (await stream(was_away))
				failures = 0;
		} catch (error) {
			if (await settle(error))
				continue;
		}
		was_away = true;
		if (is_left)
			continue;
		show_live("no answer", false);
		await pause(Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** failures++) *
			(0.5 + Math.random() / 2));
	}
}

/* Nobody looks: the node need not tell. What is newest then is asked for afterwards. */
document.addEventListener("visibilitychange", () => {
	if (document.hidden) {
		cursor = null;
		is_left = true;
		stopper?.abort();
	} else {
		wake();
	}
});

addEventListener("pointerdown", () => {
	is_pressed = true;
});
for (const name of ["pointerup", "pointercancel", "blur"])
	addEventListener(name, () => {
		is_pressed = false;
	});

setInterval(() => {
	refresh_times();
	if (is_stale)
		refresh();
}, 1000);
