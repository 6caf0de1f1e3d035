/** A node on the simulated internet: the real peering, links and calls; gossip and index as `simulated-*.ts` model them. */
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { p2pError } from '#shared/features/p2p/errors.ts';
import { type PeerId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Timer } from '#shared/kernel/clock.ts';
import { jitter } from '#shared/kernel/random.ts';
import type { Libp2pDeps, Libp2pOptions } from '#main/features/p2p/index.ts';
import { nodeKey } from '#main/features/p2p/libp2p/node.ts';
import type { Network, RpcHandler } from '#main/features/p2p/network.ts';
import { createPeering } from '#main/features/p2p/peering.ts';
import { createRememberedPeers, type RememberedPeers } from '#main/features/p2p/peers.ts';
import { createSimulatedGossip, MAX_GOSSIP_BYTES } from './simulated-gossip.ts';
import type { Access, Host, SimulatedInternet } from './simulated-internet.ts';

export interface SimulatedNetwork extends Network {
  readonly remembered: RememberedPeers;
  drops(): Record<string, number>;
  /** What this node thinks of a gossiping neighbour: 0 is well, below it messages were wrong. */
  score(peerId: PeerId): number;
}

export interface SimulatedOptions extends Partial<Libp2pOptions> {
  access?: Access;
  /** Instead of a table in `deps.db`, for worlds of very many nodes. */
  remembered?: RememberedPeers;
  /** Peers met on walks through the index are dialled up to `enoughPeers`. Default: no walks. */
  walkMs?: number;
  /** A hostile server of the index. */
  lie?: Host['lie'];
}

/** Bytes of a call beside its payload: frame headers and the protocol's name. */
const CALL_OVERHEAD = 60;
/** Servers met on one walk. */
const MET_ON_A_WALK = 4;

/** `clock` and `random` of `deps` are normally those of the internet. `listen[0]` is the address, else one is made. */
export function createSimulatedNetwork(
  internet: SimulatedInternet,
  deps: Libp2pDeps,
  options: SimulatedOptions = {},
): SimulatedNetwork {
  const peerId = peerIdFromPrivateKey(nodeKey(deps.privateKey)).toString();
  const remembered = options.remembered ?? createRememberedPeers(deps.db);
  const address = `${options.listen?.[0] ?? `/memory/${peerId.slice(-8)}`}`;
  let running = false;
  let walks: Timer | undefined;

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
  const gossip = createSimulatedGossip(internet, {
    peerId,
    network: options.network ?? PUBLIC_NETWORK,
    neighbours: () => links.peers().map((peer) => peer.peerId),
    isRunning: () => running,
  });

  const host: Host = {
    peerId,
    address,
    access: options.access ?? {},
    dhtServer: options.dhtServer ?? false,
    gossip,
    gate: deps.gate,
    peers: () => links.peers().length,
    ...(options.lie ? { lie: options.lie } : {}),
    accept: (other, duplex, initiator, path) =>
      links.open({
        peerId: other,
        duplex,
        initiator,
        addresses: () => [`${internet.host(other)?.address ?? '/memory/gone'}/p2p/${other}`],
        carrier: () => ({ transport: 'other', path }),
        // The wire ends by itself once the link has closed its duplex.
        onClosed: () => undefined,
      }),
  };

  events.on('peerConnected', ({ peerId: other }) => {
    const learned = internet.host(other)?.address;
    if (learned) peering.learned(other, [`${learned}/p2p/${other}`]);
    gossip.connected(other);
  });
  events.on('peerDisconnected', ({ peerId: other }) => gossip.disconnected(other));

  const requireRunning = () => {
    if (!running) throw p2pError('p2p.stopped');
  };

  /** While peers are few, a walk through the index meets some more. */
  function walk(): void {
    if (links.peers().length >= (options.enoughPeers ?? 40)) return;
    for (const met of internet.index.sample(deps.random.bytes(8), MET_ON_A_WALK))
      if (met !== peerId) peering.discovered(met);
  }

  /** Counts what a protocol's messages weigh. */
  function weigh(protocol: string, bytes: Uint8Array, kind: 'request' | 'response'): void {
    internet.traffic.sent(`calls${protocol}`, bytes.length + CALL_OVERHEAD);
    internet.tap(`${kind} ${protocol}`, bytes);
  }

  const weighed =
    (protocol: string, handler: RpcHandler): RpcHandler =>
    (payload, exchange) => {
      weigh(protocol, payload, 'request');
      const answer = handler(payload, exchange);
      if (answer instanceof Uint8Array) {
        weigh(protocol, answer, 'response');
        return answer;
      }
      return answer.then((response) => {
        weigh(protocol, response, 'response');
        return response;
      });
    };

  return {
    peerId,
    remembered,
    drops: links.drops,
    score: gossip.score,
    on: events.on,
    async start() {
      if (running) return;
      running = true;
      internet.join(host);
      peering.start();
      if (options.walkMs !== undefined)
        walks = internet.clock.every(jitter(deps.random, options.walkMs, 0.3), walk);
    },
    async stop() {
      if (!running) return;
      running = false;
      walks?.cancel();
      gossip.stop();
      peering.stop();
      internet.leave(peerId);
    },
    addresses: () => (running ? [`${address}/p2p/${peerId}`] : []),
    peers: links.peers,
    dial: peering.dial,
    disconnect: peering.disconnect,
    refresh: peering.refresh,
    serve: (protocol, handler) => links.serve(protocol, weighed(protocol, handler)),
    call: peering.call,
    async announce(topic, data) {
      if (data.length > MAX_GOSSIP_BYTES) throw p2pError('p2p.too_large');
      requireRunning();
      internet.tap(`gossip ${topic}`, data);
      gossip.announce(topic, data);
    },
    subscribe: gossip.subscribe,
    async provide(key) {
      requireRunning();
      await internet.provide(host, key);
    },
    async withdraw() {
      // Nothing is renewed in these short lives.
      requireRunning();
    },
    async *find(key, wanted = {}) {
      requireRunning();
      yield* (await internet.find(host, key)).slice(0, wanted.limit ?? 20);
    },
  };
}
