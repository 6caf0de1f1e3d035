/** Fifty nodes of the mesh in one process, on loopback: real libp2p, records and registry. */
import type { Tool } from '#shared/features/registry/tool.ts';
import { sleep } from '#shared/kernel/clock.ts';
import { systemClock } from '#main/platform/clock.ts';
import { echoTool, type MeshNode, startMeshNode, until } from '#test/support/mesh-node.ts';

export const CROWD = 50;
/** Nodes that keep the index; the others use it. */
const INDEX_NODES = 5;
/** Nodes that a new one is told of. */
const INTRODUCED = 3;
/** For the gossip mesh and the index to settle. */
const SETTLE_MS = 5000;

export const toolAbout = (topic: string): Tool => ({
  ...echoTool,
  name: `${topic}_lookup`,
  description: `Tells what is known about ${topic}.`,
});

/** Says publicly that this node has a server with one tool about the topic. */
export function offer(node: MeshNode, topic: string): void {
  const tool = toolAbout(topic);
  node.access.share({ server: topic, audience: { kind: 'everyone' }, confirmed: true, offered: [tool] });
  node.addServer(topic, [tool], [topic]);
}

/** Starts them one after another, each knowing some of those before it, and waits until all are met. */
export async function startCrowd(): Promise<MeshNode[]> {
  const nodes: MeshNode[] = [];
  for (let n = 0; n < CROWD; n++) {
    const known = [...new Set([0, Math.floor(n / 2), n - 1])].slice(0, INTRODUCED);
    const bootstrap = known.flatMap((index) => nodes[index]?.address() ?? []);
    nodes.push(await startMeshNode({ bootstrap, dhtServer: n < INDEX_NODES }));
  }
  await until(() => nodes.every((node) => node.network.peers().length > 0));
  await sleep(systemClock, SETTLE_MS);
  return nodes;
}

export const stopAll = (nodes: readonly MeshNode[]) => Promise.all(nodes.map((node) => node.stop()));

/** The value below which the given share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
