/**
 * From a libp2p connection to a link and back. Every connection carries one stream for calls, opened by the side that
 * dialled: who ends the link ends the connection, and a connection that brings no link is closed.
 */
import type { Connection, Stream } from '@libp2p/interface';
import { pathOf, transportOf } from '#shared/features/p2p/addresses.ts';
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Links } from '../links.ts';
import type { Carrier } from '../network.ts';
import { HELLO_TIMEOUT_MS } from '../rpc/link.ts';
import { connectStream, streamDuplex } from './stream-duplex.ts';

export const RPC_PROTOCOL = '/toolswarm/rpc/1';

/** TLS and noise name themselves by their protocol: `/tls/1.0.0`. */
function carrierOf({ encryption, remoteAddr }: Connection): Carrier {
  const address = remoteAddr.toString();
  const name = encryption?.split('/').find(Boolean);
  return { transport: transportOf(address), path: pathOf(address), ...(name ? { encryption: name } : {}) };
}

/** How long a connection that we end stays open for the peer to read why: closing at once can lose what was said. */
const LINGER_MS = 500;

export interface Connections {
  /** A connection opened, in either direction. */
  opened(connection: Connection): void;
  /** The peer opened its stream for calls. */
  accept(stream: Stream, connection: Connection): void;
  close(connection: Connection): Promise<void>;
  /** Resolves when no connection to that peer, or to anyone, is on its way out: it must not be taken for a new one. */
  settled(peerId?: PeerId): Promise<void>;
}

export function createConnections(deps: { clock: Clock; links: Links }): Connections {
  const { clock, links } = deps;
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
      attach(await connection.newStream(RPC_PROTOCOL), connection);
    } catch (error) {
      const foreign = (error as Error).name === 'UnsupportedProtocolError';
      refuse(connection, p2pError(foreign ? 'p2p.not_toolswarm' : 'p2p.unreachable', { cause: error }));
    }
  }

  function attach(stream: Stream, connection: Connection): void {
    arrived(connection);
    const link = links.open({
      peerId: connection.remotePeer.toString(),
      duplex: streamDuplex(stream, clock),
      initiator: connection.direction === 'outbound',
      addresses: () => [connection.remoteAddr.toString()],
      carrier: () => carrierOf(connection),
      onClosed: (byUs) => void close(connection, byUs ? stream : undefined),
    });
    connectStream(stream, link);
  }

  /** With a stream: the peer gets time to read what was said on it last, and to close it from its side. */
  function close(connection: Connection, stream?: Stream): Promise<void> {
    const begun = closings.get(connection);
    if (begun) return begun;
    const closed = (stream ? linger(stream) : Promise.resolve())
      .then(() => connection.close())
      .catch((error: Error) => connection.abort(error))
      .finally(() => closings.delete(connection));
    closings.set(connection, closed);
    return closed;
  }

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
    close: (connection) => close(connection),
    async settled(peerId) {
      const concerned = [...closings].filter(
        ([connection]) => peerId === undefined || connection.remotePeer.toString() === peerId,
      );
      await Promise.all(concerned.map(([, closed]) => closed));
    },
  };
}
