"use strict";
/* The page: files come in by a drop or a choice, a verdict goes out. */

const given = {receipt: null, policy: null, succession: null};
let turn = 0; /* of the check under way: what an older one says is not shown any more */

function part(selector) {
	return document.querySelector(selector);
}

/* A list of texts as list items; texts of others are never markup. */
function fill(list, lines) {
	list.replaceChildren(...lines.map(line => {
		const item = document.createElement("li");

		item.textContent = line;
		return item;
	}));
}

function show(kind, title, mark, reason, sentences) {
	const verdict = part("#verdict");

	verdict.className = kind;
	verdict.hidden = false;
	part("#verdict h2").textContent = title;
	part("#verdict h2").dataset.mark = mark;
	part("#verdict .reason").textContent = reason;
	part("#verdict .reason").hidden = reason === "";
	fill(part("#verdict .what"), sentences.what);
	fill(part("#verdict .trust"), sentences.trust);
}

function show_error(error) {
	const none = {what: [], trust: []};

	if (error instanceof Refused)
		show("no", "No", "\u2715", "It does not hold: " + VERDICTS[error.verdict] +
			(error.message ? " (" + error.message + ")" : "") + ".", none);
	else
		show("no", "It could not be checked", "!", String(error), none);
}

async function check() {
	const mine = ++turn;

	if (!given.receipt || !given.policy)
		return;
	show("", "Checking \u2026", "\u2026", "", {what: [], trust: []});
	try {
		const facts = await verify_receipt(given.receipt, given.policy,
			given.succession ?? new Uint8Array());
		const sentences = await receipt_sentences(facts);

		if (mine === turn)
			show("yes", "Yes", "\u2713", "It holds.", sentences);
	} catch (error) {
		if (mine === turn)
			show_error(error);
	}
	part("#engine").textContent = browser_has_ed25519 === false
		? "This browser has no Ed25519 of its own; the page’s was used." : "";
}

/* -- Files --------------------------------------------------------------------------------- */

/* What a dropped file is, by its first line; a succession is many proof files, or one whose
 * extra says so. */
function kind_of(bytes) {
	let text;

	try {
		text = text_of_bytes(bytes);
	} catch {
		return "receipt"; /* which then says that it cannot be read */
	}
	if (!text.startsWith(MAGIC))
		return /^(log|witness|quorum|group)[ \t]/m.test(text) ? "policy" : "receipt";
	if (text.includes("\n" + MAGIC))
		return "succession";
	try {
		const is_seal = read_extra(read_proof(bytes)).kind === KIND_SUCCESSION;

		/* One seal alone may be meant as either. */
		return is_seal && given.receipt ? "succession" : "receipt";
	} catch {
		return "receipt";
	}
}

async function take(file, kind) {
	const bytes = new Uint8Array(await file.arrayBuffer());
	const place = kind ?? kind_of(bytes);
	const box = part("#" + place);

	given[place] = bytes;
	box.classList.add("full");
	box.querySelector(".chosen").textContent = file.name + ", " + bytes.length + " bytes";
}

async function take_all(files) {
	for (const file of files)
		await take(file, null);
	await check();
}

for (const name of Object.keys(given))
	part("#" + name + " input").addEventListener("change", async event => {
		if (event.target.files.length === 0)
			return;
		await take(event.target.files[0], name);
		await check();
	});

addEventListener("dragover", event => {
	event.preventDefault();
	document.body.classList.add("over");
});
addEventListener("dragleave", () => document.body.classList.remove("over"));
addEventListener("drop", event => {
	event.preventDefault();
	document.body.classList.remove("over");
	take_all([...event.dataTransfer.files]);
});

if (!window.isSecureContext || !crypto.subtle) {
	part("#unable").hidden = false;
	part("#files").hidden = true;
	part("#unable").textContent = "Browsers give no cryptography to a page that came over a " +
		"connection without encryption. Save this page and open the file on your disk, or open " +
		"it on the machine of the node itself, or through a proxy that speaks https.";
}
