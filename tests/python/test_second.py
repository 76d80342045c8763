"""The second implementation against the golden vectors of the first.

    python3 tests/python/test_second.py            all of it
    python3 tests/python/test_second.py NAME       one test
"""
import json
import pathlib
import random
import unittest

from ledger import (OPERATIONS, Malformed, Reader, account_id, ballot_digest, block_hash, header,
                    key_hash, leaf_hash, log_root, state_root, tagged_hash, transaction,
                    value_hash)
from receipts import Refused, verify
from signatures import bip340_is_valid, ed25519_is_valid

FOLDER = pathlib.Path(__file__).parent.parent / "vectors" / "receipts"
GOLDEN = json.loads((FOLDER / "golden.json").read_text())
GENESIS = bytes.fromhex(GOLDEN["genesis"])


def read(name):
    return (FOLDER / name).read_bytes() if name else b""


HASHES = {
    "genesis": lambda data: tagged_hash("cairn/genesis/v1", data),
    "stream": lambda data: tagged_hash("cairn/stream/v1", data),
    "asset": lambda data: tagged_hash("cairn/asset/v1", data),
    "account": account_id,
    "txid": lambda data: transaction(data, GENESIS)["txid"],
    "log_leaf": leaf_hash,
    "block": lambda data: block_hash(data, GENESIS),
    "header_leaf": lambda data: leaf_hash(b"\0" + data),
    "validators": lambda data: tagged_hash("cairn/validators/v1", GENESIS + data),
    "ballot": lambda data: ballot_digest(data, GENESIS),
    "rotate": lambda data: tagged_hash("cairn/rotate/v1", GENESIS + data),
    "join": lambda data: tagged_hash("cairn/join/v1", GENESIS + data),
}


class Second(unittest.TestCase):
    def test_rfc_8032(self):
        """Test 2 of section 7.1."""
        key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        self.assertTrue(ed25519_is_valid(signature, key, b"\x72"))
        self.assertFalse(ed25519_is_valid(signature, key, b"\x73"))

    def test_hashes_and_preimages(self):
        seen = set()
        for row in GOLDEN["hashes"]:
            made = HASHES[row["what"]](bytes.fromhex(row["bytes"]))
            self.assertEqual(made.hex(), row["hash"], row["what"])
            seen.add(row["what"])
        self.assertEqual(seen, set(HASHES))

    def test_bip340(self):
        self.assertTrue(GOLDEN["bip340"])
        for row in GOLDEN["bip340"]:
            key, message, signature = (bytes.fromhex(row[name])
                                       for name in ("key", "message", "signature"))
            self.assertTrue(bip340_is_valid(signature, key, message))
            self.assertFalse(bip340_is_valid(signature, key, message[::-1]))

    def test_headers_read_back(self):
        rows = [row for row in GOLDEN["hashes"] if row["what"] == "block"]
        for height, row in enumerate(rows):
            head = header(bytes.fromhex(row["bytes"]))
            self.assertEqual(head["height"], height)
            if height:
                self.assertEqual(head["parent"].hex(), rows[height - 1]["hash"])

    def test_log_roots(self):
        self.assertEqual(len(GOLDEN["log_roots"]), 21)
        for size, root in enumerate(GOLDEN["log_roots"]):
            made = log_root([leaf_hash(bytes([i])) for i in range(size)])
            self.assertEqual(made.hex(), root)

    def test_state_root(self):
        entries = [(key_hash(GENESIS, bytes.fromhex(key)), value_hash(bytes.fromhex(value)))
                   for key, value in GOLDEN["state"]["entries"]]
        self.assertGreater(len(entries), 20)
        self.assertEqual(state_root(entries).hex(), GOLDEN["state"]["root"])

    def test_receipts(self):
        """The same verdict and the same facts for each pair of files."""
        for case in GOLDEN["cases"]:
            with self.subTest(**{k: case[k] for k in ("file", "policy", "succession")}):
                try:
                    facts = verify(read(case["file"]), read(case["policy"]),
                                   read(case["succession"]))
                except Refused as refused:
                    self.assertEqual(refused.verdict, case["verdict"], str(refused))
                    continue
                self.assertEqual("GOOD", case["verdict"])
                for name, value in facts.items():
                    self.assertEqual(value, case[name], name)

    def test_flipped_bits(self):
        """A sample; the first implementation flips them all."""
        chosen = random.Random(17)
        policy = read("policy-0.txt")
        for name in ("tx.tlog-proof", "records.tlog-proof", "absent.tlog-proof"):
            file = read(name)
            for _ in range(60):
                flipped = bytearray(file)
                flipped[chosen.randrange(len(file))] ^= 1 << chosen.randrange(8)
                with self.assertRaises(Refused, msg=bytes(flipped)):
                    verify(bytes(flipped), policy)

    def test_each_operation(self):
        """The golden transactions have one of each kind that the codec knows."""
        kinds = set()
        for row in GOLDEN["hashes"]:
            if row["what"] == "txid":
                tx = transaction(bytes.fromhex(row["bytes"]), GENESIS)
                kinds.update(kind for kind, _ in tx["operations"])
        self.assertEqual(kinds, set(OPERATIONS))

    def test_cut_transactions(self):
        data = bytes.fromhex(next(row["bytes"] for row in GOLDEN["hashes"]
                                  if row["what"] == "txid"))
        for size in range(len(data)):
            with self.assertRaises(Malformed):
                transaction(data[:size], GENESIS)
        with self.assertRaises(Malformed):
            Reader(b"\1").done()


if __name__ == "__main__":
    unittest.main()
