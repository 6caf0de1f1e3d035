import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweepTemporaryFiles } from '#main/platform/files.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { systemRandom } from '#main/platform/random.ts';
import { runChild } from '#test/support/child.ts';
import { createSeededRandom } from '#test/support/random.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keystore-kill-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test.each([
  ['in the open', undefined],
  ['sealed', 'passphrase'],
])('a keystore %s survives SIGKILL at any time, old or new but never half', async (_, passphrase) => {
  const file = join(dir, 'keys.json');
  const random = createSeededRandom('kills');
  let highest = 0;
  for (let kill = 0; kill < 8; kill++) {
    const child = runChild(new URL('./write-keys.ts', import.meta.url), [
      file,
      ...(passphrase ? [passphrase] : []),
    ]);
    await child.line();
    await sleep(random.float() * 100);
    await child.kill();
    const keystore = openKeystore({ file, random: systemRandom, ...(passphrase ? { passphrase } : {}) });
    const counter = Number(Buffer.from(keystore.get('counter') ?? '').toString());
    expect(counter).toBeGreaterThan(highest);
    expect(keystore.get(`ballast/${counter % 2}`)).toHaveLength(500_000);
    highest = counter;
  }
  sweepTemporaryFiles(dir);
  expect(readdirSync(dir)).toEqual(['keys.json']);
});
