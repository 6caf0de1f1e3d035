/** Nodes that are a network and nothing else, and bare libp2p beside them. */
import { yamux } from '@chainsafe/libp2p-yamux';
import type { Libp2p } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { tls } from '@libp2p/tls';
import { identify } from '@libp2p/identify';
import { createLibp2p } from 'libp2p';
import { createLibp2pNetwork, type Network, p2pMigrations } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { memoryDatabase } from '#test/support/database.ts';

export const LOOPBACK = '/ip4/127.0.0.1/tcp/0';
export const BULK_PROTOCOL = '/bench/bulk/1';

export async function startNetwork(): Promise<Network> {
  const network = createLibp2pNetwork(
    {
      privateKey: systemRandom.bytes(32),
      certificate: () => new Uint8Array(1),
      admit: () => ({ ok: true, providerId: 'bench' }),
      gate: () => true,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      db: memoryDatabase(p2pMigrations),
    },
    { listen: [LOOPBACK], mdns: false, privateAddresses: 'always' },
  );
  await network.start();
  return network;
}

/** The same transport, encryption and multiplexer, with nothing on top. */
export const startBare = (listen: string[]): Promise<Libp2p> =>
  createLibp2p({
    addresses: { listen },
    transports: [tcp()],
    connectionEncrypters: [tls()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services: { identify: identify() },
  });
