"""The explorer, clicked through as a person does, against a running node."""
import base64
import json
import os
import re
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from browser import Browser, find
from node import Devnet, Node

PICTURES = os.environ.get("BROWSER_PICTURES")
# What a page asks the node for, in window.asked: the body of a call, or the address, and how far
# a stream was read before.
WATCH = """
    window.asked = [];
    window.real_fetch = window.fetch;
    window.fetch = (address, options) => {
        asked.push(options?.body ?? address + " " + (options?.headers?.["Last-Event-ID"] ?? ""));
        return window.is_cut && address.startsWith("/v1/events")
            ? Promise.resolve(new Response("no such path", {status: 404}))
            : real_fetch(address, options);
    };
"""
EVIL = "<img src=x onerror=\"document.title='hacked'\">"


class Explorer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()
        cls.addClassCleanup(cls.node.close)
        cairn = cls.node.cairn
        cairn("stream", "create", "notes", "--description", "What we want to remember")
        cairn("stream", "create", "sensors")
        cairn("record", "add", "notes", "hello", "--key", "greeting")
        cairn("record", "add", "notes", "hello again", "--key", "greeting")
        cairn("record", "add", "notes", EVIL, "--key", EVIL)
        cairn("record", "add", "sensors", json.dumps({"temperature": 21.5, "unit": "C"}))
        cairn("asset", "create", "coin", "--decimals", "2")
        cairn("asset", "mint", "coin", cls.node.account, "1234.5")
        cairn("account", "describe", "--display-name", "Ada of the garden")
        for number in range(30):
            cairn("record", "add", "sensors", "reading %d" % number)
        cls.browser = Browser(find())
        cls.addClassCleanup(cls.browser.close)
        cls.browser.before_pages(WATCH)
        cls.browser.open(cls.node.url + "/#key=" + cls.node.cookie().split(":")[1])
        cls.browser.wait("document.querySelector('h1')?.textContent === 'garden'")

    def setUp(self):
        self.browser.window(1200, 900)
        self.browser.scheme("light")
        self.go("")

    def tearDown(self):
        self.assertEqual(self.browser.said, [])
        self.assertNotIn("hacked", self.browser.run("document.title"))

    def go(self, path, title=None):
        self.browser.run("location.hash = '#/x'")  # so that the same address is one anew
        self.title("Not here")
        self.browser.run("location.hash = %s" % json.dumps("#/" + path))
        self.title(title or {"": "garden"}.get(path))

    def title(self, text):
        self.browser.wait("document.querySelector('h1')?.textContent === %s" % json.dumps(text))

    def text(self):
        return self.browser.run("document.querySelector('main').innerText")

    def says(self, *texts):
        page = self.text()
        for text in texts:
            self.assertIn(text, page)

    def follow(self, selector, title):
        self.browser.click(selector)
        self.title(title)

    def search(self, text):
        self.browser.click("#search input")
        self.browser.type(text)
        self.browser.press_enter()

    def picture(self, name):
        if PICTURES:
            self.browser.picture(os.path.join(PICTURES, "explorer-" + name + ".png"))

    def test_key(self):
        """Without it nothing is shown, a wrong one opens nothing, and it leaves the address."""
        self.assertNotIn("key=", self.browser.run("location.href"))
        self.browser.run("sessionStorage.clear()")
        self.go_locked()
        self.says("rpc.cookie", "rpc.public_reads")
        self.picture("locked")
        self.browser.click("#door input")
        self.browser.type("cairn:" + 64 * "0")
        self.browser.press_enter()
        self.browser.wait("document.querySelector('#door .bad')?.textContent.includes('not the key')")
        self.browser.click("#door input")
        self.browser.type(self.node.cookie())
        self.browser.press_enter()
        self.title("garden")

    def go_locked(self):
        self.browser.run("location.hash = '#/streams'")
        self.title("This node is locked")
        self.browser.run("location.hash = '#/'")
        self.title("This node is locked")

    def test_blocks_and_transactions(self):
        height = self.node.json("chain", "head")["height"]
        self.says("Newest block", "Who signed the last blocks", "Ada of the garden", "notes")
        self.picture("home")
        self.follow("nav a[href='#/blocks']", "Blocks")
        self.follow("tbody a[href='#/block/%d']" % height, "Block %d" % height)
        self.says("Certified by", "a record in sensors")
        self.follow("tbody a[href^='#/tx/']", "Transaction")
        self.says("record.append", "reading 29", "Final at")
        self.follow("dl a[href='#/block/%d']" % height, "Block %d" % height)
        self.follow(".pager a", "Block %d" % (height - 1))
        self.go("block/0", "Block 0")
        self.says("nobody: it is the genesis")

    def test_older_blocks(self):
        height = self.node.json("chain", "head")["height"]
        self.go("blocks", "Blocks")
        self.assertEqual(self.browser.run("document.querySelectorAll('tbody tr').length"),
                         min(50, height + 1))

    def test_streams(self):
        self.follow("nav a[href='#/streams']", "Streams")
        self.follow("tbody a[href='#/stream/notes']", "notes")
        self.says("What we want to remember", "hello again", "greeting", EVIL)
        self.follow(".chips a", "History of a key")  # keys are in the order of their bytes
        self.says(EVIL)
        self.go("stream/notes", "notes")
        self.follow(".chips a:nth-child(2)", "History of a key")
        self.says("hello again", "version 2", "version 1")
        self.picture("history")
        self.go("stream/sensors", "sensors")
        self.assertIn("reading 29", self.text())
        self.assertNotIn("temperature", self.text())
        self.browser.click(".more a")
        self.browser.wait("document.querySelector('main')?.innerText.includes('temperature')")
        self.says('"temperature": 21.5')

    def test_accounts_and_assets(self):
        self.follow("nav a[href='#/assets']", "Assets")
        self.says("1,234.50")
        self.follow("tbody a[href='#/asset/coin']", "coin")
        self.follow("dl a[href^='#/account/']", "Ada of the garden")
        self.says("1,234.50", self.node.account)
        self.follow("tbody a[href^='#/tx/']", "Transaction")

    def test_who_keeps_it(self):
        self.follow("nav a[href='#/validators']", "Validators")
        self.says("1 of 1 have to sign", "Cosign key", "max_block_txs")
        self.assertGreater(self.browser.run("document.querySelectorAll('.mark.signed').length"), 5)
        self.assertEqual(self.browser.run("document.querySelectorAll('.mark.missing').length"), 0)
        self.follow(".mark.signed", self.browser.run(
            "'Block ' + document.querySelector('.mark').getAttribute('href').split('/')[2]"))
        self.follow("nav a[href='#/peers']", "Peers")
        self.says("connected with no other")

    def test_search(self):
        tx = self.node.json("rpc", "account.list_transactions",
                            "account=" + self.node.account)["items"][0]
        block = self.node.json("rpc", "chain.get_block", "height=2")
        for text, title in (("2", "Block 2"), (tx["txid"], "Transaction"),
                            (block["hash"], "Block 2"), ("notes", "notes"), ("coin", "coin"),
                            (self.node.account, "Ada of the garden"),
                            ("greeting", "History of a key")):
            self.go("", "garden")
            self.search(text)
            self.title(title)
        self.search("nobody-has-this-name")
        self.title("Search")
        self.says("Nothing is called")
        self.search("99999999")
        self.title("Not here")

    def test_live(self):
        """What is recorded shows up by itself."""
        self.go("stream/notes", "notes")
        before = self.browser.run("document.querySelector('#live').textContent")
        self.node.cairn("record", "add", "notes", "while you look")
        self.browser.wait("document.querySelector('main')?.innerText.includes('while you look')")
        self.browser.wait("document.querySelector('#live')?.textContent !== %s" %
                          json.dumps(before))

    def test_live_without_asking(self):
        """A new block comes by itself: nothing is asked before it is told of."""
        self.go("blocks", "Blocks")
        height = self.node.json("chain", "head")["height"]
        self.browser.wait("document.querySelector('#live')?.textContent === 'block %d'" % height)
        self.browser.wait("!is_stale && !is_refreshing")
        self.browser.run("asked.length = 0")
        # More than two turns of polling; nothing shall happen in that time.
        self.browser.run("new Promise(done => setTimeout(done, 5000))")
        self.assertEqual(self.browser.run("asked"), [])
        self.node.cairn("record", "add", "sensors", "one more")
        self.browser.wait("document.querySelector('tbody a')?.textContent === '%d'" % (height + 1))
        asked = self.browser.run("asked.map(body => JSON.parse(body).map(call => call.method))")
        self.assertEqual(asked, [["chain.list_blocks"]])

    def test_live_keeps_the_place(self):
        """Who goes through links with the keyboard keeps theirs, and a text that is marked
        stays so until it is let go."""
        self.browser.run("document.querySelector('main a[href=\"#/streams\"]').focus()")
        self.node.cairn("record", "add", "sensors", "another")
        height = self.node.json("chain", "head")["height"]
        newest = "document.querySelector('.figure a')?.textContent === '%d'"
        self.browser.wait(newest % height)
        self.assertEqual(
            self.browser.run("document.activeElement.getAttribute('href')"), "#/streams")
        self.browser.run("getSelection().selectAllChildren(document.querySelector('main dl'))")
        self.node.cairn("record", "add", "sensors", "and another")
        self.browser.wait("document.querySelector('#live')?.textContent === 'block %d'" %
                          (height + 1))
        self.assertTrue(self.browser.run(newest % height))
        self.browser.run("getSelection().removeAllRanges()")
        self.browser.wait(newest % (height + 1))

    def test_only_its_own_scripts_run(self):
        """Were there a hole through which others could put markup, nothing of it would run."""
        self.browser.run("""(() => {
            const script = document.createElement("script"), box = document.createElement("div");
            script.textContent = "window.injected = 'script'";
            box.innerHTML = "<img src='data:,' onerror=\\"window.injected = 'handler'\\">";
            document.body.append(script, box);
            return new Promise(done => {
                box.firstChild.addEventListener("error", done);
            }).then(() => {
                script.remove();
                box.remove();
            });
        })()""")
        self.assertIsNone(self.browser.run("window.injected ?? null"))
        refusals = [text for text in self.browser.said if "Content Security Policy" in text]
        self.assertGreaterEqual(len(refusals), 2, self.browser.said)
        self.assertEqual(len(refusals), len(self.browser.said))
        self.browser.said = []

    def test_event_reader(self):
        """A stream of events may be cut anywhere, and its lines end in any of three ways."""
        text = (": from 1.0\r\n\r\nid: 1.1\revent: tx\rdata: \u20ac one\r\rdata:a\r\n"
                "data:b\nid:1.2\n\nretry: 7\nid: 1.3\n\n:\n\nevent: block\n\ndata: c\n\n"
                "id: 1.4\ndata: cut")
        told = [{"comment": "from 1.0"}, {"id": "1.1", "type": "tx", "data": "\u20ac one"},
                {"id": "1.2", "type": "", "data": "a\nb"}, {"comment": ""},
                {"id": "1.3", "type": "", "data": "c"}]
        read = self.browser.run("""(text => Array.from(text, (_, i) => {
            const told = [], reader = new EventReader(event => told.push(event));
            for (let at = 0; at < text.length; at += i + 1)
                reader.take(text.slice(at, at + i + 1));
            return told;
        }))(%s)""" % json.dumps(text))
        self.assertEqual(len(read), len(text))
        for pieces in read:
            self.assertEqual(pieces, told)

    def test_receipt(self):
        """The button saves a file that the wallet finds good."""
        folder = tempfile.mkdtemp(dir=self.node.folder)
        self.browser.save_downloads(folder)
        tx = self.node.json("rpc", "account.list_transactions",
                            "account=" + self.node.account)["items"][0]
        self.go("tx/" + tx["txid"], "Transaction")
        self.browser.click(".receipt button")
        self.browser.wait("document.querySelector('.receipt')?.innerText.includes('Saved as')")
        path = os.path.join(folder, tx["txid"][:16] + ".tlog-proof")
        until = time.monotonic() + 60
        while not os.path.exists(path):
            self.assertLess(time.monotonic(), until, os.listdir(folder))
        policy = os.path.join(folder, "policy")
        self.node.cairn("network", "policy", "-o", policy)
        self.assertIn(tx["txid"], self.node.cairn("receipt", "verify", path, "--policy", policy))
        self.picture("receipt")

    def test_long_lists(self):
        """What does not fit one page goes on on the next."""
        lines = os.path.join(self.node.folder, "lines")
        with open(lines, "w") as file:
            for number in range(2000):
                print(json.dumps({"key": "hourly", "value": "hour %d" % number}), file=file)
        self.node.cairn("stream", "create", "clock")
        self.node.cairn("record", "add", "clock", "@" + lines, "--jsonl")
        self.go("stream/clock", "clock")
        self.follow(".chips a", "History of a key")
        self.says("2,000", "hour 1999", "hour 0", "Later versions")
        self.browser.click(".more a")
        self.browser.wait("document.querySelector('main')?.innerText.includes('hour 250')")
        blocks = self.node.json("chain", "list-blocks", "--limit", "20")["items"]
        block = max(blocks, key=lambda item: item["tx_count"])
        self.assertGreater(block["tx_count"], 100)
        self.go("block/%d" % block["height"], "Block %d" % block["height"])
        self.says("Those from 1 to 100.")
        self.browser.click(".more a")
        self.browser.wait("document.querySelector('main')?.innerText.includes('from 101 to')")

    def test_phone(self):
        """No page is wider than a phone, in light and in dark."""
        self.browser.window(390, 844, phone=True)
        tx = self.node.json("rpc", "account.list_transactions",
                            "account=" + self.node.account)["items"][0]["txid"]
        pages = {"": "garden", "tx/" + tx: "Transaction", "pending": "Pending", "blocks": "Blocks", "block/3": "Block 3", "streams": "Streams",
                 "stream/notes": "notes", "account/" + self.node.account: "Ada of the garden",
                 "asset/coin": "coin", "validators": "Validators", "peers": "Peers"}
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            for path, title in pages.items():
                self.go(path, title)
                self.assertFalse(self.browser.is_wider_than_window(), path)
                if scheme == "dark" or path in ("", "stream/notes"):
                    self.picture("phone-%s-%s" % (scheme, re.sub(r"\W.*", "", path) or "home"))

    def test_origins(self):
        """The page of this very address may ask; a page of any other may not."""
        def ask(origin):
            request = urllib.request.Request(
                self.node.url + "/", b'{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}',
                {"Content-Type": "application/json", "Origin": origin,
                 "Authorization": "Basic " +
                 base64.b64encode(self.node.cookie().encode()).decode()})
            try:
                return urllib.request.urlopen(request).status
            except urllib.error.HTTPError as error:
                return error.code
        self.assertEqual(ask(self.node.url), 200)
        for origin in ("http://localhost:%d" % self.node.port, "http://127.0.0.1", "null",
                       "http://evil.example", self.node.url + "0"):
            self.assertEqual(ask(origin), 403, origin)


