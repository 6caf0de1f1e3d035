import type { Command } from 'commander';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import type { Cli } from '../cli.ts';
import { facts, table, yesNo } from '../printable.ts';

export function addPeerCommands(program: Command, cli: Cli): void {
  const peers = program.command('peers').description('other nodes');
  peers
    .command('list')
    .description('peers that are connected or remembered')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['peers.list']({});
        return { data: { items }, text: listPeers(items, await networkNames(node, items)) };
      }),
    );
  peers
    .command('connect')
    .description('connect to a peer; its provider becomes known')
    .argument('<multiaddr>', 'as `toolswarm status` of the other node prints it')
    .action((address: string) =>
      cli.ask(async (node) => {
        const peer = await node['peers.connect']({ address });
        return { data: peer, text: showPeer(peer) };
      }),
    );
  for (const [verb, summary, done] of [
    ['disconnect', 'close the connections to a peer', 'Disconnected'],
    ['block', 'block a provider or peer: its connections and calls end at once', 'Blocked'],
    ['unblock', 'lift a block', 'Unblocked'],
  ] as const)
    peers
      .command(verb)
      .description(summary)
      .argument('<id>', 'a provider id or a peer id')
      .action((id: string) =>
        cli.ask(async (node) => {
          await node[`peers.${verb}`]({ id });
          return { data: { id }, text: `${done} ${id}.` };
        }),
      );
  for (const [verb, known, summary] of [
    ['know', true, 'pin a provider as known: “share --to known” means it'],
    ['forget', false, 'no longer treat a provider as known'],
  ] as const)
    peers
      .command(verb)
      .description(summary)
      .argument('<provider>', 'a provider id')
      .action((providerId: string) =>
        cli.ask(async (node) => {
          await node['peers.setKnown']({ providerId, known });
          return {
            data: { providerId, known },
            text: `${providerId} is ${known ? 'known' : 'not known'} now.`,
          };
        }),
      );
}

type NodeOf = Parameters<Parameters<Cli['ask']>[0]>[0];

/** What the private networks are called in which peers are met; nobody is asked where there are none. */
async function networkNames(node: NodeOf, items: readonly PeerView[]): Promise<ReadonlyMap<string, string>> {
  const met = new Set(items.flatMap(({ networks = [] }) => networks));
  met.delete('public');
  if (met.size === 0) return new Map();
  const { networks } = await node['network.show']({});
  return new Map(networks.filter(({ id }) => met.has(id)).map(({ id, name }) => [id, name]));
}

function listPeers(items: readonly PeerView[], names: ReadonlyMap<string, string>): string {
  const rows = items.map((peer) => [
    peer.displayName ?? '',
    peer.blocked ? 'blocked' : peer.connected ? 'connected' : 'away',
    yesNo(peer.known),
    (peer.networks ?? []).map((id) => names.get(id) || id).join(', '),
    peer.latencyMs === undefined ? '' : `${Math.round(peer.latencyMs)} ms`,
    peer.providerId ?? '',
    peer.peerId,
  ]);
  return table(['NAME', 'STATE', 'KNOWN', 'NETWORKS', 'LATENCY', 'PROVIDER', 'PEER'], rows, 'No peers yet.');
}

const showPeer = (peer: PeerView): string =>
  facts([
    ['name', peer.displayName],
    ['provider', peer.providerId],
    ['peer id', peer.peerId],
    ['connected', yesNo(peer.connected)],
    ['runs', peer.agent],
    ...peer.addresses.map((address): [string, string] => ['address', address]),
  ]);
