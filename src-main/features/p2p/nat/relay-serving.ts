/**
 * Carrying the connections of nodes that cannot be reached. A relay dials nobody: it joins streams of nodes that are
 * connected to it already, so that it cannot be used to knock at doors. What it carries is encrypted end to end.
 */
import { type Stream, type StreamMessageEvent, start, stop } from '@libp2p/interface';
import { type CircuitRelayService, circuitRelayServer } from '@libp2p/circuit-relay-v2';

type ServerComponents = Parameters<ReturnType<typeof circuitRelayServer>>[0];

/** Nodes that may be reached through this one at a time. */
export const MAX_RESERVATIONS = 64;
/** A reservation is renewed before it ends; a node that went away frees its place at once. */
const RESERVATION_TTL_MS = 60 * 60_000;
/** Per relayed connection. The library's own 128 KiB would cut through results; packages travel directly or not at all. */
export const RELAYED_BYTES = 256n * 1024n * 1024n;
export const RELAYED_MS = 2 * 60 * 60_000;
/** Relayed connections that one node may open or take through this one at a time. */
const MAX_CIRCUITS = 32;

export interface RelayServing {
  /** Idempotent. */
  setServing(serving: boolean): Promise<void>;
  isServing(): boolean;
  /** Nodes that hold a reservation. */
  clients(): number;
  /** Carried for others since the node started. */
  relayedBytes(): number;
  /** A node has no connection to this one any more. */
  left(peerId: { toString(): string }): void;
}

/** A service of libp2p that serves only while it is told to. */
export const relayServing = () => (components: ServerComponents) => {
  let server: CircuitRelayService | undefined;
  let bytes = 0;
  const count = (more: number): void => void (bytes += more);
  let turning: Promise<void> = Promise.resolve();

  async function turn(serving: boolean): Promise<void> {
    if (serving === (server !== undefined)) return;
    const old = server;
    // One that was stopped cuts off whatever it is given later: each time a new one.
    server = serving ? makeServer(counting(components, count)) : undefined;
    await (server ? start(server) : stop(old));
  }

  const setServing = (serving: boolean): Promise<void> => {
    turning = turning.then(() => turn(serving));
    return turning;
  };

  return {
    start: () => undefined,
    stop: () => setServing(false),
    setServing,
    isServing: () => server !== undefined,
    clients: () => server?.reservations.size ?? 0,
    relayedBytes: () => bytes,
    left(peerId: { toString(): string }) {
      for (const client of [...(server?.reservations.keys() ?? [])])
        if (client.toString() === peerId.toString()) server?.reservations.delete(client);
    },
  } satisfies RelayServing & Record<string, unknown>;
};

/** The same components; what runs over the streams that reach the server is counted, in both directions. */
function counting(components: ServerComponents, count: (bytes: number) => void): ServerComponents {
  const handle: typeof components.registrar.handle = (protocol, handler, options) =>
    components.registrar.handle(
      protocol,
      (stream, connection) => {
        countStream(stream, count);
        return handler(stream, connection);
      },
      options,
    );
  const registrar = replacing(components.registrar, 'handle', handle);
  return replacing(components, 'registrar', registrar);
}

/** Methods are called on the original: what libp2p hands out is a proxy that cannot be copied. */
const replacing = <Target extends object>(target: Target, name: keyof Target, value: unknown): Target =>
  new Proxy(target, {
    get(original, asked) {
      if (asked === name) return value;
      const found: unknown = Reflect.get(original, asked);
      return typeof found === 'function' ? (found.bind(original) as unknown) : found;
    },
  });

/** Listening to the stream would set its data flowing before the server is ready for it: its events are watched as they leave. */
function countStream(stream: Stream, count: (bytes: number) => void): void {
  const send = stream.send.bind(stream);
  const dispatch = stream.dispatchEvent.bind(stream);
  stream.send = (data) => {
    count(data.byteLength);
    return send(data);
  };
  stream.dispatchEvent = (event: Event) => {
    if (event.type === 'message') count((event as StreamMessageEvent).data.byteLength);
    return dispatch(event);
  };
}

const makeServer = (components: ServerComponents): CircuitRelayService =>
  circuitRelayServer({
    maxInboundHopStreams: MAX_CIRCUITS,
    maxOutboundStopStreams: MAX_CIRCUITS,
    reservations: {
      maxReservations: MAX_RESERVATIONS,
      reservationTtl: RESERVATION_TTL_MS,
      defaultDataLimit: RELAYED_BYTES,
      defaultDurationLimit: RELAYED_MS,
    },
  })(components);
