"""Ed25519 (RFC 8032) and BIP-340 verification in plain integers: slow, and nobody else's code."""
import hashlib

# -- Ed25519 -------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _ed_recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P:
        return None
    return P - x if x & 1 != sign else x


def _ed_add(a, b):
    """Extended coordinates (X, Y, Z, T)."""
    k = (a[1] - a[0]) * (b[1] - b[0]) % P
    l = (a[1] + a[0]) * (b[1] + b[0]) % P
    m = 2 * a[3] * b[3] * D % P
    n = 2 * a[2] * b[2] % P
    e, f, g, h = l - k, n - m, n + m, l + k
    return e * f % P, g * h % P, f * g % P, e * h % P


def _ed_mul(k, point):
    result = (0, 1, 1, 0)
    while k:
        if k & 1:
            result = _ed_add(result, point)
        point = _ed_add(point, point)
        k >>= 1
    return result


def _ed_decode(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = _ed_recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


_ED_Y = 4 * pow(5, -1, P) % P
_ED_X = _ed_recover_x(_ED_Y, 0)
ED_BASE = (_ED_X, _ED_Y, 1, _ED_X * _ED_Y % P)


def ed25519_is_valid(signature, key, message):
    if len(signature) != 64 or len(key) != 32:
        return False
    a, r = _ed_decode(key), _ed_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = _ed_mul(s, ED_BASE), _ed_add(r, _ed_mul(k, a))
    return ((left[0] * right[2] - right[0] * left[2]) % P == 0 and
            (left[1] * right[2] - right[1] * left[2]) % P == 0)


# -- BIP-340 -------------------------------------------------------------------------------

FIELD = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BASE = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def tagged_hash(tag, data):
    head = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(head + head + data).digest()


def lift_x(x):
    if x >= FIELD:
        return None
    c = (pow(x, 3, FIELD) + 7) % FIELD
    y = pow(c, (FIELD + 1) // 4, FIELD)
    if y * y % FIELD != c:
        return None
    return x, y if y % 2 == 0 else FIELD - y


def _add(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0]:
        if (a[1] + b[1]) % FIELD == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, FIELD)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, FIELD)
    x = (slope * slope - a[0] - b[0]) % FIELD
    return x, (slope * (a[0] - x) - a[1]) % FIELD


def _mul(k, point):
    result = None
    while k:
        if k & 1:
            result = _add(result, point)
        point = _add(point, point)
        k >>= 1
    return result


def bip340_is_valid(signature, key, message):
    if len(signature) != 64 or len(key) != 32:
        return False
    point = lift_x(int.from_bytes(key, "big"))
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:], "big")
    if point is None or r >= FIELD or s >= ORDER:
        return False
    e = int.from_bytes(tagged_hash("BIP0340/challenge", signature[:32] + key + message), "big")
    result = _add(_mul(s, BASE), _mul(ORDER - e % ORDER, point))
    return result is not None and result[1] % 2 == 0 and result[0] == r
