import type { p2pContract } from '#shared/features/p2p/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Memory } from './memory.ts';

export function answerP2p(memory: Memory): Handlers<typeof p2pContract> {
  const { world, after, changed, clock, live } = memory;
  const peersOf = (id: string) => world.peers.filter((peer) => peer.providerId === id || peer.peerId === id);
  const setPeers = (id: string, part: object) => {
    for (const peer of peersOf(id)) Object.assign(peer, part);
    changed();
  };
  return {
    'peers.list': () => ({ items: world.peers }),
    'peers.watch': (_, { signal }) => live.follow(() => ({ items: world.peers }), signal),
    'peers.connect': async ({ address }, { signal }) => {
      await sleep(clock, 600, signal);
      const peerId = /\/p2p\/(\w+)$/.exec(address)?.[1];
      if (!peerId) {
        throw new AppError('p2p.bad_address', 'This is not the address of a peer.', {
          advice: 'Copy it whole from the other node; it ends with /p2p/ and an ID.',
        });
      }
      const peer = {
        peerId,
        connected: true,
        blocked: false,
        known: true,
        addresses: [address],
        latencyMs: 9,
      };
      world.peers.push(peer);
      return after(peer);
    },
    'peers.disconnect': ({ id }) => (setPeers(id, { connected: false }), {}),
    'peers.block': ({ id }) => (setPeers(id, { blocked: true, connected: false }), { id }),
    'peers.unblock': ({ id }) => (setPeers(id, { blocked: false }), { id }),
    'peers.setKnown': ({ providerId, known }) => (setPeers(providerId, { known }), {}),
  };
}
