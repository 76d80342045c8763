"""The page that checks receipts says what the other verifiers say, in a real browser."""
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

from browser import Browser, find
from node import BIN, Node

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECEIPTS = ROOT / "tests/vectors/receipts"
GOLDEN = json.loads((RECEIPTS / "golden.json").read_text())
PICTURES = os.environ.get("CAIRN_PICTURES")


def said_by_cairn(case):
    words = [BIN + "/cairn", "receipt", "verify", str(RECEIPTS / case["file"]), "--policy",
             str(RECEIPTS / case["policy"])]
    if case["succession"]:
        words += ["--succession", str(RECEIPTS / case["succession"])]
    done = subprocess.run(words, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()
        cls.addClassCleanup(cls.node.close)
        cls.browser = Browser(find())
        cls.addClassCleanup(cls.browser.close)

    def open(self):
        self.browser.open(self.node.url + "/verify.html")
        self.assertFalse(self.browser.run("document.querySelector('#files').hidden"))

    def verdict(self, file, policy, succession=None):
        """The title and the sentences, when the page has made up its mind."""
        self.browser.run("document.querySelector('#verdict').hidden = true")
        if succession:
            self.browser.choose("#succession input", succession)
        self.browser.choose("#policy input", policy)
        self.browser.choose("#receipt input", file)
        self.browser.wait("['Yes', 'No', 'It could not be checked'].includes("
                          "document.querySelector('#verdict:not([hidden]) h2')?.textContent) && "
                          "document.querySelector('#receipt .chosen').textContent.startsWith(%s)"
                          % json.dumps(os.path.basename(str(file))))
        return self.browser.run("""(() => {
            const texts = selector => [...document.querySelectorAll(selector)]
                .map(element => element.textContent);
            return {title: texts("#verdict h2")[0], reason: texts("#verdict .reason")[0],
                    lines: texts("#verdict li")};
        })()""")

    def picture(self, name):
        if PICTURES:
            self.browser.picture(os.path.join(PICTURES, name + ".png"))

    def test_golden_receipts(self):
        """The verdict of each case, and the very sentences of cairn receipt verify."""
        for case in GOLDEN["cases"]:
            with self.subTest(**{k: case[k] for k in ("file", "policy", "succession")}):
                self.open()
                succession = case["succession"] and RECEIPTS / case["succession"]
                page = self.verdict(RECEIPTS / case["file"], RECEIPTS / case["policy"],
                                    succession)
                code, out, err = said_by_cairn(case)
                if case["verdict"] == "GOOD":
                    self.assertEqual(code, 0, err)
                    self.assertEqual(page["title"], "Yes", page)
                    self.assertEqual("".join(line + "\n" for line in page["lines"]), out)
                else:
                    self.assertEqual(code, 7)
                    self.assertEqual(page["title"], "No", page)
                    sentence = page["reason"].removeprefix("It does not hold: ")
                    self.assertIn(sentence.split(" (")[0].rstrip("."), err)
                    self.assertEqual(page["lines"], [])
        self.assertEqual(self.browser.said, [])

    def test_flipped_bits(self):
        """A sample of bits, of each kind of receipt, and without the browser's Ed25519."""
        chosen = random.Random(29)
        with tempfile.TemporaryDirectory() as folder:
            for name in ("tx.tlog-proof", "records.tlog-proof", "absent.tlog-proof"):
                self.open()
                data = (RECEIPTS / name).read_bytes()
                for turn in range(12):
                    self.browser.run("browser_has_ed25519 = %s" %
                                     ("false" if turn % 2 else "null"))
                    flipped = bytearray(data)
                    flipped[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
                    path = pathlib.Path(folder) / ("%d-%s" % (turn, name))
                    path.write_bytes(flipped)
                    page = self.verdict(path, RECEIPTS / "policy-0.txt")
                    self.assertEqual(page["title"], "No", (name, bytes(flipped), page))

    def test_without_ed25519(self):
        self.open()
        self.browser.run("browser_has_ed25519 = false")
        page = self.verdict(RECEIPTS / "tx.tlog-proof", RECEIPTS / "policy-0.txt")
        self.assertEqual(page["title"], "Yes", page)
        self.assertIn("Ed25519", self.browser.run(
            "document.querySelector('#engine').textContent"))

    def test_dropped_together(self):
        """In any order: the page tells them apart."""
        self.open()
        files = {name: (RECEIPTS / name).read_text()
                 for name in ("succession.tlog-proofs", "policy-0.txt", "later.tlog-proof")}
        self.browser.run("""(() => {
            const dropped = new DataTransfer();
            for (const [name, text] of Object.entries(%s))
                dropped.items.add(new File([text], name));
            dispatchEvent(new DragEvent("drop", {dataTransfer: dropped}));
        })()""" % json.dumps(files))
        self.browser.wait("document.querySelector('#verdict h2').textContent === 'Yes'")

    def test_saved_copy(self):
        """Saved to a disk it does the same, and asks nobody for anything."""
        self.open()
        text = self.browser.run("fetch(location.href).then(answer => answer.text())"
                                ".catch(() => null)")
        self.assertIsNone(text, "the page may reach the network")
        import urllib.request
        page_bytes = urllib.request.urlopen(self.node.url + "/verify.html").read()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "verify.html"
            path.write_bytes(page_bytes)
            self.browser.open(path.as_uri())
            page = self.verdict(RECEIPTS / "tx.tlog-proof", RECEIPTS / "policy-0.txt")
            self.assertEqual(page["title"], "Yes", page)
        self.browser.said.clear()

    def test_phone(self):
        """Nothing is wider than a phone, in light and in dark."""
        self.browser.window(360, 740, phone=True)
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            for name, policy in (("records.tlog-proof", "policy-0.txt"),
                                 ("short.tlog-proof", "policy-0.txt")):
                self.open()
                page = self.verdict(RECEIPTS / name, RECEIPTS / policy)
                self.assertFalse(self.browser.is_wider_than_window())
                self.picture("verify-phone-%s-%s" % (scheme, page["title"]))
        self.browser.window(1200, 900)
        self.browser.scheme("light")
        self.open()
        self.verdict(RECEIPTS / "tx.tlog-proof", RECEIPTS / "policy-0.txt")
        self.picture("verify-wide")


if __name__ == "__main__":
    unittest.main()
