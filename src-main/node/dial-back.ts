/**
 * `/toolswarm/dial-back/1`: a node asks a peer to open a connection back to it, to learn whether its port can be reached
 * from there. A peer connects to the very address that the question came from and to no other, sends nothing, and rests
 * in between: nobody can be made to knock at the doors of others. Where a router puts its own inner address in the place of
 * the asker's, the door would be the router's: inner addresses are for trusted peers.
 */
import { connect, isIP } from 'node:net';
import { z } from 'zod';
import { hostOf, reachOfIp } from '#shared/features/p2p/addresses.ts';
import { isPublicIp } from '#shared/features/p2p/dial-policy.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Network, PeerInfo } from '../features/p2p/index.ts';

export const DIAL_BACK_PROTOCOL = '/toolswarm/dial-back/1';

const requestSchema = z.looseObject({ port: z.number().int().min(1).max(65_535) });
const answerSchema = z.looseObject({ reachable: z.boolean() });

/** How long a connection back may take. */
export const CONNECT_TIMEOUT_MS = 4000;
/** A peer may ask once in this time. */
const REST_MS = 5000;
/** Connections back that are tried at the same time, for all peers. */
const MAX_AT_ONCE = 4;
/** Peers whose last question is remembered; bounded far above the connections a node has. */
const MAX_ASKERS = 1000;

export interface DialBackDeps {
  network: Network;
  clock: Clock;
  /** Whether a connection back to this peer may go to an inner address. Default: to nobody. */
  mayGoInward?(peer: PeerInfo): boolean;
}

/** Serves other nodes' questions. */
export function serveDialBack({ clock, mayGoInward = () => false, network }: DialBackDeps): Closeable {
  const lastAsked = new Map<PeerId, number>();
  let underWay = 0;

  function admit(peer: PeerInfo): void {
    const now = clock.monotonic();
    const isTooSoon = now - (lastAsked.get(peer.peerId) ?? -Infinity) < REST_MS;
    if (isTooSoon || underWay >= MAX_AT_ONCE)
      throw new AppError('p2p.busy', 'This node tries no more connections at the moment.', {
        advice: 'Ask again in a few seconds, or another peer.',
        retryable: true,
      });
    if (lastAsked.size >= MAX_ASKERS) lastAsked.clear();
    lastAsked.set(peer.peerId, now);
  }

  return network.serve(DIAL_BACK_PROTOCOL, async (payload, { peer }) => {
    const parsed = requestSchema.safeParse(decodeCbor(payload));
    const host = peer.carrier.path === 'relayed' ? '' : (hostOf(peer.addresses[0] ?? '') ?? '');
    // A name that we dialled is the peer's to change: it could mean a neighbour of ours by now.
    const mayConnect = isPublicIp(host) || (isIP(host) !== 0 && mayGoInward(peer));
    if (!parsed.success || !mayConnect)
      throw new AppError('p2p.malformed', 'This is no question that can be answered here.');
    admit(peer);
    underWay++;
    try {
      return encodeCbor({ reachable: await canConnect(host, parsed.data.port, clock) });
    } finally {
      underWay--;
    }
  });
}

/** What one peer found: whether it reached `port`, and whether it tried from beyond the local network. */
export async function askDialBack(
  network: Network,
  peer: PeerInfo,
  port: number,
  signal: AbortSignal,
): Promise<{ reachable: boolean; fromInternet: boolean }> {
  const call = network.call(peer.peerId, DIAL_BACK_PROTOCOL, encodeCbor({ port }), {
    signal,
    timeoutMs: CONNECT_TIMEOUT_MS * 2,
    maxResponseBytes: 1024,
  });
  const { reachable } = answerSchema.parse(decodeCbor(await call.response));
  return {
    reachable,
    fromInternet: reachOfIp(hostOf(peer.addresses[0] ?? '') ?? '127.0.0.1') === 'internet',
  };
}

/** Whether something listens there. The connection is closed at once; nothing is sent. */
export function canConnect(host: string, port: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const timer = clock.after(CONNECT_TIMEOUT_MS, () => finish(false));
    const finish = (reached: boolean) => {
      timer.cancel();
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
