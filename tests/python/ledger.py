"""The ledger's codec, hashes and trees a second time, from docs/protocol.md alone."""
import hashlib

from signatures import lift_x, tagged_hash


class Malformed(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Malformed(what)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, size):
        need(size <= len(self.data) - self.at, "short")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def u8(self):
        return self.number(1)

    def u16(self):
        return self.number(2)

    def u32(self):
        return self.number(4)

    def u64(self):
        return self.number(8)

    def flag(self):
        value = self.u8()
        need(value <= 1, "flag")
        return value == 1

    def bytes16(self, maximum):
        size = self.u16()
        need(size <= maximum, "too large")
        return self.take(size)

    def bytes32(self, maximum):
        size = self.u32()
        need(size <= maximum, "too large")
        return self.take(size)

    def text16(self, maximum):
        data = self.bytes16(maximum)
        need(b"\0" not in data, "zero byte")
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("utf-8")
        return data

    def optional(self, read):
        return read() if self.flag() else None

    def rest(self):
        return self.take(len(self.data) - self.at)

    def done(self):
        need(self.at == len(self.data), "left over")


# -- Transactions --------------------------------------------------------------------------

NAME = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")


def name_is_valid(name):
    return 1 <= len(name) <= 64 and set(name) <= NAME


def _name(r):
    name = r.bytes16(64)
    need(name_is_valid(name), "name")
    return name


def _record_append(r):
    op = {"stream": r.take(32), "key": r.bytes16(256), "content_type": r.text16(127),
          "value_kind": r.u8(), "value": r.bytes32(65535),
          "expected_count": r.optional(r.u64), "expected_version": r.optional(r.u64),
          "reference": r.optional(lambda: (r.take(32), r.u64()))}
    need(op["value_kind"] <= 1, "value kind")
    need(op["value_kind"] == 0 or len(op["value"]) == 32, "file id")
    return op


def _stream_create(r):
    op = {"name": _name(r), "write": r.u8(), "read": r.u8(),
          "description": r.text16(1024), "schema": r.text16(16384)}
    need(op["write"] <= 1 and op["read"] <= 1, "mode")
    return op


def _role(r):
    op = {"stream": r.take(32), "role": r.u8(), "account": r.take(32)}
    need(op["role"] in (1, 2, 4), "role")
    return op


def _amount(r):
    op = {"asset": r.take(32), "to": r.take(32), "amount": r.u64()}
    need(op["amount"] >= 1, "amount")
    return op


def _burn(r):
    op = {"asset": r.take(32), "amount": r.u64()}
    need(op["amount"] >= 1, "amount")
    return op


def _asset_create(r):
    op = {"name": _name(r), "decimals": r.u8(), "description": r.text16(1024)}
    need(op["decimals"] <= 18, "decimals")
    return op


def _join(r):
    return {"vote_key": r.take(32), "cosign_key": r.take(32), "node_id": r.take(33),
            "address": r.text16(255), "height": r.u64(), "block": r.take(32),
            "signatures": r.take(128)}


def ballot(r):
    out = {"kind": r.u8(), "epoch": r.u64(), "view": r.u64(), "parent_view": r.u64(),
           "block": r.take(32)}
    need(1 <= out["kind"] <= 3, "kind")
    if out["kind"] == 2:
        need(out["parent_view"] == 2**64 - 1 and out["block"] == bytes(32), "nullify")
    return out


def _evidence(r):
    return {"vote_key": r.take(32), "first": ballot(r), "first_signature": r.take(64),
            "second": ballot(r), "second_signature": r.take(64)}


def _account(r):
    return {"account": r.take(32)}


def _node(r):
    op = {"node_id": r.take(33), "account": r.optional(lambda: r.take(32)),
          "from_height": r.u64()}
    need(op["account"] is not None or op["from_height"] == 0, "height")
    return op


OPERATIONS = {
    0x0101: _record_append,
    0x0201: _stream_create,
    0x0202: _role,
    0x0203: _role,
    0x0301: lambda r: {"new_key": r.take(32), "signature": r.take(64)},
    0x0302: lambda r: {"display_name": r.text16(64), "contact": r.text16(256),
                       "encryption_key": r.optional(lambda: r.take(32)),
                       "inbox": r.optional(lambda: r.take(32))},
    0x0401: _asset_create,
    0x0402: _amount,
    0x0403: _amount,
    0x0404: _burn,
    0x0601: _account,
    0x0602: _account,
    0x0603: _join,
    0x0701: _node,
    0x0901: lambda r: {"name": r.bytes16(32), "value": r.u64()},
    0x0a01: _evidence,
}


def transaction(data, genesis):
    need(154 <= len(data) <= 65535, "size")
    r = Reader(data)
    need(r.u8() == 1, "version")
    tx = {"bytes": data, "sender": r.take(32), "salt": r.u64(), "valid_until_ms": r.u64()}
    count = r.u16()
    need(1 <= count <= 1024, "operations")
    tx["operations"] = []
    for _ in range(count):
        kind = r.u16()
        body = Reader(r.bytes32(65535))
        need(kind in OPERATIONS, "kind of operation")
        tx["operations"].append((kind, OPERATIONS[kind](body)))
        body.done()
    need(r.u8() == 1, "authority")
    tx["key"], tx["signature"] = r.take(32), r.take(64)
    r.done()
    tx["txid"] = tagged_hash("cairn/tx/v1", genesis + data[:-97])
    return tx