class PublicReads(unittest.TestCase):
    def open(self, **settings):
        node = Node("--set", "rpc.public_reads=true", **settings)
        self.addCleanup(node.close)
        browser = Browser(find())
        self.addCleanup(browser.close)
        browser.before_pages(WATCH)
        browser.open(node.url + "/")
        browser.wait("document.querySelector('.figures') !== null")
        browser.wait("document.querySelector('#live')?.textContent === 'block 0'")
        return node, browser

    def test_no_key_is_needed(self):
        _, browser = self.open()
        self.assertEqual(browser.run("document.querySelector('h1').textContent"), "garden")
        self.assertEqual(browser.said, [])

    def test_restart(self):
        """The page outlives the node, and goes on behind what it was told last."""
        node, browser = self.open()
        node.cairn("stream", "create", "notes")
        live = "document.querySelector('#live').textContent === %s"
        browser.wait(live % "'block 1'")
        node.stop()
        browser.wait(live % "'no answer'")
        browser.run("asked.length = 0")
        node.start()
        browser.wait(live % "'block 1'")
        node.cairn("record", "add", "notes", "after the restart")
        browser.wait(live % "'block 2'")
        browser.wait("document.querySelector('.figure a')?.textContent === '2'")
        self.assertIn("/v1/events?topics=blocks 1.1", browser.run("asked"))

    def test_without_a_stream(self):
        """Where there is none to be had the node is asked again and again."""
        node, browser = self.open()
        browser.run("window.is_cut = true; asked.length = 0")
        node.stop()  # which ends the stream that there is
        node.start()
        browser.wait("asked.includes('/v1/events?topics=blocks 0.0')")
        node.cairn("stream", "create", "notes")
        browser.wait("document.querySelector('.figure a')?.textContent === '1'")
        browser.wait("document.querySelector('#live')?.textContent === 'block 1'")

    def test_pending(self):
        """What cannot become final is seen to wait, and for whom."""
        node, browser = self.open(validators=2)
        browser.run("location.hash = '#/pending'")
        browser.wait("document.querySelector('main')?.innerText.includes('No transaction')")
        txid = node.cairn("stream", "create", "notes", "--wait", "none").strip()
        browser.wait("document.querySelector(\"tbody a[href='#/tx/%s']\") !== null" % txid)
        browser.wait("document.querySelector('main')?.innerText.includes('1 of 2 validators')")
        if PICTURES:
            browser.window(390, 844, phone=True)
            browser.picture(os.path.join(PICTURES, "explorer-pending.png"))
        browser.click("tbody a")
        browser.wait("document.querySelector('main')?.innerText.includes('pending')")
        self.assertEqual(browser.said, [])


