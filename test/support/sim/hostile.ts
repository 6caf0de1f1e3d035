/**
 * Hostile nodes. They hold valid keys and certificates, as anybody can, and speak the protocols: what they say with them is
 * up to the test.
 */
import { createHash } from 'node:crypto';
import type { RpcHandler } from '#main/features/p2p/network.ts';
import type { Libp2pDeps } from '#main/features/p2p/index.ts';
import { encodeHello, type Hello } from '#shared/features/p2p/hello.ts';
import { DEFAULT_LIMITS } from '#main/features/p2p/index.ts';
import { createFrameDecoder, encodeFrame, FRAME_TYPES } from '#main/features/p2p/rpc/frames.ts';
import type { Duplex } from '#main/features/p2p/rpc/link.ts';
import { silentLog } from '#main/platform/log.ts';
import { type Entry, sealEntry } from '#shared/features/registry/entry.ts';
import { LIFETIME_MS } from '#shared/features/records/rules.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Host, SimulatedInternet } from '#test/support/network/simulated-internet.ts';
import {
  createSimulatedNetwork,
  type SimulatedNetwork,
  type SimulatedOptions,
} from '#test/support/network/simulated-network.ts';
import { createSimIdentity, type SimIdentity } from './identity.ts';
import { createRememberedInMemory } from './remembered.ts';
import type { World } from './world.ts';

export interface Hostile extends SimIdentity {
  network: SimulatedNetwork;
  address: string;
  /** Serves protocols with lies. */
  serve(protocol: string, handler: RpcHandler): void;
}

/** Admits everybody, remembers nobody, believes nothing. */
export async function createHostile(
  world: World,
  name: string,
  options: SimulatedOptions = {},
): Promise<Hostile> {
  const identity = createSimIdentity(`hostile/${name}`, world.clock.now());
  const address = `/memory/hostile-${name}`;
  const deps: Libp2pDeps = {
    privateKey: identity.nodeSeed,
    certificate: () => identity.certificate,
    admit: () => ({ ok: true, providerId: 'anybody' }),
    gate: () => true,
    clock: world.clock,
    random: world.dice.fork(name),
    log: silentLog,
    // Nothing is kept: what would use it is replaced.
    db: undefined as never,
  };
  const network = createSimulatedNetwork(world.internet, deps, {
    listen: [address],
    remembered: createRememberedInMemory(),
    enoughPeers: 1000,
    ...options,
  });
  await network.start();
  return {
    ...identity,
    network,
    address: `${address}/p2p/${identity.peerId}`,
    serve: (protocol, handler) => void network.serve(protocol, handler),
  };
}

/** An entry that this identity could well have published. */
export function entryOf(identity: SimIdentity, now: number, change: Partial<Entry> = {}): Entry {
  return {
    name: 'files',
    cert: identity.certificate,
    seq: now,
    iat: now,
    exp: now + LIFETIME_MS,
    manifest: new Uint8Array(createHash('sha256').update('manifest').digest()),
    private: false,
    version: '1.0.0',
    title: 'Files',
    description: 'Reads and writes files',
    tags: ['files'],
    tools: 1,
    addresses: [],
    by: 'somebody',
    ...change,
  };
}

export const signedEntry = (identity: SimIdentity, now: number, change: Partial<Entry> = {}): Uint8Array =>
  sealEntry(entryOf(identity, now, change), identity.signer).bytes;

/** One end of a wire in a test's own hands: no link, just bytes. */
export interface RawEnd {
  /** Bytes are taken whether or not the wire is full. */
  write(bytes: Uint8Array): void;
  frame(type: number, options?: { flags?: number; id?: number; payload?: Uint8Array }): void;
  /** Says a proper hello and welcome. */
  greet(change?: Partial<Hello>): void;
  /** Whether the other end has hung up. */
  readonly isClosed: boolean;
  readonly received: Array<{ type: number; flags: number; id: number; payload: Uint8Array }>;
  abort(): void;
}

/** A host that opens wires and says whatever it likes on them. */
export function createRawHost(world: { internet: SimulatedInternet; clock: Clock }, name: string) {
  const identity = createSimIdentity(`raw/${name}`, world.clock.now());
  let opened: RawEnd | undefined;
  const host: Host = {
    peerId: identity.peerId,
    address: `/memory/raw-${name}`,
    access: {},
    dhtServer: false,
    gossip: deaf,
    gate: () => true,
    peers: () => 1,
    accept(_peerId, duplex) {
      const end = createRawEnd(identity, duplex);
      opened = end;
      return end;
    },
  };
  world.internet.join(host);
  return {
    ...identity,
    /** Resolves with the wire's end, on which nothing has been said yet. Time must pass meanwhile. */
    async open(address: string): Promise<RawEnd> {
      await world.internet.connect(host, address);
      if (!opened) throw new Error('no wire was laid');
      return opened;
    },
  };
}

function createRawEnd(identity: SimIdentity, duplex: Duplex) {
  let isClosed = false;
  const received: RawEnd['received'] = [];
  const decoder = createFrameDecoder((type, flags, id, payload) => {
    // A flood of answers is counted, not kept.
    if (received.length < 10_000) received.push({ type, flags, id, payload: payload.slice() });
  });
  const end = {
    received,
    get isClosed() {
      return isClosed;
    },
    write: (bytes: Uint8Array) => void duplex.write(bytes),
    frame: (type: number, { flags = 0, id = 0, payload }: Parameters<RawEnd['frame']>[1] = {}) =>
      end.write(encodeFrame(type, flags, id, payload ?? new Uint8Array(0))),
    greet(change: Partial<Hello> = {}) {
      const hello: Hello = {
        min: 1,
        max: 1,
        features: [],
        agent: 'raw',
        limits: DEFAULT_LIMITS,
        certificate: identity.certificate,
        ...change,
      };
      end.frame(FRAME_TYPES.hello, { payload: encodeHello(hello) });
      end.frame(FRAME_TYPES.welcome);
    },
    abort: () => duplex.abort(new Error('raw')),
    receive: (chunk: Uint8Array) => decoder.push(chunk),
    drained: () => undefined,
    closed: () => {
      isClosed = true;
    },
  };
  return end;
}

const deaf: Host['gossip'] = {
  announce: () => undefined,
  subscribe: () => ({ close: () => undefined }),
  receive: () => undefined,
  told: () => undefined,
  wanted: () => undefined,
  graft: () => false,
  prune: () => undefined,
  connected: () => undefined,
  disconnected: () => undefined,
  score: () => 0,
  isSubscribed: () => false,
  stop: () => undefined,
};