# -- Headers and sets ------------------------------------------------------------------------

HEADER = [("version", 1), ("flags", 1), ("height", 8), ("epoch", 8), ("view", 8),
          ("time_ms", 8), ("proposer", 2), ("tx_count", 4), ("body_size", 4),
          ("log_size", 8)]
ROOTS = ["parent", "tx_root", "log_root", "state_root", "validators_hash",
         "next_validators_hash"]
HEADER_SIZE = 244


def header(data):
    r = Reader(data)
    out = {name: r.number(size) for name, size in HEADER}
    out.update({name: r.take(32) for name in ROOTS})
    r.done()
    return out


def block_hash(data, genesis):
    return tagged_hash("cairn/block/v1", genesis + data)


def next_set(data):
    """Consensus parameters and the list behind them: what a validators hash is made of."""
    r = Reader(data)
    r.u32()
    fault_model = r.u8()
    r.take(4 + 4 + 8)
    need(fault_model <= 1, "fault model")
    count = r.u16()
    need(1 <= count <= 128, "validators")
    items = [(r.take(32), r.take(32), r.take(32)) for _ in range(count)]
    r.done()
    faulty = (count - 1) // (2 if fault_model else 3)
    return [cosign for _, _, cosign in items], count - faulty


def ballot_digest(data, genesis):
    kind = {1: "notarize", 2: "nullify", 3: "finalize"}[data[0]]
    ballot(Reader(data))
    return tagged_hash("cairn/%s/v1" % kind, genesis + data[1:])


def record_leaf(data):
    r = Reader(data)
    leaf = {"position": r.u64(), "author": r.take(32), "txid": r.take(32),
            "operation": r.u16(), "time_ms": r.u64(), "key": r.bytes16(256),
            "content_type": r.text16(127), "value_kind": r.u8(), "value_hash": r.take(32)}
    r.done()
    return leaf


def account_id(key):
    need(lift_x(int.from_bytes(key, "big")) is not None, "point")
    return tagged_hash("cairn/account/v1", b"\1" + key)


# -- The log: RFC 6962 -----------------------------------------------------------------------

def leaf_hash(data):
    return sha256(b"\0", data)


def node_hash(left, right):
    return sha256(b"\1", left, right)


def split(size):
    """The largest power of two below size."""
    return 1 << (size - 1).bit_length() - 1


def log_root(hashes):
    if not hashes:
        return sha256()
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node_hash(log_root(hashes[:k]), log_root(hashes[k:]))


def inclusion_root(leaf, index, size, path):
    """From the definition of PATH, from the root down."""
    if size == 1:
        need(not path, "path too long")
        return leaf
    need(path, "path too short")
    k = split(size)
    if index < k:
        return node_hash(inclusion_root(leaf, index, k, path[:-1]), path[-1])
    return node_hash(path[-1], inclusion_root(leaf, index - k, size - k, path[:-1]))


def range_root(leaves, start, size, first, hashes):
    """The root of `size` leaves from `start` on, of which `leaves` begin at `first`."""
    if start + size <= first or start >= first + len(leaves):
        need(hashes, "range proof too short")
        return hashes.pop(0)
    if size == 1:
        return leaves[start - first]
    k = split(size)
    left = range_root(leaves, start, k, first, hashes)
    return node_hash(left, range_root(leaves, start + k, size - k, first, hashes))


# -- The state tree --------------------------------------------------------------------------

def key_hash(genesis, key):
    return sha256(b"\4", genesis, key)


def value_hash(value):
    return sha256(b"\5", value)


def bit(data, index):
    return data[index // 8] >> 7 - index % 8 & 1


def state_root(entries, depth=0):
    """Of (key hash, value hash) pairs."""
    if not entries:
        return bytes(32)
    if len(entries) == 1:
        return sha256(b"\2", *entries[0])
    halves = [[e for e in entries if bit(e[0], depth) == side] for side in (0, 1)]
    return sha256(b"\3", *(state_root(half, depth + 1) for half in halves))


def check_state_proof(root, key, value, data):
    """`value` None: nothing is under the key hash."""
    r = Reader(data)
    depth = r.u16()
    need(depth <= 256, "depth")
    which = r.take((depth + 7) // 8)
    bits = [which[i // 8] >> i % 8 & 1 for i in range(depth)]
    need(depth == 0 or (bits[-1] and which[-1] >> (depth - 1) % 8 == 1), "which")
    siblings = [r.take(32) if b else bytes(32) for b in bits]
    need(all(any(s) for s, b in zip(siblings, bits) if b), "empty sibling")
    leaf = (r.take(32), r.take(32)) if r.flag() else None
    r.done()
    if value is not None:
        need(leaf == (key, value), "another leaf")
    elif leaf is not None:
        need(leaf[0] != key, "it is there")
        need(all(bit(leaf[0], i) == bit(key, i) for i in range(depth)), "elsewhere")
    node = sha256(b"\2", *leaf) if leaf else bytes(32)
    for i in reversed(range(depth)):
        pair = (siblings[i], node) if bit(key, i) else (node, siblings[i])
        node = sha256(b"\3", *pair)
    need(node == root, "state root")
