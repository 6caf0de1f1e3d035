import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteSize,
  facts,
  oneLine,
  plural,
  printable,
  shortId,
  shorten,
  table,
  time,
} from '#main/shells/cli/printable.ts';

describe('what people read', () => {
  it('never steers the terminal, whatever strangers wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069\u200B\uFEFF]/u);
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200B\uFEFF]/u);
      }),
    );
    expect(printable('a\u001b[31mb\r\nc\u0085d\u202ee')).toBe('a\uFFFD[31mb\nc\uFFFDd\uFFFDe');
  });

  it('lines up in columns, one row a line', () => {
    const rows = [
      ['a', 'longer'],
      ['much longer', 'x\ny'],
    ];
    expect(table(['NAME', 'WHAT'], rows, 'Nothing.')).toBe(
      ['NAME         WHAT', 'a            longer', 'much longer  x y'].join('\n'),
    );
    expect(table(['NAME'], [], 'Nothing.')).toBe('Nothing.');
  });

  it('leaves out facts that are not known', () => {
    expect(
      facts([
        ['name', 'Ada'],
        ['alias', undefined],
        ['title', ''],
        ['tools', 0],
      ]),
    ).toBe('name   Ada\ntools  0');
  });

  it('shortens', () => {
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('abcd', 4)).toBe('abcd');
    expect(shortId(`z6Mk${'a'.repeat(44)}`)).toBe('z6Mkaaaaaa…aaaaaa');
    expect(shortId('short')).toBe('short');
  });

  it('counts and measures', () => {
    expect([0, 1, 1023, 1024, 1536, 5 * 1024 ** 2, 3 * 1024 ** 4].map(byteSize)).toEqual([
      '0 B',
      '1 B',
      '1023 B',
      '1.0 KiB',
      '1.5 KiB',
      '5.0 MiB',
      '3072.0 GiB',
    ]);
    expect([0, 1, 2].map((count) => plural(count, 'tool'))).toEqual(['0 tools', '1 tool', '2 tools']);
    expect(time(undefined)).toBe('');
    expect(time(Date.UTC(2027, 0, 15, 8))).toMatch(/^2027-01-1\d \d\d:\d\d:00$/);
  });
});
