import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock } from '#main/platform/lock.ts';
import { type Child, runChild } from '#test/support/child.ts';

let dir: string;
let children: Child[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  rmSync(dir, { recursive: true });
});

const lock = () => acquireLock({ file: join(dir, 'lock.db'), pidFile: join(dir, 'node.pid') });
const hold = () => {
  const child = runChild(new URL('./hold-lock.ts', import.meta.url), [dir]);
  children = [...children, child];
  return child;
};

test('a second node on the same folder is refused and told who runs there', async () => {
  const first = hold();
  expect(await first.line()).toBe('held');
  const { pid } = first.process;
  expect(lock).toThrow(
    expect.objectContaining({
      code: 'node.already_running',
      message: expect.stringContaining(`process ${pid}`),
      advice: expect.stringContaining('toolswarm stop'),
      details: { pid },
    }),
  );
  expect(JSON.parse(await hold().line())).toMatchObject({ code: 'node.already_running', details: { pid } });
});

test('what a killed writer left half done is removed with the lock taken', async () => {
  writeFileSync(join(dir, '.keys.json.0123456789ab.tmp'), 'half');
  const held = lock();
  expect(readdirSync(dir).sort()).toEqual(['lock.db', 'node.pid']);
  await held.close();
});

test('SIGKILL frees the folder at once, however often', async () => {
  for (let turn = 0; turn < 5; turn++) {
    const child = hold();
    expect(await child.line()).toBe('held');
    await child.kill();
  }
  const held = lock();
  expect(Number(readFileSync(join(dir, 'node.pid'), 'utf8'))).toBe(process.pid);
  expect(JSON.parse(await hold().line())).toMatchObject({ details: { pid: process.pid } });
  await held.close();
});

test('within one process it holds as well, and the failed attempt does not free it', async () => {
  const held = lock();
  expect(lock).toThrow(expect.objectContaining({ code: 'node.already_running' }));
  expect(JSON.parse(await hold().line())).toMatchObject({ code: 'node.already_running' });
  await held.close();
  await lock().close();
});

test('a damaged lock file is named, not replaced', () => {
  writeFileSync(join(dir, 'lock.db'), 'this is no database, but long enough to be taken for one'.repeat(100));
  expect(lock).toThrow(expect.objectContaining({ code: 'storage.corrupt' }));
});
