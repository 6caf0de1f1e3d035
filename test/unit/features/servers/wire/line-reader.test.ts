import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineReader, idOfOversized } from '#main/features/servers/wire/line-reader.ts';

function read(chunks: Buffer[], maxBytes = 1_000_000) {
  const lines: string[] = [];
  const oversized: Array<{ head: string; tail: string; bytes: number }> = [];
  const reader = createLineReader({
    maxBytes,
    onLine: (line) => lines.push(line),
    onOversized: (head, tail, bytes) => oversized.push({ head, tail, bytes }),
  });
  for (const chunk of chunks) reader.push(chunk);
  return { lines, oversized };
}

describe('lines out of chunks', () => {
  it('are the same however the bytes are cut, letters of several bytes included', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const chunks: Buffer[] = [];
        let start = 0;
        for (const cut of cuts) chunks.push(bytes.subarray(start, (start += cut)));
        chunks.push(bytes.subarray(start));
        expect(read(chunks).lines).toEqual(lines.filter((text) => text !== ''));
      }),
    );
  });

  it('longer than allowed are dropped with their edges kept, and the next line is whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 33, max: 20_000 }), (step, length) => {
        const bytes = Buffer.from(`ok\nSTART${'x'.repeat(length)}END\nnext\n`);
        const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
          bytes.subarray(index * step, (index + 1) * step),
        );
        const { lines, oversized } = read(chunks, 32);
        expect(lines).toEqual(['ok', 'next']);
        expect(oversized.length).toBe(1);
        expect(oversized[0]?.bytes).toBe(length + 8);
        expect(oversized[0]?.head.startsWith('START')).toBe(true);
        expect(oversized[0]?.tail.endsWith('END')).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['{"jsonrpc":"2.0","id":7,"result":{"a":"', '…"}}', 7],
    ['{ "jsonrpc": "2.0", "id": 12 , "result": {', '}}', 12],
    ['{"result":{"content":"', '"},"jsonrpc":"2.0","id":31}', 31],
    ['{"result":{"content":"', '"},"id":31,"jsonrpc":"2.0"}', 31],
    ['{"result":{"id":5,"x":"', '"}}', undefined],
    ['{"jsonrpc":"2.0","method":"m","params":{"id":3,', '"id":4}}', undefined],
  ])('%s … %s answers %s', (head, tail, id) => {
    expect(idOfOversized(head, tail)).toBe(id);
  });
});
