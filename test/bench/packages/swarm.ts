/** How fast a bundle comes, from one peer and from several, honest and not, beside a bare stream and bitswap. */
import { type ChildProcess, fork } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { multiaddr } from '@multiformats/multiaddr';
import { describeBundle } from '#main/features/packages/publish/describe.ts';
import { createBans } from '#main/features/packages/transfer/bans.ts';
import { openBundleFile } from '#main/features/packages/transfer/bundle-file.ts';
import { download } from '#main/features/packages/transfer/download.ts';
import { createPacer } from '#main/features/packages/transfer/pacer.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import type { Bundle } from '#shared/features/packages/bundle.ts';
import { median } from '../support/load.ts';
import { atLeast, atMost, type Figure, measured, round, table } from '../support/report.ts';
import { cidsOf, startBitswap } from './bitswap.ts';
import { BULK_PROTOCOL, startBare, startNetwork } from './network.ts';

const MIB = 1 << 20;
const SIZE = 64 * MIB;
const LARGE = 256 * MIB;
const ROUNDS = 5;
/** What each of several peers gives, so that the links and not the processor are what is shared. */
const CAP = 6 * MIB;
const SETTLE_MS = 500;
/** Blocks that bitswap is asked for at a time; with 64 of this size it comes to a stop. */
const WANTS = 16;
const never = new AbortController().signal;

type Kind = 'ours' | 'hostile' | 'bare' | 'bitswap';

