/** Installs, updates, goes back, damages and mends until it is killed. Arguments: data folder, bundles, seed. */
import { readdir, writeFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';
import { createSeededRandom } from '../random.ts';
import { openStoreWorld, PACKAGE } from './store-world.ts';

const [dataDir = '', bundles = '', seed = ''] = process.argv.slice(2);
const random = createSeededRandom(seed);
const world = openStoreWorld(dataDir, bundles);
const never = new AbortController().signal;
await world.packages.start();
process.stdout.write('ready\n');

const versions = (await readdir(bundles)).map((name) => name.replace(/\.mcpb$/, ''));
const pick = <T>(all: readonly T[]): T => all[Math.floor(random.float() * all.length)] as T;

async function damage(): Promise<void> {
  const { places, table } = world.packages;
  const row = table.all().find(({ tree }) => tree !== undefined);
  const file = row?.tree?.[0];
  if (!row || !file) return;
  const path = join(places.version(row.id), file.path);
  // Told on time: what is damaged here on purpose is no fault of what was cut off.
  process.stdout.write('damaging\n');
  await chmod(path, 0o600);
  await writeFile(path, 'damaged');
  await world.packages.keeping.verify(never);
  process.stdout.write('mended\n');
}

const actions = [
  () => world.install(pick(versions)),
  () => world.packages.installer.rollback(PACKAGE, undefined),
  damage,
  () => world.packages.keeping.tidy(),
  () => world.packages.installer.remove(PACKAGE),
];
for (;;) {
  // What is refused (nothing to go back to, nothing installed) is no harm: the next is tried.
  await pick([actions[0], ...actions] as typeof actions)().catch((error: unknown) => {
    if (!(error instanceof AppError && error.code.startsWith('packages.'))) throw error;
  });
}
