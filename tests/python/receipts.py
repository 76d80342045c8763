"""Receipts a second time, from docs/formats.md alone: standard library only."""
import base64
import binascii
import re
import unicodedata

from ledger import (HEADER_SIZE, Malformed, Reader, block_hash, check_state_proof, header,
                    inclusion_root, key_hash, leaf_hash, name_is_valid, need, next_set,
                    range_root, record_leaf, sha256, transaction, value_hash)
from signatures import bip340_is_valid, ed25519_is_valid, tagged_hash

MAGIC = b"c2sp.org/tlog-proof@v1\n"
ORIGIN = re.compile(rb"cairn/[a-z0-9-]{1,32}/([0-9a-f]{32})")
DECIMAL = re.compile(rb"0|[1-9][0-9]*")
TX, SEAL, STATE, RECORDS = 1, 2, 3, 4


class Refused(Exception):
    def __init__(self, verdict, text=""):
        super().__init__("%s: %s" % (verdict, text))
        self.verdict = verdict


class Content(Malformed):
    pass


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("base64")
    need(base64.b64encode(data) == text, "base64 that is not canonical")
    return data


def number(text):
    need(DECIMAL.fullmatch(text) and int(text) < 2**64, "number")
    return int(text)


# -- Notes -----------------------------------------------------------------------------------

def key_name_is_valid(name):
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return (1 <= len(name) <= 255 and "+" not in text and
            not any(c.isspace() or unicodedata.category(c) == "Cc" and ord(c) < 32
                    for c in text))


def key_id(name, kind, key):
    return sha256(name, b"\n", bytes([kind]), key)[:4]


def note(data):
    need(len(data) <= 1 << 20, "size")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("utf-8")
    need(all(c >= 32 or c == 10 for c in data), "control character")
    at = data.rfind(b"\n\n")
    need(at >= 0 and data.endswith(b"\n") and at + 2 < len(data), "no signatures")
    signatures = []
    for line in data[at + 2:-1].split(b"\n"):
        parts = line.split(b" ", 2)
        need(len(parts) == 3 and parts[0] == "\u2014".encode(), "signature line")
        need(key_name_is_valid(parts[1]), "key name")
        raw = unbase64(parts[2])
        need(len(raw) > 4, "signature")
        signatures.append((parts[1], raw[:4], raw[4:]))
    need(len(signatures) <= 1024, "signatures")
    return data[:at + 1], signatures


def checkpoint(text):
    lines = text[:-1].split(b"\n")
    need(len(text) <= 4096 and len(lines) >= 3 and all(lines), "checkpoint")
    root = unbase64(lines[2])
    need(len(lines[0]) <= 255 and len(root) == 32, "checkpoint")
    return {"origin": lines[0], "size": number(lines[1]), "root": root}


def proof(data):
    need(data.startswith(MAGIC) and len(data) <= 16 << 20, "first line")
    out = {"extra": None, "path": []}
    line, left = cut(data[len(MAGIC):])
    if line.startswith(b"extra "):
        out["extra"] = line[6:]
        line, left = cut(left)
    need(line.startswith(b"index "), "index")
    out["index"] = number(line[6:])
    while True:
        line, left = cut(left)
        if not line:
            break
        out["path"].append(unbase64(line))
        need(len(out["path"][-1]) == 32 and len(out["path"]) <= 64, "path")
    out["text"], out["signatures"] = note(left)
    out.update(checkpoint(out["text"]))
    return out


def cut(data):
    at = data.find(b"\n")
    need(at >= 0, "no newline")
    return data[:at], data[at + 1:]


# -- Policies --------------------------------------------------------------------------------

def vkey(text):
    parts = text.split(b"+", 2)
    need(len(parts) == 3 and key_name_is_valid(parts[0]), "key")
    need(re.fullmatch(rb"[0-9a-f]{8}", parts[1]), "key id")
    raw = unbase64(parts[2])
    need(len(raw) == 33 and raw[0] in (1, 4), "kind of key")
    need(key_id(parts[0], raw[0], raw[1:]).hex().encode() == parts[1], "key id")
    return parts[0], raw[0], raw[1:]


