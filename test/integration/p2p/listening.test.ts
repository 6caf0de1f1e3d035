/** What only the real network has: ports, and addresses that come and go. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLibp2pNetwork } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createHarness, type Harness } from '#test/support/network/harness.ts';

let world: Harness;
beforeEach(() => {
  world = createHarness(systemClock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
});
afterEach(() => world.close());

it('says that its port is taken, and by whom it is not', async () => {
  const first = await world.node();
  const taken = first.addresses().map((address) => address.replace(/\/p2p\/.*$/, ''));
  await expect(world.node({ listen: taken })).rejects.toMatchObject({ code: 'p2p.port_in_use' });
  expect(first.addresses()).toHaveLength(1);
});

it('can be a node that nobody dials', async () => {
  const [open, closed] = [await world.node(), await world.node({ listen: [] })];
  expect(closed.addresses()).toEqual([]);
  await closed.dial(open.addresses()[0] ?? '');
  await world.until('met', () => open.peers().length === 1);
});

it('tells its addresses once it listens, with its own id in them', async () => {
  const told: string[][] = [];
  const node = await world.node();
  node.on('addressesChanged', ({ addresses }) => told.push(addresses));
  await node.stop();
  await node.start();
  await world.until('told', () => told.length > 0);
  expect(told[0]?.[0]).toMatch(new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${node.peerId}$`));
});
