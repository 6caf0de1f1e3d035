/** Several addresses of one peer: a silent one does not keep the others waiting. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { portOf } from '#shared/features/p2p/addresses.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createLibp2pNetwork } from '#main/features/p2p/index.ts';
import { ADDRESS_DIAL_TIMEOUT_MS } from '#main/features/p2p/libp2p/node.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createHarness, type Harness } from '#test/support/network/harness.ts';

/** Nothing ever takes too long: who waits for a silent address waits for ever. */
const patient: Clock = {
  ...systemClock,
  after: (delayMs, run) =>
    delayMs >= ADDRESS_DIAL_TIMEOUT_MS ? { cancel: () => undefined } : systemClock.after(delayMs, run),
};

let world: Harness | undefined;
const holes: Server[] = [];
const held = new Set<Socket>();

afterEach(async () => {
  await world?.close();
  for (const socket of held) socket.destroy();
  held.clear();
  for (const hole of holes.splice(0)) hole.close();
});

/** Takes connections and says nothing on them. */
async function dig(events: string[]): Promise<number> {
  const hole = createServer((socket) => {
    held.add(socket);
    events.push('the silent address is asked');
    socket.on('error', () => undefined);
    socket.on('close', () => events.push('the silent address is given up'));
    socket.resume();
  });
  holes.push(hole);
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  return (hole.address() as { port: number }).port;
}

it('connects through the second address while the first accepts and says nothing', async () => {
  world = createHarness(patient, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
  const events: string[] = [];
  const target = await world.node({ useRelays: false });
  const seeker = await world.node({ useRelays: false });
  seeker.on('peerConnected', () => events.push('connected'));
  const works = target.addresses()[0] ?? '';
  // Of addresses that are as near, those come first whose text does.
  let port = await dig(events);
  while (String(port) > String(portOf(works))) port = await dig(events);
  seeker.remembered.remember({
    peerId: target.peerId,
    addresses: [works, `/ip4/127.0.0.1/tcp/${port}/p2p/${target.peerId}`],
    lastSeenAt: 1,
  });
  await seeker.dial(target.peerId);
  await world.until('the silent address is given up', () => events.length === 3);
  expect(events[0]).toBe('the silent address is asked');
  expect(events.toSorted()).toEqual([
    'connected',
    'the silent address is asked',
    'the silent address is given up',
  ]);
  expect(seeker.peers()).toHaveLength(1);
});
