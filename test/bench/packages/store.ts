/** From a bundle on the disk to a server that runs, and back to an earlier one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStoreWorld, PACKAGE, writeVersions } from '#test/support/packages/store-world.ts';
import { median } from '../support/load.ts';
import { atMost, type Figure, measured } from '../support/report.ts';

const ROUNDS = 9;
/** Beside manifest and program. */
const FILES = 18;
const FILE_BYTES = 20_000;

export async function measureStore(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-store-'));
  const files = Object.fromEntries(
    Array.from({ length: FILES }, (_, at) => [`file-${at}.txt`, `${at} `.repeat(FILE_BYTES / 3)]),
  );
  const versions = Array.from({ length: ROUNDS + 1 }, (_, at) => `1.0.${at}`);
  await writeVersions(join(folder, 'bundles'), versions, { files });
  const world = openStoreWorld(folder, join(folder, 'bundles'));
  try {
    await world.packages.start();
    const unpacks: number[] = [];
    const installs: number[] = [];
    const rollbacks: number[] = [];
    for (const version of versions) {
      const timed = await world.timedInstall(version);
      unpacks.push(timed.unpackMs);
      installs.push(timed.installMs);
      if (version === '1.0.0') continue;
      const { tookMs } = await world.packages.installer.rollback(PACKAGE, undefined);
      rollbacks.push(tookMs);
    }
    return [
      atMost(
        'install of 20 files after the transfer, until it is unpacked, synced and switched',
        median(unpacks.slice(1)),
        'ms',
        150,
      ),
      measured('the same until its server has shown that it runs', median(installs.slice(1)), 'ms'),
      atMost('rollback to the switch', median(rollbacks), 'ms', 10),
    ];
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}
