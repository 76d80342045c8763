"use strict";
/* The node's events as they come: server-sent events (WHATWG HTML, 9.2) over fetch, as
 * EventSource itself cannot show the node's key. */

const EVENT_SIZE_MAX = 8 << 20;
const SILENCE_MS = 45000; /* the node says something every 15 s */

/* What answers has no stream of events for us. */
class NoEvents extends Error {
	constructor(status) {
		super("the node answers " + status);
		this.status = status;
	}
}

/* Takes the text of a stream in pieces of any size, and tells what is whole:
 * {comment}, or {id, type, data}. */
class EventReader {
	constructor(tell) {
		Object.assign(this, {tell, rest: "", after_cr: false, id: "", type: "", data: ""});
	}

	take(text) {
		const ends = /\r\n|\n|\r/g;
		let from = this.after_cr && text.startsWith("\n") ? 1 : 0;

		ends.lastIndex = from;
		for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
			this.end_line(this.rest + text.slice(from, end.index));
			this.rest = "";
			from = ends.lastIndex;
		}
		this.rest += text.slice(from);
		this.after_cr = text.endsWith("\r");
		if (this.rest.length + this.data.length > EVENT_SIZE_MAX)
			throw new Error("the node sends an event without an end");
	}

	end_line(line) {
		const colon = line.indexOf(":");
		const name = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");

		if (line === "")
			this.end_event();
		else if (colon === 0)
			this.tell({comment: value});
		else if (name === "data")
			this.data += value + "\n";
		else if (name === "event")
			this.type = value;
		else if (name === "id" && !value.includes("\0"))
			this.id = value;
	}

	end_event() {
		const {id, type, data} = this;

		this.type = this.data = "";
		if (data !== "")
			this.tell({id, type, data: data.slice(0, -1)});
	}
}

/* Tells the events of the topics that are behind the cursor (null: behind the newest block),
 * until the node ends the stream or `stop`, an AbortController, is used. */
async function read_events(topics, cursor, stop, tell) {
	const headers = {Accept: "text/event-stream", ...key_header()};

	if (cursor !== null)
		headers["Last-Event-ID"] = cursor;
	const answer = await fetch("/v1/events?topics=" + topics.map(encodeURIComponent).join(","),
		{headers, credentials: "omit", cache: "no-store", signal: stop.signal});

	check_key(answer, headers);
	if (!answer.ok || !answer.body ||
		!/^text\/event-stream\b/.test(answer.headers.get("Content-Type")))
		throw new NoEvents(answer.status);
	const reader = new EventReader(tell), decoder = new TextDecoder();
	const source = answer.body.getReader();
	let silence = setTimeout(() => stop.abort(), SILENCE_MS);

	try {
		for (;;) {
			const {done, value: bytes} = await source.read();

			if (done)
				return;
			clearTimeout(silence);
			silence = setTimeout(() => stop.abort(), SILENCE_MS);
			reader.take(decoder.decode(bytes, {stream: true}));
		}
	} finally {
		clearTimeout(silence);
		stop.abort(); /* who fails here reads no more */
	}
}
