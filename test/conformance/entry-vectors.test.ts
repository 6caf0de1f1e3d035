/** Entries, manifests and messages of the records protocol, byte for byte. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { verifyCertificate } from '#shared/features/identity/rules.ts';
import { decodeRecordsRequest, encodeRecordsMessage } from '#shared/features/records/messages.ts';
import {
  ENTRY_TYPE,
  type Entry,
  readEntry,
  sealEntry,
  storedEntry,
} from '#shared/features/registry/entry.ts';
import { encodeManifest, type Manifest, readManifest } from '#shared/features/registry/manifest.ts';
import { fromHex, toHex } from '#shared/kernel/bytes.ts';
import type { CborValue, JsonValue } from '#shared/kernel/canonical.ts';
import { open } from '#shared/kernel/envelope.ts';

interface Vectors {
  nodeSeed: string;
  now: number;
  manifests: Array<{ manifest: Manifest; bytes: string; hash: string }>;
  valid: Array<{ name: string; payload: JsonValue; bytes: string; key: string }>;
  invalid: Array<{ why: string; bytes: string; code: string }>;
  messages: Array<{ message: JsonValue; bytes: string }>;
}
const vectors = JSON.parse(
  readFileSync(new URL('./vectors/entries.json', import.meta.url), 'utf8'),
) as Vectors;
const verify = createVerify();

function valueOf(json: JsonValue): CborValue {
  if (Array.isArray(json)) return json.map(valueOf);
  if (json === null || typeof json !== 'object') return json;
  if (typeof json.$bytes === 'string') return fromHex(json.$bytes);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, valueOf(value)]));
}

function certified(certificate: Uint8Array) {
  const verified = verifyCertificate(certificate, { now: vectors.now, verify });
  if (!verified.ok) throw new Error(verified.reason);
  return verified.value;
}

describe('manifests', () => {
  test.each(vectors.manifests)('of $manifest.server', ({ bytes, hash, manifest }) => {
    const encoded = encodeManifest(manifest);
    expect([toHex(encoded.bytes), toHex(encoded.hash)]).toEqual([bytes, hash]);
    expect(readManifest(fromHex(bytes))).toEqual(manifest);
  });
});

describe('entries', () => {
  test.each(vectors.valid)('$name', ({ bytes, key, payload }) => {
    const value = valueOf(payload) as unknown as Entry;
    expect(toHex(sealEntry(value, createSigner(fromHex(vectors.nodeSeed))).bytes)).toBe(bytes);
    const read = readEntry(open(fromHex(bytes), ENTRY_TYPE, verify), certified);
    expect(read.entry).toEqual(value);
    expect(read.meta).toMatchObject({
      key,
      seq: value.seq,
      private: value.private,
      tombstone: value.manifest === null,
    });
    expect(storedEntry(fromHex(bytes))).toEqual(value);
  });
  test.each(vectors.invalid)('$why', ({ bytes, code }) => {
    expect(() => readEntry(open(fromHex(bytes), ENTRY_TYPE, verify), certified)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('messages of the records protocol', () => {
  test.each(vectors.messages)('$message.op', ({ bytes, message }) => {
    expect(toHex(encodeRecordsMessage(valueOf(message)))).toBe(bytes);
    expect(decodeRecordsRequest(fromHex(bytes))).toEqual(valueOf(message));
  });
});
