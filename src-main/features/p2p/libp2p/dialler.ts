/** Opens connections: to an address, or to a peer through whichever of its addresses answers first. */
import type { Connection } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { inDialOrder } from '#shared/features/p2p/dial-policy.ts';
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import { peerIdIn } from '../peering.ts';
import type { Dialable } from './dialable.ts';
import { ADDRESS_DIAL_TIMEOUT_MS, MAX_PARALLEL_DIALS, type Node } from './node.ts';
import { race } from './racing.ts';
import { createTurns } from './turns.ts';

/** Addresses of one peer that are tried for one connection. */
const MAX_RACED = 8;

export interface DiallerDeps {
  clock: Clock;
  gate(peerId: PeerId): boolean;
  dialable: Dialable;
  useRelays: boolean;
  /** Throws `p2p.stopped`. */
  running(): Node;
  close(connection: Connection): Promise<void>;
}

/** Takes a multiaddr, or a peer id with addresses that were vouched for; resolves with the id of the peer reached. */
export type Dial = (target: string, addresses: readonly string[], signal: AbortSignal) => Promise<PeerId>;

export function createDialler(deps: DiallerDeps): Dial {
  const { clock, dialable } = deps;
  const turns = createTurns(MAX_PARALLEL_DIALS);

  /** Addresses of a peer that may be dialled; undefined where none is known at all. */
  async function waysTo(node: Node, peerId: PeerId, addresses: readonly string[]) {
    const id = peerIdFromString(peerId);
    const own = addresses.map((address) => withPeer(address, peerId));
    own.forEach(dialable.vouch);
    if (own.length > 0) await node.peerStore.merge(id, { multiaddrs: own.map(toMultiaddr) });
    const known = (await node.peerStore.has(id)) ? (await node.peerStore.get(id)).addresses : [];
    if (known.length === 0) return undefined;
    const full = known.map((one) => withPeer(one.multiaddr.toString(), peerId));
    return inDialOrder(full.filter(isDialled)).slice(0, MAX_RACED);
  }

  const isDialled = (address: string): boolean =>
    (deps.useRelays || !address.includes('/p2p-circuit')) && dialable.refuse(address) === undefined;

  // Names of several addresses are looked up by the library's own dialler, one dial a peer at a time.
  const openOne = (node: Node, address: string, signal: AbortSignal): Promise<Connection> =>
    address.startsWith('/dnsaddr/')
      ? node.dial(toMultiaddr(address), { signal })
      : node.services.opening.open(toMultiaddr(address), signal);

  async function toPeer(peerId: PeerId, addresses: readonly string[], signal: AbortSignal) {
    const node = deps.running();
    const open = node.getConnections(peerIdFromString(peerId)).find(({ status }) => status === 'open');
    if (open) return open;
    const ways = await waysTo(node, peerId, addresses);
    // Nobody told where it is: the library asks the index, and what that says passes the same gate.
    if (!ways) return node.dial(peerIdFromString(peerId), { signal });
    return turns.take(signal, () =>
      race(ways, {
        clock,
        signal,
        limitMs: ADDRESS_DIAL_TIMEOUT_MS,
        open: (address, given) => openOne(node, address, given),
        discard: (connection) => void deps.close(connection),
      }),
    );
  }

  return async (target, addresses, signal) => {
    try {
      const node = deps.running();
      const expected = peerIdIn(target);
      if (expected !== undefined && !deps.gate(expected)) throw p2pError('p2p.blocked');
      const connection = target.startsWith('/')
        ? await node.dial(toMultiaddr(target), { signal })
        : await toPeer(checked(target), addresses, signal);
      return connection.remotePeer.toString();
    } catch (error) {
      throw dialFault(error, signal);
    }
  };
}

function toMultiaddr(address: string): Multiaddr {
  try {
    return multiaddr(address);
  } catch (cause) {
    throw p2pError('p2p.bad_address', { cause });
  }
}

function checked(peerId: PeerId): PeerId {
  try {
    return peerIdFromString(peerId).toString();
  } catch (cause) {
    throw p2pError('p2p.bad_address', { cause });
  }
}

/** The address with the peer's id at its end, where it names none. */
export const withPeer = (address: string, peerId: PeerId): string =>
  address.includes('/p2p/') ? address : `${address}/p2p/${peerId}`;

function dialFault(error: unknown, signal: AbortSignal): AppError {
  if (error instanceof AppError) return error;
  if (signal.aborted && signal.reason instanceof AppError) return signal.reason;
  const names = [error, ...(error instanceof AggregateError ? (error.errors as unknown[]) : [])].map(
    (one) => (one as Error).name,
  );
  if (names.includes('ConnectionInterceptedError')) return p2pError('p2p.blocked', { cause: error });
  if (names.includes('InvalidPeerIdError')) return p2pError('p2p.self', { cause: error });
  return p2pError('p2p.unreachable', { cause: error });
}
