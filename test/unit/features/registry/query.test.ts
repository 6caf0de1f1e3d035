import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claims } from '#shared/features/registry/claims.ts';
import {
  approvalStates,
  filterTools,
  type Filterable,
  haystackOf,
  scopes,
  type ToolFilter,
  toolFilterSchema,
} from '#shared/features/registry/query.ts';

const hint = fc.option(fc.boolean(), { nil: undefined });
const tool: fc.Arbitrary<Filterable> = fc
  .record({
    providerId: fc.constantFrom('anna', 'boris'),
    server: fc.constantFrom('files', 'notes'),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b')),
    annotations: fc.record({ readOnlyHint: hint, destructiveHint: hint, openWorldHint: hint }),
    state: fc.constantFrom(...approvalStates),
    favourite: fc.boolean(),
    reachable: fc.boolean(),
    words: fc.constantFrom('Read a file', 'Write a note', 'Read a note'),
  })
  .map(({ words, ...rest }) => ({
    ...rest,
    origin: rest.state === 'local' ? ('local' as const) : ('network' as const),
    haystack: haystackOf([words]),
  }));
const tools = fc.array(tool, { maxLength: 30 });
const filter: fc.Arbitrary<ToolFilter> = fc.record(
  {
    scope: fc.constantFrom(...scopes),
    state: fc.constantFrom(...approvalStates),
    provider: fc.constantFrom('anna', 'boris'),
    tag: fc.constantFrom('a', 'b'),
    claim: fc.constantFrom(...claims),
    favourite: fc.boolean(),
    reachable: fc.boolean(),
    text: fc.constantFrom('', 'read', 'NOTE a'),
  },
  { requiredKeys: ['scope', 'text'] },
);

describe('the counts of a filter', () => {
  it('are what the filter would find with that choice', () => {
    fc.assert(
      fc.property(tools, filter, (all, wanted) => {
        const { counts, fitting } = filterTools(all, wanted);
        const found = (part: Partial<ToolFilter>) => filterTools(all, { ...wanted, ...part }).fitting.length;
        expect(fitting).toHaveLength(counts.scope[wanted.scope]);
        for (const scope of scopes) expect(counts.scope[scope]).toBe(found({ scope }));
        for (const state of approvalStates) expect(counts.state[state]).toBe(found({ state }));
        for (const claim of claims) expect(counts.claim[claim]).toBe(found({ claim }));
        for (const { count, value } of counts.providers) expect(count).toBe(found({ provider: value }));
        for (const { count, value } of counts.tags) expect(count).toBe(found({ tag: value }));
        expect(counts.favourite).toBe(found({ favourite: true }));
        expect(counts.reachable).toBe(found({ reachable: true }));
      }),
    );
  });

  it('keep the order of what fits, every word of it', () => {
    const of = (words: string): Filterable => ({
      providerId: 'p',
      server: 's',
      tags: [],
      origin: 'network',
      state: 'pending',
      reachable: true,
      haystack: haystackOf([words]),
    });
    const all = [of('Read one'), of('Write'), of('One more to READ')];
    const { fitting } = filterTools(all, toolFilterSchema.parse({ text: 'read one' }));
    expect(fitting).toEqual([all[0], all[2]]);
  });
});
