/** A node in a process of its own that can be killed. Reads its listening address from the arguments. */
import { createLibp2pNetwork, p2pMigrations } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { admitAll } from './harness.ts';

process.on('disconnect', () => process.exit(0));

const network = createLibp2pNetwork(
  {
    privateKey: new Uint8Array(32).fill(77),
    certificate: () => Uint8Array.of(77),
    admit: admitAll,
    gate: () => true,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    db: memoryDatabase(p2pMigrations),
  },
  { listen: [process.argv[2] ?? '/ip4/127.0.0.1/tcp/0'], mdns: false },
);
network.serve('/toolswarm/echo/1', (payload) => payload);
network.serve('/toolswarm/never/1', () => new Promise(() => undefined));
await network.start();
process.send?.({ peerId: network.peerId, address: network.addresses()[0] });
