/** A node on another machine, used through ssh: the way is opened, nothing else is, and the dashboard's guards hold. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { throughTunnel, withDefaultCommand } from '#main/shells/cli/remote.ts';
import { runCli } from './support/cli.ts';

const MAIN = fileURLToPath(new URL('../../../src-main/shells/cli/main.ts', import.meta.url));
const FAKE_SSH = fileURLToPath(new URL('../../support/fake-ssh.ts', import.meta.url));
const SSHD = '/usr/sbin/sshd';

const folder = mkdtempSync(join(tmpdir(), 'toolswarm-remote-'));
const dataDir = join(folder, 'it’s data');
const running: ChildProcess[] = [];

async function lineOf(child: ChildProcess): Promise<string> {
  running.push(child);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}

beforeAll(async () => {
  const local = ['--listen', '/ip4/127.0.0.1/tcp/0', '--mcp-port', '0', '--web-port', '0', '--no-mdns'];
  await lineOf(spawn(process.execPath, [MAIN, 'daemon', '--data-dir', dataDir, ...local]));
});
afterAll(async () => {
  for (const child of running.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A program that behaves as ssh on the person's machine. */
function script(name: string, line: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${line}\n`);
  chmodSync(file, 0o755);
  return file;
}

const fakeSsh = async () => script('fake-ssh', `exec "${process.execPath}" "${FAKE_SSH}" "$@"`);

/** A real server of ssh on loopback with keys of its own, and the client that trusts it. */
async function realSsh(): Promise<string> {
  for (const key of ['host', 'client'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  execFileSync('cp', [join(folder, 'client.pub'), join(folder, 'authorized')]);
  mkdirSync('/run/sshd', { recursive: true });
  const port = await freePort();
  const options = [
    `HostKey=${join(folder, 'host')}`,
    `AuthorizedKeysFile=${join(folder, 'authorized')}`,
    'StrictModes=no',
    'PasswordAuthentication=no',
    'PermitRootLogin=yes',
    'UsePAM=no',
    `PidFile=${join(folder, 'sshd.pid')}`,
  ].flatMap((option) => ['-o', option]);
  const listen = ['-o', `ListenAddress=127.0.0.1:${port}`];
  running.push(spawn(SSHD, ['-D', '-e', '-f', '/dev/null', ...listen, ...options], { stdio: 'ignore' }));
  const client = [
    `-p ${port} -i '${join(folder, 'client')}'`,
    '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectionAttempts=20',
  ].join(' ');
  return script('real-ssh', `exec ssh ${client} "$@"`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function get(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response);
    })
      .on('error', reject)
      .end();
  });
}

const ways = [
  { name: 'a stand-in for ssh', prepare: fakeSsh, present: true },
  {
    name: 'a real server of ssh (needs root and sshd)',
    prepare: realSsh,
    present: existsSync(SSHD) && process.getuid?.() === 0,
  },
];

describe.each(ways.map((way) => [way.name, way] as const))('over %s', (_name, { prepare, present }) => {
  const host = userInfo().username + '@127.0.0.1';
  let env: Record<string, string>;
  beforeAll(async () => {
    if (present) env = { TOOLSWARM_SSH: await prepare() };
  });

  it.skipIf(!present)('commands reach the far node', async () => {
    const outcome = await runCli(['--remote', host, '--data-dir', dataDir, 'status', '--json'], { env });
    expect(outcome.stderr).toBe('');
    expect(JSON.parse(outcome.stdout)).toMatchObject({ ok: true, data: { dataDir } });
  });

  it.skipIf(!present)('a machine without a node is told from one that cannot be reached', async () => {
    const none = await runCli(['--remote', host, '--data-dir', '/nowhere', 'status', '--json'], { env });
    expect(JSON.parse(none.stderr)).toMatchObject({ error: { code: 'cli.not_running' } });
    const own = await runCli(['--remote', host, 'daemon', '--json'], { env });
    expect(JSON.parse(own.stderr)).toMatchObject({ error: { code: 'cli.not_remote' } });
  });

  it.skipIf(!present)(
    'the dashboard opens, and answers to this machine’s names and its own pages only',
    async () => {
      const child = spawn(process.execPath, [MAIN, '--remote', host, '--data-dir', dataDir, '--json'], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const { url } = (JSON.parse(await lineOf(child)) as { data: { url: string } }).data;
      const { hash, host: name, hostname, origin } = new URL(url);
      expect(hostname).toBe('localhost');
      expect((await get(url)).statusCode).toBe(200);
      expect((await get(url, { host: 'rebound.example.org' })).statusCode).toBe(421);

      const signIn = (from: string) =>
        fetch(`${origin}/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: from },
          body: JSON.stringify({ token: hash.slice('#t='.length) }),
        });
      expect((await signIn('http://evil.example.org')).status).toBe(403);
      const signedIn = await signIn(origin);
      expect(signedIn.status).toBe(200);
      const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';

      const open = (from: string) => {
        const socket = new WebSocket(`ws://${name}/rpc`, { headers: { cookie, origin: from } });
        return new Promise<boolean>((resolve) => {
          socket.once('open', () => (socket.close(), resolve(true)));
          socket.once('error', () => resolve(false));
        });
      };
      expect(await open('http://evil.example.org')).toBe(false);
      expect(await open(origin)).toBe(true);

      child.kill('SIGTERM');
      await once(child, 'exit');
      await expect(get(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    },
  );
});

describe('what the person writes', () => {
  it('is never taken for an option of ssh', async () => {
    const env = { TOOLSWARM_SSH: await fakeSsh() };
    const hostile = await runCli(['--remote=-oProxyCommand=touch /tmp/x', 'status', '--json'], { env });
    expect(JSON.parse(hostile.stderr)).toMatchObject({ error: { code: 'cli.remote_destination' } });
    const lost = await runCli(['--remote', 'nowhere.example', 'status', '--json'], { env });
    expect(JSON.parse(lost.stderr)).toMatchObject({ error: { code: 'cli.remote_failed' } });
  });

  it('without a command means the dashboard', () => {
    expect(withDefaultCommand(['--remote', 'a@b'])).toEqual(['--remote', 'a@b', 'open']);
    expect(withDefaultCommand(['--json', '--remote=a', '--data-dir', 'x'])).toEqual([
      '--json',
      '--remote=a',
      '--data-dir',
      'x',
      'open',
    ]);
    expect(withDefaultCommand(['--remote', 'a', 'status'])).toEqual(['--remote', 'a', 'status']);
    expect(withDefaultCommand(['--json'])).toEqual(['--json']);
    expect(withDefaultCommand([])).toEqual([]);
  });

  it('keeps the link’s secret, under a name that keeps sessions apart', () => {
    expect(throughTunnel('http://127.0.0.1:7421/#t=abc', 7500)).toBe('http://localhost:7500/#t=abc');
  });
});