class Policy:
    """logs: (name, key); nodes by name: a key, or (threshold, members)."""

    def __init__(self, logs, nodes, quorum):
        self.logs, self.nodes, self.quorum = logs, nodes, quorum

    @classmethod
    def of_text(cls, text):
        need(len(text) <= 128 << 10 and (not text or text.endswith(b"\n")), "policy")
        logs, nodes, used, quorum = [], {}, set(), []
        for line in text.split(b"\n")[:-1]:
            need(all(c >= 32 and c != 127 or c == 9 for c in line), "control character")
            words = line.replace(b"\t", b" ").split(b" ")
            words = [w for w in words if w]
            if not words or words[0].startswith(b"#"):
                continue
            cls._line(words, logs, nodes, used, quorum)
        need(len(quorum) == 1, "quorum")
        return cls(logs, nodes, quorum[0])

    @staticmethod
    def _line(words, logs, nodes, used, quorum):
        if words[0] == b"log":
            need(2 <= len(words) <= 3, "log")
            name, kind, key = vkey(words[1])
            need(kind == 1 and key not in [k for _, k in logs], "log")
            logs.append((name, key))
        elif words[0] == b"witness":
            need(3 <= len(words) <= 4 and words[1] != b"none", "witness")
            name, kind, key = vkey(words[2])
            keys = [n[1] for n in nodes.values() if n[0] == "witness"]
            need(kind == 4 and words[1] not in nodes and key not in keys, "witness")
            nodes[words[1]] = ("witness", key, name)
        elif words[0] == b"group":
            need(len(words) >= 4 and words[1] != b"none" and words[1] not in nodes, "group")
            members = words[3:]
            k = {b"any": 1, b"all": len(members)}.get(words[2])
            k = number(words[2]) if k is None else k
            need(1 <= k <= len(members) and len(set(members)) == len(members), "group")
            need(all(m in nodes and m not in used for m in members), "member")
            used.update(members)
            nodes[words[1]] = ("group", k, members)
        elif words[0] == b"quorum":
            need(len(words) == 2 and (words[1] in nodes or words[1] == b"none"), "quorum")
            quorum.append(words[1])
        else:
            raise Malformed("line")

    @classmethod
    def of_keys(cls, origin, keys, quorum):
        nodes = {}
        for key in keys:
            short = sha256(key).hex()[:16].encode()
            nodes[short] = ("witness", key, origin + b"/" + short)
        nodes[b"validators"] = ("group", quorum, list(nodes))
        return cls([(origin, key) for key in keys], nodes, b"validators")

    def voters(self, name=None):
        """The keys that the quorum is made of, and the fewest that are one."""
        name = self.quorum if name is None else name
        if name == b"none":
            return set(), 0
        node = self.nodes[name]
        if node[0] == "witness":
            return {node[1]}, 1
        below = [self.voters(m) for m in node[2]]
        return set().union(*(keys for keys, _ in below)), \
            sum(sorted(least for _, least in below)[:node[1]])

    def holds(self, name, cosigned):
        if name == b"none":
            return True
        node = self.nodes[name]
        if node[0] == "witness":
            return node[1] in cosigned
        return sum(self.holds(m, cosigned) for m in node[2]) >= node[1]

    def same(self, other):
        return set(self.logs) == set(other.logs) and self.voters() == other.voters()

    def check(self, p):
        """What a checkpoint has: cosigned, voters, needed, not_later_than_s."""
        log_signed, times = False, {}
        if p["origin"] not in [name for name, _ in self.logs]:
            raise Refused("OTHER_NETWORK")
        for name, ident, raw in p["signatures"]:
            for log, key in self.logs:
                if (log, key_id(log, 1, key)) != (name, ident):
                    continue
                if not ed25519_is_valid(raw, key, p["text"]):
                    raise Refused("SIGNATURE")
                log_signed |= name == p["origin"]
            for node in self.nodes.values():
                if node[0] != "witness" or \
                        (node[2], key_id(node[2], 4, node[1])) != (name, ident):
                    continue
                time_s = int.from_bytes(raw[:8], "big")
                message = b"cosignature/v1\ntime %d\n" % time_s + p["text"]
                if len(raw) != 72 or time_s >= 2**63 or \
                        not ed25519_is_valid(raw[8:], node[1], message):
                    raise Refused("SIGNATURE")
                times.setdefault(node[1], time_s)
        voters, needed = self.voters()
        counted = sorted(t for key, t in times.items() if key in voters)
        if not self.holds(self.quorum, times):
            raise Refused("NO_QUORUM")
        if not log_signed:
            raise Refused("NO_LOG_SIGNATURE")
        faulty = len(voters) - needed
        return {"cosigned": len(counted), "voters": len(voters), "needed": needed,
                "not_later_than_s": counted[min(faulty, len(counted) - 1)] if counted else 0}


# -- What is in the extra line ---------------------------------------------------------------

def _list(r, count_max, size_max):
    count = r.u16()
    need(count <= count_max, "list")
    return [r.bytes16(size_max) for _ in range(count)]


