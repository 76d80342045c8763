"use strict";
/* Which page, and for whom: the address behind the # says which. */

const PAGES = {
	"": show_beginning, blocks: show_blocks, block: show_block, tx: show_tx,
	streams: show_streams, stream: show_stream, account: show_account, assets: show_assets,
	asset: show_asset, validators: show_validators, peers: show_peers, search: show_search,
	pending: show_pending,
};

const view = document.querySelector("#view");
let turn = 0;         /* of the page being made: an older one is not shown any more */
let is_live = false;  /* the page shown may change with each block */
let again = null;     /* the timer of one that may change without any */

function words_of_address() {
	return location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
}

function put(title, parts) {
	const focus = view.contains(document.activeElement)
		? document.activeElement.getAttribute("href") : null;

	document.title = title + " \u00b7 Cairn";
	view.replaceChildren(make("h1", {}, title), ...parts.flat(Infinity).filter(part => part));
	/* Who goes from link to link with the keyboard stays where they are. */
	if (focus)
		view.querySelector("a[href=\"" + CSS.escape(focus) + "\"]")?.focus({preventScroll: true});
	for (const anchor of document.querySelectorAll("nav a"))
		anchor.toggleAttribute("aria-current",
			anchor.getAttribute("href") === "#/" + words_of_address()[0]);
}

/* What somebody without the node's key has to do. Who is already at it is not disturbed. */
function put_door(reason) {
	if (is_locked()) {
		if (reason)
			view.querySelector("#door .bad").textContent = reason;
		return;
	}
	const form = make("form", {id: "door"},
		make("label", {}, make("span", {}, "The line of the file ", make("code", {}, "rpc.cookie")),
			make("input", {name: "key", type: "password", autocomplete: "off",
				placeholder: "cairn:\u2026"})),
		make("button", {}, "Open"),
		make("p", {class: "bad", role: "alert"}, reason));

	form.addEventListener("submit", event => {
		const is_key = take_key(form.elements.key.value);

		event.preventDefault();
		form.reset();
		form.querySelector(".bad").textContent = is_key ? "" : "That is not such a line.";
		if (is_key)
			go().then(wake);
	});
	put("This node is locked", [
		make("p", {}, "It shows its ledger to who has its key, which it writes anew at every start " +
			"into the file ", make("code", {}, "rpc.cookie"), " of its data directory. ",
		make("code", {}, "cat DIR/rpc.cookie"), " prints it on the node’s machine."),
		form,
		make("p", {class: "quiet"}, "The key stays in this tab and goes to this node alone. " +
			"Whoever has it may do with the node what they like. A node whose ledger anybody may " +
			"read has ", make("code", {}, "rpc.public_reads = true"), " in its configuration; " +
			"then this page needs no key.")]);
	show_live("", false);
	form.elements.key.focus();
}

function put_error(error) {
	if (error instanceof Locked)
		put_door(error.message);
	else if (error instanceof Refusal)
		put(error.code >= 101 && error.code <= 110 ? "Not here" : "Not possible",
			[make("p", {}, error.message), make("p", {}, link("", "To the beginning"))]);
	else
		put("No answer", [make("p", {class: "notice"}, "The node does not answer. This page tries " +
			"again by itself."), note(String(error.message))]);
}

async function go() {
	const mine = ++turn, [name, ...words] = words_of_address();

	clearTimeout(again);
	is_stale = false;
	try {
		if (!(name in PAGES))
			throw new Refusal({code: 101, message: "There is no such page."});
		const page = await PAGES[name](words);

		if (mine !== turn)
			return;
		put(page.title, page.parts);
		is_live = page.is_live ?? false;
		if (page.again_ms)
			again = setTimeout(refresh, page.again_ms);
	} catch (error) {
		if (mine !== turn)
			return;
		is_live = !(error instanceof Locked);
		put_error(error);
	}
}

document.querySelector("#search").addEventListener("submit", event => {
	const text = event.target.elements.q.value.trim();

	event.preventDefault();
	if (text === "")
		return;
	location.hash = "#/" + (obvious_path(text) ?? "search/" + encodeURIComponent(text));
	event.target.elements.q.value = "";
});

addEventListener("hashchange", () => {
	/* A key that is pasted into the address of an open page counts as well. */
	if (location.hash.startsWith("#key=")) {
		take_key(location.hash.slice(1));
		location.replace("#/");
		wake();
		return;
	}
	scrollTo(0, 0);
	go().then(() => {
		view.focus({preventScroll: true});
		wake();
	});
});

go().then(live_for_ever);
