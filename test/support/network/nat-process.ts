/**
 * A node in a place of the NAT lab. Takes one JSON object as its argument, and questions as lines of JSON on its
 * standard input; answers are lines on its standard output.
 */
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { fromUtf8, utf8 } from '#shared/kernel/bytes.ts';
import { judgeUdp } from '#shared/features/p2p/doctor.ts';
import { askStun, createLibp2pNetwork, p2pMigrations } from '#main/features/p2p/index.ts';
import { createNatPmp } from '#main/features/p2p/nat/mapping/pmp.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { admitAll } from './harness.ts';

const settingsSchema = z.object({
  number: z.number(),
  listen: z.array(z.string()),
  bootstrap: z.array(z.string()).default([]),
  networkKey: z.string().optional(),
  portMapping: z.boolean().default(false),
  relay: z.enum(['auto', 'off', 'on']).default('auto'),
  useRelays: z.boolean().default(true),
});
const questionSchema = z.object({ id: z.number(), ask: z.string(), target: z.string().default('') });

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const network = createLibp2pNetwork(
  {
    privateKey: new Uint8Array(32).fill(settings.number),
    certificate: () => Uint8Array.of(settings.number),
    admit: admitAll,
    gate: () => true,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    db: memoryDatabase(p2pMigrations),
  },
  {
    listen: settings.listen,
    bootstrap: settings.bootstrap,
    mdns: false,
    portMapping: settings.portMapping,
    relay: settings.relay,
    useRelays: settings.useRelays,
    // The lab's internet is made of addresses for documentation.
    privateAddresses: 'always',
    networkKey: settings.networkKey === undefined ? undefined : Buffer.from(settings.networkKey, 'hex'),
  },
);
network.serve('/toolswarm/echo/1', (payload) => payload);
network.serve('/toolswarm/never/1', () => new Promise(() => undefined));

async function answer(ask: string, target: string): Promise<unknown> {
  switch (ask) {
    case 'state':
      return {
        peerId: network.peerId,
        addresses: network.addresses(),
        peers: network.peers().map(({ carrier, peerId }) => ({ peerId, ...carrier })),
        nat: network.nat(),
      };
    case 'dial':
      return (await network.dial(target)).carrier;
    case 'echo':
      return fromUtf8(await network.call(target, '/toolswarm/echo/1', utf8('hello')).response);
    case 'large': {
      const payload = new Uint8Array(2 ** 20).map((_, i) => i * 31);
      return Buffer.compare(await network.call(target, '/toolswarm/echo/1', payload).response, payload) === 0;
    }
    case 'udp': {
      const servers = network.nat()?.stunServers ?? [];
      const clockAndChance = { clock: systemClock, random: systemRandom };
      const { asked, seen } = await askStun(clockAndChance, servers, new AbortController().signal);
      return judgeUdp(asked, seen).code;
    }
    case 'pmpMap':
    case 'pmpUnmap': {
      const pmp = createNatPmp({ clock: systemClock, random: systemRandom }, target);
      const ports = { internalPort: 7444, externalPort: 7444 };
      return pmp[ask === 'pmpMap' ? 'map' : 'unmap'](ports, new AbortController().signal);
    }
    case 'stop':
      return network.stop();
    case 'never':
      return network.call(target, '/toolswarm/never/1', utf8('')).response.then(
        () => 'answered',
        ({ code, retryable }) => ({ code, retryable }),
      );
    default:
      throw new Error(`no such question: ${ask}`);
  }
}

await network.start();
process.stdout.write(`${JSON.stringify({ id: 0, value: network.peerId })}\n`);
createInterface({ input: process.stdin }).on('line', (line) => {
  const { ask, id, target } = questionSchema.parse(JSON.parse(line));
  answer(ask, target).then(
    (value) => process.stdout.write(`${JSON.stringify({ id, value })}\n`),
    (error: unknown) => process.stdout.write(`${JSON.stringify({ id, error: String(error) })}\n`),
  );
});
process.stdin.on('end', () => process.exit(0));
