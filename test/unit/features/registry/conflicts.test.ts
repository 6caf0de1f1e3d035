import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conflictWarnings,
  type NameClaim,
  nameStandings,
  outranks,
  resembled,
} from '#shared/features/registry/conflicts.ts';
import type { ApprovalRule } from '#shared/features/registry/approval-rules.ts';
import { anna, boris, self, setUpShelf, toolNamed } from './support/shelf.ts';

const claims = fc.record({
  what: fc.constant('server' as const),
  name: fc.constantFrom('files', 'fi1es', 'FILES', 'notes'),
  providerId: fc.constantFrom('a', 'b', 'c', 'd'),
  since: fc.integer({ min: 0, max: 3 }),
  standing: fc.constantFrom(...nameStandings),
});

describe('who came first', () => {
  it('is decided one way between any two providers, and never in a circle', () => {
    fc.assert(
      fc.property(fc.tuple(claims, claims, claims), ([a, b, c]: NameClaim[]) => {
        if (!a || !b || !c) return;
        if (a.providerId !== b.providerId) expect(outranks(a, b)).toBe(!outranks(b, a));
        if (outranks(a, b) && outranks(b, c) && a.providerId !== c.providerId)
          expect(outranks(a, c)).toBe(true);
      }),
    );
  });

  it('only the less known of two is suspected', () => {
    fc.assert(
      fc.property(claims, claims, (a, b) => {
        const both = [resembled(a, [b]).length, resembled(b, [a]).length];
        expect(both[0] as number).toBeLessThanOrEqual(1);
        expect((both[0] as number) + (both[1] as number)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

const rule = (provider: string): ApprovalRule => ({
  id: 'r',
  provider,
  claims: [],
  tags: [],
  action: 'approve',
  coversChanges: false,
  createdAt: 0,
});

function warningsOf(world: ReturnType<typeof setUpShelf>, key: string): readonly string[] {
  return world.shelf.get(key)?.conflicts ?? ['gone'];
}

describe('conflicts of names', () => {
  it('a server that looks like an own one is suspected, and no rule lets it in', () => {
    const world = setUpShelf();
    world.rules.insert(rule(anna), undefined);
    world.offer([toolNamed('read')], { provider: anna, server: 'fi1es' });
    world.offer([toolNamed('read')], { provider: anna, server: 'weather' });
    expect(world.state(`${anna}/fi1es/read`)).toBe('approved');
    world.offer([toolNamed('read')], { provider: self, server: 'files', local: true });
    expect(world.state(`${anna}/fi1es/read`)).toBe('pending');
    expect(world.state(`${anna}/weather/read`)).toBe('approved');
    expect(warningsOf(world, `${anna}/fi1es/read`)).toEqual(['confusable_name']);
    expect(world.shelf.get(`${anna}/fi1es/read`)?.resembles).toMatchObject([
      { what: 'server', kind: 'confusable', name: 'fi1es', like: { name: 'files', standing: 'own' } },
    ]);
    expect(world.curation.previewRule({ ...rule(anna) }, 0)).toMatchObject({ matches: 2, approves: 0 });
    world.decide('approved', `${anna}/fi1es/read`);
    expect(world.state(`${anna}/fi1es/read`)).toBe('approved');
    world.directory.remove(self, 'n1', 'files');
    expect(warningsOf(world, `${anna}/fi1es/read`)).toEqual([]);
  });

  it('a stranger cannot make one who was here before him suspicious', () => {
    const world = setUpShelf();
    world.rules.insert(rule(anna), undefined);
    world.offer([toolNamed('read')], { provider: anna, server: 'files', providerName: 'Anna' });
    world.clock.advance(1);
    for (const server of ['files', 'fi1es', 'f-iles'])
      world.offer([toolNamed('read')], { provider: boris, server, providerName: '\u0410nna' });
    expect(world.state(`${anna}/files/read`)).toBe('approved');
    expect(warningsOf(world, `${anna}/files/read`)).toEqual([]);
    expect(warningsOf(world, `${boris}/fi1es/read`)).toEqual(['confusable_name']);
    expect(world.shelf.get(`${boris}/files/read`)?.resembles.map(({ what, kind }) => [what, kind])).toEqual([
      ['provider', 'confusable'],
      ['server', 'same'],
    ]);
  });

  it('whom the operator knows comes before whoever was here first', () => {
    const known = new Set<string>();
    const world = setUpShelf({ isKnown: (provider) => known.has(provider) });
    world.offer([toolNamed('read')], { provider: anna, server: 'files' });
    world.clock.advance(1);
    world.offer([toolNamed('read')], { provider: boris, server: 'files' });
    expect(warningsOf(world, `${boris}/files/read`)).toEqual([]);
    expect(world.shelf.get(`${boris}/files/read`)?.resembles).toHaveLength(1);
    known.add(boris);
    world.shelf.refresh();
    expect(warningsOf(world, `${boris}/files/read`)).toEqual([]);
    expect(warningsOf(world, `${anna}/files/read`)).toEqual([`same_name_as:${boris}/files`]);
  });

  it('spellings of a server’s name that strangers share make nobody suspicious, and of a person’s do', () => {
    const world = setUpShelf();
    world.rules.insert(rule(boris), undefined);
    world.offer([toolNamed('read')], { provider: anna, server: 'filesystem', providerName: 'Anna' });
    expect(world.state(`${anna}/filesystem/read`)).toBe('pending');
    world.clock.advance(1);
    world.offer([toolNamed('read')], { provider: boris, server: 'file-system', providerName: 'Boris' });
    expect(warningsOf(world, `${boris}/file-system/read`)).toEqual([]);
    expect(world.state(`${boris}/file-system/read`)).toBe('approved');
    expect(world.shelf.get(`${boris}/file-system/read`)?.resembles).toMatchObject([
      { what: 'server', kind: 'same' },
    ]);
    world.clock.advance(1);
    world.offer([toolNamed('read')], { provider: boris, server: 'notes', providerName: 'ANNA' });
    expect(warningsOf(world, `${boris}/notes/read`)).toEqual(['confusable_name']);
  });

  it('who takes another name is met anew under it', () => {
    const world = setUpShelf();
    world.offer([toolNamed('read')], { provider: boris, server: 'a', providerName: 'Boris' });
    world.clock.advance(1);
    world.offer([toolNamed('read')], { provider: anna, server: 'b', providerName: 'Anna' });
    world.clock.advance(1);
    world.offer([toolNamed('read')], { provider: boris, server: 'a', providerName: 'Anna' });
    expect(warningsOf(world, `${anna}/b/read`)).toEqual([]);
    expect(warningsOf(world, `${boris}/a/read`)).toEqual([`same_name_as:${anna}`]);
  });

  it('since when a name is known outlives a restart', () => {
    const first = setUpShelf();
    first.offer([toolNamed('read')], { provider: boris, server: 'files' });
    first.shelf.all();
    first.clock.advance(10);
    const second = setUpShelf({ db: first.db });
    second.clock.advance(10);
    second.offer([toolNamed('read')], { provider: anna, server: 'files' });
    second.offer([toolNamed('read')], { provider: boris, server: 'files' });
    expect(second.shelf.get(`${anna}/files/read`)?.resembles).toHaveLength(1);
    expect(second.shelf.get(`${boris}/files/read`)?.resembles).toHaveLength(0);
  });

  it('a tool with look-alike letters of an own one is suspected, one spelled in another way is not', () => {
    const world = setUpShelf();
    world.offer([toolNamed('read_file')], { provider: self, server: 'files', local: true });
    world.offer(
      ['re\u0430d_file', 'read-file', 'readFile', 'read_file'].map((name) => toolNamed(name)),
      {
        provider: anna,
        server: 'other',
      },
    );
    const suspected = world.shelf.all().filter(({ conflicts }) => conflicts.length > 0);
    expect(suspected.map(({ key }) => key)).toEqual([`${anna}/other/re\u0430d_file`]);
  });

  it('one provider’s several nodes and servers are no conflict', () => {
    const world = setUpShelf();
    world.offer([toolNamed('read')], { provider: anna, server: 'files', providerName: 'Anna' });
    world.offer([toolNamed('read')], { provider: anna, server: 'files', peer: 'n2', providerName: 'Anna' });
    world.offer([toolNamed('read')], { provider: anna, server: 'fi1es', providerName: 'Anna' });
    expect(world.shelf.all().flatMap(({ conflicts }) => conflicts)).toEqual([]);
    expect(world.find(`${anna}/files/read`).entry.nodes.toSorted()).toEqual(['n1', 'n2']);
  });

  it('who was found to equivocate is named on each of his tools', () => {
    const world = setUpShelf({ isFlagged: (provider) => provider === boris });
    world.offer([toolNamed('read')], { provider: anna, server: 'a' });
    world.offer([toolNamed('read')], { provider: boris, server: 'b' });
    expect(warningsOf(world, `${anna}/a/read`)).toEqual([]);
    expect(warningsOf(world, `${boris}/b/read`)).toEqual(['equivocation']);
  });

  it('warn of what matters, not of every name that strangers share', () => {
    const like = { name: 'n', providerId: 'p', server: 's', since: 0 };
    const one = (what: 'provider' | 'server', standing: 'known' | 'stranger') =>
      conflictWarnings([{ what, kind: 'same', name: 'n', like: { ...like, standing } }]);
    expect(one('server', 'stranger')).toEqual([]);
    expect(one('server', 'known')).toEqual(['same_name_as:p/s']);
    expect(one('provider', 'stranger')).toHaveLength(1);
  });
});
