import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Hit,
  hitsAnswered,
  MAX_HITS,
  MAX_SEARCH_ANSWER,
  readHits,
  readNamedEntries,
  readSearchRequest,
  searchRequest,
} from '#shared/features/registry/network-search.ts';
import { encodeCbor } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';

const hit = (tool: string): Hit => ({
  key: `z6Mk${'x'.repeat(44)}/12D3KooW${'y'.repeat(44)}/files`,
  hash: new Uint8Array(32),
  tool,
  fingerprint: new Uint8Array(32).fill(1),
  score: 1000,
});

const readers = [readSearchRequest, readHits, readNamedEntries];

describe('messages of a search', () => {
  it('come back as they were sent', () => {
    const request = { op: 'tools', text: 'read files', limit: 5, hops: 0 } as const;
    expect(readSearchRequest(searchRequest(request))).toEqual(request);
    expect(readHits(hitsAnswered([hit('a'), hit('b')]))).toEqual([hit('a'), hit('b')]);
  });

  it('stay within their bounds: the best hits that fit', () => {
    const many = Array.from({ length: 300 }, (_, n) => hit(`${n}`.padEnd(256, 'ж')));
    const bytes = hitsAnswered(many);
    expect(bytes.length).toBeLessThanOrEqual(MAX_SEARCH_ANSWER);
    expect(readHits(bytes)[0]).toEqual(many[0]);
    expect(readHits(hitsAnswered(Array.from({ length: 300 }, () => hit('a')))).length).toBeLessThanOrEqual(
      MAX_HITS,
    );
  });

  it('of later versions may say more', () => {
    const bytes = encodeCbor({ op: 'tools', text: 'x', limit: 1, hops: 0, language: 'en' });
    expect(readSearchRequest(bytes)).toMatchObject({ op: 'tools', text: 'x' });
  });

  it.each([
    ['an empty question', { op: 'tools', text: '', limit: 1, hops: 0 }],
    ['a long one', { op: 'tools', text: 'x'.repeat(201), limit: 1, hops: 0 }],
    ['too many wanted', { op: 'tools', text: 'x', limit: 1000, hops: 0 }],
    ['another kind', { op: 'everything' }],
  ])('%s is refused', (_, request) => {
    expect(() => readSearchRequest(encodeCbor(request))).toThrow(
      expect.objectContaining({ code: 'registry.bad_search' }),
    );
  });

  it('of any bytes are read or refused with a code', () => {
    const nonsense = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .dictionary(fc.string({ maxLength: 6 }), fc.oneof(fc.string(), fc.nat(), fc.uint8Array()))
        .map((value) => {
          try {
            return encodeCbor(value);
          } catch {
            // Text without canonical bytes cannot be sent at all.
            return new Uint8Array();
          }
        }),
    );
    fc.assert(
      fc.property(nonsense, fc.constantFrom(...readers), (bytes, reader) => {
        try {
          reader(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
