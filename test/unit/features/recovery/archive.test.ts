import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive, writeArchive } from '#main/features/recovery/archive.ts';
import {
  type ArchiveHead,
  createHead,
  FIXED_BYTES,
  headerLength,
  openHead,
  openSegment,
  SEGMENT_BYTES,
  sealSegment,
} from '#main/features/recovery/archive-format.ts';
import { createSeededRandom } from '#test/support/random.ts';

const random = createSeededRandom('archive');
const refused = expect.objectContaining({ code: expect.stringMatching(/^recovery\./) });
const flipped = (bytes: Uint8Array, index: number, bit = 0): Uint8Array => {
  const copy = bytes.slice();
  copy[index] = (copy[index] as number) ^ (1 << bit);
  return copy;
};

describe('one archive', () => {
  let head: ArchiveHead;
  beforeAll(() => {
    head = createHead('passphrase', random);
  });

  test('every flipped bit before the segments is noticed, without paying for the passphrase', () => {
    for (let index = 0; index < head.bytes.length; index++)
      for (let bit = 0; bit < 8; bit++) {
        const bytes = flipped(head.bytes, index, bit);
        expect(() => {
          headerLength(bytes.subarray(0, FIXED_BYTES));
          openHead(bytes, 'passphrase');
        }).toThrow(refused);
      }
  });

  test('every flipped bit of a segment is noticed', () => {
    const sealed = sealSegment(head, 3, false, random.bytes(100));
    for (let index = 0; index < sealed.length; index++)
      for (let bit = 0; bit < 8; bit++)
        expect(() => openSegment(head, 3, false, flipped(sealed, index, bit))).toThrow(refused);
  });

  test('a segment is worth nothing in another place, role or archive', () => {
    const content = random.bytes(100);
    const sealed = sealSegment(head, 3, false, content);
    expect(openSegment(head, 3, false, sealed)).toEqual(content);
    expect(() => openSegment(head, 2, false, sealed)).toThrow(refused);
    expect(() => openSegment(head, 3, true, sealed)).toThrow(refused);
    const other = { ...head, bytes: flipped(head.bytes, 20) };
    expect(() => openSegment(other, 3, false, sealed)).toThrow(refused);
  });
});

describe('whole files', () => {
  let dir: string;
  let file: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'archive-'));
    file = join(dir, 'a.backup');
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  async function* inPieces(content: Uint8Array, size: number): AsyncIterable<Uint8Array> {
    for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
  }

  async function write(content: Uint8Array, pieceBytes = 10_000): Promise<Uint8Array> {
    rmSync(file, { force: true });
    await using handle = await open(file, 'wx');
    await writeArchive(handle, inPieces(content, pieceBytes), 'passphrase', random);
    return new Uint8Array(readFileSync(file));
  }

  async function read(bytes: Uint8Array, length: number, passphrase = 'passphrase'): Promise<Uint8Array> {
    writeFileSync(file, bytes);
    await using handle = await open(file, 'r');
    const archive = await openArchive(handle, passphrase);
    const content = await archive.read(length);
    await archive.end();
    return content;
  }

  test.each([0, 1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * SEGMENT_BYTES])(
    '%i bytes come back as they were',
    async (length) => {
      const content = random.bytes(length);
      expect(await read(await write(content), length)).toEqual(content);
    },
  );

  test('any flipped byte, cut or addition is noticed', async () => {
    const length = 2 * SEGMENT_BYTES + 500;
    const whole = await write(random.bytes(length));
    const mutation = fc.oneof(
      fc.nat(whole.length - 1).map((index) => flipped(whole, index, index % 8)),
      fc.nat(whole.length - 1).map((end) => whole.slice(0, end)),
      fc.uint8Array({ minLength: 1, maxLength: 100 }).map((tail) => Buffer.concat([whole, tail])),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async (bytes) => {
        await expect(read(bytes, length)).rejects.toEqual(refused);
      }),
      { numRuns: 15 },
    );
  });

  test('cuts between segments and dropped segments are noticed', async () => {
    const length = 2 * SEGMENT_BYTES;
    const whole = await write(random.bytes(length));
    const sealedBytes = SEGMENT_BYTES + 16;
    const start = whole.length - 2 * sealedBytes;
    const cut = whole.slice(0, start + sealedBytes);
    await expect(read(cut, SEGMENT_BYTES)).rejects.toMatchObject({ code: 'recovery.corrupt' });
    const dropped = Buffer.concat([whole.subarray(0, start), whole.subarray(start + sealedBytes)]);
    await expect(read(dropped, SEGMENT_BYTES)).rejects.toMatchObject({ code: 'recovery.corrupt' });
    await expect(read(whole, 10)).rejects.toMatchObject({ code: 'recovery.corrupt' });
    await expect(read(whole, length + 1)).rejects.toMatchObject({ code: 'recovery.corrupt' });
  });

  test('what is wrong is named', async () => {
    const whole = await write(Uint8Array.of(1));
    await expect(read(whole, 1, 'other')).rejects.toMatchObject({ code: 'recovery.wrong_passphrase' });
    await expect(read(Buffer.from('PK\u0003\u0004 something else'), 1)).rejects.toMatchObject({
      code: 'recovery.not_a_backup',
    });
    await expect(read(new Uint8Array(), 1)).rejects.toMatchObject({ code: 'recovery.not_a_backup' });
    const later = whole.slice();
    later[8] = 2;
    await expect(read(later, 1)).rejects.toMatchObject({ code: 'recovery.newer' });
  });
});
