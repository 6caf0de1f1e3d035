import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canGiveOn, type Link, opensTool, partiesOf } from '#shared/features/access/delegation.ts';
import { MAX_DEPTH } from '#shared/features/access/depth.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';

const NOW = 1_000;

function link(issuer: string, to: string, grant: Partial<Link['grant']> = {}): Link {
  const whole = { to, server: 's', depth: 1, exp: 5_000, ...grant };
  const { parent, ...rest } = whole;
  const bytes = utf8(JSON.stringify({ issuer, ...rest, parent: parent && [...parent] }));
  return { bytes, issuer, grant: whole as Link['grant'] };
}

/** A sound chain through these parties, the deepest that can be. */
function chainOf(parties: readonly string[], change: (index: number) => Partial<Link['grant']> = () => ({})) {
  const links: Link[] = [];
  for (let index = 0; index + 1 < parties.length; index++) {
    const before = links.at(-1);
    links.push(
      link(parties[index] as string, parties[index + 1] as string, {
        depth: parties.length - 1 - index,
        ...(before ? { parent: sha256Bytes(before.bytes) } : {}),
        ...change(index),
      }),
    );
  }
  return links;
}

describe('a chain', () => {
  it('names the origin and everybody who shares on', () => {
    expect(partiesOf(chainOf(['o', 'a', 'b']), NOW)).toEqual({ ok: true, value: ['o', 'a', 'b'] });
  });

  it.each<[string, Link[]]>([
    ['is empty', []],
    ['is longer than any may be', chainOf(['o', 'a', 'b', 'c', 'd', 'e'])],
    ['begins in the middle', chainOf(['o', 'a', 'b']).slice(1)],
    ['has its links in another order', chainOf(['o', 'a', 'b']).reverse()],
    ['goes on from somebody else', [...chainOf(['o', 'a']), ...chainOf(['x', 'b'])]],
    ['does not get less deep', chainOf(['o', 'a', 'b'], () => ({ depth: 2 }))],
    ['reaches no further than its holder', chainOf(['o', 'a', 'b'], () => ({ depth: 1 }))],
    ['outlasts the link before', chainOf(['o', 'a', 'b'], (index) => ({ exp: 5_000 + index }))],
    [
      'opens more than the link before',
      chainOf(['o', 'a', 'b'], (index) => (index === 0 ? { tools: ['x'] } : {})),
    ],
    ['has a condition on arguments', chainOf(['o', 'a', 'b'], (index) => (index === 0 ? { args: {} } : {}))],
    ['has a number of calls', chainOf(['o', 'a', 'b'], (index) => (index === 1 ? { calls: 5 } : {}))],
    ['comes back to the origin', chainOf(['o', 'a', 'o'])],
    [
      'names its parent wrongly',
      chainOf(['o', 'a', 'b'], (index) => (index === 1 ? { parent: new Uint8Array(32) } : {})),
    ],
  ])('holds no more where it %s', (_what, links) => {
    expect(partiesOf(links, NOW)).toEqual({ ok: false, reason: 'access.bad_chain' });
  });

  it('ends with the first of its links that does', () => {
    expect(partiesOf(chainOf(['o', 'a', 'b']), 5_000)).toEqual({ ok: false, reason: 'access.chain_expired' });
  });

  it('opens what every link opens', () => {
    const links = chainOf(['o', 'a', 'b'], (index) => ({ tools: index === 0 ? ['x', 'y'] : ['x'] }));
    expect(partiesOf(links, NOW).ok).toBe(true);
    expect([opensTool(links, 'x'), opensTool(links, 'y')]).toEqual([true, false]);
  });
});

describe('chains that grow as the rule for giving on lets them', () => {
  it('are sound at every step, never come back to anybody, and end', () => {
    const party = fc.constantFrom('o', 'a', 'b', 'c', 'd', 'e');
    fc.assert(
      fc.property(
        fc.array(party, { maxLength: 30 }),
        fc.integer({ min: 1, max: MAX_DEPTH }),
        (tries, depth) => {
          const links: Link[] = [];
          for (const to of tries) {
            const self = links.at(-1)?.grant.to ?? 'o';
            const may = canGiveOn(links, self, to);
            if (!may.ok) continue;
            const before = links.at(-1);
            const parent = before ? { parent: sha256Bytes(before.bytes) } : {};
            links.push(link(self, to, { depth: before ? may.value.depth : depth, ...parent }));
            const parties = partiesOf(links, NOW);
            expect(parties.ok).toBe(true);
            if (parties.ok) expect(new Set(parties.value).size).toBe(links.length + 1);
          }
          expect(links.length).toBeLessThanOrEqual(depth);
        },
      ),
    );
  });

  it('cannot be changed anywhere without being seen', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.constantFrom('to', 'depth', 'exp'), (at, field) => {
        const links = chainOf(['o', 'a', 'b', 'c']);
        const changed = links.map((one, index) =>
          index === at
            ? link(one.issuer, field === 'to' ? 'x' : one.grant.to, {
                ...one.grant,
                ...(field === 'depth' ? { depth: 4 } : field === 'exp' ? { exp: 6_000 } : { to: 'x' }),
              })
            : one,
        );
        // The last link has no child that names it: there the signature, checked before, is what tells.
        if (at < 2) expect(partiesOf(changed, NOW).ok).toBe(false);
      }),
    );
  });
});