def extra(p):
    match = ORIGIN.fullmatch(p["origin"])
    need(match and p["extra"] is not None, "origin or extra")
    r = Reader(unbase64(p["extra"]))
    need(r.u8() == 1, "version")
    out = {"kind": r.u8(), "genesis": r.take(32), "leaf": r.bytes16(65535)}
    if out["kind"] == TX:
        out["names"] = _list(r, 1024, 64)
        need(all(a < b for a, b in zip(out["names"], out["names"][1:])), "order of names")
    elif out["kind"] == SEAL:
        out["next_set"] = r.rest()
    elif out["kind"] == STATE:
        out["parent"] = r.take(HEADER_SIZE)
        out["key"] = r.bytes16(289)
        out["value"] = r.optional(lambda: r.bytes32(32768))
        out["name"] = r.bytes16(64)
        out["proof"] = r.rest()
    elif out["kind"] == RECORDS:
        out["parent"] = r.take(HEADER_SIZE)
        out["name"] = r.bytes16(64)
        out["count"], out["root"] = r.u64(), r.take(32)
        out["proof"] = r.bytes16(8291)
        out["from"] = r.u64()
        out["leaves"] = _list(r, 1024, 534)
        out["hashes"] = [r.take(32) for _ in range(r.u16())]
        need(len(out["hashes"]) <= 128, "hashes")
        out["txs"] = _list(r, 1024, 65535)
    else:
        raise Malformed("kind")
    r.done()
    if out["genesis"].hex()[:32].encode() != match[1]:
        raise Refused("CONTENT", "genesis")
    return out


def check_inclusion(p, leaf):
    try:
        need(p["index"] < p["size"] < 2**64, "index")
        root = inclusion_root(leaf_hash(leaf), p["index"], p["size"], p["path"])
    except Malformed as why:
        raise Refused("NOT_IN_LOG", str(why))
    if root != p["root"]:
        raise Refused("NOT_IN_LOG")


def check_header(p, leaf):
    if len(leaf) != 1 + HEADER_SIZE or leaf[0] != 0 or leaf[1] != 1:
        raise Refused("CONTENT", "no header")
    head = header(leaf[1:])
    check_inclusion(p, leaf)
    if head["log_size"] != p["index"]:
        raise Refused("CONTENT", "place")
    return head


def check_seal(e, head):
    if head["flags"] & 4 or not head["flags"] & 1 or \
            tagged_hash("cairn/validators/v1", e["genesis"] + e["next_set"]) != \
            head["next_validators_hash"]:
        raise Refused("CONTENT", "seal")
    return next_set(e["next_set"])


# -- Successions -----------------------------------------------------------------------------

ALONE, NEWEST, OLD, SUCCESSOR = range(4)


def proofs(data):
    """Proof files one behind another."""
    while data:
        at = data.find(b"\n" + MAGIC, 1)
        size = len(data) if at < 0 else at + 1
        yield data[:size]
        data = data[size:]


def sets(policy, succession, origin, size):
    """(policy, judge, epoch) of those who may speak for a checkpoint of this size."""
    found, now, start, last, anchored = [], (policy, ALONE, None), 0, None, False
    following = None
    for data in proofs(succession):
        p = proof(data)
        need(p["origin"] == origin, "another network")
        e = extra(p)
        need(e["kind"] == SEAL, "kind")
        head = check_header(p, e["leaf"])
        keys, quorum = check_seal(e, head)
        need(p["size"] == head["log_size"] + 1, "not the seal's checkpoint")
        if last is not None:
            need(head["epoch"] == last["epoch"] + 1 and
                 head["validators_hash"] == last["next_validators_hash"] and
                 head["log_size"] > last["log_size"] and
                 head["height"] > last["height"], "order")
        last, following = head, Policy.of_keys(origin, keys, quorum)
        try:
            now[0].check(p)
        except Refused as why:
            need(not anchored and why.verdict != "SIGNATURE", "not cosigned")
            continue
        if not anchored:
            anchored, now = True, (policy, OLD, head["epoch"])
        if start <= size <= p["size"]:
            found.append(now)
        now, start = (following, SUCCESSOR, head["epoch"] + 1), p["size"]
    if last is not None and not anchored:
        need(policy.same(following), "does not lead from the policy")
        now = (policy, NEWEST, None)
    elif anchored and policy.same(now[0]):
        now = (now[0], NEWEST, now[2])
    if size >= start and len(found) < 2:
        found.append(now)
    return found


# -- The whole -------------------------------------------------------------------------------

def check_tx(genesis, data):
    tx = transaction(data, genesis)
    if not bip340_is_valid(tx["signature"], tx["key"], tx["txid"]):
        raise Refused("SIGNATURE", "transaction")
    return tx


def named_ids(tx):
    ids = set()
    for kind, op in tx["operations"]:
        if kind == 0x0101:
            ids.add(("stream", op["stream"]))
            if op["reference"]:
                ids.add(("stream", op["reference"][0]))
        elif kind in (0x0202, 0x0203):
            ids.add(("stream", op["stream"]))
        elif kind == 0x0302 and op["inbox"]:
            ids.add(("stream", op["inbox"]))
        elif kind in (0x0402, 0x0403, 0x0404):
            ids.add(("asset", op["asset"]))
    return ids


