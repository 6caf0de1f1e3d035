/** The headless node as a process of its own: how it starts, is spoken to, and ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './support/cli.ts';
import { ask } from './support/web.ts';

const MAIN = fileURLToPath(new URL('../../../src-main/shells/cli/main.ts', import.meta.url));
const LOCAL = ['--listen', '/ip4/127.0.0.1/tcp/0', '--mcp-port', '0', '--web-port', '0', '--no-mdns'];

interface Ready {
  ready: true;
  pid: number;
  peerId: string;
  providerId: string;
  addresses: string[];
  mcpUrl: string;
  mcpToken: string;
  webUrl: string;
}

interface Daemon {
  child: ChildProcess;
  ready: Ready;
  /** Everything it printed on stdout, once it ended. */
  lines: string[];
  stderr: Promise<string>;
  ended: Promise<number | null>;
}

let dataDir: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-daemon-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(dataDir, { recursive: true, force: true });
});

function launch(args: string[] = LOCAL) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [MAIN, 'daemon', '--data-dir', dataDir, ...args], {
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, lines, output, stderr: text(child.stderr), ended };
}

async function start(args?: string[]): Promise<Daemon> {
  const { output, ...daemon } = launch(args);
  const failed = daemon.ended.then(async () => {
    throw new Error(await daemon.stderr);
  });
  failed.catch(() => undefined);
  const [line] = (await Promise.race([once(output, 'line'), failed])) as [string];
  return { ...daemon, ready: JSON.parse(line) as Ready };
}

const cli = async <T>(...args: string[]): Promise<T> => {
  const { stdout, stderr } = await runCli(['--data-dir', dataDir, '--json', ...args]);
  if (!stdout) throw new Error(stderr);
  return (JSON.parse(stdout) as { data: T }).data;
};

describe('toolswarm daemon', () => {
  it('prints one line when everything answers, and stops in order when told to', async () => {
    const { ready, lines, ended, stderr } = await start();
    expect(ready).toEqual({
      ready: true,
      pid: expect.any(Number),
      peerId: expect.stringMatching(/^12D3KooW/),
      providerId: expect.stringMatching(/^z6Mk/),
      addresses: [expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3KooW/)],
      mcpUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/),
      mcpToken: expect.stringMatching(/.{20,}/),
      webUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]{43}$/),
    });
    const status = await cli<{ pid: number; webUrl: string; mcpUrl: string }>('status');
    expect(status).toMatchObject({ pid: ready.pid, mcpUrl: ready.mcpUrl });
    expect(ready.webUrl.startsWith(status.webUrl)).toBe(true);
    expect((await fetch(status.webUrl)).headers.get('content-security-policy')).toBeTruthy();
    expect(await cli('stop')).toEqual({ pid: ready.pid });
    expect(await ended).toBe(0);
    expect(await stderr).toBe('');
    expect(lines).toHaveLength(1);
    expect((await runCli(['status', '--data-dir', dataDir])).exitCode).toBe(1);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops in order on %s, and starts again with all it knew',
    async (signal) => {
      const first = await start();
      const created = await cli<{ token: string }>('api', 'create', 'script');
      first.child.kill(signal);
      expect(await first.ended).toBe(0);
      const second = await start();
      expect(second.ready.providerId).toBe(first.ready.providerId);
      expect(second.ready.peerId).toBe(first.ready.peerId);
      expect(second.ready.mcpToken).toBe(first.ready.mcpToken);
      const origin = new URL(second.ready.webUrl).origin;
      const answer = await ask(origin, '/api/v1/node.status', {
        method: 'POST',
        headers: { authorization: `Bearer ${created.token}`, 'content-type': 'application/json' },
      });
      expect(JSON.parse(answer.body)).toMatchObject({ ok: true, data: { pid: second.ready.pid } });
    },
  );

  it('leaves a data folder that works after SIGKILL', async () => {
    const first = await start();
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await start();
    expect(second.ready.providerId).toBe(first.ready.providerId);
    expect(await cli('servers', 'list')).toEqual({ items: [] });
  });

  it('refuses to be the second on a data folder, in one line', async () => {
    const first = await start();
    const second = launch();
    expect(await second.ended).toBe(1);
    const stderr = await second.stderr;
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('(node.already_running)');
    expect(second.lines).toEqual([]);
    expect(await cli('status')).toMatchObject({ pid: first.ready.pid });
  });

  it.each(['--mcp-port', '--web-port'])('names the option when the port of %s is taken', async (option) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const daemon = launch([...LOCAL, option, String(port), '--json']);
    expect(await daemon.ended).toBe(1);
    const { error } = JSON.parse(await daemon.stderr) as {
      error: { code: string; advice: string; message: string };
    };
    expect(error.message).toContain(String(port));
    expect(error.code).toMatch(/port_in_use$/);
    expect(daemon.lines).toEqual([]);
    other.close();
  });

  it('becomes the new identity without leaving its ports when the key is rotated', async () => {
    const { ready, lines } = await start();
    const rotated = await cli<{ providerId: string; rotatedFrom: string[] }>('identity', 'rotate');
    expect(rotated.rotatedFrom).toEqual([ready.providerId]);
    const status = await waitFor(
      () => cli<{ providerId: string; mcpUrl: string }>('status'),
      ({ providerId }) => providerId === rotated.providerId,
    );
    expect(status.mcpUrl).toBe(ready.mcpUrl);
    expect(lines).toHaveLength(1);
  });

  it('keeps its keys behind a passphrase where one is given', async () => {
    const first = await start();
    const passphrase = join(dataDir, 'passphrase.txt');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(passphrase, 'correct horse');
    expect(await cli('identity', 'passphrase', '--new-file', passphrase)).toMatchObject({
      passphraseProtected: true,
    });
    await cli('stop');
    await first.ended;
    const without = launch();
    expect(await without.ended).toBe(1);
    expect(await without.stderr).toContain('(keystore.passphrase_needed)');
    const second = await start([...LOCAL, '--passphrase-file', passphrase]);
    expect(second.ready.providerId).toBe(first.ready.providerId);
  });

  it('comes back from its backup in an empty folder', async () => {
    const { ready, ended } = await start();
    const file = join(dataDir, 'node.backup');
    const env = { TOOLSWARM_PASSPHRASE: 'correct horse' };
    const backup = await runCli(['backup', file, '--data-dir', dataDir, '--json'], { env });
    expect(JSON.parse(backup.stdout)).toMatchObject({ ok: true, data: { file } });
    await cli('stop');
    await ended;
    const fresh = join(dataDir, 'fresh');
    const restored = await runCli(['restore', file, '--data-dir', fresh, '--json'], { env });
    expect(JSON.parse(restored.stdout)).toMatchObject({
      ok: true,
      data: { dataDir: fresh, providerId: ready.providerId },
    });
    expect(existsSync(fresh)).toBe(true);
    const again = await runCli(['restore', file, '--data-dir', fresh, '--json'], { env });
    expect(again.exitCode).toBe(1);
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { code: 'recovery.not_empty' } });
  });
});

async function waitFor<T>(read: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read().catch(() => undefined);
    if (value !== undefined && isThere(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
