/**
 * Two nodes on one local network that know nothing of each other. Prints `met` once they found each other by mDNS, and what the
 * connection doctor would find.
 */
import { createLibp2pNetwork, MDNS_TAG, p2pMigrations } from '#main/features/p2p/index.ts';
import { countMdnsAnswers } from '#main/node/mdns-probe.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { memoryDatabase } from '../database.ts';
import { admitAll } from './harness.ts';

const start = async (number: number) => {
  const network = createLibp2pNetwork(
    {
      privateKey: new Uint8Array(32).fill(number),
      certificate: () => Uint8Array.of(number),
      admit: admitAll,
      gate: () => true,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      db: memoryDatabase(p2pMigrations),
    },
    { listen: ['/ip4/0.0.0.0/tcp/0'], mdns: true },
  );
  await network.start();
  return network;
};

const [a, b] = [await start(1), await start(2)];
while (!a.peers().some(({ peerId }) => peerId === b.peerId))
  await new Promise((resolve) => setTimeout(resolve, 50));
const answers = await countMdnsAnswers(MDNS_TAG, systemClock, new AbortController().signal);
console.log(`met, ${a.whereabouts().lanPeers.length} neighbour, ${answers > 0 ? 'answered' : 'silent'}`);
await Promise.all([a.stop(), b.stop()]);
process.exit(0);
