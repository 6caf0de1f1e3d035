/** The `Network` port on a simulated internet: same deps as the libp2p adapter, other wires. */
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { p2pError } from '#shared/features/p2p/errors.ts';
import { type PeerId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Libp2pDeps, Libp2pOptions } from '#main/features/p2p/index.ts';
import { nodeKey } from '#main/features/p2p/libp2p/node.ts';
import type { Network } from '#main/features/p2p/network.ts';
import { createPeering } from '#main/features/p2p/peering.ts';
import { createRememberedPeers, type RememberedPeers } from '#main/features/p2p/peers.ts';
import type { GossipMessage, Host, SimulatedInternet } from './simulated-internet.ts';

type Listener = Parameters<Network['subscribe']>[1];

export interface SimulatedNetwork extends Network {
  readonly remembered: RememberedPeers;
  drops(): Record<string, number>;
}

const MAX_GOSSIP_BYTES = 64 * 1024;

/** `clock` and `random` of `deps` are normally those of the internet. `listen[0]` is the address, else one is made. */
export function createSimulatedNetwork(
  internet: SimulatedInternet,
  deps: Libp2pDeps,
  options: Partial<Libp2pOptions> = {},
): SimulatedNetwork {
  const peerId = peerIdFromPrivateKey(nodeKey(deps.privateKey)).toString();
  const remembered = createRememberedPeers(deps.db);
  const address = `${options.listen?.[0] ?? `/memory/${peerId.slice(-8)}`}`;
  const topics = new Map<string, Set<Listener>>();
  const seen = new Set<number>();
  let running = false;

  const peering = createPeering(
    {
      ...deps,
      selfId: peerId,
      remembered,
      connect: (target) => {
        if (target.startsWith('/') && !target.startsWith('/memory/')) throw p2pError('p2p.bad_address');
        return internet.connect(host, target);
      },
      // A wire ends with its link, and there is nothing but links here.
      hangUp: async () => undefined,
    },
    options,
  );
  const { events, links } = peering;

  const host: Host = {
    peerId,
    address,
    dhtServer: options.dhtServer ?? false,
    gate: deps.gate,
    peers: () => links.peers().length,
    accept: (other, duplex, initiator) =>
      links.open({
        peerId: other,
        duplex,
        initiator,
        addresses: () => [`${internet.host(other)?.address ?? '/memory/gone'}/p2p/${other}`],
        carrier: () => ({ transport: 'other', path: 'direct' }),
        // The wire ends by itself once the link has closed its duplex.
        onClosed: () => undefined,
      }),
    gossip: (message, from) => void onGossip(message, from),
  };

  async function onGossip(message: GossipMessage, from: PeerId): Promise<void> {
    const listeners = topics.get(message.topic);
    if (!running || !listeners || seen.has(message.id)) return;
    seen.add(message.id);
    const verdicts = await Promise.all(
      [...listeners].map(async (listener) =>
        listener(message.data, message.author, options.network ?? PUBLIC_NETWORK),
      ),
    );
    if (verdicts.every((verdict) => verdict === 'accept')) spread(message, from);
  }

  function spread(message: GossipMessage, except?: PeerId): void {
    for (const { peerId: neighbour } of links.peers())
      if (neighbour !== except)
        internet.carry(peerId, neighbour, () => internet.host(neighbour)?.gossip(message, peerId));
  }

  events.on('peerConnected', ({ peerId: other }) => {
    const learned = internet.host(other)?.address;
    if (learned) peering.learned(other, [`${learned}/p2p/${other}`]);
  });

  const requireRunning = () => {
    if (!running) throw p2pError('p2p.stopped');
  };

  return {
    peerId,
    remembered,
    drops: links.drops,
    on: events.on,
    async start() {
      if (running) return;
      running = true;
      internet.join(host);
      peering.start();
    },
    async stop() {
      if (!running) return;
      running = false;
      peering.stop();
      internet.leave(peerId);
    },
    addresses: () => (running ? [`${address}/p2p/${peerId}`] : []),
    peers: links.peers,
    dial: peering.dial,
    disconnect: peering.disconnect,
    refresh: peering.refresh,
    serve: links.serve,
    call: peering.call,
    async announce(topic, data) {
      if (data.length > MAX_GOSSIP_BYTES) throw p2pError('p2p.too_large');
      requireRunning();
      const message = { id: internet.nextMessageId(), topic, data: data.slice(), author: peerId };
      seen.add(message.id);
      spread(message);
    },
    subscribe(topic, listener) {
      const set = topics.get(topic) ?? new Set<Listener>();
      topics.set(topic, set.add(listener));
      return {
        close() {
          set.delete(listener);
          if (set.size === 0 && topics.get(topic) === set) topics.delete(topic);
        },
      };
    },
    async provide(key) {
      requireRunning();
      await new Promise<void>((resolve) => internet.clock.after(10, resolve));
      internet.provide(host, key);
    },
    async *find(key, wanted = {}) {
      requireRunning();
      await new Promise<void>((resolve) => internet.clock.after(10, resolve));
      yield* internet.find(host, key).slice(0, wanted.limit ?? 20);
    },
  };
}
