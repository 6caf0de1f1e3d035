/** What goes wrong on real machines: each gets a clear error with a code, and nothing stored is lost. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connectToNode } from '#main/shells/cli/connection.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { createDaemons, eventually, program, run, temporaryDataDir } from '#test/support/daemon.ts';

const daemons = createDaemons();
afterEach(() => daemons.close());

/** Starts a daemon that must not come up, and returns what it says. */
const failedStart = async (dataDir: string, args: string[] = []) =>
  run(dataDir, [
    'daemon',
    '--mcp-port',
    '0',
    '--web-port',
    '0',
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--no-mdns',
    ...args,
  ]);

const errorOf = ({ stderr }: { stderr: string }) =>
  (JSON.parse(stderr.trim().split('\n').at(-1) as string) as { error: { code: string; advice: string } })
    .error;

describe('a daemon that cannot start', () => {
  it('says that another one runs on the same folder, and leaves that one alone', async () => {
    const first = await daemons.start();
    const second = await failedStart(first.dataDir);
    expect(second.code).toBe(1);
    expect(errorOf(second)).toMatchObject({
      code: 'node.already_running',
      advice: expect.stringContaining('toolswarm stop'),
    });
    expect(second.stderr).toContain(String(first.ready.pid));
    expect(await first.command('status')).toMatchObject({ pid: first.ready.pid });
  });

  it('names the port that is taken and the option that changes it', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const port = String((blocker.address() as { port: number }).port);
    try {
      const cases = [
        ['--mcp-port', 'endpoint.port_in_use'],
        ['--web-port', 'node.port_in_use'],
      ];
      for (const [option = '', code] of cases) {
        const failed = await failedStart(temporaryDataDir(), [option, port]);
        expect(failed.code).toBe(1);
        expect(errorOf(failed)).toMatchObject({ code, advice: expect.stringContaining(option) });
      }
      const p2p = await failedStart(temporaryDataDir(), ['--listen', `/ip4/127.0.0.1/tcp/${port}`]);
      expect(errorOf(p2p)).toMatchObject({ code: 'p2p.port_in_use' });
    } finally {
      blocker.close();
    }
  });

  it('keeps a damaged database as it is, and says how to go on', async () => {
    const first = await daemons.start();
    await first.stop();
    const file = join(first.dataDir, 'node.db');
    const whole = readFileSync(file);
    const damaged = Buffer.concat([whole.subarray(0, 100), Buffer.alloc(8192, 0xa5), whole.subarray(8292)]);
    writeFileSync(file, damaged);
    const failed = await failedStart(first.dataDir);
    expect(errorOf(failed)).toMatchObject({
      code: 'storage.corrupt',
      advice: expect.stringContaining('restore'),
    });
    expect(readFileSync(file)).toEqual(damaged);
    writeFileSync(file, whole);
    const again = await daemons.start({ dataDir: first.dataDir });
    expect(again.ready.providerId).toBe(first.ready.providerId);
  });

  it('does not start with half a configuration', async () => {
    const dataDir = temporaryDataDir();
    writeFileSync(join(dataDir, 'settings.json'), '{"relay.retentionDays": "many"}');
    const failed = await failedStart(dataDir);
    expect(errorOf(failed)).toMatchObject({ code: 'settings.invalid' });
    expect(failed.stderr).toContain('relay.retentionDays');
  });
});

describe('commands', () => {
  it('say what is wrong with them: 2 for usage, 1 for what the node refuses', async () => {
    const daemon = await daemons.start();
    expect((await run(daemon.dataDir, ['servers', 'frobnicate'])).code).toBe(2);
    expect((await run(daemon.dataDir, ['no-such-command'])).code).toBe(2);
    const wrongJson = await run(daemon.dataDir, ['tools', 'call', 'x_y', '--args', '{']);
    expect([1, 2]).toContain(wrongJson.code);
    expect(errorOf(wrongJson).code).toMatch(/^cli\./);
    const unknown = await run(daemon.dataDir, ['tools', 'call', 'x_y']);
    expect(unknown.code).toBe(1);
    expect(errorOf(unknown)).toMatchObject({ code: 'registry.unknown_tool' });
    const badName = await run(daemon.dataDir, ['servers', 'add', 'Not A Name', '--', 'true']);
    expect(badName.code).toBeGreaterThan(0);
    const nobody = await run(daemon.dataDir, ['servers', 'share', 'nothing', '--to', 'known']);
    expect(errorOf(nobody)).toMatchObject({ code: 'servers.not_found' });
    const nowhere = await run(daemon.dataDir, ['peers', 'connect', '/ip4/127.0.0.1/tcp/1']);
    expect(nowhere.code).toBe(1);
  });

  it('say so when no node runs', async () => {
    const failed = await run(temporaryDataDir(), ['status']);
    expect(failed.code).toBe(1);
    expect(errorOf(failed)).toMatchObject({ code: 'cli.not_running' });
  });
});

