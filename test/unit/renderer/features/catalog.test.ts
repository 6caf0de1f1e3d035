import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claims } from '#shared/features/registry/claims.ts';
import { approvalStates, scopes } from '#shared/features/registry/query.ts';
import {
  catalogPath,
  compact,
  everything,
  readView,
  type Shown,
  stemOf,
} from '../../../../src-renderer/features/catalog/address.ts';
import { schemaLines, usualRange } from '../../../../src-renderer/features/catalog/rules.ts';

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const word = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const shown: fc.Arbitrary<Shown> = fc.record({
  filter: fc
    .record({
      scope: fc.constantFrom(...scopes),
      state: maybe(fc.constantFrom(...approvalStates)),
      claim: maybe(fc.constantFrom(...claims)),
      provider: maybe(word),
      server: maybe(word),
      tag: maybe(word),
      favourite: maybe(fc.constant(true)),
      reachable: maybe(fc.constant(true)),
      text: fc.string({ maxLength: 30, unit: 'grapheme' }),
    })
    .map(compact),
  sort: fc.constantFrom('tool', 'provider', 'state'),
  descending: fc.boolean(),
});

describe('the address of the catalog', () => {
  it('says everything that is shown, and nothing of it is lost', () => {
    fc.assert(
      fc.property(shown, maybe(word), (what, tool) => {
        const parts = catalogPath(what, tool).split('/');
        const view = parts[2]?.startsWith('+') ? parts[2] : undefined;
        expect(readView(view)).toEqual(what);
        if (tool !== undefined) expect(decodeURIComponent(parts.at(-1) ?? '')).toBe(tool);
        expect(parts).toHaveLength(2 + Number(view !== undefined) + Number(tool !== undefined));
      }),
    );
  });

  it('is short where everything is shown, and understands the short form of a state', () => {
    expect(catalogPath(everything)).toBe('/catalog');
    expect(readView('+pending').filter.state).toBe('pending');
    expect(readView('+nonsense=1&state=never')).toEqual(everything);
    expect(stemOf('z6Mk/files/read@1.0#ff')).toBe('z6Mk/files/read');
  });
});

describe('a schema as lines', () => {
  it('names fields with their types, required ones and those inside', () => {
    const lines = schemaLines({
      properties: {
        place: { type: 'object', description: 'Where', properties: { city: { type: 'string' } } },
        layers: { type: 'array', items: { type: 'string' } },
        units: { enum: ['metric', 'imperial'] },
        any: {},
      },
      required: ['place'],
    });
    expect(lines.map(({ name, required, type }) => [name, type, required])).toEqual([
      ['place', 'object', true],
      ['layers', 'string[]', false],
      ['units', '"metric" | "imperial"', false],
      ['any', '', false],
    ]);
    expect(lines[0]?.children.map(({ name }) => name)).toEqual(['city']);
  });

  it('comes to an end with whatever a stranger sends', () => {
    fc.assert(fc.property(fc.anything(), (schema) => Array.isArray(schemaLines(schema))));
    const endless: Record<string, unknown> = { type: 'object' };
    endless['properties'] = { self: endless };
    expect(schemaLines(endless)).toHaveLength(1);
  });
});

describe('the usual range', () => {
  it('is what follows a version without breaking', () => {
    expect(usualRange('1.2.3')).toBe('^1.2.3');
    expect(usualRange('v2')).toBe('^2');
    expect(usualRange('nightly')).toBe('nightly');
  });
});
