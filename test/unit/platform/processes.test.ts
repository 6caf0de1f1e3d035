import { describe, expect, it } from 'vitest';
import { loginShellPath, mergePaths, pathInOutput } from '#main/platform/login-shell.ts';
import { createProcesses } from '#main/platform/processes.ts';
import { collectDescendants, descendantsOf, parseStat, stillRunning } from '#main/platform/process-tree.ts';
import { systemClock } from '#main/platform/clock.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const clock = systemClock;
const env = { PATH: process.env['PATH'] ?? '' };

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe('child processes', () => {
  it('get the environment they are given and a mark, and nothing of ours', async () => {
    const processes = createProcesses({ clock });
    const child = await processes.spawn({
      command: process.execPath,
      args: ['-p', 'JSON.stringify(process.env)'],
      env: { ...env, MINE: '1' },
    });
    const seen = JSON.parse(await collect(child.stdout));
    expect(Object.keys(seen).sort()).toEqual(['MINE', 'PATH', 'TOOLSWARM_TREE']);
    expect(await child.exited).toEqual({ code: 0, signal: null });
    await processes.close();
  });

  it('that cannot be started say why', async () => {
    const processes = createProcesses({ clock });
    const spawn = (command: string, cwd?: string) => processes.spawn({ command, args: [], env, cwd });
    await expect(spawn('no-such-program')).rejects.toMatchObject({ code: 'processes.not_found' });
    await expect(spawn(process.execPath, '/no/such/folder')).rejects.toMatchObject({
      code: 'processes.not_found',
    });
    await expect(spawn('/etc/passwd')).rejects.toMatchObject({ code: 'processes.refused' });
    await processes.close();
  });

  it('leave politely when their input closes, and are ended with their children when they do not', async () => {
    const processes = createProcesses({ clock }, { politeMs: 2_000, graceMs: 200 });
    const polite = await processes.spawn({ command: 'cat', args: [], env });
    await polite.end();
    expect(await polite.exited).toEqual({ code: 0, signal: null });
    const stubborn = await processes.spawn({
      command: '/bin/sh',
      args: [
        '-c',
        `trap '' TERM; ${JSON.stringify(process.execPath)} -e 'process.on("SIGTERM",()=>{});setInterval(()=>{},1000)' & echo ready; while :; do sleep 1; done`,
      ],
      env,
    });
    await new Promise((resolve) => stubborn.stdout.once('data', resolve));
    const family = [stubborn.pid, ...(await descendantsOf(stubborn.pid))];
    expect(family.length).toBeGreaterThan(1);
    await processes.close();
    expect(await stillRunning(family)).toEqual([]);
  });
});

describe('who descends from whom', () => {
  it('is found at any depth', () => {
    const parents: Array<[number, number]> = [
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 1],
      [6, 9],
    ];
    expect(collectDescendants(1, parents)).toEqual([2, 5, 3, 4]);
    expect(collectDescendants(7, parents)).toEqual([]);
  });

  it('is read even of processes with strange names', () => {
    expect(parseStat('42 (a) R (b)) S 7 40 40 0 -1')).toEqual({ pid: 42, state: 'S', parent: 7, group: 40 });
    expect(parseStat('')).toBeUndefined();
  });
});

describe('the PATH of the login shell', () => {
  const shell = (script: string) => {
    const dir = mkdtempSync(join(tmpdir(), 'toolswarm-shell-'));
    const file = join(dir, 'shell');
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { file, remove: () => rmSync(dir, { recursive: true }) };
  };

  it('is found between whatever start-up files print, and joined with ours', async () => {
    const fake = shell('echo Welcome; export PATH="/opt/tools:$PATH"; shift; eval "$1"; echo Bye');
    const path = await loginShellPath({
      clock,
      env: { SHELL: fake.file, PATH: '/usr/bin:/bin' },
      platform: 'linux',
    });
    expect(path).toBe('/opt/tools:/usr/bin:/bin');
    fake.remove();
  });

  it('falls back to ours when the shell fails, hangs or is missing', async () => {
    const broken = shell('exit 1');
    const hanging = shell('sleep 60');
    for (const SHELL of [broken.file, hanging.file, '/no/such/shell', undefined])
      expect(
        await loginShellPath({ clock, env: { SHELL, PATH: '/usr/bin' }, platform: 'linux', timeoutMs: 200 }),
      ).toBe('/usr/bin');
    broken.remove();
    hanging.remove();
  });

  it('is merged without repeating a folder', () => {
    expect(mergePaths('/a:/b', '/b:/c:', ':')).toBe('/a:/b:/c');
    expect(pathInOutput('nothing here')).toBeUndefined();
  });
});
