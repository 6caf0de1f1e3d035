/**
 * From a libp2p connection to a link and back. Every connection carries one stream for calls, opened by the side that
 * dialled: who ends the link ends the connection, and a connection that brings no link is closed.
 */
import type { Connection, Stream } from '@libp2p/interface';
import { pathOf, transportOf } from '#shared/features/p2p/addresses.ts';
import { p2pError } from '#shared/features/p2p/errors.ts';
import { rpcMajors, rpcProtocol } from '#shared/features/p2p/hello.ts';
import { judgeMajors, type VersionRange } from '#shared/features/p2p/rules.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Links } from '../links.ts';
import { type Channel, createChannel } from '../nat/channel.ts';
import { fingerprintsOf } from '../nat/webrtc.ts';
import type { Carrier } from '../network.ts';
import { HELLO_TIMEOUT_MS } from '../rpc/link.ts';
import { connectStream, streamDuplex } from './stream-duplex.ts';

/** Names of the stream for calls, the newest major first: the first that the other end knows is taken. */
export const rpcProtocols = ({ max, min }: VersionRange): string[] =>
  Array.from({ length: max - min + 1 }, (_, index) => rpcProtocol(max - index));

/** TLS and noise name themselves by their protocol: `/tls/1.0.0`. */
function carrierOf({ encryption, remoteAddr }: Connection): Carrier {
  const address = remoteAddr.toString();
  const name = encryption?.split('/').find(Boolean);
  const transport = transportOf(address);
  const encryptedBy = transport === 'webrtc' ? 'dtls' : name;
  return { transport, path: pathOf(address), ...(encryptedBy ? { encryption: encryptedBy } : {}) };
}

/** Calls run over relays too, whose connections libp2p counts as limited. */
export const ON_RELAYS = { runOnLimitedConnection: true } as const;

/** How long a connection that we end stays open for the peer to read why: closing at once can lose what was said. */
const LINGER_MS = 500;

export interface Connections {
  /** A connection opened, in either direction. */
  opened(connection: Connection): void;
  /** The peer opened its stream for calls. */
  accept(stream: Stream, connection: Connection): void;
  /** A peer told which protocols it speaks. One that dialled and has no major of ours in common will never open a stream. */
  identified(connection: Connection, protocols: readonly string[]): void;
  close(connection: Connection): Promise<void>;
  /** Resolves when no connection to that peer, or to anyone, is on its way out: it must not be taken for a new one. */
  settled(peerId?: PeerId): Promise<void>;
}

export interface ConnectionsDeps {
  clock: Clock;
  links: Links;
  /** Raw Ed25519 seed of the node key. */
  privateKey: Uint8Array;
  versions: VersionRange;
  /** Asks the other end which protocols it speaks. */
  protocolsOf(connection: Connection): Promise<string[]>;
}

export function createConnections(deps: ConnectionsDeps): Connections {
  const { clock, links, versions } = deps;
  /** Inbound connections whose stream for calls has not come yet; libp2p bounds them as connections. */
  const awaited = new Map<Connection, Timer>();
  const closings = new Map<Connection, Promise<void>>();

  function refuse(connection: Connection, error: AppError): void {
    arrived(connection);
    connection.abort(error);
    links.refused(connection.remotePeer.toString(), error);
  }

  function arrived(connection: Connection): void {
    awaited.get(connection)?.cancel();
    awaited.delete(connection);
  }

  async function openStream(connection: Connection): Promise<void> {
    try {
      attach(await connection.newStream(rpcProtocols(versions), ON_RELAYS), connection);
    } catch (error) {
      const { name } = error as Error;
      // Dialled twice at the same address, by us and by the library for itself: it dropped the second, the first goes on.
      if (name === 'InvalidMultiaddrError') return;
      if (name === 'UnsupportedProtocolError') await refuseStranger(connection);
      else refuse(connection, p2pError('p2p.unreachable', { cause: error }));
    }
  }

  /** No name of ours is spoken there: another program, or this one in a version too far away. */
  async function refuseStranger(connection: Connection): Promise<void> {
    const protocols = await deps.protocolsOf(connection).catch(() => []);
    const judged = judgeMajors(versions, rpcMajors(protocols));
    if (!judged || judged.ok) refuse(connection, p2pError('p2p.not_toolswarm'));
    else await part(connection, p2pError(judged.code));
  }

  /** The other end gets a moment to find out the same about us: it sees a connection that closes, and no more. */
  async function part(connection: Connection, error: AppError): Promise<void> {
    arrived(connection);
    links.refused(connection.remotePeer.toString(), error);
    await close(connection, new Promise<void>((resolve) => void clock.after(LINGER_MS, resolve)));
  }

  function attach(stream: Stream, connection: Connection): void {
    arrived(connection);
    const channel = channelOf(connection);
    if (channel === 'none') return refuse(connection, p2pError('p2p.unproven'));
    const link = links.open({
      peerId: connection.remotePeer.toString(),
      duplex: streamDuplex(stream, clock),
      initiator: connection.direction === 'outbound',
      addresses: () => [connection.remoteAddr.toString()],
      carrier: () => carrierOf(connection),
      channel,
      onClosed: (byUs) => void close(connection, byUs ? linger(stream) : undefined),
    });
    connectStream(stream, link);
  }

  /** Undefined where TLS or noise has proven the peer's key; `none` where nothing can. */
  function channelOf(connection: Connection): Channel | 'none' | undefined {
    if (connection.encryption !== undefined) return undefined;
    const { publicKey } = connection.remotePeer;
    const fingerprints = fingerprintsOf(connection);
    if (!fingerprints || publicKey?.type !== 'Ed25519') return 'none';
    return createChannel(fingerprints, deps.privateKey, publicKey.raw);
  }

  /** After `farewell`, in which the peer may still read what was said last. */
  function close(connection: Connection, farewell = Promise.resolve()): Promise<void> {
    const begun = closings.get(connection);
    if (begun) return begun;
    const closed = farewell
      .then(() => connection.close())
      .catch((error: Error) => connection.abort(error))
      .finally(() => closings.delete(connection));
    closings.set(connection, closed);
    return closed;
  }

  /** The peer gets time to read what was said on the stream last, and to close it from its side. */
  function linger(stream: Stream): Promise<void> {
    if (stream.remoteWriteStatus === 'closed') return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.after(LINGER_MS, resolve);
      const done = () => {
        timer.cancel();
        resolve();
      };
      stream.addEventListener('remoteCloseWrite', done);
      stream.addEventListener('close', done);
    });
  }

  return {
    opened(connection) {
      if (connection.direction === 'outbound') return void openStream(connection);
      const timer = clock.after(HELLO_TIMEOUT_MS, () => refuse(connection, p2pError('p2p.no_hello')));
      awaited.set(connection, timer);
      connection.addEventListener('close', () => arrived(connection));
    },
    accept(stream, connection) {
      if (connection.direction === 'inbound') attach(stream, connection);
      // Both ends would number their calls alike: whoever was dialled waits.
      else stream.abort(p2pError('p2p.malformed'));
    },
    identified(connection, protocols) {
      if (!awaited.has(connection)) return;
      const judged = judgeMajors(versions, rpcMajors(protocols));
      if (judged && !judged.ok) void part(connection, p2pError(judged.code));
    },
    close: (connection) => close(connection),
    async settled(peerId) {
      const concerned = [...closings].filter(
        ([connection]) => peerId === undefined || connection.remotePeer.toString() === peerId,
      );
      await Promise.all(concerned.map(([, closed]) => closed));
    },
  };
}
