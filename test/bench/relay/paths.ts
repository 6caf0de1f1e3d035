/** The ways a call can travel between two processes; each has a server half and a client half. */
import net from 'node:net';
import tlsSockets from 'node:tls';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import type { Libp2p, Stream } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { tls } from '@libp2p/tls';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { Uint8ArrayList } from 'uint8arraylist';
import { createLibp2pNetwork, type Network, p2pMigrations } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createCaller, echo } from './framing.ts';

export interface Path {
  name: string;
  /** Starts the echo server and resolves with its address. */
  serve(): Promise<string>;
  /** Connects and resolves with a way to call. */
  connect(address: string): Promise<(payload: Uint8Array) => Promise<Uint8Array>>;
}

const BARE_PROTOCOL = '/bench/echo/1';
const ECHO_PROTOCOL = '/toolswarm/bench-echo/1';
const LOOPBACK = '/ip4/127.0.0.1/tcp/0';

/** A key both ends know: a certificate would only matter for the handshake, which is not measured. */
const PSK = {
  ciphers: 'PSK-AES128-GCM-SHA256',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
} as const;
const psk = Buffer.alloc(32, 1);

const writeTo = (socket: net.Socket) => (frames: Uint8Array[]) => void socket.write(Buffer.concat(frames));

const listening = (server: net.Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(String((server.address() as net.AddressInfo).port)));
  });

const echoOn = (socket: net.Socket): void => {
  socket.setNoDelay(true);
  socket.on('data', echo(writeTo(socket)));
};

function callOn(socket: net.Socket) {
  socket.setNoDelay(true);
  const caller = createCaller(writeTo(socket));
  socket.on('data', caller.receive);
  return caller.call;
}

const rawTcp: Path = {
  name: 'raw TCP',
  serve: () => listening(net.createServer(echoOn)),
  connect: (port) =>
    new Promise((resolve) => {
      const socket = net.connect(Number(port), '127.0.0.1', () => resolve(callOn(socket)));
    }),
};

const rawTls: Path = {
  name: 'raw TLS',
  serve: () => listening(tlsSockets.createServer({ ...PSK, pskCallback: () => psk }, echoOn)),
  connect: (port) =>
    new Promise((resolve) => {
      const socket = tlsSockets.connect(
        {
          ...PSK,
          port: Number(port),
          host: '127.0.0.1',
          pskCallback: () => ({ psk, identity: 'bench' }),
          checkServerIdentity: () => undefined,
        },
        () => resolve(callOn(socket)),
      );
    }),
};

const sendOn = (stream: Stream) => (frames: Uint8Array[]) =>
  void stream.send(frames.length === 1 && frames[0] ? frames[0] : new Uint8ArrayList(...frames));

/** A persistent stream with the event API and nothing on top. */
function bare(name: string, encrypter: typeof noise | typeof tls): Path {
  const node = (listen: string[]): Promise<Libp2p> =>
    createLibp2p({
      addresses: { listen },
      transports: [tcp()],
      connectionEncrypters: [encrypter()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
    });
  return {
    name,
    async serve() {
      const server = await node([LOOPBACK]);
      await server.handle(BARE_PROTOCOL, (stream) => {
        const receive = echo(sendOn(stream));
        stream.addEventListener('message', ({ data }) => receive(data));
      });
      return String(server.getMultiaddrs()[0]);
    },
    async connect(address) {
      const client = await node([]);
      const stream = await client.dialProtocol(multiaddr(address), BARE_PROTOCOL);
      const caller = createCaller(sendOn(stream));
      stream.addEventListener('message', ({ data }) => caller.receive(data));
      return caller.call;
    },
  };
}

const network = async (number: number, listen: string[]): Promise<Network> => {
  const created = createLibp2pNetwork(
    {
      privateKey: new Uint8Array(32).fill(number),
      certificate: () => Uint8Array.of(number),
      admit: () => ({ ok: true, providerId: 'bench' }),
      gate: () => true,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      db: memoryDatabase(p2pMigrations),
    },
    { listen, mdns: false, privateAddresses: 'always' },
  );
  await created.start();
  return created;
};

const ours: Path = {
  name: 'Network.call',
  async serve() {
    const server = await network(1, [LOOPBACK]);
    server.serve(ECHO_PROTOCOL, (payload) => payload);
    return server.addresses()[0] ?? '';
  },
  async connect(address) {
    const client = await network(2, []);
    const { peerId } = await client.dial(address);
    return (payload) => client.call(peerId, ECHO_PROTOCOL, payload).response;
  },
};

export const PATHS = {
  tcp: rawTcp,
  tls: rawTls,
  bareNoise: bare('bare libp2p stream, noise', noise),
  bareTls: bare('bare libp2p stream, TLS', tls),
  ours,
} satisfies Record<string, Path>;

export type PathName = keyof typeof PATHS;
export const PATH_NAMES = Object.keys(PATHS) as PathName[];