class Network(unittest.TestCase):
    def test_four_validators(self):
        """All four are seen to sign, three are peers, and a receipt has a quorum."""
        node = Devnet()
        self.addCleanup(node.close)
        for number in range(3):
            node.cairn("stream", "create", "notes-%d" % number)
        browser = Browser(find())
        self.addCleanup(browser.close)
        browser.open(node.url + "/#key=" + node.cookie().split(":")[1])
        browser.wait("document.querySelector('h1')?.textContent === 'devnet'")
        browser.click("nav a[href='#/peers']")
        browser.wait("document.querySelectorAll('tbody tr').length === 3")
        browser.click("nav a[href='#/validators']")
        browser.wait("document.querySelector('main')?.innerText.includes('3 of 4 have to sign')")
        # Of each of the four; a block needs three of them, and may have the fourth's.
        self.assertGreaterEqual(browser.run("document.querySelectorAll('.mark.signed').length"), 9)
        if PICTURES:
            browser.window(1200, 900)
            browser.picture(os.path.join(PICTURES, "explorer-network.png"))
        txid = node.cairn("record", "add", "notes-0", "for the court").split()[0]
        browser.run("location.hash = '#/tx/%s'" % txid)
        browser.wait("document.querySelector('.receipt button') !== null")
        browser.save_downloads(node.folder)
        browser.click(".receipt button")
        browser.wait("document.querySelector('.receipt')?.innerText.includes('Saved as')")
        path = os.path.join(node.folder, txid[:16] + ".tlog-proof")
        until = time.monotonic() + 60
        while not os.path.exists(path):
            self.assertLess(time.monotonic(), until, os.listdir(node.folder))
        policy = os.path.join(node.folder, "policy")
        node.cairn("network", "policy", "-o", policy)
        verdict = node.json("receipt", "verify", path, "--policy", policy)
        self.assertGreaterEqual(verdict["cosigned"], 3)
        self.assertEqual(browser.said, [])


if __name__ == "__main__":
    unittest.main()
