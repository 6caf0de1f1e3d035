import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CatalogMode,
  catalogModeOf,
  DEFAULT_BUDGET,
  estimateTokens,
  META_TOOLS,
} from '#shared/features/clients/budget.ts';
import { namesWithoutPrefix } from '#shared/features/endpoint/names.ts';
import { catalogNameFor } from '#shared/features/registry/names.ts';

describe('the budget of a catalog', () => {
  it('lists up to the budget and searches above it', () => {
    expect(catalogModeOf({ tokens: DEFAULT_BUDGET })).toBe('full');
    expect(catalogModeOf({ tokens: DEFAULT_BUDGET + 1 })).toBe('search');
    expect(catalogModeOf({ tokens: 9_000, budget: 8_000 })).toBe('search');
  });

  it('does what a profile says, whatever it costs', () => {
    for (const tokens of [0, 1e9])
      for (const choice of ['full', 'search'] as const)
        expect(catalogModeOf({ choice, tokens, before: 'full' })).toBe(choice);
  });

  it('never flips back and forth while what is to be read stays within a fifth below the budget', () => {
    const near = fc.integer({ min: 8_001, max: 12_000 });
    fc.assert(
      fc.property(fc.array(near, { minLength: 1, maxLength: 40 }), (sizes) => {
        let before: CatalogMode | undefined;
        let flips = 0;
        for (const tokens of sizes) {
          const now = catalogModeOf({ budget: 10_000, tokens, before });
          if (before !== undefined && now !== before) flips += 1;
          before = now;
        }
        expect(flips).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('counts four bytes a token', () => expect([0, 1, 4, 5].map(estimateTokens)).toEqual([0, 1, 1, 2]));
});

describe('the names of the tools for finding tools', () => {
  it('are given to no other tool', () => {
    for (const name of META_TOOLS) {
      const [server = '', ...rest] = name.split('_');
      const tool = rest.join('_');
      const given = catalogNameFor(server, tool, `p/${server}/${tool}`, () => false);
      expect(given).not.toBe(name);
      expect(given).toMatch(new RegExp(`^${name}_[a-z2-7]{8}$`));
      expect(namesWithoutPrefix([{ own: name, full: `s_${name}` }])).toEqual([`s_${name}`]);
    }
  });
});
