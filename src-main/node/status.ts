/** What a node is and how it is doing, gathered from its slices. */
import type { NodeStatus } from '#shared/features/node/contract.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Slices } from './wiring.ts';

export interface StatusDeps extends Pick<Slices, 'identity' | 'network' | 'registry' | 'servers'> {
  clock: Clock;
  facts: Pick<NodeStatus, 'version' | 'pid' | 'dataDir' | 'startedAt'>;
  mcpUrl(): string;
  webUrl(): string;
}

/** Watchers are told at most this often. */
const WATCH_INTERVAL_MS = 1000;

export interface StatusBoard {
  read(): NodeStatus;
  watch(signal: AbortSignal): AsyncIterable<NodeStatus>;
}

export function createStatusBoard(deps: StatusDeps): StatusBoard {
  const { identity, network, registry, servers } = deps;

  function read(): NodeStatus {
    const all = servers.list();
    const { catalog, changed, network: remote, pending } = registry.counts();
    const view = identity.view();
    return {
      ...deps.facts,
      providerId: view.providerId,
      peerId: view.peerId,
      displayName: view.profile.displayName,
      addresses: network.addresses(),
      mcpUrl: deps.mcpUrl(),
      webUrl: deps.webUrl(),
      peers: new Set(network.peers().map(({ peerId }) => peerId)).size,
      servers: {
        total: all.length,
        running: all.filter(({ state }) => state === 'running').length,
        failed: all.filter(({ state }) => state === 'failed').length,
      },
      tools: { catalog, network: remote, pending, changed },
      residentBytes: process.memoryUsage.rss(),
    };
  }

  function subscribe(changed: () => void): () => void {
    const stops = [
      identity.on('changed', changed),
      registry.on('changed', changed),
      servers.on('changed', changed),
      network.on('peerConnected', changed),
      network.on('peerDisconnected', changed),
      network.on('addressesChanged', changed),
    ];
    return () => stops.forEach((stop) => stop());
  }

  return {
    read,
    async *watch(signal) {
      for await (const status of watch(signal, read, subscribe)) {
        yield status;
        await sleep(deps.clock, WATCH_INTERVAL_MS, signal).catch(() => undefined);
      }
    },
  };
}
