"""The page that checks receipts says what the other verifiers say, in a real browser."""
import json
import pathlib
import random
import tempfile
import unittest

from verify_page import VerifyPage

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECEIPTS = ROOT / "tests/vectors/receipts"
GOLDEN = json.loads((RECEIPTS / "golden.json").read_text())


class Verify(VerifyPage):
    def test_golden_receipts(self):
        """The verdict of each case, and the very sentences of cairn receipt verify."""
        for case in GOLDEN["cases"]:
            with self.subTest(**{k: case[k] for k in ("file", "policy", "succession")}):
                succession = case["succession"] and RECEIPTS / case["succession"]
                self.says_the_same(case["verdict"] == "GOOD", RECEIPTS / case["file"],
                                   RECEIPTS / case["policy"], succession)
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
        self.browser.wait("document.querySelector('#verdict h2')?.textContent === 'Yes'")

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
