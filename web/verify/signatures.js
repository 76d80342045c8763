"use strict";
/* Signatures. Ed25519 is the browser's own where it has it, else plain integers; BIP-340 no
 * browser has. Nothing secret is here, so that time may depend on values. */

function modulo(value, prime) {
	const rest = value % prime;

	return rest < 0n ? rest + prime : rest;
}

function power(base, exponent, prime) {
	let result = 1n;

	base = modulo(base, prime);
	for (; exponent > 0n; exponent >>= 1n) {
		if (exponent & 1n)
			result = result * base % prime;
		base = base * base % prime;
	}
	return result;
}

function inverse(value, prime) {
	return power(value, prime - 2n, prime);
}

function multiply(factor, point, zero, add) {
	let result = zero;

	for (; factor > 0n; factor >>= 1n) {
		if (factor & 1n)
			result = add(result, point);
		point = add(point, point);
	}
	return result;
}

/* -- Ed25519: RFC 8032, section 5.1 -------------------------------------------------------- */

const ed = (() => {
	const P = 2n ** 255n - 19n;
	const L = 2n ** 252n + 27742317777372353535851937790883648493n;
	const D = modulo(-121665n * inverse(121666n, P), P);
	const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n, P);

	function recover_x(y, sign) {
		if (y >= P)
			return null;
		const square = (y * y - 1n) * inverse(D * y * y + 1n, P) % P;

		if (modulo(square, P) === 0n)
			return sign ? null : 0n;
		let x = power(square, (P + 3n) / 8n, P);

		if (modulo(x * x - square, P) !== 0n)
			x = x * ROOT_OF_MINUS_1 % P;
		if (modulo(x * x - square, P) !== 0n)
			return null;
		return (x & 1n) !== sign ? P - x : x;
	}

	/* X, Y, Z, T of extended coordinates. */
	function add(left, right) {
		const a = (left[1] - left[0]) * (right[1] - right[0]) % P;
		const b = (left[1] + left[0]) * (right[1] + right[0]) % P;
		const c = 2n * left[3] * right[3] * D % P;
		const d = 2n * left[2] * right[2] % P;
		const [e, f, g, h] = [b - a, d - c, d + c, b + a];

		return [e * f, g * h, f * g, e * h].map(value => modulo(value, P));
	}

	function decode(bytes) {
		const value = int_le(bytes);
		const y = value & 2n ** 255n - 1n;
		const x = recover_x(y, value >> 255n);

		return x === null ? null : [x, y, 1n, x * y % P];
	}

	const base_y = 4n * inverse(5n, P) % P;
	const base_x = recover_x(base_y, 0n);
	const BASE = [base_x, base_y, 1n, base_x * base_y % P];
	const ZERO = [0n, 1n, 1n, 0n];

	async function is_valid(signature, key, message) {
		const a = decode(key), r = decode(signature.subarray(0, 32));
		const s = int_le(signature.subarray(32));

		if (!a || !r || s >= L)
			return false;
		const k = int_le(await digest("SHA-512", signature.subarray(0, 32), key, message)) % L;
		const left = multiply(s, BASE, ZERO, add);
		const right = add(r, multiply(k, a, ZERO, add));

		return modulo(left[0] * right[2] - right[0] * left[2], P) === 0n &&
			modulo(left[1] * right[2] - right[1] * left[2], P) === 0n;
	}
	return {is_valid};
})();

/* Does WebCrypto know Ed25519? Asked once; a test may say no. */
let browser_has_ed25519 = null;

async function ask_for_ed25519() {
	/* The key of the first test of RFC 8032, section 7.1. */
	const key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
	const bytes = Uint8Array.from(key.match(/../g), pair => parseInt(pair, 16));

	try {
		await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
		return true;
	} catch {
		return false;
	}
}

async function ed25519_is_valid(signature, key, message) {
	if (signature.length !== 64 || key.length !== 32)
		return false;
	if (browser_has_ed25519 === null)
		browser_has_ed25519 = await ask_for_ed25519();
	if (!browser_has_ed25519)
		return ed.is_valid(signature, key, message);
	try {
		const imported =
			await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);

		return await crypto.subtle.verify("Ed25519", imported, signature, message);
	} catch {
		return false; /* a key that is no point */
	}
}

/* -- BIP-340 over secp256k1 ---------------------------------------------------------------- */

const schnorr = (() => {
	const P = 2n ** 256n - 2n ** 32n - 977n;
	const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
	const BASE = [0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
		0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n, 1n];
	const ZERO = [0n, 1n, 0n];

	function lift_x(x) {
		if (x >= P)
			return null;
		const square = (x ** 3n + 7n) % P;
		const y = power(square, (P + 1n) / 4n, P);

		if (y * y % P !== square)
			return null;
		return [x, y & 1n ? P - y : y, 1n];
	}

	function double(point) {
		const [x, y, z] = point;
		const a = y * y % P, b = 4n * x * a % P, c = 3n * x * x % P;
		const x3 = modulo(c * c - 2n * b, P);

		return [x3, modulo(c * (b - x3) - 8n * a * a, P), 2n * y * z % P];
	}

	/* X, Y, Z of Jacobian coordinates; Z = 0 is the point at infinity. */
	function add(left, right) {
		if (left[2] === 0n)
			return right;
		if (right[2] === 0n)
			return left;
		const zz1 = left[2] * left[2] % P, zz2 = right[2] * right[2] % P;
		const u1 = left[0] * zz2 % P, u2 = right[0] * zz1 % P;
		const s1 = left[1] * zz2 * right[2] % P, s2 = right[1] * zz1 * left[2] % P;
		const h = modulo(u2 - u1, P), r = modulo(s2 - s1, P);

		if (h === 0n)
			return r === 0n ? double(left) : ZERO;
		const hh = h * h % P, hhh = h * hh % P, v = u1 * hh % P;
		const x = modulo(r * r - hhh - 2n * v, P);

		return [x, modulo(r * (v - x) - s1 * hhh, P), left[2] * right[2] * h % P];
	}

	async function is_valid(signature, key, message) {
		const point = lift_x(int_be(key));
		const r = int_be(signature.subarray(0, 32)), s = int_be(signature.subarray(32));

		if (!point || r >= P || s >= N)
			return false;
		const e = int_be(await tagged_hash("BIP0340/challenge", signature.subarray(0, 32), key,
			message)) % N;
		const result = add(multiply(s, BASE, ZERO, add),
			multiply(modulo(-e, N), point, ZERO, add));

		if (result[2] === 0n)
			return false;
		const inverse_z = inverse(result[2], P), zz = inverse_z * inverse_z % P;

		return (result[1] * zz * inverse_z % P & 1n) === 0n && result[0] * zz % P === r;
	}
	return {is_valid};
})();

async function bip340_is_valid(signature, key, message) {
	return signature.length === 64 && key.length === 32 &&
		await schnorr.is_valid(signature, key, message);
}
