/**
 * Our port to the peer-to-peer world: peers, topics, keys, calls and bytes. It knows nothing of MCP (P5). Two adapters
 * stand behind it: libp2p and a simulated network in virtual time; one compliance suite tests both.
 */
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { EventSource } from '#shared/kernel/events.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { PathKind, Transport } from '#shared/features/p2p/addresses.ts';

export interface PeerInfo {
  peerId: PeerId;
  /** The network through which this link runs. A node that is met in two networks is two peers with one id. */
  network: NetworkId;
  /** Who the peer's certificate says it serves; verified during hello. */
  providerId: ProviderId;
  /** Multiaddrs of the open connections. */
  addresses: string[];
  direction: 'inbound' | 'outbound';
  agent: string;
  /** Negotiated protocol major and the features that both ends have. */
  version: number;
  features: string[];
  connectedAt: number;
  /** Last measured round trip. */
  latencyMs?: number;
  /** Round trips, oldest first, at most {@link MAX_LATENCIES}. */
  latencies: number[];
  /** How far the peer's clock was ahead of ours at its hello (ms, negative where behind), where it told. */
  clockAheadMs?: number;
  /** Bytes of calls on the link, before encryption. */
  receivedBytes: number;
  sentBytes: number;
  /** How the link travels. */
  carrier: Carrier;
}

/** Round trips kept per link: at one in 15 s the last quarter of an hour. */
export const MAX_LATENCIES = 60;

/** What carries a link. */
export interface Carrier {
  transport: Transport;
  path: PathKind;
  /** `tls`, `noise`, …; absent where the transport does not say. */
  encryption?: string;
}

export interface NetworkEvents {
  /** A round trip to a peer was measured. */
  peerMeasured: { peerId: PeerId };
  /** The peer passed hello: its certificate is verified and calls can be made. */
  peerConnected: PeerInfo;
  peerDisconnected: { peerId: PeerId; providerId: ProviderId };
  /** A peer that could not be admitted, with the code that says why (`p2p.too_old`, `p2p.too_new`, `p2p.blocked`, …). */
  peerRefused: { peerId: PeerId; code: string };
  addressesChanged: { addresses: string[] };
}

export interface RpcExchange {
  readonly peer: PeerInfo;
  /** Aborts on cancellation by the caller, at its deadline, or when the connection goes. */
  readonly signal: AbortSignal;
  /** Sends one message to the other end before the response; resolves once credit allows it. */
  send(message: Uint8Array): Promise<void>;
  /** Receives the other end's messages. Messages that arrive before it is set are kept, within the credit. */
  onMessage(listener: (message: Uint8Array) => void): void;
}

/**
 * Serves one protocol. The payload is a view into what was received: copy what is kept for long. Resolves with the response; throws `AppError` to answer with its code, message, advice and
 * retryability. Anything else thrown becomes `internal`.
 */
export type RpcHandler = (payload: Uint8Array, exchange: RpcExchange) => Uint8Array | Promise<Uint8Array>;

export interface RpcCallOptions {
  signal?: AbortSignal;
  /** Ends the call with `p2p.timeout` and cancels it at the other end. Default 30,000. */
  timeoutMs?: number;
  onMessage?: (message: Uint8Array) => void;
  /** Only over this network; absent: over any in which the peer is met. */
  network?: NetworkId;
  /** Refuses larger responses with `p2p.too_large` while they arrive. Default 8 MiB. */
  maxResponseBytes?: number;
}

export interface RpcCall {
  /** Rejects with `AppError`: the remote one, or `p2p.unreachable`, `p2p.timeout`, `p2p.cancelled`, `p2p.too_large`. */
  response: Promise<Uint8Array>;
  /** Sends one message to the handler; resolves once credit allows it. */
  send(message: Uint8Array): Promise<void>;
}

/** What to do with a gossiped message: pass it on, drop it silently, or drop it and score its sender down. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject';

export interface FindOptions {
  limit?: number;
  signal?: AbortSignal;
  network?: NetworkId;
}

export interface Network extends EventSource<NetworkEvents> {
  readonly peerId: PeerId;
  start(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** Multiaddrs with `/p2p/<peerId>` under which others can dial this node. */
  addresses(): string[];
  /** Peers that passed hello. */
  peers(): PeerInfo[];
  /** Connects to a multiaddr (with `/p2p/…`) or a known peer id and waits for hello. */
  dial(target: string, signal?: AbortSignal): Promise<PeerInfo>;
  disconnect(peerId: PeerId): Promise<void>;
  /** The machine slept or changed its network: connections are checked, and lost peers are sought without waiting. */
  refresh(): void;
  /** Handles calls to `protocol` (`/toolswarm/<name>/<major>`). */
  serve(protocol: string, handler: RpcHandler): Closeable;
  /** Calls a connected peer; dials it first where its address is remembered. */
  call(peerId: PeerId, protocol: string, payload: Uint8Array, options?: RpcCallOptions): RpcCall;
  /** Gossips bytes (≤ 64 KiB) on a topic, in one network or in all of them. */
  announce(topic: string, message: Uint8Array, options?: { network?: NetworkId }): Promise<void>;
  subscribe(
    topic: string,
    listener: (
      message: Uint8Array,
      from: PeerId,
      network: NetworkId,
    ) => GossipVerdict | Promise<GossipVerdict>,
  ): Closeable;
  /** Tells the DHT that this node can serve `key` (any bytes; hashed by the adapter). */
  provide(key: Uint8Array, options?: { signal?: AbortSignal; network?: NetworkId }): Promise<void>;
  /** Tells nobody any more: renewals end, and what others hold of the key lapses within two days. */
  withdraw(key: Uint8Array, options?: { network?: NetworkId }): Promise<void>;
  /** Peers that claim to serve `key`; a claim is never believed without a verified record. */
  find(key: Uint8Array, options?: FindOptions): AsyncIterable<PeerId>;
}

/** Decides whether a peer that proved its key is admitted: blocked peers and bad certificates are not. */
export type Admit = (
  peerId: PeerId,
  certificate: Uint8Array,
) => { ok: true; providerId: ProviderId } | { ok: false; code: string; message: string };
