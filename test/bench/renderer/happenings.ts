/** What goes on in a node while somebody looks: calls, peers, tasks, tools and servers move, and nothing grows for ever. */
import type { MemoryNode } from '#test/support/renderer/memory-node.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { sleep } from '#shared/kernel/clock.ts';

/** The world itself stays of one size, as a node's records do. */
const MOST_CALLS = 500;
const TICK_MS = 20;

export async function happen(
  node: MemoryNode,
  { perSecond, forMs }: { perSecond: number; forMs: number },
): Promise<number> {
  const beganAt = clock.monotonic();
  let happened = 0;
  while (clock.monotonic() - beganAt < forMs) {
    const due = Math.floor(((clock.monotonic() - beganAt) / 1000) * perSecond);
    for (; happened < due; happened++) change(node, happened);
    node.changed();
    await sleep(clock, TICK_MS);
  }
  return happened;
}

function change({ world }: MemoryNode, number: number): void {
  const call = world.calls[number % Math.max(1, world.calls.length)];
  if (call) {
    world.calls.unshift({ ...call, id: `event-${number}`, startedAt: clock.now() });
    world.calls.length = Math.min(world.calls.length, MOST_CALLS);
  }
  const peer = world.peers[number % world.peers.length];
  if (peer && number % 5 === 0) peer.latencyMs = 10 + (number % 40);
  if (number % 10 === 0)
    world.tasks = [
      {
        id: `task-${Math.floor(number / 500)}`,
        kind: 'central.sync',
        subject: 'registry.example.org',
        state: 'active',
        startedAt: clock.now(),
        done: number % 500,
        total: 500,
        unit: 'items',
        cancellable: true,
      },
    ];
}
