/**
 * Canonical bytes. Records are RFC 8949 deterministic CBOR (section 4.2.1) without floats, tags, `undefined` or
 * indefinite lengths; JSON that MCP peers exchange is hashed as RFC 8785 (JCS).
 */
import canonicalize from 'canonicalize';
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, utf8 } from './bytes.ts';
import { AppError } from './errors.ts';

/** What a record may hold. Integers beyond 2^53 are bigints on both sides. */
export type CborValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | CborValue[]
  | { [key: string]: CborValue };

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** Deepest nesting accepted in a record; deeper ones are refused before they are decoded. */
export const MAX_CBOR_DEPTH = 16;

export function encodeCbor(value: CborValue): Uint8Array {
  refuseFloats(value, 0);
  return encode(value, rfc8949EncodeOptions);
}

/**
 * Decodes hostile bytes. Throws `AppError` `kernel.malformed` unless re-encoding gives exactly the same bytes, so
 * that one value has one encoding and a hash or signature speaks of one meaning.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  let value: CborValue;
  try {
    value = decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: true,
      rejectDuplicateMapKeys: true,
    }) as CborValue;
    if (!equalBytes(encodeCbor(value), bytes)) throw new Error('not in deterministic form');
  } catch (cause) {
    throw new AppError('kernel.malformed', 'These bytes are not a canonical record.', {
      advice: 'Drop them; the sender is broken or hostile.',
      cause,
    });
  }
  return value;
}

function refuseFloats(value: CborValue, depth: number): void {
  if (depth > MAX_CBOR_DEPTH) throw new TypeError('nested too deeply');
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new TypeError('floats are not allowed');
  if (value === undefined) throw new TypeError('undefined is not allowed');
  if (Array.isArray(value)) for (const item of value) refuseFloats(item, depth + 1);
  else if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array))
    for (const item of Object.values(value)) refuseFloats(item, depth + 1);
}

/** RFC 8785 bytes of a JSON value. Throws `TypeError` on what JSON cannot hold. */
export function jcsBytes(value: JsonValue): Uint8Array {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return utf8(text);
}

export const sha256Bytes = (bytes: Uint8Array): Uint8Array => sha256(bytes);
