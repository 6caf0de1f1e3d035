/** Text forms of bytes used in ids, hashes and tokens. One place, so that every part of the product agrees. */
import { base32 } from 'multiformats/bases/base32';
import { base58btc } from 'multiformats/bases/base58';
import { base64url } from 'multiformats/bases/base64';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export const utf8 = (text: string): Uint8Array => encoder.encode(text);
/** Throws `TypeError` on bytes that are not UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Lower-case RFC 4648 base32 without padding. */
export const toBase32 = (bytes: Uint8Array): string => base32.baseEncode(bytes);
/** base64url without padding. */
export const toBase64Url = (bytes: Uint8Array): string => base64url.baseEncode(bytes);
/** Throws `SyntaxError` on anything but the one canonical form. */
export function fromBase64Url(text: string): Uint8Array {
  if (text.endsWith('=')) throw new SyntaxError('padding is not allowed');
  return base64url.baseDecode(text);
}
/** Multibase base58btc: `z…`. */
export const toMultibase58 = (bytes: Uint8Array): string => base58btc.encode(bytes);
export const fromMultibase58 = (text: string): Uint8Array => base58btc.decode(text);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Throws `TypeError` on anything but lower-case hex. */
export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new TypeError('not lower-case hex');
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Not in constant time: for public bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

export function concatBytes(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
