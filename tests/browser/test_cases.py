"""Receipts of a folder in the page that checks them, as the folder's cases.json says."""
import json
import os
import pathlib
import unittest

from verify_page import VerifyPage

FOLDER = pathlib.Path(os.environ["RECEIPT_CASES"])


class Cases(VerifyPage):
    def test_cases(self):
        cases = json.loads((FOLDER / "cases.json").read_text())
        self.assertTrue(cases)
        for case in cases:
            with self.subTest(**case):
                self.says_the_same(case["is_good"], FOLDER / case["file"],
                                   FOLDER / case["policy"])
                self.picture("case-%s-%s" % (case["file"], case["policy"]))
        self.assertEqual(self.browser.said, [])
        print("%d receipts read by the page in a browser" % len(cases))


if __name__ == "__main__":
    unittest.main()
