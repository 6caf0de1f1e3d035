import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Invocation } from '#shared/features/relay/contract.ts';
import { createExporter, exportRow } from '#shared/features/relay/export.ts';

const call = (change: Partial<Invocation> = {}): Invocation => ({
  id: '019a',
  direction: 'outgoing',
  startedAt: Date.UTC(2026, 10, 22, 18, 1, 2, 3),
  durationMs: 12.5,
  outcome: 'error',
  code: 'relay.unreachable',
  method: 'tools/call',
  server: 'weather',
  tool: 'forecast',
  requestBytes: 10,
  responseBytes: 0,
  ...change,
});

const csvOf = (...calls: Invocation[]) => {
  const exporter = createExporter('csv');
  return exporter.begin() + calls.map((item) => exporter.part([item])).join('') + exporter.end();
};

/** RFC 4180, read by another hand than the one that writes it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let rest = text;
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/.exec(rest);
    if (!match) throw new Error(`not CSV: ${rest.slice(0, 40)}`);
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    rest = rest.slice(match[0].length);
    if (match[3] === '\r\n' && rest !== '') rows.push([]);
    if (match[0] === '') break;
  }
  return rows;
}

describe('an export of the record', () => {
  it('is CSV with a header, ISO times and the failing hop', () => {
    const [header, row] = parseCsv(csvOf(call()));
    expect(header?.slice(0, 5)).toEqual(['started', 'direction', 'outcome', 'code', 'failed_at']);
    expect(row?.slice(0, 5)).toEqual([
      '2026-11-22T18:01:02.003Z',
      'outgoing',
      'error',
      'relay.unreachable',
      'connect',
    ]);
  });

  it('survives whatever names are in it, and none of them is a formula', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('=1+1', '@cmd', '-2', '+3', 'a"b,c\r\nd', '\t=x'));
    fc.assert(
      fc.property(name, name, (tool, client) => {
        const rows = parseCsv(csvOf(call({ tool, client }), call()));
        expect(rows).toHaveLength(3);
        expect(rows[1]).toHaveLength(15);
        expect(rows[1]?.[7]?.replace(/^'/, '')).toBe(tool.replace(/^'/, ''));
        expect(rows[1]?.[8]).not.toMatch(/^[=+\-@\t\r\n]/);
      }),
    );
  });

  it('is JSON that others can read, however many parts it has', () => {
    for (const count of [0, 1, 3]) {
      const calls = Array.from({ length: count }, (_, index) => call({ id: String(index) }));
      const exporter = createExporter('json');
      const text = exporter.begin() + calls.map((item) => exporter.part([item])).join('') + exporter.end();
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(calls.map(exportRow))));
    }
  });
});
