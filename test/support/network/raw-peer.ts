/** A peer that speaks libp2p but says on the stream for calls whatever a test wants it to. */
import type { Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { encodeHello, type Hello, rpcProtocol } from '#shared/features/p2p/hello.ts';
import { createDialable } from '#main/features/p2p/libp2p/dialable.ts';
import { createNode, nodeKey } from '#main/features/p2p/libp2p/node.ts';
import { createFrameDecoder, encodeFrame, FRAME_TYPES } from '#main/features/p2p/rpc/frames.ts';
import { DEFAULT_LIMITS } from '#main/features/p2p/index.ts';

export interface ReceivedFrame {
  type: number;
  flags: number;
  id: number;
  payload: Uint8Array;
}

export interface RawLink {
  stream: Stream;
  /** Everything the other end said. */
  frames: ReceivedFrame[];
  bytes(bytes: Uint8Array): void;
  frame(type: number, options?: { flags?: number; id?: number; payload?: Uint8Array }): void;
  /** Says hello and welcome, so that calls can be made. */
  greet(hello?: Partial<Hello>): void;
  /** Resolves when the other end has hung up. */
  ended: Promise<void>;
}

export interface RawPeer {
  peerId: string;
  addresses(): string[];
  /** Connects without opening a stream. */
  connect(address: string): Promise<void>;
  /** Connects and opens the stream for calls. */
  open(address: string): Promise<RawLink>;
  stop(): Promise<void>;
}

const rawHello = (seed: number, changes: Partial<Hello> = {}): Hello => ({
  min: 1,
  max: 1,
  features: [],
  agent: 'raw',
  limits: DEFAULT_LIMITS,
  certificate: Uint8Array.of(seed),
  ...changes,
});

export async function createRawPeer(seed: number): Promise<RawPeer> {
  const node = await createNode(nodeKey(new Uint8Array(32).fill(seed)), () => true, {
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    dhtServer: false,
    maxConnections: 10,
    agent: 'raw',
    dialable: createDialable('always'),
  });
  await node.start();
  return {
    peerId: node.peerId.toString(),
    addresses: () => node.getMultiaddrs().map(String),
    async connect(address) {
      await node.dial(multiaddr(address));
    },
    async open(address) {
      return rawLink(await node.dialProtocol(multiaddr(address), rpcProtocol(1)), seed);
    },
    stop: async () => node.stop(),
  };
}

function rawLink(stream: Stream, seed: number): RawLink {
  const frames: ReceivedFrame[] = [];
  const decoder = createFrameDecoder((type, flags, id, payload) =>
    frames.push({ type, flags, id, payload: new Uint8Array(payload) }),
  );
  stream.addEventListener('message', ({ data }) => decoder.push(data.subarray()));
  const ended = new Promise<void>((resolve) => {
    if (stream.status !== 'open') resolve();
    stream.addEventListener('remoteCloseWrite', () => resolve());
    stream.addEventListener('close', () => resolve());
  });
  const link: RawLink = {
    stream,
    frames,
    ended,
    bytes: (bytes) => void stream.send(bytes),
    frame: (type, { flags = 0, id = 0, payload = new Uint8Array(0) } = {}) =>
      void stream.send(encodeFrame(type, flags, id, payload)),
    greet(hello) {
      link.frame(FRAME_TYPES.hello, { payload: encodeHello(rawHello(seed, hello)) });
      link.frame(FRAME_TYPES.welcome);
    },
  };
  return link;
}
