/** A node that changes packages is killed at any moment: what it finds afterwards is whole, and nothing is left over. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeededRandom } from '#test/support/random.ts';
import { litterIn, openStoreWorld, PACKAGE, writeVersions } from '#test/support/packages/store-world.ts';

const KILLS = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly' ? 500 : 40;
const LONGEST_MS = 400;
const never = new AbortController().signal;
const doomed = fileURLToPath(new URL('../../support/packages/doomed.ts', import.meta.url));

describe('packages, killed', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kills-'));
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`file-${at}.txt`, `${at} `.repeat(5_000)]),
    );
    await writeVersions(join(folder, 'bundles'), ['1.0.0', '1.1.0', '2.0.0'], { files });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Lets it work for so long after it is ready, then kills it with all that it started. */
  async function killAfter(
    dataDir: string,
    seed: string,
    workMs: number,
  ): Promise<{ words: string; wasDamaging: boolean }> {
    const child = spawn(process.execPath, [doomed, dataDir, join(folder, 'bundles'), seed], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await Promise.race([new Promise<void>((resolve) => child.stdout.once('data', () => resolve())), ended]);
    await new Promise((resolve) => setTimeout(resolve, workMs));
    child.kill('SIGKILL');
    await ended;
    return { words, wasDamaging: said.lastIndexOf('damaging') > said.lastIndexOf('mended') };
  }

  it(
    `is whole after each of ${KILLS} kills`,
    async () => {
      const dataDir = await mkdtemp(join(folder, 'data-'));
      const random = createSeededRandom('kills');
      let installed = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const { wasDamaging, words } = await killAfter(dataDir, `kill ${kill}`, random.float() * LONGEST_MS);
        expect(words).toBe('');
        const world = openStoreWorld(dataDir, join(folder, 'bundles'));
        try {
          await world.packages.start();
          const { bundles, generations, keeping, releases } = world.packages;
          if (wasDamaging) expect((await keeping.verify(never)).damaged).toEqual([]);
          const current = generations.current(PACKAGE);
          const kept = current && releases.get(current.release);
          if (current) {
            installed += 1;
            expect(await bundles.verify(kept?.bundle ?? '', never)).toBe('good');
            expect(bundles.isWhole(kept?.bundle ?? '')).toBe(true);
          }
          expect(await litterIn(world)).toEqual([]);
          expect(generations.unfinished()).toEqual([]);
          const running = world.servers.list().map(({ transport }) => transport);
          expect(running).toEqual(
            current
              ? [
                  {
                    type: 'package',
                    package: PACKAGE,
                    release: current.release,
                    generation: current.generation,
                  },
                ]
              : [],
          );
        } finally {
          await world.close();
        }
      }
      expect(installed).toBeGreaterThan(KILLS / 4);
    },
    KILLS * 10_000,
  );
});
