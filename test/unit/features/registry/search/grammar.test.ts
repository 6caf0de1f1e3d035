import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterNames, MAX_PARTS, MAX_QUERY, parseQuery } from '#shared/features/registry/search.ts';
import { checkRanges, fitsQuery, isPlain } from '#shared/features/registry/search-filters.ts';
import type { Filterable } from '#shared/features/registry/query.ts';

const tool = (part: Partial<Filterable> = {}): Filterable => ({
  providerId: 'z6MkAnna',
  providerName: 'Anna’s workshop',
  server: 'Mail',
  tags: ['Post', 'work'],
  annotations: { readOnlyHint: true },
  origin: 'network',
  state: 'pending',
  reachable: true,
  haystack: 'send_mail\nsends the weekly  report',
  ...part,
});

const fits = (text: string, part: Partial<Filterable> = {}, version = '1.2.3') =>
  fitsQuery(checkRanges(parseQuery(text)))(tool(part), version);

describe('a query', () => {
  it('is read into words, phrases, exclusions and filters', () => {
    expect(
      parseQuery('send "weekly Report" -draft -"old one" tag:mail -server:x readonly:YES'),
    ).toMatchObject({
      words: ['send'],
      phrases: ['weekly report'],
      excluded: { words: ['draft'], phrases: ['old one'] },
      filters: [
        { name: 'tag', value: 'mail', not: false, source: 'tag:mail' },
        { name: 'server', value: 'x', not: true, source: '-server:x' },
        { name: 'readonly', value: 'yes' },
      ],
      notes: [],
    });
  });

  it.each([
    ['colour:red boxes', 'unknown_filter', ['colour', 'red', 'boxes']],
    ['readonly:perhaps mail', 'bad_value', ['mail']],
    ['state:gone', 'bad_value', []],
    ['tag: mail', 'bad_value', ['mail']],
    ['price<5 mail', 'not_known_yet', ['mail']],
    ['"never closed', 'open_quote', []],
    ['-mail', 'only_exclusions', []],
  ])('tells what it did not understand: %s', (text, code, words) => {
    const read = parseQuery(text);
    expect(read.notes.map((note) => note.code)).toContain(code);
    expect(read.words).toEqual(words);
  });

  it('takes an address and a name with a dash for words', () => {
    expect(parseQuery('https://example.org/a read-file')).toMatchObject({
      words: ['https', 'example', 'org', 'a', 'read', 'file'],
      notes: [],
    });
  });

  it('may end with a word that is still being written', () => {
    expect(parseQuery('weath').isOpen).toBe(true);
    expect(parseQuery('weather ').isOpen).toBe(false);
  });

  it('has a bound, and says where it was cut', () => {
    const read = parseQuery('word '.repeat(100));
    expect(read.words.length).toBeLessThanOrEqual(MAX_PARTS);
    expect(read.notes.map(({ code }) => code)).toEqual(['too_long', 'too_many_parts']);
  });

  it('is never an error, and nothing of it is longer than what was written', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('"', '-', ':', '<=', 'price', ...filterNames, ' ', 'tag:"', 'version:^1'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const query = checkRanges(parseQuery(text));
        expect(typeof fitsQuery(query)(tool(), '1.0.0')).toBe('boolean');
        for (const { source } of query.filters) expect(text.toWellFormed()).toContain(source);
        expect(query.words.join('').length).toBeLessThanOrEqual(MAX_QUERY);
      }),
    );
  });
});

describe('a structured filter', () => {
  it.each([
    ['tag:post', true],
    ['-tag:post', false],
    ['tag:pos', false],
    ['provider:z6MkA', true],
    ['provider:workshop', true],
    ['provider:"Anna’s workshop"', true],
    ['provider:boris', false],
    ['server:mail', true],
    ['state:pending', true],
    ['state:approved', false],
    ['readonly:yes', true],
    ['destructive:yes', false],
    ['destructive:no', true],
    ['version:1.2.3', true],
    ['version:^1.2', true],
    ['version>=2', false],
    ['version:<2', true],
    ['"weekly report"', true],
    ['"report weekly"', false],
    ['-"weekly report"', false],
    ['-weekly', false],
    ['price<5', true],
    ['price>5', true],
  ])('%s: %s', (text, expected) => {
    expect(fits(text)).toBe(expected);
  });

  it('reads versions as servers write them', () => {
    expect(fits('version:^1.2', {}, 'v1.2')).toBe(true);
    expect(fits('version>=2026', {}, '2026.8')).toBe(true);
  });

  it('that is no range is left aside with a note', () => {
    const query = checkRanges(parseQuery('version:>>x'));
    expect(query.notes).toMatchObject([{ code: 'bad_value', part: 'version:>>x' }]);
    expect(isPlain(query)).toBe(true);
  });
});
