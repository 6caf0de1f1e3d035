/** Which tools a call would reach now. */
import type { Network } from '../p2p/index.ts';
import type { ShelvedTool } from './shelf.ts';
import type { RegistryOptions } from './types.ts';

export interface Reach {
  /** Instances of a tool that a call would reach: nodes of its provider, or its server here. */
  liveOf(tool: ShelvedTool): number;
  /** Notes on each of these tools whether a call would reach it now. */
  withReach<Tools extends readonly ShelvedTool[]>(tools: Tools): Tools;
}

export function createReach(
  network: Pick<Network, 'peers'>,
  options: Pick<RegistryOptions, 'isServing' | 'isLocalReachable'>,
): Reach {
  const serving = (): ReadonlySet<string> =>
    new Set(
      network
        .peers()
        .filter(({ peerId }) => options.isServing?.(peerId) ?? true)
        .map(({ peerId }) => peerId),
    );
  return {
    liveOf({ entry: { listing, nodes } }) {
      if (listing.local) return options.isLocalReachable(listing.server) ? 1 : 0;
      const connected = serving();
      return nodes.filter((node) => connected.has(node)).length;
    },
    withReach(tools) {
      const connected = serving();
      for (const tool of tools) {
        const { listing, nodes } = tool.entry;
        tool.reachable = listing.local
          ? options.isLocalReachable(listing.server)
          : nodes.some((node) => connected.has(node));
      }
      return tools;
    },
  };
}
