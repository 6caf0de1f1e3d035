import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInstalled } from '#scripts/lib/install.mjs';
import { withLock } from '#scripts/lib/lock.mjs';
import { findNode24, isNode24 } from '#scripts/lib/node24.mjs';
import { root } from '#scripts/lib/root.mjs';
import { folderWith } from './fixture.ts';

describe('what is installed', () => {
  const manifest = { dependencies: { a: '1.0.0' }, optionalDependencies: { z: '1.0.0' } };
  const packages = {
    '': manifest,
    'node_modules/a': { version: '1.0.0' },
    'node_modules/z': { version: '1.0.0', optional: true },
  };
  const installed = { 'node_modules/a': { version: '1.0.0' } };
  const checkout = (changes: { manifest?: unknown; packages?: unknown; installed?: unknown } = {}) =>
    folderWith({
      'package.json': JSON.stringify(changes.manifest ?? manifest),
      'package-lock.json': JSON.stringify({ packages: changes.packages ?? packages }),
      'node_modules/.package-lock.json': JSON.stringify({ packages: changes.installed ?? installed }),
    });

  it('is enough when it is what the lockfile says; optional packages of other platforms may be absent', () => {
    expect(isInstalled(checkout())).toBe(true);
  });

  it('is not enough when a package is missing, is another version or is new in package.json', () => {
    expect(isInstalled(checkout({ installed: {} }))).toBe(false);
    expect(isInstalled(checkout({ installed: { 'node_modules/a': { version: '1.0.1' } } }))).toBe(false);
    expect(isInstalled(checkout({ manifest: { dependencies: { a: '1.0.0', b: '1.0.0' } } }))).toBe(false);
  });

  it('is nothing in a fresh clone', () => {
    expect(isInstalled(folderWith({ 'package.json': '{}', 'package-lock.json': '{"packages":{}}' }))).toBe(
      false,
    );
  });
});

describe('Node', () => {
  it('is 24 or newer, wherever it was found', () => {
    expect(['24.0.0', '26.1.0', '22.9.0', '20.19.0'].map(isNode24)).toEqual([true, true, false, false]);
    expect(existsSync(findNode24(root))).toBe(true);
  });
});

describe('a lock', () => {
  it('lets one in at a time', async () => {
    const folder = folderWith({});
    const seen: string[] = [];
    const enter = (name: string) =>
      withLock(folder, 'x', async () => {
        seen.push(`${name} in`);
        await new Promise(setImmediate);
        seen.push(`${name} out`);
      });
    await Promise.all([enter('a'), enter('b')]);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out']);
  });

  it('is taken over from a process that died, and freed by a failure', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'close');
    const folder = folderWith({ '.cache/x.lock': String(child.pid) });
    await expect(withLock(folder, 'x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(folder, 'x', () => Promise.resolve('in'))).toBe('in');
  });
});

describe('a process that stands in for another', () => {
  const stand = (program: string) => {
    const module = join(root, 'scripts', 'lib', 'process.mjs');
    const file = join(folderWith({}), 'parent.mjs');
    writeFileSync(
      file,
      `import { spawnToEnd } from ${JSON.stringify(module)};
       process.exitCode = await spawnToEnd(process.execPath, ['-e', ${JSON.stringify(program)}]);`,
    );
    return spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  };

  it('passes streams and the exit code on', async () => {
    const child = stand('process.stdin.pipe(process.stdout); process.exitCode = 9;');
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.end('one\ntwo');
    const [code] = (await once(child, 'close')) as [number];
    expect(Buffer.concat(chunks).toString()).toBe('one\ntwo');
    expect(code).toBe(9);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes %s on and waits for the end', async (signal) => {
    const child = stand(
      `process.on('${signal}', () => { console.log('stopping'); process.exit(5); }); setInterval(() => {}, 1000); console.log('up');`,
    );
    const lines: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString().trim());
      if (lines.length === 1) child.kill(signal);
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(lines).toEqual(['up', 'stopping']);
    expect(code).toBe(5);
  });

  it('ends with 128 and the number of the signal that ended the other', async () => {
    const child = stand("process.kill(process.pid, 'SIGKILL');");
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(137);
  });
});
