/** Reconciliation by ranges and erasures, byte for byte: what another implementation must say and understand. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import {
  decodeRangesReply,
  decodeRecordsRequest,
  encodeRecordsMessage,
} from '#shared/features/records/messages.ts';
import { answerQuestions } from '#shared/features/records/ranges.ts';
import { createSortedSet } from '#shared/features/records/sorted-set.ts';
import { commitmentOf, ERASE_TYPE, readErasure, sealErasure } from '#shared/features/records/texts.ts';
import { fromHex, toHex, utf8 } from '#shared/kernel/bytes.ts';
import { type CborValue, sha256Bytes } from '#shared/kernel/canonical.ts';
import { open } from '#shared/kernel/envelope.ts';

interface Vectors {
  set: { count: number; first: number };
  fingerprints: Array<{ from: number; to: number; fingerprint: string }>;
  exchanges: Array<{ name: string; request: string; reply: string }>;
  erasure: Record<'nodeSeed' | 'certificate' | 'salt' | 'text' | 'commitment' | 'bytes', string> & {
    now: number;
  };
}
const vectors = JSON.parse(
  readFileSync(new URL('./vectors/records.json', import.meta.url), 'utf8'),
) as Vectors;

const set = createSortedSet();
for (let n = 0; n < vectors.set.count; n++)
  set.add(vectors.set.first + n * 1000, sha256Bytes(utf8(`record ${n}`)));

test.each(vectors.fingerprints)('the fingerprint of $from to $to', ({ fingerprint, from, to }) => {
  expect(toHex(set.fingerprint(from, to))).toBe(fingerprint);
});

describe('a comparison', () => {
  test.each(vectors.exchanges)('$name', ({ reply, request }) => {
    const asked = decodeRecordsRequest(fromHex(request));
    if (asked.op !== 'ranges') throw new Error('not a question about ranges');
    expect(toHex(encodeRecordsMessage(asked as CborValue))).toBe(request);
    const answers = answerQuestions(set, asked.ranges);
    expect(toHex(encodeRecordsMessage({ answers } as CborValue))).toBe(reply);
    expect(decodeRangesReply(fromHex(reply)).answers).toEqual(answers);
  });
});

test('an erasure', () => {
  const { bytes, certificate, commitment, nodeSeed, now, salt, text } = vectors.erasure;
  expect(toHex(commitmentOf({ salt: fromHex(salt), text }))).toBe(commitment);
  const sealed = sealErasure(createSigner(fromHex(nodeSeed)), {
    certificate: fromHex(certificate),
    now,
    texts: [fromHex(commitment)],
  });
  expect(toHex(sealed.bytes)).toBe(bytes);
  const { value } = open(fromHex(bytes), ERASE_TYPE, createVerify());
  expect(readErasure(value).texts.map(toHex)).toEqual([commitment]);
});
