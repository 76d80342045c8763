"""The page that checks receipts, of a node of its own, as somebody uses it who has files."""
import json
import os
import subprocess
import unittest

from browser import Browser, find
from node import BIN, Node

PICTURES = os.environ.get("BROWSER_PICTURES")


def said_by_cairn(receipt, policy, succession=None):
    """Exit code, output and errors of the wallet's own check."""
    words = [BIN + "/cairn", "receipt", "verify", str(receipt), "--policy", str(policy)]
    if succession:
        words += ["--succession", str(succession)]
    done = subprocess.run(words, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


class VerifyPage(unittest.TestCase):
    """What tests of the page begin with."""

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

    def says_the_same(self, is_good, file, policy, succession=None):
        """The verdict that is wanted, and the very sentences of cairn receipt verify."""
        self.open()
        page = self.verdict(file, policy, succession)
        code, out, err = said_by_cairn(file, policy, succession)
        if is_good:
            self.assertEqual(code, 0, err)
            self.assertEqual(page["title"], "Yes", page)
            self.assertEqual("".join(line + "\n" for line in page["lines"]), out)
        else:
            self.assertEqual(code, 7)
            self.assertEqual(page["title"], "No", page)
            sentence = page["reason"].removeprefix("It does not hold: ")
            self.assertIn(sentence.split(" (")[0].rstrip("."), err)
            self.assertEqual(page["lines"], [])

    def picture(self, name):
        if PICTURES:
            self.browser.picture(os.path.join(PICTURES, name + ".png"))
