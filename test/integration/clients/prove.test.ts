/** The chain of a client, over a real node, the real bridge in a process of its own, and the real reference server. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClientSession } from '#shared/features/clients/contract.ts';
import type { Hop } from '#shared/features/clients/files.ts';
import { runBridge } from '#main/features/endpoint/bridge.ts';
import { openSession, rpc, send } from '#test/support/endpoint/http.ts';
import { startWholeNode, type WholeNode } from '../../conformance/support/whole-node.ts';

let whole: WholeNode;
let home: string;
const context = () => ({ signal: new AbortController().signal }) as never;
const target = { client: 'cursor' } as const;
const before = { HOME: process.env['HOME'], XDG_CONFIG_HOME: process.env['XDG_CONFIG_HOME'] };

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'client-home-')));
  mkdirSync(join(home, '.cursor'));
  process.env['HOME'] = home;
  delete process.env['XDG_CONFIG_HOME'];
  whole = await startWholeNode();
});
afterAll(async () => {
  await whole.stop();
  for (const [name, value] of Object.entries(before)) if (value !== undefined) process.env[name] = value;
  rmSync(home, { recursive: true });
});

async function prove(): Promise<Hop[]> {
  const hops: Hop[] = [];
  for await (const hop of whole.node.handlers['clients.prove'](target, context())) hops.push(hop as Hop);
  return hops;
}
async function sessionsNow(): Promise<ClientSession[]> {
  const stop = new AbortController();
  for await (const { items } of whole.node.handlers['clients.sessions']({}, { signal: stop.signal }))
    return items as ClientSession[];
  return [];
}
const ends = (hops: Hop[]) => hops.filter(({ state }) => state !== 'running').map(({ ms: _, ...hop }) => hop);

it('a client that is not connected fails at its file', async () => {
  expect(ends(await prove())).toMatchObject([
    { hop: 'entry', state: 'failed', fault: { code: 'clients.not_connected' } },
  ]);
});

it('without a server the list of tools is the link that breaks', async () => {
  const { hash } = await whole.node.handlers['clients.plan']({ ...target, profile: 'default' }, context());
  const file = await whole.node.handlers['clients.connect'](
    { ...target, profile: 'default', hash },
    context(),
  );
  expect(file).toMatchObject({ entry: 'present', exists: true, installed: true });
  expect(ends(await prove())).toMatchObject([
    { hop: 'entry', state: 'ok', subject: join(home, '.cursor/mcp.json') },
    { hop: 'command', state: 'ok' },
    { hop: 'endpoint', state: 'ok', subject: expect.stringMatching(/^toolswarm \d/) },
    { hop: 'server', state: 'failed', fault: { code: 'clients.no_tools' } },
  ]);
});

it('with a server the chain holds, down to a real call', async () => {
  await whole.addServer('everything', 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  const hops = await prove();
  expect(hops.map(({ hop, state }) => `${hop} ${state}`)).toEqual(
    ['entry', 'command', 'endpoint', 'server', 'tool'].flatMap((hop) => [`${hop} running`, `${hop} ok`]),
  );
  expect(ends(hops).at(-2)).toMatchObject({ subject: 'everything', count: expect.any(Number) });
  expect(ends(hops).at(-1)).toMatchInlineSnapshot(`
    {
      "hop": "tool",
      "state": "ok",
      "subject": "everything_get-tiny-image",
    }
  `);
});

it('a proof is work that everybody can see, and no client that is connected', async () => {
  let seen: ClientSession[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    for await (const { items } of whole.node.handlers['clients.sessions']({}, { signal: stop.signal }))
      seen = [...seen, ...(items as ClientSession[])];
  })();
  await prove();
  stop.abort();
  await watching;
  expect(seen).toEqual([]);
  for await (const { items } of whole.node.handlers['tasks.watch']({}, context())) {
    expect(items[0]).toMatchObject({ kind: 'clients.prove', subject: 'Cursor', state: 'done' });
    break;
  }
});

it('a file that names a program which moved fails at the command, and is told as stale', async () => {
  const file = join(home, '.cursor/mcp.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(JSON.stringify(process.execPath), '"/gone/node"'));
  const { items } = await whole.node.handlers['clients.detect']({}, context());
  expect(items.find(({ id }) => id === 'cursor')?.entry).toBe('stale');
  expect(ends(await prove()).at(-1)).toMatchObject({
    hop: 'command',
    state: 'failed',
    fault: { code: 'processes.not_found' },
  });
  writeFileSync(file, text.replace('toolswarm.mjs', 'gone/toolswarm.mjs'));
  expect(ends(await prove()).at(-1)).toMatchObject({
    hop: 'command',
    state: 'failed',
    fault: { code: 'clients.command_ended' },
  });
  writeFileSync(file, text);
});

it('who is connected is told by name, over HTTP in both eras', async () => {
  const { handlers } = whole.node;
  const { token, id } = await handlers['clients.create'](
    { name: 'My editor', profile: 'default', scope: 'call' },
    context(),
  );
  const session = await openSession(whole.url, {}, '2025-11-25', token);
  await session.send(rpc(1, 'tools/list'));
  const stop = new AbortController();
  for await (const { items } of handlers['clients.sessions']({}, { signal: stop.signal })) {
    expect(items).toMatchObject([
      { profile: 'default', transport: 'http', era: 'legacy', token: 'My editor', calls: 1, running: 0 },
    ]);
    break;
  }
  await handlers['clients.revoke']({ id }, context());
  for await (const { items } of handlers['clients.sessions']({}, { signal: stop.signal })) {
    expect(items).toEqual([]);
    break;
  }
});

it('a client that starts the bridge is told by name until it ends, and one of the modern era while it is about', async () => {
  const { handlers } = whole.node;
  const { socket } = await handlers['clients.connection']({ profile: 'default' }, context());
  const input = new PassThrough();
  const output = new PassThrough();
  const ended = runBridge({ socketPath: socket, input, output, errors: new PassThrough() });
  const clientInfo = { name: 'bridged', version: '3' };
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  input.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize })}\n`);
  await once(output, 'data');
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '4', title: 'A modern one' },
  };
  const answer = await send(whole.url, {
    token: whole.token,
    headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' },
    body: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta } },
  });
  expect(answer.status).toBe(200);
  expect(await sessionsNow()).toMatchObject([
    { name: 'bridged', version: '3', transport: 'socket', era: 'legacy', calls: 0 },
    { name: 'A modern one', version: '4', transport: 'http', era: 'modern', calls: 1, running: 0 },
  ]);
  input.end();
  await ended;
  await expect.poll(async () => (await sessionsNow()).map(({ name }) => name)).toEqual(['A modern one']);
});

it('a profile shows single tools, and says before what it would show', async () => {
  const { handlers } = whole.node;
  const all = await handlers['profiles.preview']({ name: 'x', prefix: true }, context());
  expect(all.servers).toEqual([{ server: 'everything', tools: all.tools, shown: all.tools }]);
  const few = {
    name: 'few',
    servers: [],
    includeTools: ['everything_echo', 'everything_get-sum'],
    prefix: true,
  };
  expect(await handlers['profiles.preview'](few, context())).toMatchObject({
    tools: 2,
    servers: [{ shown: 2 }],
  });
  await handlers['profiles.set'](few, context());
  expect(await handlers['profiles.list']({}, context())).toMatchObject({ items: [{ name: 'default' }, few] });
  const session = await openSession(`${whole.url}/few`, {}, '2025-11-25', whole.token);
  const names = async () => {
    const { tools } = (await session.send(rpc(2, 'tools/list'))).json['result'] as {
      tools: Array<{ name: string }>;
    };
    return tools.map(({ name }) => name);
  };
  expect(await names()).toEqual(['everything_echo', 'everything_get-sum']);
  await handlers['profiles.set']({ ...few, excludeTools: ['everything_echo'] }, context());
  expect(await names()).toEqual(['everything_get-sum']);
  const hidden = await session.send(
    rpc(3, 'tools/call', { name: 'everything_echo', arguments: { message: 'x' } }),
  );
  expect(JSON.stringify(hidden.json)).toContain('error');
});

it('the chain holds where the client is given tools for finding tools, and its call reaches a real one', async () => {
  const { handlers } = whole.node;
  await handlers['profiles.set']({ name: 'default', prefix: true, catalog: 'search' }, context());
  const hops = ends(await prove());
  expect(hops.find(({ hop }) => hop === 'server')).toMatchObject({ state: 'ok', subject: 'everything' });
  expect(hops.find(({ hop }) => hop === 'server')?.count).toBeGreaterThan(3);
  expect(hops.find(({ hop }) => hop === 'tool')).toMatchObject({ state: 'ok' });
  const { items } = await handlers['profiles.catalog']({}, context());
  expect(items.find(({ profile }) => profile === 'default')).toMatchObject({
    mode: 'search',
    choice: 'search',
  });
  await handlers['profiles.set']({ name: 'default', prefix: true }, context());
});

it('disconnecting leaves the file as it was', async () => {
  const { items } = await whole.node.handlers['clients.disconnectAll']({}, context());
  expect(items).toEqual([{ client: 'cursor', file: join(home, '.cursor/mcp.json'), outcome: 'restored' }]);
});
