/**
 * A node of another generation, in a process of its own: libp2p 2 with `@chainsafe/libp2p-gossipsub` 14, TCP, noise,
 * yamux and identify. It says hello, signs an entry, verifies what it hears, and tells its parent.
 *
 * From the parent: `{dial}` an address, `{publish}` hex on the topic of entries, `{call}` a peer's echo.
 * To the parent: `{ready}`, `{met}` a provider, `{heard}` the key of a verified entry, `{refused}` why one was not, `{echo}`.
 */
import { createLibp2p } from 'libp2p-2';
import { gossipsub } from 'libp2p-2-gossipsub';
import { identify } from 'libp2p-2-identify';
import { multiaddr } from 'libp2p-2-multiaddr';
import { noise } from 'libp2p-2-noise';
import { tcp } from 'libp2p-2-tcp';
import { yamux } from 'libp2p-2-yamux';
import { nodeKey } from '#main/features/p2p/libp2p/node.ts';
import { DEFAULT_LIMITS } from '#main/features/p2p/index.ts';
import { createLink, type Link } from '#main/features/p2p/rpc/link.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { systemRandom } from '#main/platform/random.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import { rpcProtocol } from '#shared/features/p2p/hello.ts';
import {
  ENTRY_TOPIC,
  ENTRY_TYPE,
  type Entry,
  readEntry,
  sealEntry,
} from '#shared/features/registry/entry.ts';
import { fromHex, fromUtf8, toHex, utf8 } from '#shared/kernel/bytes.ts';
import { open } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { readInto, type Stream, streamDuplex } from './stream-duplex.ts';

interface Connection {
  direction: 'inbound' | 'outbound';
  remotePeer: { toString(): string };
  remoteAddr: { toString(): string };
}

process.on('disconnect', () => process.exit(0));
const tell = (message: object): void => void process.send?.(message);

const verify = createVerify();
const seed = systemRandom.bytes(32);
const root = createSigner(systemRandom.bytes(32));
const signer = createSigner(seed);
const certificate = signCertificate(root, {
  nodePublicKey: signer.publicKey,
  label: 'another generation',
  seq: 1,
  issuedAt: Date.now(),
  rotations: [],
});

function certified(bytes: Uint8Array) {
  const verified = verifyCertificate(bytes, { now: Date.now(), verify });
  if (verified.ok) return verified.value;
  throw new AppError('identity.bad_certificate', verified.reason);
}

const node = await createLibp2p({
  // Both generations read the same object; only its declared types have moved apart.
  privateKey: nodeKey(seed) as never,
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: {
    identify: identify(),
    pubsub: gossipsub({ allowPublishToZeroTopicPeers: true, emitSelf: false }),
  },
});
const { pubsub } = node.services;
const links = new Map<string, Link>();

/** The one stream for calls, opened by whoever dialled. */
function attach(stream: Stream, connection: Connection): void {
  const peerId = connection.remotePeer.toString();
  const link = createLink(
    {
      clock: systemClock,
      duplex: streamDuplex(stream),
      peerId,
      network: 'public',
      hello: {
        min: 1,
        max: 1,
        features: [],
        agent: 'libp2p-2',
        limits: DEFAULT_LIMITS,
        certificate,
      },
      admit(bytes) {
        const { peerId: proven, providerId } = certified(bytes);
        if (proven === peerId) return { ok: true, providerId };
        return { ok: false, code: 'identity.wrong_node', message: 'another node' };
      },
      handler: (protocol) =>
        protocol === '/toolswarm/echo/1' ? (payload) => utf8(`2: ${fromUtf8(payload)}`) : undefined,
      addresses: () => [connection.remoteAddr.toString()],
      carrier: () => ({ transport: 'tcp', path: 'lan' }),
      onReady: ({ providerId }) => tell({ met: providerId }),
      onClosed: () => void links.delete(peerId),
      onFault: (error) => tell({ fault: String(error) }),
    },
    { initiator: connection.direction === 'outbound' },
  );
  links.set(peerId, link);
  void readInto(stream, link);
}

await node.handle(rpcProtocol(1), ({ connection, stream }) => attach(stream, connection));
node.addEventListener('connection:open', ({ detail: connection }) => {
  if (connection.direction !== 'outbound') return;
  void connection.newStream(rpcProtocol(1)).then((stream) => attach(stream, connection));
});

pubsub.addEventListener('message', ({ detail }) => {
  if (detail.topic !== ENTRY_TOPIC) return;
  try {
    const { entry, meta } = readEntry(open(detail.data, ENTRY_TYPE, verify), certified);
    tell({ heard: meta.key, title: entry.title });
  } catch (error) {
    tell({ refused: error instanceof AppError ? error.code : String(error) });
  }
});
pubsub.subscribe(ENTRY_TOPIC);

/** What this node shares: nothing that can be called, but signed as everything is. */
function entryNow(): Entry {
  const now = Date.now();
  return {
    name: 'elder',
    cert: certificate,
    seq: now,
    iat: now,
    exp: now + 3_600_000,
    manifest: new Uint8Array(32).fill(1),
    private: false,
    version: '1',
    title: 'From libp2p 2',
    description: '',
    tags: [],
    tools: 0,
    addresses: [],
    by: 'Elder',
  };
}

process.on('message', ({ call, dial, publish }: { call?: string; dial?: string; publish?: string }) => {
  if (dial !== undefined) void node.dial(multiaddr(dial));
  if (publish !== undefined) void pubsub.publish(ENTRY_TOPIC, fromHex(publish));
  if (call !== undefined)
    void links
      .get(call)
      ?.call('/toolswarm/echo/1', utf8('hello'))
      .response.then((answer) => tell({ echo: fromUtf8(answer) }));
});

tell({
  ready: {
    providerId: providerIdOf(root.publicKey),
    peerId: node.peerId.toString(),
    address: node.getMultiaddrs()[0]?.toString(),
    entry: toHex(sealEntry(entryNow(), signer).bytes),
  },
});
