import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListedItem, listedItemSchema, OFFICIAL_META } from '#shared/features/registry/central.ts';
import { readListed, searchable, supersedes, wordsOf } from '#shared/features/registry/listing.ts';

const item = (part: object, meta?: object): ListedItem =>
  listedItemSchema.parse({
    server: { name: 'org.example/server', version: '1.0.0', ...part },
    ...(meta ? { _meta: { [OFFICIAL_META]: meta } } : {}),
  });

describe('what a listing says', () => {
  it('tells the ways in which it can run, each once', () => {
    const change = readListed(
      item({
        packages: [{ registryType: 'npm' }, { registryType: 'npm' }, { registryType: 'mcpb' }],
        remotes: [{ type: 'sse' }],
      }),
    );
    expect(change).toMatchObject({ listing: { kinds: ['npm', 'other', 'remote'] } });
  });

  it('passes on addresses only where a browser may be sent', () => {
    const change = readListed(
      item({ websiteUrl: 'javascript:alert(1)', repository: { url: 'https://example.org/x' } }),
    );
    expect(change).toMatchObject({ listing: { repository: 'https://example.org/x' } });
    expect(change).not.toHaveProperty('listing.website');
  });

  it('takes what was deleted out, and marks what is deprecated', () => {
    expect(readListed(item({}, { status: 'deleted' }))).toEqual({
      kind: 'remove',
      name: 'org.example/server',
    });
    expect(readListed(item({}, { status: 'deprecated' }))).toMatchObject({
      listing: { status: 'deprecated' },
    });
  });

  it('knows no time where the registry gives none that can be read', () => {
    expect(readListed(item({}, { updatedAt: 'yesterday' }))).not.toHaveProperty('listing.updatedAt');
  });
});

describe('which version is kept', () => {
  const version = fc.record({
    listing: fc.record({ updatedAt: fc.nat() }),
    latest: fc.constantFrom(true, false, undefined),
  });

  it('is the one that the registry calls the latest, whenever it came', () => {
    fc.assert(
      fc.property(fc.record({ updatedAt: fc.nat() }), version, (kept, next) => {
        if (next.latest === true) expect(supersedes(kept, next)).toBe(true);
        if (next.latest === false) expect(supersedes(kept, next)).toBe(false);
      }),
    );
  });

  it('is the newest where none is called the latest, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (times) => {
        let kept: { updatedAt: number } | undefined;
        for (const updatedAt of times)
          if (supersedes(kept, { listing: { updatedAt }, latest: undefined })) kept = { updatedAt };
        expect(kept?.updatedAt).toBe(Math.max(...times));
      }),
    );
  });
});

it('looks past accents and letter case', () => {
  expect(searchable('Éxàmple')).toBe('example');
  expect(wordsOf('  Two  WORDS ')).toEqual(['two', 'words']);
  expect(wordsOf('a b c d e f g h i j')).toHaveLength(8);
});
