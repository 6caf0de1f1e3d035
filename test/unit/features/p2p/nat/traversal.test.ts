import { describe, expect, it } from 'vitest';
import { createTraversal, type RelayPolicy } from '#main/features/p2p/nat/traversal.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createManualClock } from '#test/support/clock.ts';

const PRIVATE = '/ip4/192.168.1.2/tcp/7422';
const PUBLIC = '/ip4/198.51.99.7/tcp/7422';

function setUp(bound: string[], { relay = 'off' as RelayPolicy, useRelays = true } = {}) {
  const clock = createManualClock();
  const said: string[] = [];
  let serving = false;
  const traversal = createTraversal(
    {
      clock,
      random: systemRandom,
      log: silentLog,
      relay: {
        setServing: async (on) => void (serving = on),
        isServing: () => serving,
        clients: () => 0,
        relayedBytes: () => 0,
        left: () => undefined,
      },
      listening: {
        reserve: async (count) => void said.push(`reserve ${count}`),
        release: async () => void said.push('release'),
        bound: () => bound,
        confirm: (address) => void said.push(`confirm ${address}`),
        mapped: () => undefined,
        unmapped: () => undefined,
      },
      addresses: () => [],
      peers: () => [],
      dialDirect: () => Promise.resolve(),
    },
    { webrtc: true, relay, useRelays, portMapping: false },
  );
  return { clock, said, traversal, isServing: () => serving };
}

describe('places at relays', () => {
  it('are taken at once by a node without an address of the internet', async () => {
    const { said, traversal } = setUp([PRIVATE]);
    await traversal.start();
    expect(said).toEqual(['reserve 2']);
  });

  it('are taken by a node that has one only where nobody comes in for a while', async () => {
    const { clock, said, traversal } = setUp([PUBLIC]);
    await traversal.start();
    expect(said).toEqual([]);
    clock.advance(60_000);
    await Promise.resolve();
    expect(said).toEqual(['reserve 2']);
  });

  it('are never taken by a node that is reached, and given back by one that held some', async () => {
    const { clock, said, traversal } = setUp([PUBLIC]);
    await traversal.start();
    traversal.reached([PUBLIC]);
    clock.advance(3_600_000);
    await Promise.resolve();
    expect(said).toEqual([`confirm ${PUBLIC}`, 'release']);
  });

  it('are not taken where relays are not wanted', async () => {
    const { said, traversal } = setUp([PRIVATE], { useRelays: false });
    await traversal.start();
    expect(said).toEqual([]);
  });
});

describe('serving as a relay', () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('follows from being reached, unless the operator says no', async () => {
    const auto = setUp([], { relay: 'auto' });
    await auto.traversal.start();
    await settled();
    expect(auto.isServing()).toBe(false);
    auto.traversal.reached([]);
    await settled();
    expect(auto.isServing()).toBe(true);
    auto.traversal.setPolicy('off');
    await settled();
    expect(auto.isServing()).toBe(false);
  });
});
