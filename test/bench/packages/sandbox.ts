/** What confinement costs: a server's start, and each call. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox } from '#main/features/packages/sandbox/index.ts';
import { createServers, type LaunchPackage, serversMigrations } from '#main/features/servers/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { writePackage } from '#test/support/packages/folders.ts';
import { median } from '../support/load.ts';
import { atMost, type Figure, measured } from '../support/report.ts';

const STARTS = 15;
const CALLS = 2_000;
const ROUNDS = 7;

export async function measureSandbox(): Promise<Figure[]> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'bench-sandbox-')));
  const program = await writePackage(join(root, 'program'));
  const data = join(root, 'data');
  await mkdir(data);
  const sandbox = createSandbox({ clock: systemClock, random: systemRandom, log: silentLog });
  const plain = {
    command: process.execPath,
    args: [join(program, 'server', 'index.mjs')],
    cwd: data,
    env: { HOME: data },
  };
  const profile = {
    ...{ program, data, read: [], write: [], hosts: [] },
    limits: { memoryBytes: 256 << 20, processes: 64, files: 1_024, fileBytes: 1 << 30 },
  };
  const launches: Record<'plain' | 'confined', LaunchPackage> = {
    plain: () => Promise.resolve({ spec: plain, release: () => Promise.resolve() }),
    confined: () => sandbox.confine(plain, profile, () => undefined),
  };
  try {
    const starts: Record<string, number[]> = { plain: [], confined: [] };
    for (let at = 0; at <= STARTS; at += 1)
      for (const [name, launch] of Object.entries(launches)) {
        const took = await startOnce(launch);
        if (at > 0) starts[name]?.push(took);
      }
    const calls = await callsOf(launches);
    const [start, plainStart] = [median(starts['confined'] ?? []), median(starts['plain'] ?? [])];
    return [
      measured('start of a server, unconfined', plainStart, 'ms'),
      atMost('the sandbox adds at start', start - plainStart, 'ms', 60),
      measured('a call of a server, unconfined', calls.plain, 'µs'),
      atMost('the sandbox adds to a call', (calls.confined / calls.plain - 1) * 100, '%', 5),
    ];
  } finally {
    await sandbox.close();
    await rm(root, { recursive: true, force: true });
  }
}

const transport = { type: 'package', package: 'file/bench', release: 'x', generation: 1 };

function serversWith(launch: LaunchPackage) {
  const secrets = { get: () => undefined, set: () => undefined, delete: () => undefined, keys: () => [] };
  return createServers(
    {
      db: memoryDatabase(serversMigrations),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      secrets,
    },
    { launch },
  );
}

/** From nothing to the list of its tools. */
async function startOnce(launch: LaunchPackage): Promise<number> {
  const servers = serversWith(launch);
  const startedAt = performance.now();
  await servers.add(serverConfigSchema.parse({ name: 'bench', transport }));
  const took = performance.now() - startedAt;
  await servers.stopAll();
  return took;
}

/** Median of rounds in which both take turns, in µs a call. */
async function callsOf(launches: Record<'plain' | 'confined', LaunchPackage>) {
  const both = Object.entries(launches).map(([name, launch]) => ({
    name,
    servers: serversWith(launch),
    took: [] as number[],
  }));
  for (const { servers } of both) await servers.add(serverConfigSchema.parse({ name: 'bench', transport }));
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const one of both) {
      const startedAt = performance.now();
      for (let call = 0; call < CALLS; call += 1)
        await one.servers
          .target('bench')
          .request({ method: 'tools/call', params: { name: 'echo', arguments: {} } }, exchange());
      if (round > 0) one.took.push(((performance.now() - startedAt) * 1_000) / CALLS);
    }
  for (const { servers } of both) await servers.stopAll();
  const of = (name: string) => median(both.find((one) => one.name === name)?.took ?? []);
  return { plain: of('plain'), confined: of('confined') };
}

const exchange = () =>
  ({
    caller: { session: 'bench', capabilities: {} },
    signal: new AbortController().signal,
    ask: () => Promise.reject(new Error('nobody is asked')),
    notify: () => undefined,
  }) as never;
