/** How soon a new entry is seen by a crowd. */
import { ENTRY_TYPE } from '#shared/features/registry/entry.ts';
import { sleep } from '#shared/kernel/clock.ts';
import { systemClock } from '#main/platform/clock.ts';
import type { MeshNode } from '#test/support/mesh-node.ts';
import { atMost, type Figure, measured } from '../support/report.ts';
import { CROWD, offer, quantile } from './crowd.ts';

const ROUNDS = 11;
const TARGET_MS = 250;
const SHARE = 0.95;
const PAUSE_MS = 500;
const PATIENCE_MS = 30_000;

export async function measureAnnounce(nodes: readonly MeshNode[]): Promise<Figure[]> {
  const stored: number[] = [];
  const listed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const times = await announceOnce(nodes, nodes[(round * 7) % nodes.length] as MeshNode, `novelty${round}`);
    stored.push(quantile(times.stored, SHARE));
    listed.push(quantile(times.listed, SHARE));
    await sleep(systemClock, PAUSE_MS);
  }
  return [
    atMost(`directory: new entry at 95 % of ${CROWD} nodes`, quantile(stored, 0.5), 'ms', TARGET_MS),
    measured('directory: the same, slowest of 11', Math.max(...stored), 'ms'),
    measured(`directory: its tool listed at 95 % of ${CROWD} nodes`, quantile(listed, 0.5), 'ms'),
  ];
}

/** When each other node had the entry, and when its tool was listed there, in ms after it was shared. */
async function announceOnce(nodes: readonly MeshNode[], from: MeshNode, topic: string) {
  const others = nodes.filter((node) => node !== from);
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  const stored = others.map((node) =>
    once((done) =>
      node.records.on('stored', ({ key, type }) => {
        if (type === ENTRY_TYPE && key.includes(`/${topic}`)) done(since());
      }),
    ),
  );
  const listed = others.map((node) =>
    once((done) =>
      node.registry.on('changed', () => {
        const known = node.registry.list('network').some(({ server }) => server === topic);
        if (known) done(since());
      }),
    ),
  );
  offer(from, topic);
  return { stored: await Promise.all(stored), listed: await Promise.all(listed) };
}

/** Resolves with what `done` is given first; with infinity where nothing comes for too long. */
async function once(subscribe: (done: (value: number) => void) => () => void): Promise<number> {
  let stop = () => {};
  const first = new Promise<number>((resolve) => {
    stop = subscribe(resolve);
    setTimeout(() => resolve(Number.POSITIVE_INFINITY), PATIENCE_MS).unref();
  });
  try {
    return await first;
  } finally {
    stop();
  }
}