def id_of(noun, name):
    return tagged_hash("cairn/%s/v1" % noun, name)


def check_names(e, tx):
    ids = named_ids(tx)
    for name in e["names"]:
        need(name_is_valid(name) and
             any((noun, id_of(noun, name)) in ids for noun in ("stream", "asset")), "name")


def check_parent(e, head):
    need(block_hash(e["parent"], e["genesis"]) == head["parent"], "parent")


def check_state(e, head):
    check_parent(e, head)
    if e["name"]:
        kind = e["key"][:1]
        noun = "stream" if b"\x10" <= kind <= b"\x13" else \
            "asset" if b"\x20" <= kind <= b"\x22" else None
        need(noun and name_is_valid(e["name"]) and
             id_of(noun, e["name"]) == e["key"][1:33], "name")
    check_state_proof(head["state_root"], key_hash(e["genesis"], e["key"]),
                      None if e["value"] is None else value_hash(e["value"]), e["proof"])


def check_records(e, head):
    check_parent(e, head)
    need(name_is_valid(e["name"]), "name")
    stream = id_of("stream", e["name"])
    check_state_proof(head["state_root"], key_hash(e["genesis"], b"\x11" + stream),
                      value_hash(e["count"].to_bytes(8, "little") + e["root"]), e["proof"])
    leaves = [record_leaf(leaf) for leaf in e["leaves"]]
    need(all(leaf["position"] == e["from"] + i for i, leaf in enumerate(leaves)), "place")
    if not leaves:
        need(e["count"] == 0 and e["from"] == 0 and not e["hashes"] and
             e["root"] == sha256(), "none shown")
    else:
        need(e["from"] + len(leaves) <= e["count"] < 2**62, "range")
        hashes = list(e["hashes"])
        root = range_root([leaf_hash(leaf) for leaf in e["leaves"]], 0, e["count"],
                          e["from"], hashes)
        need(root == e["root"] and not hashes, "range")
    at = 0
    for data in e["txs"]:
        tx = check_tx(e["genesis"], data)
        while at < len(leaves) and leaves[at]["txid"] != tx["txid"]:
            at += 1
        need(at < len(leaves), "transaction of no record")
        while at < len(leaves) and leaves[at]["txid"] == tx["txid"]:
            check_record(leaves[at], tx, stream)
            at += 1


def check_record(leaf, tx, stream):
    need(leaf["operation"] < len(tx["operations"]) and leaf["author"] == tx["sender"], "tx")
    kind, op = tx["operations"][leaf["operation"]]
    need(kind == 0x0101 and op["stream"] == stream, "operation")
    value = op["value"] if op["value_kind"] else sha256(op["value"])
    need((op["value_kind"], value, op["key"], op["content_type"]) ==
         (leaf["value_kind"], leaf["value_hash"], leaf["key"], leaf["content_type"]),
         "record")


def attempt(verdict, function, *arguments):
    try:
        return function(*arguments)
    except Malformed as why:
        raise Refused(verdict, str(why))


def verify(file, policy_text, succession=b""):
    """The facts of a receipt, or Refused with the verdict's name."""
    policy = attempt("POLICY_UNREADABLE", Policy.of_text, policy_text)
    p = attempt("UNREADABLE", proof, file)
    e = attempt("UNREADABLE", extra, p)
    if not policy.logs:
        raise Refused("POLICY_UNREADABLE", "no log")
    if p["origin"] not in [name for name, _ in policy.logs]:
        raise Refused("OTHER_NETWORK")
    head = None
    if e["kind"] == TX:
        check_inclusion(p, e["leaf"])
    else:
        head = check_header(p, e["leaf"])
    try:
        candidates = sets(policy, succession, p["origin"], p["size"])
    except (Refused, Malformed) as why:
        raise Refused("SUCCESSION", str(why))
    refused = Refused("NO_QUORUM")
    for by, judge, epoch in candidates:
        try:
            facts = dict(by.check(p), judge=judge, epoch=epoch)
            break
        except Refused as why:
            refused = why
    else:
        raise refused
    facts.update(kind=e["kind"], genesis=e["genesis"].hex(), log_index=p["index"],
                 log_size=p["size"])
    if e["kind"] == TX:
        tx = attempt("CONTENT", check_tx, e["genesis"], e["leaf"])
        attempt("CONTENT", check_names, e, tx)
        facts["txid"] = tx["txid"].hex()
    elif e["kind"] == SEAL:
        attempt("CONTENT", check_seal, e, head)
    elif e["kind"] == STATE:
        attempt("CONTENT", check_state, e, head)
        facts["present"] = e["value"] is not None
    else:
        attempt("CONTENT", check_records, e, head)
        facts.update({"from": e["from"], "record_count": len(e["leaves"]),
                      "count": e["count"]})
    return facts
