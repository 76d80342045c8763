"""Receipts of a folder, judged by the second implementation as its cases.json says.

    python3 tests/python/cases.py FOLDER
"""
import json
import pathlib
import sys

from receipts import Refused, verify


def verdict(folder, case):
    try:
        verify((folder / case["file"]).read_bytes(), (folder / case["policy"]).read_bytes())
    except Refused as refused:
        return refused.verdict
    return "GOOD"


def main():
    folder = pathlib.Path(sys.argv[1])
    cases = json.loads((folder / "cases.json").read_text())
    wrong = 0
    for case in cases:
        found = verdict(folder, case)
        if (found == "GOOD") != case["is_good"]:
            print("%s by %s: %s" % (case["file"], case["policy"], found))
            wrong += 1
    print("%d receipts read by the second implementation, %d wrong" % (len(cases), wrong))
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
