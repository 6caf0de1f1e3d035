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

/** Arrays and maps inside each other, at most; deeper records are refused before they are decoded. */
export const MAX_CBOR_DEPTH = 16;

const MAX_CBOR_INT = 2n ** 64n - 1n;
const MIN_CBOR_INT = -(2n ** 64n);

/**
 * The one encoding of a value. Throws `kernel.unencodable` for what has none: floats, `undefined`, integers beyond 64 bits,
 * objects that are not plain, text that is not well-formed or begins with a byte order mark, deep nesting.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  requireEncodable(value, 0);
  return encode(value, rfc8949EncodeOptions);
}

/**
 * Decodes hostile bytes. Throws `kernel.malformed` unless re-encoding gives exactly the same bytes, so that one value has
 * one encoding and a hash or signature speaks of one meaning.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  try {
    if (!isShallow(bytes)) throw unencodable('nested too deeply');
    const value = decode(bytes, DECODE_OPTIONS) as CborValue;
    if (equalBytes(encodeCbor(value), bytes)) return value;
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
}

const DECODE_OPTIONS = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: true,
  rejectDuplicateMapKeys: true,
};

function malformed(cause?: unknown): AppError {
  return new AppError('kernel.malformed', 'These bytes are not a canonical record.', {
    advice: 'Drop them; the sender is broken or hostile.',
    cause,
  });
}

function requireEncodable(value: unknown, depth: number): void {
  switch (typeof value) {
    case 'boolean':
      return;
    case 'number':
      if (!Number.isSafeInteger(value)) throw unencodable('a number that is no safe integer');
      return;
    case 'bigint':
      if (value > MAX_CBOR_INT || value < MIN_CBOR_INT) throw unencodable('an integer beyond 64 bits');
      return;
    case 'string':
      return requireText(value);
    case 'object':
      if (value !== null && !(value instanceof Uint8Array)) requireContainer(value, depth);
      return;
    default:
      throw unencodable(`a value of type ${typeof value}`);
  }
}

function requireContainer(value: object, depth: number): void {
  if (depth >= MAX_CBOR_DEPTH) throw unencodable('too deep nesting');
  if (Array.isArray(value)) {
    for (const item of value) requireEncodable(item, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unencodable('an object that is not plain');
  for (const [key, item] of Object.entries(value)) {
    requireText(key);
    requireEncodable(item, depth + 1);
  }
}

/** A decoder replaces lone surrogates and swallows a leading byte order mark: such text would come back as another. */
function requireText(text: string): void {
  if (!text.isWellFormed() || text.startsWith('\ufeff'))
    throw unencodable('text that has no exact UTF-8 form');
}

const unencodable = (what: string): AppError =>
  new AppError('kernel.unencodable', `A record cannot hold ${what}.`, {
    advice: 'This is a fault of the program that made the record.',
  });

/** Argument bytes that follow the initial byte, by its low five bits. */
const ARGUMENT_BYTES: Record<number, number> = { 24: 1, 25: 2, 26: 4, 27: 8 };

/**
 * Whether no item lies in more than {@link MAX_CBOR_DEPTH} arrays and maps. Walks the heads of the items without
 * recursion, since a decoder's own stack would give way to `81 81 81 …`; what is malformed is left to the decoder.
 */
function isShallow(bytes: Uint8Array): boolean {
  const open: number[] = [];
  for (let position = 0; position < bytes.length; ) {
    const head = bytes[position] as number;
    const size = ARGUMENT_BYTES[head & 31] ?? 0;
    const argument = size === 0 ? head & 31 : readUint(bytes, position + 1, size);
    const major = head >> 5;
    position += 1 + size + (major === 2 || major === 3 ? argument : 0);
    while (open.at(-1) === 0) open.pop();
    if (open.length > 0) open.push((open.pop() as number) - 1);
    if (major === 4) open.push(argument);
    if (major === 5) open.push(argument * 2);
    if (open.length > MAX_CBOR_DEPTH) return false;
  }
  return true;
}

/** Big-endian; loses precision beyond 2^53, where no such length can be satisfied anyway. */
function readUint(bytes: Uint8Array, position: number, size: number): number {
  return bytes.subarray(position, position + size).reduce((value, byte) => value * 256 + byte, 0);
}

/** RFC 8785 bytes of a JSON value. Throws `kernel.not_json` on what JSON cannot hold, lone surrogates included. */
export function jcsBytes(value: JsonValue): Uint8Array {
  try {
    const text = canonicalize(value);
    if (text !== undefined) return utf8(text);
  } catch (cause) {
    throw notJson(cause);
  }
  throw notJson();
}

const notJson = (cause?: unknown): AppError =>
  new AppError('kernel.not_json', 'This value has no canonical JSON form.', {
    advice: 'Whoever made it must send plain JSON in well-formed Unicode.',
    cause,
  });

export const sha256Bytes = (bytes: Uint8Array): Uint8Array => sha256(bytes);
