/** The command line with a person at a real terminal, and how little it loads before it needs more. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './support/cli.ts';
import { type ServedNode, serveMemoryNode } from './support/served-node.ts';

const MAIN = fileURLToPath(new URL('../../../src-main/shells/cli/main.ts', import.meta.url));

let node: ServedNode;
beforeAll(async () => {
  node = await serveMemoryNode();
});
afterAll(() => node.end());

const hasTerminals = process.platform === 'linux' && canRun('script', '--version');

function canRun(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a command line on a terminal of its own (`script` makes one) and types an answer to each question. */
async function atTerminal(args: string[], answers: Array<[question: string, typed: string]>) {
  const words = [process.execPath, MAIN, '--data-dir', node.dataDir, ...args];
  const line = words.map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'dumb' },
  });
  let shown = '';
  const left = [...answers];
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    shown += chunk;
    const [next] = left;
    if (!next || !shown.includes(next[0])) return;
    left.shift();
    child.stdin.write(next[1]);
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { exitCode, shown };
}

describe.skipIf(!hasTerminals)('at a terminal (where util-linux’s `script` can make one)', () => {
  const share = ['servers', 'share', 'everything', '--to', 'everyone'];

  it('asks before it shares with everyone, and does so on yes', async () => {
    const { exitCode, shown } = await atTerminal(share, [['[y/N]', 'y\r']]);
    expect(shown).toContain('This server can change things.');
    expect(shown).toContain('Shared everything with everyone.');
    expect(exitCode).toBe(0);
  });

  it.each([
    ['no', 'n\r'],
    ['silence', '\r'],
    ['Ctrl-C', '\u0003'],
  ])('does not share on %s', async (_, typed) => {
    const confirmed = () =>
      node.asked.filter(({ input }) => (input as { confirmed?: boolean }).confirmed).length;
    const before = confirmed();
    const { exitCode } = await atTerminal(share, [['[y/N]', typed]]);
    expect(exitCode).not.toBe(0);
    expect(confirmed()).toBe(before);
  });

  it('shows what a package may touch before it asks, and installs it on yes alone', async () => {
    const install = ['packages', 'install', 'z6Mk/calendar'];
    const installed = () => node.asked.filter(({ name }) => name === 'packages.install').length;
    const refused = await atTerminal(install, [['[y/N]', 'n\r']]);
    expect(refused.exitCode).toBe(1);
    expect(installed()).toBe(0);
    const { exitCode, shown } = await atTerminal(install, [['[y/N]', 'y\r']]);
    expect(shown.slice(0, shown.indexOf('[y/N]'))).toMatch(/signed by[^]*It may touch:[^]*api\.example\.com/);
    expect(exitCode).toBe(0);
    expect(installed()).toBe(1);
  });

  it('asks for a new passphrase twice and never shows it', async () => {
    const { exitCode, shown } = await atTerminal(
      ['backup', '/tmp/b.bak'],
      [
        ['New passphrase: ', 'correct horse\r'],
        ['Once more: ', 'correct horse\r'],
      ],
    );
    expect(exitCode).toBe(0);
    expect(shown).not.toContain('correct');
    expect(node.asked).toContainEqual({
      name: 'recovery.backup',
      input: { file: '/tmp/b.bak', passphrase: 'correct horse' },
    });
  });

  it('refuses a passphrase that was mistyped', async () => {
    const { exitCode, shown } = await atTerminal(
      ['backup', '/tmp/b.bak'],
      [
        ['New passphrase: ', 'correct horse\r'],
        ['Once more: ', 'correct house\r'],
      ],
    );
    expect(exitCode).toBe(1);
    expect(shown).toContain('cli.passphrase_differs');
  });

  it('says so when the question is interrupted', async () => {
    const { exitCode, shown } = await atTerminal(['backup', '/tmp/b.bak'], [['New passphrase: ', '\u0003']]);
    expect(exitCode).toBe(1);
    expect(shown).toContain('cli.interrupted');
  });
});

describe('what a command loads', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'toolswarm-loads-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Addresses of all modules that a command line loads. */
  async function loadedBy(...args: string[]): Promise<string[]> {
    const log = join(folder, `${args[0]}.log`);
    const hook = `import{registerHooks}from'node:module';import{appendFileSync}from'node:fs';registerHooks({load(url,context,next){appendFileSync(${JSON.stringify(log)},url+'\\n');return next(url,context)}})`;
    await runCli([...args, '--data-dir', node.dataDir], {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` },
    });
    return readFileSync(log, 'utf8').trim().split('\n');
  }

  it('is no network and no database for a command that asks a running node', async () => {
    const loaded = await loadedBy('status');
    expect(loaded.some((url) => url.endsWith('/src-shared/contract.ts'))).toBe(true);
    expect(loaded.filter((url) => /libp2p|better-sqlite3|create-node/.test(url))).toEqual([]);
  });

  it('is not even the contract for the bridge that AI clients start', async () => {
    const loaded = await loadedBy('mcp');
    expect(loaded.some((url) => url.endsWith('/endpoint/bridge.ts'))).toBe(true);
    expect(loaded.filter((url) => /libp2p|better-sqlite3|\/zod\/|\/ws\//.test(url))).toEqual([]);
  });
});
