import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import { doctorChecks, doctorCodeSchema } from '#shared/features/p2p/doctor.ts';
import {
  countPaths,
  drawnPeers,
  filterPeers,
  firstPlaces,
  inNetwork,
  isAddress,
  markedNetworks,
  MAX_DRAWN,
  mendable,
  networksOfPeer,
  sortColumns,
  sortPeers,
  viewOf,
} from '../../../../src-renderer/features/network/rules.ts';
import { busyWorld } from '#test/support/renderer/world.ts';

const { peers } = busyWorld(1_800_000_000_000);
const names = (list: readonly PeerView[]) => list.map(({ displayName }) => displayName);

describe('networks', () => {
  const named = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `n${index}`, name: `Network ${index}` }));

  it('have signs of their own where there are several, as many as a node can be in', () => {
    expect(markedNetworks(named(1))).toEqual([]);
    const marked = markedNetworks(named(9));
    expect(new Set(marked.map(({ mark }) => mark)).size).toBe(9);
    expect(marked[1]).toEqual({ id: 'n1', name: 'Network 1', mark: 1 });
  });

  it('of a peer are those in which it is met now', () => {
    const marked = markedNetworks(named(3));
    expect(networksOfPeer(marked, { networks: ['n2', 'n0', 'left'] }).map(({ id }) => id)).toEqual([
      'n0',
      'n2',
    ]);
    expect(networksOfPeer(marked, {})).toEqual([]);
    expect(inNetwork(peers, 'any')).toBe(peers);
    expect(inNetwork(peers, 'n0')).toEqual([]);
  });
});

describe('peers', () => {
  it('are counted by the way they are connected', () => {
    expect(countPaths(peers)).toEqual({ lan: 1, direct: 1, relayed: 1, away: 2 });
  });

  it('are found by name, id, program and address', () => {
    expect(names(filterPeers(peers, 'all', 'БОР'))).toEqual(['Борис']);
    expect(names(filterPeers(peers, 'all', '192.168.1.40'))).toEqual(['Attic']);
    expect(names(filterPeers(peers, 'blocked', ''))).toEqual(['free-gpu-tools']);
    expect(filterPeers(peers, 'away', '')).toHaveLength(1);
    expect(filterPeers(peers, 'connected', 'toolswarm/')).toHaveLength(3);
  });

  it('without a value come last, whichever way is sorted', () => {
    for (const column of sortColumns)
      for (const descending of [false, true])
        expect(sortPeers(peers, column, descending)).toHaveLength(peers.length);
    expect(names(sortPeers(peers, 'latency', false)).slice(0, 3)).toEqual([
      'Attic',
      'Anna’s workshop',
      'Борис',
    ]);
    expect(names(sortPeers(peers, 'latency', true)).slice(0, 3)).toEqual([
      'Борис',
      'Anna’s workshop',
      'Attic',
    ]);
  });

  it('are drawn up to a bound, connected ones first and blocked ones never', () => {
    const many = Array.from({ length: 400 }, (_, at) => ({
      ...(peers[0] as PeerView),
      peerId: `peer-${at}`,
      connected: at % 2 === 0,
    }));
    const drawn = drawnPeers([...many, ...peers]);
    expect(drawn).toHaveLength(MAX_DRAWN);
    expect(drawn.every(({ blocked, connected }) => connected && !blocked)).toBe(true);
  });

  it('lie apart from each other, and always alike', () => {
    const peer = fc.record({
      peerId: fc.uuid(),
      connected: fc.boolean(),
      path: fc.constantFrom('lan', 'direct', 'relayed'),
    }) as fc.Arbitrary<PeerView>;
    fc.assert(
      fc.property(fc.uniqueArray(peer, { selector: ({ peerId }) => peerId, maxLength: 60 }), (some) => {
        const places = [...firstPlaces(some).values()];
        expect(firstPlaces(some)).toEqual(firstPlaces(some));
        const distinct = new Set(places.map(({ x, y }) => `${x.toFixed(6)} ${y.toFixed(6)}`));
        expect(distinct.size).toBe(some.length);
      }),
    );
  });
});

describe('the doctor', () => {
  const texts = (language: string) =>
    JSON.parse(
      readFileSync(new URL(`../../../../locales/${language}/network.json`, import.meta.url), 'utf8'),
    ) as { doctor: Record<string, Record<string, unknown>> };
  const at = (texts: unknown, key: string): unknown =>
    key
      .split('.')
      .reduce<unknown>((place, part) => (place as Record<string, unknown> | undefined)?.[part], texts);

  it.each(['en', 'ru', 'ar'])('has words for every finding and a fix for every fault, in %s', (language) => {
    const { check, fix, found } = texts(language).doctor;
    for (const name of doctorChecks) expect(at(check, name), name).toBeTypeOf('string');
    for (const code of doctorCodeSchema.options)
      expect(at(found, code) ?? at(found, `${code}_other`), code).toBeTypeOf('string');
    for (const code of mendable) expect(at(fix, code), code).toBeTypeOf('string');
  });
});

it('an address is told from an invitation, and a view from none', () => {
  expect(isAddress(' /ip4/192.0.2.1/tcp/1/p2p/12D3KooW')).toBe(true);
  expect(isAddress('toolswarm://join/abc')).toBe(false);
  expect([viewOf('doctor'), viewOf('invite'), viewOf(undefined)]).toEqual(['doctor', 'map', 'map']);
});