export async function measureSwarm(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-packages-'));
  try {
    return await inFolder(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inFolder(folder: string): Promise<Figure[]> {
  const path = await bundleAt(join(folder, 'bundle'), SIZE);
  const bundle = await describeBundle(path, never);
  let number = 0;
  const fetch = (kinds: Array<[Kind, number]>) =>
    withSeeders(path, kinds, (addresses) => fetchOurs(bundle, addresses, join(folder, `got-${number++}`)));
  const paths: Record<string, () => Promise<number>> = {
    bare: () => withSeeders(path, [['bare', 0]], ([address = '']) => fetchBare(address)),
    ours: () => fetch([['ours', 0]]),
    bitswap: () => withSeeders(path, [['bitswap', 0]], ([address = '']) => fetchBitswap(bundle, address)),
  };
  const rates = await inTurns(paths);
  const capped = (good: number, bad: number) =>
    fetch([...many('ours', good, CAP), ...many('hostile', bad, 0)]);
  const one = await capped(1, 0);
  const four = await capped(4, 0);
  const besieged = await capped(4, 4);
  const small = await memoryOf(() => fetch([['ours', 0]]));
  const largePath = await bundleAt(join(folder, 'large'), LARGE);
  const largeBundle = await describeBundle(largePath, never);
  const large = await memoryOf(() =>
    withSeeders(largePath, [['ours', 0]], (addresses) =>
      fetchOurs(largeBundle, addresses, join(folder, 'got-large')),
    ),
  );
  const rate = (name: string) => median(rates[name] ?? []);
  const ratio = median((rates['ours'] ?? []).map((value, at) => value / (rates['bare']?.[at] ?? 1)));
  console.log(`A bundle of ${SIZE / MIB} MiB between processes on loopback, MiB/s\n`);
  console.log(
    table(
      ['from', 'MiB/s'],
      [
        ['a bare libp2p stream, to memory', round(rate('bare'))],
        ['one peer, verified, to disk', round(rate('ours'))],
        ['one peer by Helia’s bitswap, to memory', round(rate('bitswap'))],
        [`one peer capped at ${CAP / MIB} MiB/s`, round(one)],
        ['four such', round(four)],
        ['four such and four that lie', round(besieged)],
      ],
    ),
  );
  return [
    atLeast('one peer against a bare stream', ratio, '×', 0.7),
    atLeast('four capped peers against one', four / one, '×', 3.7),
    atLeast('half of the peers hostile, against the honest half', besieged / four, '×', 0.9),
    measured('one peer against bitswap', rate('ours') / rate('bitswap'), '×'),
    atMost('memory growth, 64 MiB', small / MIB, 'MiB', 64),
    atMost('memory growth, 256 MiB', large / MIB, 'MiB', 64),
  ];
}

const many = (kind: Kind, count: number, rate: number): Array<[Kind, number]> =>
  Array.from({ length: count }, () => [kind, rate]);

/** Bytes that nothing compresses, the same in every run. */
async function bundleAt(path: string, size: number): Promise<string> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  await writeFile(path, cipher.update(Buffer.alloc(size)));
  return path;
}

async function withSeeders<T>(
  path: string,
  kinds: Array<[Kind, number]>,
  work: (addresses: string[]) => Promise<T>,
): Promise<T> {
  const seeders: ChildProcess[] = [];
  try {
    const addresses: string[] = [];
    for (const [kind, rate] of kinds) {
      const child = fork(new URL('./seeder.ts', import.meta.url), [path, kind, String(rate)], {
        stdio: 'inherit',
        execArgv: [],
      });
      seeders.push(child);
      addresses.push(((await once(child, 'message')) as [string])[0]);
    }
    return await work(addresses);
  } finally {
    for (const child of seeders) child.disconnect();
    await Promise.all(seeders.map((child) => once(child, 'exit')));
  }
}

/** Bytes a second; each round takes every path once, so that a busy moment hits all alike. */
async function inTurns(paths: Record<string, () => Promise<number>>): Promise<Record<string, number[]>> {
  const rates: Record<string, number[]> = {};
  for (let at = 0; at <= ROUNDS; at += 1)
    for (const [name, run] of Object.entries(paths)) {
      const rate = await run();
      // The first round warms up.
      if (at > 0) (rates[name] ??= []).push(rate);
    }
  return rates;
}

const perSecond = (bytes: number, startedAt: number): number =>
  ((bytes / (performance.now() - startedAt)) * 1_000) / MIB;

async function fetchOurs(bundle: Bundle, addresses: string[], path: string): Promise<number> {
  const network = await startNetwork();
  const file = await openBundleFile(path, bundle);
  try {
    for (const address of addresses) await network.dial(address);
    const deps = {
      network,
      ...{ clock: systemClock, random: systemRandom, log: silentLog },
      bans: createBans(systemClock),
      pacer: createPacer(systemClock, () => 0),
      async *seek() {},
    };
    const startedAt = performance.now();
    await download(deps, bundle, file, { signal: never });
    return perSecond(bundle.size, startedAt);
  } finally {
    await file.close();
    await network.stop();
    await rm(path);
  }
}

async function fetchBare(address: string): Promise<number> {
  const node = await startBare([]);
  try {
    const connection = await node.dial(multiaddr(address));
    const startedAt = performance.now();
    const stream = await connection.newStream(BULK_PROTOCOL);
    let got = 0;
    await new Promise<void>((resolve) => {
      stream.addEventListener('message', ({ data }) => {
        got += data.byteLength;
        if (got >= SIZE) resolve();
      });
    });
    return perSecond(got, startedAt);
  } finally {
    await node.stop();
  }
}

async function fetchBitswap(bundle: Bundle, address: string): Promise<number> {
  const node = await startBare([]);
  const { broker } = await startBitswap(node);
  try {
    await node.dial(multiaddr(address));
    // Until both know that they speak it; what is measured is the transfer.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const startedAt = performance.now();
    const cids = cidsOf(bundle);
    const worker = async () => {
      for (let cid = cids.shift(); cid; cid = cids.shift()) await broker.retrieve(cid);
    };
    await Promise.all(Array.from({ length: WANTS }, worker));
    return perSecond(bundle.size, startedAt);
  } finally {
    await broker.stop();
    await node.stop();
  }
}

/** By how much what is resident grew at most while `work` ran. */
async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  await work();
  clearInterval(timer);
  return most - before;
}
