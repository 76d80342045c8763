"""The explorer, clicked through as a person does, against a running node."""
import base64
import json
import os
import re
import unittest
import urllib.error
import urllib.request

from browser import Browser, find
from node import Node

PICTURES = os.environ.get("CAIRN_PICTURES")
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
        self.browser.wait("document.querySelector('main').innerText.includes('temperature')")
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
        self.browser.wait("document.querySelector('main').innerText.includes('while you look')")
        self.browser.wait("document.querySelector('#live').textContent !== %s" %
                          json.dumps(before))

    def test_phone(self):
        """No page is wider than a phone, in light and in dark."""
        self.browser.window(360, 740, phone=True)
        pages = {"": "garden", "blocks": "Blocks", "block/3": "Block 3", "streams": "Streams",
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
    def test_no_key_is_needed(self):
        node = Node("--set", "rpc.public_reads=true")
        self.addCleanup(node.close)
        browser = Browser(find())
        self.addCleanup(browser.close)
        browser.open(node.url + "/")
        browser.wait("document.querySelector('h1')?.textContent === 'garden'")
        self.assertEqual(browser.said, [])


if __name__ == "__main__":
    unittest.main()
