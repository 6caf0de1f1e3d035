/** What a split network notices, and how it grows together again. All of it in virtual time. */
import { expect, it } from 'vitest';
import { utf8 } from '#shared/kernel/bytes.ts';
import { p2pMigrations } from '#main/features/p2p/index.ts';
import { silentLog } from '#main/platform/log.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { admitAll } from '#test/support/network/harness.ts';
import { createSimulatedInternet } from '#test/support/network/simulated-internet.ts';
import { createSimulatedNetwork, type SimulatedNetwork } from '#test/support/network/simulated-network.ts';
import { createSeededRandom } from '#test/support/random.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

async function createWorld(count: number, loss = 0) {
  const clock = createVirtualClock();
  const internet = createSimulatedInternet({ clock, random: createSeededRandom('world'), loss });
  const nodes: SimulatedNetwork[] = [];
  for (let number = 1; number <= count; number++) {
    const node = createSimulatedNetwork(
      internet,
      {
        privateKey: new Uint8Array(32).fill(number),
        certificate: () => Uint8Array.of(number),
        admit: admitAll,
        gate: () => true,
        clock,
        random: createSeededRandom(`node-${number}`),
        log: silentLog,
        db: memoryDatabase(p2pMigrations),
      },
      {
        listen: [`/memory/node-${number}`],
        bootstrap: nodes.slice(0, 3).flatMap((other) => other.addresses()),
      },
    );
    node.serve('/toolswarm/echo/1', (payload) => payload);
    nodes.push(node);
    await node.start();
  }
  await clock.advance(2000);
  return { clock, internet, nodes };
}

const ids = (nodes: SimulatedNetwork[]) => nodes.map(({ peerId }) => peerId);

it('a partition is noticed by silence, and healed without anybody’s help', async () => {
  const { clock, internet, nodes } = await createWorld(20);
  const [left, right] = [nodes.slice(0, 10), nodes.slice(10)];
  expect(right.every((node) => node.peers().length >= 3)).toBe(true);
  internet.partition(ids(left), ids(right));
  const [from] = right as [SimulatedNetwork];
  const [to] = left as [SimulatedNetwork];
  const call = from.call(to.peerId, '/toolswarm/echo/1', utf8('lost'), { timeoutMs: 5000 }).response;
  await clock.advance(6000);
  await expect(call).rejects.toMatchObject({ code: 'p2p.timeout' });
  await clock.advance(60_000);
  expect(right.flatMap((node) => node.peers())).toEqual([]);
  internet.heal();
  await clock.advance(75_000);
  expect(right.every((node) => node.peers().length >= 3)).toBe(true);
  const again = from.call(to.peerId, '/toolswarm/echo/1', utf8('found')).response;
  await clock.advance(100);
  expect(await again).toEqual(utf8('found'));
});

it('calls survive a lossy wire, in order', async () => {
  const { clock, nodes } = await createWorld(2, 0.2);
  const [a, b] = nodes as [SimulatedNetwork, SimulatedNetwork];
  const seen: number[] = [];
  a.serve('/toolswarm/count/1', (payload) => {
    seen.push(payload[0] ?? -1);
    return payload;
  });
  const calls = Array.from(
    { length: 50 },
    (_, index) => b.call(a.peerId, '/toolswarm/count/1', Uint8Array.of(index)).response,
  );
  await clock.advance(20_000);
  expect((await Promise.all(calls)).map(([index]) => index)).toEqual(seen);
  expect(seen).toEqual([...seen].sort((x, y) => x - y));
});

it('the same seed gives the same run', async () => {
  const run = async () => {
    const { clock, nodes } = await createWorld(6);
    await clock.advance(30_000);
    return nodes.map((node) => node.peers().map(({ peerId, latencyMs }) => [peerId, latencyMs]));
  };
  expect(await run()).toEqual(await run());
});
