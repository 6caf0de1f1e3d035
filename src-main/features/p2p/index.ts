/**
 * Peers, topics, keys, calls and bytes: everything that travels between nodes, and nothing of what it means.
 *
 * Purpose: one port, `Network`, behind which stands libp2p (`createLibp2pNetwork`) or, in tests, a simulated internet.
 * Both share the calls protocol (`rpc/`), the table of links and the rules for finding lost peers again.
 *
 * Example:
 * ```ts
 * const network = createLibp2pNetwork(
 *   { privateKey, certificate, admit, gate: () => true, clock, random, log, db },
 *   { listen: ['/ip4/0.0.0.0/tcp/7422'], bootstrap: ['/ip4/192.0.2.1/tcp/7422/p2p/12D3Koo…'] },
 * );
 * network.serve('/toolswarm/echo/1', (payload) => payload);
 * await network.start();
 * const { response } = network.call(peerId, '/toolswarm/echo/1', utf8('hello'));
 * ```
 *
 * Invariants:
 * - `peerConnected` comes only after both ends verified the other's certificate; no call is served before that.
 * - Whatever a peer sends, it can cost at most its own connection: every buffer below has a bound, and a peer that
 *   breaks the protocol is dropped with a counted code (`drops()`).
 * - A call ends exactly once: with a response, the remote fault, or `p2p.unreachable`, `p2p.timeout`, `p2p.cancelled`,
 *   `p2p.too_large`, `p2p.busy`. When its link goes, it does not hang.
 * - A node is in several networks at once (`createNetworks`); each has its own peers, gossip, index and remembered
 *   addresses, and nothing moves from one to another but by who names the other one.
 * - Bootstrap and remembered peers that go away are dialled again, without an operator, for as long as the node runs.
 */
export {
  createLibp2pNetwork,
  type Libp2pDeps,
  type Libp2pNetwork,
  type Libp2pOptions,
  type Whereabouts,
} from './libp2p/network.ts';
export {
  createNetworks,
  MAX_PRIVATE_NETWORKS,
  type Networks,
  type NetworkSummary,
} from './networks/networks.ts';
export { MDNS_TAG } from './libp2p/node.ts';
export type {
  Admit,
  GossipVerdict,
  Network,
  NetworkEvents,
  PeerInfo,
  RpcCall,
  RpcCallOptions,
  RpcExchange,
  RpcHandler,
} from './network.ts';
export { DEFAULT_LIMITS, type OfferedFeatures } from './peering.ts';
export { createRememberedPeers, p2pMigrations, type RememberedPeer, type RememberedPeers } from './peers.ts';
export { askStun } from './nat/stun-client.ts';
