/**
 * WebRTC between two nodes that a relay has brought together. The library and its native addon are loaded when the first
 * connection needs them: most nodes of a local network never do.
 */
import {
  type Connection,
  type Listener,
  type Stream,
  type Transport,
  transportSymbol,
} from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { webRTC } from '@libp2p/webrtc';
import { type Fingerprints, fingerprintIn } from './channel.ts';

type RealTransport = Awaited<ReturnType<typeof loadTransport>>;
type Components = Parameters<ReturnType<typeof webRTC>>[0];

/** Of `@libp2p/webrtc`; a peer that lists it can be met directly. */
export const SIGNALING_PROTOCOL = '/webrtc-signaling/0.0.1';
/** What the other implementations take too. */
const MAX_MESSAGE_BYTES = 16 * 1024;
/** Connections that are being negotiated for others at a time; each holds a socket and a certificate. */
const MAX_NEGOTIATIONS = 8;

export interface WebRtcOptions {
  /** STUN addresses (`host:port`) of nodes of this network; never those of third parties. */
  stunServers(): string[];
}

async function loadTransport(components: Components, { stunServers }: WebRtcOptions) {
  const { webRTC: make } = await import('@libp2p/webrtc');
  return make({
    // Left out, the library asks the public servers of third parties.
    rtcConfiguration: () => ({ iceServers: stunServers().map((server) => ({ urls: [`stun:${server}`] })) }),
    dataChannel: { maxMessageSize: MAX_MESSAGE_BYTES },
  })(components) as Transport & {
    _onProtocol(stream: Stream, connection: Connection, signal: AbortSignal): Promise<void>;
  };
}

/** A transport that dials `…/p2p-circuit/webrtc/p2p/…` and answers those who do, and listens nowhere by itself. */
export const lazyWebRtc =
  (options: WebRtcOptions) =>
  (components: Components): Transport => {
    let real: Promise<RealTransport> | undefined;
    let underWay = 0;
    const load = () => (real ??= loadTransport(components, options));

    async function answer(stream: Stream, connection: Connection): Promise<void> {
      // Over anything but a relay there is nothing to gain.
      if (connection.direct || underWay >= MAX_NEGOTIATIONS)
        return stream.abort(new Error('no negotiation of a direct connection at the moment'));
      const signal = components.upgrader.createInboundAbortSignal(new AbortController().signal);
      underWay++;
      try {
        await (await load())._onProtocol(stream, connection, signal);
      } catch (error) {
        components.logger.forComponent('toolswarm:webrtc').error('not connected directly - %e', error);
      } finally {
        underWay--;
        signal.clear();
      }
    }

    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: 'toolswarm/webrtc',
      start: () => components.registrar.handle(SIGNALING_PROTOCOL, answer, { runOnLimitedConnection: true }),
      stop: () => components.registrar.unhandle(SIGNALING_PROTOCOL),
      dial: async (address: Multiaddr, dialling: Parameters<Transport['dial']>[1]) =>
        (await load()).dial(address, dialling),
      createListener: (): Listener => {
        throw new Error('WebRTC listens through relays alone');
      },
      listenFilter: () => [],
      dialFilter: (addresses: Multiaddr[]) => addresses.filter(isWebRtc),
    } as Transport;
  };

const isWebRtc = (address: Multiaddr): boolean => /\/p2p-circuit\/webrtc\/p2p\//.test(address.toString());

/** What DTLS verified on a connection; undefined where that is not WebRTC or cannot be seen. */
export function fingerprintsOf(connection: Connection): Fingerprints | undefined {
  // The library keeps the peer connection to itself; without it there is no proof, and the connection is refused.
  const { maConn } = connection as unknown as { maConn?: { peerConnection?: RTCPeerConnection } };
  const own = fingerprintIn(maConn?.peerConnection?.localDescription?.sdp ?? '');
  const peer = fingerprintIn(maConn?.peerConnection?.remoteDescription?.sdp ?? '');
  return own && peer ? { own, peer } : undefined;
}
