/** Backup into another folder, the recovery phrase, and key rotation, with whole nodes. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createDaemons,
  type Daemon,
  eventually,
  program,
  run,
  temporaryDataDir,
} from '#test/support/daemon.ts';

const daemons = createDaemons();
afterEach(() => daemons.close());

const passphrase = { TOOLSWARM_PASSPHRASE: 'correct horse battery staple' };
type Items<T> = { items: T[] };
interface ToolRow {
  id: string;
  name: string;
  state: string;
  providerId: string;
}

async function sharingPair(): Promise<{ a: Daemon; b: Daemon }> {
  const b = await daemons.start();
  await b.command('servers', 'add', 'everything', '--', program('mcp-server-everything'));
  const a = await daemons.start({ bootstrap: [b.ready.addresses[0] as string] });
  await b.command('servers', 'share', 'everything', '--to', a.ready.providerId);
  const echo = await eventually(() => networkTool(a, 'echo'));
  await a.command('tools', 'approve', echo.id);
  return { a, b };
}

const networkTool = async (daemon: Daemon, name: string) =>
  (await daemon.command<Items<ToolRow>>('tools', 'list', '--network')).items.find(
    (tool) => tool.name === name,
  );

describe('backup and restore', () => {
  it('finds identity, servers, approvals and sharing again in an empty folder', async () => {
    const { a, b } = await sharingPair();
    await a.command('servers', 'add', 'memory', '--', program('mcp-server-memory'));
    await a.command('servers', 'share', 'memory', '--to', b.ready.providerId);
    const file = join(temporaryDataDir(), 'node.backup');
    const backup = await run(a.dataDir, ['backup', file], passphrase);
    expect(backup).toMatchObject({ code: 0 });
    await a.stop();

    const target = join(temporaryDataDir(), 'restored');
    const wrong = await run(target, ['restore', file], { TOOLSWARM_PASSPHRASE: 'wrong' });
    expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: 'recovery.wrong_passphrase' } });
    const restore = await run(target, ['restore', file], passphrase);
    expect(restore).toMatchObject({ code: 0 });

    const moved = await daemons.start({ dataDir: target, bootstrap: [b.ready.addresses[0] as string] });
    expect(moved.ready.providerId).toBe(a.ready.providerId);
    const { items: servers } = await moved.command<Items<{ name: string }>>('servers', 'list');
    expect(servers.map(({ name }) => name)).toEqual(['memory']);
    expect(await eventually(() => networkTool(moved, 'echo'))).toMatchObject({ state: 'approved' });
    expect(await eventually(() => networkTool(b, 'read_graph'))).toMatchObject({
      providerId: a.ready.providerId,
    });
    const called = await moved.command<{ result: object }>(
      'tools',
      'call',
      'everything_echo',
      '--args',
      '{"message":"moved"}',
    );
    expect(JSON.stringify(called)).toContain('Echo: moved');

    const occupied = await run(target, ['restore', file], passphrase);
    expect(occupied.code).toBe(1);
  });
});

describe('key rotation', () => {
  it('makes a new provider id that peers know to be the same provider', async () => {
    const { a, b } = await sharingPair();
    const before = b.ready.providerId;
    await b.command('identity', 'rotate');
    const after = await eventually(async () => {
      const status = await b.command<{ providerId: string }>('status').catch(() => undefined);
      return status?.providerId !== before && status?.providerId;
    });
    const echo = await eventually(async () => {
      const tool = await networkTool(a, 'echo');
      return tool?.providerId === after && tool;
    });
    expect(echo.state).toBe('approved');
    const called = await eventually(async () =>
      a
        .command<{ result: object }>('tools', 'call', echo.id, '--args', '{"message":"same"}')
        .catch(() => undefined),
    );
    expect(JSON.stringify(called)).toContain('Echo: same');
    expect(await b.command('identity', 'show')).toMatchObject({ providerId: after, rotatedFrom: [before] });
  });
});

describe('a protected keystore', () => {
  it('opens with the passphrase only', async () => {
    const dataDir = temporaryDataDir();
    const first = await daemons.start({ dataDir, env: passphrase });
    const { providerId } = first.ready;
    await first.stop();
    const refused = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [
          'bin/toolswarm.mjs',
          'daemon',
          '--data-dir',
          dataDir,
          '--mcp-port',
          '0',
          '--web-port',
          '0',
          '--no-mdns',
        ],
        (_error, _stdout, stderr) => resolve(stderr),
      );
    });
    expect(refused).toContain('passphrase');
    const again = await daemons.start({ dataDir, env: passphrase });
    expect(again.ready.providerId).toBe(providerId);
  });
});
