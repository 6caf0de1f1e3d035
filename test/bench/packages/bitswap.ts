/** Helia's bitswap on the same libp2p, with the bundle as raw blocks of a piece each. */
import { withBitswap } from '@helia/bitswap';
import type { Libp2p } from '@libp2p/interface';
import { MemoryBlockstore } from 'blockstore-core';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { sha256 } from 'multiformats/hashes/sha2';
import type { Bundle } from '#shared/features/packages/bundle.ts';

const RAW = 0x55;
const SHA2_256 = 0x12;

export const cidsOf = ({ pieces }: Bundle): CID[] =>
  pieces.map((hash) => CID.createV1(RAW, create(SHA2_256, hash)));

/** Whoever is connected is asked; there is nobody else. */
const nobodyElse = {
  async *findProviders() {},
  async *findPeers() {},
  provide: () => Promise.resolve(),
  get: () => Promise.reject(new Error('there is no routing')),
  put: () => Promise.resolve(),
};

interface Broker {
  retrieve(cid: CID): Promise<Uint8Array>;
  stop(): Promise<void> | void;
}

/** What bitswap needs of a Helia node, and no more of one. */
export async function startBitswap(libp2p: Libp2p) {
  const blockstore = new MemoryBlockstore();
  const found: { broker?: Broker } = {};
  const mixins: Array<{ start(helia: object): Promise<void> }> = [];
  const helia = {
    ...{ libp2p, blockstore, logger: libp2p.logger, routing: nobodyElse, status: 'starting' },
    getHasher: () => Promise.resolve(sha256),
    hasBlockBroker: () => false,
    addBlockBroker: (broker: Broker) => void (found.broker = broker),
    addMixin: (mixin: (typeof mixins)[number]) => void mixins.push(mixin),
  };
  // Its own limits are for small blocks; a block is a piece here.
  withBitswap(helia as never, { maxOutgoingMessageSize: 8 << 20, maxIncomingMessageSize: 8 << 20 } as never);
  for (const mixin of mixins) await mixin.start(helia);
  if (!found.broker) throw new Error('bitswap did not start');
  return { broker: found.broker, blockstore };
}
