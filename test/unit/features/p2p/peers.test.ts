import { expect, it } from 'vitest';
import { createRememberedPeers, MAX_REMEMBERED, p2pMigrations } from '#main/features/p2p/peers.ts';
import { memoryDatabase } from '#test/support/database.ts';

const setUp = () => createRememberedPeers(memoryDatabase(p2pMigrations));

it('remembers what was learned last, and keeps what was not said again', () => {
  const peers = setUp();
  peers.remember({ peerId: 'a', providerId: 'p', addresses: ['/x'], lastSeenAt: 5 });
  peers.remember({ peerId: 'a', addresses: [], lastSeenAt: 3 });
  expect(peers.get('a')).toEqual({ peerId: 'a', providerId: 'p', addresses: ['/x'], lastSeenAt: 5 });
  peers.remember({ peerId: 'a', addresses: ['/y', '/z'], lastSeenAt: 9 });
  expect(peers.get('a')).toEqual({ peerId: 'a', providerId: 'p', addresses: ['/y', '/z'], lastSeenAt: 9 });
  peers.forget('a');
  expect(peers.get('a')).toBeUndefined();
});

it('lists the newest first', () => {
  const peers = setUp();
  for (const [peerId, lastSeenAt] of [
    ['old', 1],
    ['new', 3],
    ['middle', 2],
  ] as const)
    peers.remember({ peerId, addresses: ['/x'], lastSeenAt });
  expect(peers.list().map(({ peerId }) => peerId)).toEqual(['new', 'middle', 'old']);
  expect(peers.list(1)).toHaveLength(1);
});

it('keeps a bounded number: who was not seen for longest goes', () => {
  const peers = setUp();
  for (let i = 0; i < MAX_REMEMBERED + 10; i++)
    peers.remember({ peerId: `${i}`, addresses: [], lastSeenAt: i });
  expect(peers.list()).toHaveLength(MAX_REMEMBERED);
  expect(peers.get('9')).toBeUndefined();
  expect(peers.get('10')).toBeDefined();
});

it('keeps few addresses, and none that is absurdly long', () => {
  const peers = setUp();
  const addresses = ['x'.repeat(10_000), ...Array.from({ length: 20 }, (_, index) => `/a/${index}`)];
  peers.remember({ peerId: 'a', addresses, lastSeenAt: 1 });
  expect(peers.get('a')?.addresses).toEqual(Array.from({ length: 8 }, (_, index) => `/a/${index}`));
});

it('keeps the peers of each network by themselves, also those that were kept before there were several', () => {
  const [first, second] = p2pMigrations;
  const db = memoryDatabase([first, second].flatMap((one) => one ?? []));
  const [open, closed] = [createRememberedPeers(db), createRememberedPeers(db, 'aaaaaaaaaaaaaaaa')];
  open.remember({ peerId: 'a', addresses: ['/public'], lastSeenAt: 1 });
  closed.remember({ peerId: 'a', addresses: ['/private'], lastSeenAt: 2 });
  closed.remember({ peerId: 'b', addresses: ['/private/b'], lastSeenAt: 2 });
  expect(open.list().map(({ peerId, addresses }) => [peerId, addresses])).toEqual([['a', ['/public']]]);
  closed.clear();
  expect(closed.list()).toEqual([]);
  expect(open.get('a')?.addresses).toEqual(['/public']);
});
