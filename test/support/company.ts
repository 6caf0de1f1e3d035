/** Company for a daemon: real peers, which live in this process, and what it weighs among them. */
import { readFileSync } from 'node:fs';
import { type Daemon, eventually } from './daemon.ts';
import { type MeshNode, startMeshNode } from './mesh-node.ts';

/**
 * Connects so many peers to the daemon and lets the first of them share so many tools with it. Resolves when the daemon
 * says that it has them all.
 * @param peers takes each peer as soon as it runs; whoever gave the list stops them.
 */
export async function keepCompany(
  daemon: Daemon,
  peers: MeshNode[],
  wanted: { peers: number; tools: number },
): Promise<void> {
  for (let index = 0; index < wanted.peers; index++)
    peers.push(await startMeshNode({ bootstrap: [daemon.ready.addresses[0] as string] }));
  shareTools(daemon, peers[0] as MeshNode, wanted.tools);
  await eventually(async () => {
    const status = await daemon.command<{ peers: number; tools: { network: number } }>('status');
    return status.peers === wanted.peers && status.tools.network === wanted.tools;
  });
}

function shareTools(daemon: Daemon, peer: MeshNode, count: number): void {
  const tools = Array.from({ length: count }, (_, index) => ({
    name: `tool_${index}`,
    description: `Does the ${index}th of many useful things with the text that it is given, and says what it did.`,
    inputSchema: {
      type: 'object',
      properties: { text: { type: 'string', description: 'The text' }, count: { type: 'integer' } },
      required: ['text'],
    },
    annotations: { readOnlyHint: true },
  }));
  peer.addServer('many', tools);
  const audience = { kind: 'providers' as const, providers: [daemon.ready.providerId] };
  peer.access.share({ server: 'many', audience, confirmed: false, offered: tools });
}

/** What Linux holds in memory of the daemon's process, shared pages of programs included. */
export function residentMib({ ready }: Daemon): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${ready.pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