describe('sharing with everyone', () => {
  it('asks again for a server that writes or reads files', async () => {
    const daemon = await daemons.start();
    const dir = temporaryDataDir();
    await daemon.command('servers', 'add', 'files', '--', program('mcp-server-filesystem'), dir);
    const refused = await run(daemon.dataDir, ['servers', 'share', 'files', '--to', 'everyone']);
    expect(refused.code).toBe(1);
    expect(errorOf(refused)).toMatchObject({ code: 'access.confirm_everyone' });
    await daemon.command('servers', 'share', 'files', '--to', 'everyone', '--yes');
  });
});

describe('SIGKILL at any time', () => {
  it('loses nothing that was said to be done, and the next start is whole', async () => {
    let daemon = await daemons.start();
    const { dataDir } = daemon;
    const { providerId } = daemon.ready;
    const acknowledged = new Map<string, number>();
    let count = 0;
    for (let round = 0; round < 8; round++) {
      const { node: client, close } = await connectToNode(dataDir);
      const adding = (async () => {
        for (; ; count++) {
          const name = `p-${count % 100}`;
          await client['profiles.set']({ name, prefix: false, servers: [String(count)] });
          acknowledged.set(name, count);
        }
      })().catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 30 + round * 17));
      await daemon.kill();
      expect(await adding).toMatchObject({ code: 'contract.disconnected' });
      close();
      daemon = await daemons.start({ dataDir });
      expect(daemon.ready.providerId).toBe(providerId);
      const { items } = await daemon.command<{ items: Array<{ name: string; servers?: string[] }> }>(
        'profiles',
        'list',
      );
      const stored = new Map(items.map(({ name, servers }) => [name, Number(servers?.[0])]));
      for (const [name, value] of acknowledged) expect(stored.get(name)).toBeGreaterThanOrEqual(value);
    }
    expect(count).toBeGreaterThan(8);
    await daemon.stop();
  });

  it('leaves no process of a server behind', async () => {
    const daemon = await daemons.start();
    await daemon.command('servers', 'add', 'everything', '--', program('mcp-server-everything'));
    const { items } = await daemon.command<{ items: Array<{ pid: number }> }>('servers', 'list');
    const pid = items[0]?.pid as number;
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    await daemon.kill();
    await eventually(() => !existsSync(`/proc/${pid}`));
  });
});

describe('a full disk', () => {
  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
    'is named, and nothing stored is lost (needs root on Linux for a small file system)',
    async () => {
      const { execFileSync } = await import('node:child_process');
      const dataDir = temporaryDataDir();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', dataDir]);
      try {
        const daemon = await daemons.start({ dataDir });
        await daemon.command('servers', 'add', 'memory', '--', program('mcp-server-memory'));
        const filler = join(dataDir, 'filler');
        try {
          writeFileSync(filler, Buffer.alloc(8 << 20));
        } catch (error) {
          expect((error as { code: string }).code).toBe('ENOSPC');
        }
        const failed = await (async () => {
          for (let index = 0; index < 200; index++) {
            const result = await run(dataDir, [
              'servers',
              'add',
              `s${index}`,
              '--',
              program('mcp-server-memory'),
            ]);
            if (result.code !== 0) return result;
          }
          return undefined;
        })();
        expect(failed && errorOf(failed)).toMatchObject({ code: 'storage.full' });
        await daemon.stop();
        execFileSync('rm', [filler]);
        const again = await daemons.start({ dataDir });
        expect(again.ready.providerId).toBe(daemon.ready.providerId);
        const { items } = await again.command<{ items: Array<{ name: string }> }>('servers', 'list');
        expect(items.map(({ name }) => name)).toContain('memory');
        await again.stop();
      } finally {
        execFileSync('umount', ['-l', dataDir]);
      }
    },
  );
});
