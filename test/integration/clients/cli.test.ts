/** Uninstalling takes our entries out with the node or without; a chain that breaks is an error for scripts. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNode } from '#main/node/create-node.ts';
import { runCli } from '../control/support/cli.ts';
import { serveMemoryNode } from '../control/support/served-node.ts';

let root: string;
let home: string;
let dataDir: string;
const context = { signal: new AbortController().signal } as never;
const BEFORE = '{ "mcpServers": { "mine": { "command": "m" } } } // mine\n';
const cursor = () => join(home, '.cursor/mcp.json');

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'client-cli-')));
  home = join(root, 'home');
  dataDir = join(root, 'data');
  mkdirSync(join(home, '.cursor'), { recursive: true });
  writeFileSync(cursor(), BEFORE);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const env = () => ({ HOME: home, XDG_CONFIG_HOME: '' });
const disconnectAll = () =>
  runCli(['clients', 'disconnect', '--all', '--data-dir', dataDir, '--json'], { env: env() });

async function connectOnce(): Promise<void> {
  const before = process.env['HOME'];
  process.env['HOME'] = home;
  try {
    const listen = ['/ip4/127.0.0.1/tcp/0'];
    const node = await createNode({ dataDir, listen, mcpPort: 0, webPort: 0, mdns: false, env: {} });
    await node.handlers['clients.connect']({ client: 'cursor', profile: 'default' }, context);
    await node.stop();
  } finally {
    process.env['HOME'] = before;
  }
}

it('without a running node the files are as they were before', async () => {
  await connectOnce();
  expect(readFileSync(cursor(), 'utf8')).toContain('toolswarm');
  const { exitCode, stdout } = await disconnectAll();
  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    data: { items: [{ client: 'cursor', file: cursor(), outcome: 'restored' }] },
  });
  expect(exitCode).toBe(0);
  expect(readFileSync(cursor(), 'utf8')).toBe(BEFORE);
});

it('even where the node’s data are gone already', async () => {
  await connectOnce();
  rmSync(dataDir, { recursive: true });
  const { stdout } = await disconnectAll();
  expect(JSON.parse(stdout).data.items).toEqual([{ client: 'cursor', file: cursor(), outcome: 'removed' }]);
  expect(readFileSync(cursor(), 'utf8')).toBe(BEFORE);
});

it('a broken chain ends with the link, its code and advice', async () => {
  const node = await serveMemoryNode();
  const { exitCode, stderr } = await runCli([
    'clients',
    'prove',
    'goose',
    '--data-dir',
    node.dataDir,
    '--json',
  ]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({
    ok: false,
    error: {
      code: 'clients.not_us',
      message: 'endpoint: Something else answered: x.',
      advice: 'Connect the client again.',
    },
  });
  await node.end();
});

it('an unknown client is wrong usage', async () => {
  const { exitCode, stderr } = await runCli(['clients', 'connect', 'notepad', '--data-dir', dataDir]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('claude-desktop');
  const nobody = await runCli(['clients', 'disconnect', '--data-dir', dataDir]);
  expect(nobody.exitCode).toBe(2);
  expect(nobody.stderr).toContain('give an AI client or --all');
});
