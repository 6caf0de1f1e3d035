/**
 * One verdict on Ed25519 signatures everywhere. Libraries differ on keys of small order, on non-canonical points and on
 * the cofactor; a record that one node accepts and another refuses would split the network. Ours is the narrowest rule:
 * the key is canonical and not of small order, s < L, and the equation holds without the cofactor (RFC 8032, 5.1.7).
 */
import { Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, fromHex } from './bytes.ts';

/** Order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The y coordinates of the eight points of small order; the sign of x makes no difference. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(fromHex);

/** Whether a raw public key has the one canonical form and a large order. Says nothing about being on the curve. */
export function isStrictKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const y = publicKey.slice();
  y[31] = (y[31] as number) & 0x7f;
  return isBelowPrime(y) && !SMALL_ORDER_Y.some((small) => equalBytes(small, y));
}

/** p = 2^255 − 19, little-endian: `ed ff … ff 7f`. */
function isBelowPrime(y: Uint8Array): boolean {
  if ((y[0] as number) < 0xed || y[31] !== 0x7f) return true;
  return y.subarray(1, 31).some((byte) => byte !== 0xff);
}

/** Strict verification in plain JavaScript, for browsers and SDKs; nodes use `node:crypto` with the same verdict. */
export function verifyEd25519(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  if (signature.length !== 64 || !isStrictKey(publicKey)) return false;
  const r = signature.subarray(0, 32);
  const s = fromLittleEndian(signature.subarray(32));
  const point = decodePoint(publicKey);
  if (s >= L || !point) return false;
  const k = fromLittleEndian(sha512(concatBytes(r, publicKey, message))) % L;
  const expected = Point.BASE.multiply(s, false).subtract(point.multiply(k, false));
  return equalBytes(expected.toBytes(), r);
}

function decodePoint(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes, false);
  } catch {
    // Not on the curve: nothing is signed by it, which is the caller's `false`.
    return undefined;
  }
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
