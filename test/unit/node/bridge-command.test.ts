import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEntry } from '#shared/features/clients/entry.ts';
import { clientsMigrations, createClientFiles } from '#main/features/clients/index.ts';
import { bridgeCommand, isPassing } from '#main/node/bridge-command.ts';
import { silentLog } from '#main/platform/log.ts';
import { createManualClock } from '#test/support/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';

describe('what AI clients start', () => {
  let root = '';
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'toolswarm-bridge-'))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function put(...path: string[]): string {
    const file = join(root, ...path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    return file;
  }

  it('is the command of a checkout', () => {
    const program = put('bin', 'toolswarm.mjs');
    const from = { here: join(root, 'src-main', 'node'), execPath: '/n', script: undefined };
    const start = bridgeCommand('/data', 'work', from);
    expect(start).toEqual({
      command: '/n',
      args: [program, 'mcp', '--data-dir', '/data', '--profile', 'work'],
    });
  });

  it.each(['node', 'node.exe'])('is the installed command line on its own %s, and known as ours', (name) => {
    const node = put('Toolswarm', 'resources', 'node', 'bin', name);
    const cli = put('Toolswarm', 'resources', 'app.asar.unpacked', 'dist', 'node', 'cli.js');
    put('Toolswarm', 'resources', 'bin', 'toolswarm');
    const from = { here: join(dirname(cli), 'chunks'), execPath: '/toolswarm-desktop', script: '--hidden' };
    const start = bridgeCommand('/data', 'default', from);
    expect(start).toEqual({ command: node, args: [cli, 'mcp', '--data-dir', '/data'] });
    expect(readEntry(start, { ...start, dataDir: '/data' })).toEqual({
      state: 'present',
      profile: 'default',
    });
  });

  it('has no lasting place in an AppImage', () => {
    const mounted = { APPIMAGE: '/home/me/Toolswarm.AppImage', APPDIR: '/tmp/.mount_ToolswX' };
    expect(isPassing(mounted, '/tmp/.mount_ToolswX/resources/app.asar.unpacked/dist/node')).toBe(true);
    // Started from another program's AppImage: that one's variables are not about us.
    expect(isPassing(mounted, '/opt/Toolswarm/resources/app.asar.unpacked/dist/node')).toBe(false);
    expect(isPassing({}, '/opt/Toolswarm')).toBe(false);
  });

  it('is written into no file where it has no lasting place', () => {
    const db = memoryDatabase(clientsMigrations);
    const files = createClientFiles(
      { db, clock: createManualClock(), log: silentLog },
      {
        platform: 'linux',
        env: {},
        home: root,
        dataDir: join(root, 'data'),
        backupDir: join(root, 'copies'),
        start: (profile) => bridgeCommand(join(root, 'data'), profile),
        url: () => 'http://127.0.0.1:7420/mcp',
        isPassing: true,
      },
    );
    const refused = expect.objectContaining({ code: 'clients.no_command' });
    expect(() => files.plan({ client: 'cursor' }, 'default')).toThrow(refused);
    expect(() => files.connect({ client: 'cursor' }, 'default')).toThrow(refused);
    expect(files.detect().length).toBeGreaterThan(0);
    db.close();
  });
});
