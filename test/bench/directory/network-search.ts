/** How soon a search of the network shows its first verified tool to a node that knows nothing. */
import type { MeshNode } from '#test/support/mesh-node.ts';
import { startMeshNode, until } from '#test/support/mesh-node.ts';
import { atMost, type Figure, measured } from '../support/report.ts';
import { CROWD, offer, quantile } from './crowd.ts';

const TARGET_MS = 300;
/** Each question is about something else, so that nothing found before helps. Fewer than one peer answers in a row. */
const TOPICS = [
  'tides',
  'recipes',
  'trains',
  'stars',
  'poems',
  'fungi',
  'chess',
  'coins',
  'orchids',
  'glaciers',
  'violins',
  'volcanoes',
  'beetles',
  'bridges',
  'dialects',
];
const NEIGHBOURS = 20;

export async function measureNetworkSearch(nodes: readonly MeshNode[]): Promise<Figure[]> {
  TOPICS.forEach((topic, n) => offer(nodes[(n * 3 + 1) % nodes.length] as MeshNode, topic));
  await until(() => nodes.every((node) => node.registry.counts().network >= TOPICS.length - 1));
  const bootstrap = nodes.slice(-NEIGHBOURS).map((node) => node.address());
  const asker = await startMeshNode({ role: 'asking', bootstrap });
  try {
    await until(() => asker.network.peers().length >= NEIGHBOURS);
    // A node's first search starts its index; the crowd starts twenty of them at once, on this one machine.
    const [warmUp = '', ...topics] = TOPICS;
    const cold = await firstAnswer(asker, `what about ${warmUp}`);
    const times: number[] = [];
    for (const topic of topics) times.push(await firstAnswer(asker, `what about ${topic}`));
    return [
      atMost(
        `directory: first verified network answer, ${CROWD} nodes`,
        quantile(times, 0.5),
        'ms',
        TARGET_MS,
      ),
      measured('directory: the same, slowest of 14', Math.max(...times), 'ms'),
      measured('directory: the same, while twenty indexes start', cold, 'ms'),
    ];
  } finally {
    await asker.stop();
  }
}

async function firstAnswer(asker: MeshNode, question: string): Promise<number> {
  const startedAt = performance.now();
  for await (const { items } of asker.registry.searchNetwork(question, 5, AbortSignal.timeout(30_000)))
    if (items.length > 0) return performance.now() - startedAt;
  return Number.POSITIVE_INFINITY;
}
