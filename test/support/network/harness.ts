/** Makes nodes for the compliance suite, real or simulated, all of one small world. */
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import {
  type Admit,
  type Libp2pDeps,
  type Libp2pOptions,
  type Network,
  p2pMigrations,
  type RememberedPeers,
} from '#main/features/p2p/index.ts';
import { silentLog } from '#main/platform/log.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createSeededRandom } from '#test/support/random.ts';

export type TestNetwork = Network & { remembered: RememberedPeers; drops(): Record<string, number> };

export interface NodeSpec extends Partial<Libp2pOptions> {
  admit?: Admit;
  gate?(peerId: PeerId): boolean;
}

export interface Harness {
  clock: Clock;
  /** A started node with a key and a database of its own. */
  node(spec?: NodeSpec): Promise<TestNetwork>;
  /** The same node after a restart of its process: same key, same address, same database. */
  reborn(network: TestNetwork, options?: { delayMs: number }): Promise<TestNetwork>;
  /** Resolves once `condition` holds; throws after ten seconds of the harness's clock. */
  until(what: string, condition: () => boolean): Promise<void>;
  /** Stops all nodes. */
  close(): Promise<void>;
}

export type MakeNetwork = (deps: Libp2pDeps, options: Libp2pOptions) => TestNetwork;

/** Certificates in these tests are the node's number; whoever shows one is its provider. */
export const admitAll: Admit = (_peerId, certificate) => ({
  ok: true,
  providerId: `provider-${certificate[0]}`,
});

interface Made {
  network: TestNetwork;
  deps: Libp2pDeps;
  options: Libp2pOptions;
}

const PATIENCE_MS = 10_000;

export function createHarness(clock: Clock, make: MakeNetwork, listen: readonly string[]): Harness {
  const made: Made[] = [];

  async function begin(deps: Libp2pDeps, options: Libp2pOptions): Promise<TestNetwork> {
    const network = make(deps, options);
    made.push({ network, deps, options });
    await network.start();
    return network;
  }

  return {
    clock,
    node(spec = {}) {
      const number = made.length + 1;
      const { admit = admitAll, gate = () => true, ...options } = spec;
      const deps: Libp2pDeps = {
        privateKey: new Uint8Array(32).fill(number),
        certificate: () => Uint8Array.of(number),
        admit,
        gate,
        clock,
        random: createSeededRandom(`node-${number}`),
        log: silentLog,
        db: memoryDatabase(p2pMigrations),
      };
      return begin(deps, {
        listen,
        mdns: false,
        privateAddresses: 'always',
        agent: `test/${number}`,
        ...options,
      });
    },
    async reborn(network, { delayMs } = { delayMs: 0 }) {
      const before = made.find((other) => other.network === network);
      if (!before) throw new Error('not a node of this harness');
      const addresses = network.addresses().map((address) => address.replace(/\/p2p\/.*$/, ''));
      await network.stop();
      await sleep(clock, delayMs);
      return begin(before.deps, { ...before.options, listen: addresses });
    },
    async until(what, condition) {
      const deadline = clock.monotonic() + PATIENCE_MS;
      while (!condition()) {
        if (clock.monotonic() > deadline) throw new Error(`waited in vain: ${what}`);
        await sleep(clock, 10);
      }
    },
    async close() {
      await Promise.all(made.map(({ network }) => network.stop()));
      for (const { deps } of made) deps.db.close();
    },
  };
}
