/** Two minutes of life, or an hour at night: nothing is held that is not needed any more. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { growthOf, type Sample } from '#test/support/soak/samples.ts';

const isNightly = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly';
const SECONDS = Number(process.env['TOOLSWARM_SOAK_SECONDS'] ?? (isNightly ? 3_600 : 110));
const MIB = 1 << 20;

it(
  'holds no more memory, handles and files after many calls, cancellations, reconnections and grants',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'toolswarm-soak-'));
    const world = new URL('../../support/soak/world.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--expose-gc', world, folder, String(SECONDS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    try {
      const lines: string[] = [];
      for await (const line of createInterface({ input: child.stdout })) lines.push(line);
      expect(await ended).toEqual([0, null]);
      expect(lines.pop()).toBe('done');
      const samples = lines.map((line) => JSON.parse(line) as Sample);
      console.log(JSON.stringify({ first: samples[0], last: samples.at(-1) }));
      expect(samples.at(-1)?.calls).toBeGreaterThan(SECONDS);
      expect(growthOf(samples, 'heap')).toBeLessThan(6 * MIB);
      expect(growthOf(samples, 'rss')).toBeLessThan(40 * MIB);
      expect(growthOf(samples, 'descriptors')).toBeLessThanOrEqual(2);
      expect(growthOf(samples, 'resources')).toBeLessThanOrEqual(4);
      expect(growthOf(samples, 'files')).toBeLessThanOrEqual(0);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
  (SECONDS + 60) * 1000,
);
