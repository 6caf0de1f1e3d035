/**
 * The main job on real parts: separate processes, real servers from npm, real clients of both protocol eras. A provider B
 * shares with a consumer A; a stranger C is let in nowhere.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDaemons, type Daemon, eventually, program, root, startDaemon } from '#test/support/daemon.ts';

interface ToolRow {
  id: string;
  name: string;
  server: string;
  providerId: string;
  version: string;
  fingerprint: string;
  state: string;
  reachable: boolean;
  catalogName?: string;
}
type Items<T> = { items: T[] };

const daemons = createDaemons();
let a: Daemon;
let b: Daemon;
let c: Daemon;
let client: Client;

const networkTools = (daemon: Daemon) =>
  daemon.command<Items<ToolRow>>('tools', 'list', '--network').then(({ items }) => items);
const named = async (daemon: Daemon, name: string) =>
  (await networkTools(daemon)).find((tool) => tool.name === name);

async function connect(daemon: Daemon, capabilities = {}): Promise<Client> {
  const connected = new Client({ name: 'scene', version: '1' }, { capabilities });
  await connected.connect(
    new StreamableHTTPClientTransport(new URL(daemon.ready.mcpUrl), {
      requestInit: { headers: { authorization: `Bearer ${daemon.ready.mcpToken}` } },
    }),
  );
  return connected;
}

beforeAll(async () => {
  b = await daemons.start();
  await b.command('servers', 'add', 'everything', '--', program('mcp-server-everything'));
  a = await daemons.start({ bootstrap: [b.ready.addresses[0] as string] });
  c = await daemons.start({ bootstrap: [b.ready.addresses[0] as string, a.ready.addresses[0] as string] });
  await b.command('servers', 'share', 'everything', '--to', a.ready.providerId);
  client = await connect(a);
});

afterAll(async () => {
  await client?.close();
  await daemons.close();
});

describe('a tool of B in the hands of a client of A', () => {
  it('is seen at A with everything that B signed, and not at C', async () => {
    const tools = await eventually(async () => {
      const seen = await networkTools(a);
      return seen.length === 13 && seen;
    });
    for (const tool of tools) {
      expect(tool).toMatchObject({
        providerId: b.ready.providerId,
        server: 'everything',
        version: '2.0.0',
        state: 'pending',
        reachable: true,
      });
      expect(tool.fingerprint).toMatch(/^[0-9a-f]{64}$/);
      expect(tool.id).toContain(`#${tool.fingerprint}`);
    }
    expect(await networkTools(c)).toEqual([]);
  });

  it('enters the catalog by approval, announced to connected clients', async () => {
    const changed = new Promise<void>((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
    );
    expect((await client.listTools()).tools).toEqual([]);
    const echo = await named(a, 'echo');
    await a.command('tools', 'approve', echo?.id as string);
    await changed;
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['everything_echo']);
    const atB = await connect(b);
    const original = (await atB.listTools()).tools.find(({ name }) => name === 'everything_echo');
    expect(tools[0]).toEqual(original);
    await atB.close();
  });

  it('answers clients of both eras, the Inspector and stdio as the server itself would', async () => {
    const text = (result: object) => (result as { content: Array<{ text: string }> }).content[0]?.text;
    const call = { name: 'everything_echo', arguments: { message: 'across' } };
    expect(text(await client.callTool(call))).toBe('Echo: across');

    const modern = new ModernClient(
      { name: 'scene', version: '1' },
      { versionNegotiation: { mode: 'auto' } },
    );
    await modern.connect(
      new ModernHttp(new URL(a.ready.mcpUrl), {
        requestInit: { headers: { authorization: `Bearer ${a.ready.mcpToken}` } },
      }),
    );
    expect(modern.getProtocolEra()).toBe('modern');
    expect(text(await modern.callTool(call))).toBe('Echo: across');
    await modern.close();

    const stdio = new Client({ name: 'scene', version: '1' });
    await stdio.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(root, 'bin/toolswarm.mjs'), 'mcp', '--data-dir', a.dataDir],
        stderr: 'ignore',
      }),
    );
    expect(text(await stdio.callTool(call))).toBe('Echo: across');
    await stdio.close();

    const inspector = await promisify(execFile)(process.execPath, [
      program('mcp-inspector'),
      '--cli',
      a.ready.mcpUrl,
      '--transport',
      'http',
      '--header',
      `Authorization: Bearer ${a.ready.mcpToken}`,
      '--method',
      'tools/call',
      '--tool-name',
      'everything_echo',
      '--tool-arg',
      'message=inspected',
      '--format',
      'json',
      '-q',
    ]);
    expect(inspector.stdout).toContain('Echo: inspected');
  });

  it('carries structured content, progress, errors and cancellation', async () => {
    for (const name of ['get-structured-content', 'trigger-long-running-operation', 'get-sum'])
      await a.command('tools', 'approve', (await named(a, name))?.id as string);
    const structured = await client.callTool({
      name: 'everything_get-structured-content',
      arguments: { location: 'New York' },
    });
    expect(structured.structuredContent).toMatchObject({ temperature: expect.any(Number) });

    const long = (await client.listTools()).tools.find(({ name }) =>
      name.startsWith('everything_trigger-long'),
    )?.name as string;
    const progress: number[] = [];
    await client.callTool({ name: long, arguments: { duration: 1, steps: 4 } }, undefined, {
      onprogress: (step) => progress.push(step.progress),
    });
    expect(progress).toEqual([1, 2, 3, 4]);

    const controller = new AbortController();
    const cancelled = client.callTool({ name: long, arguments: { duration: 60, steps: 60 } }, undefined, {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 200);
    await expect(cancelled).rejects.toThrow();
    await eventually(async () => {
      const { items } = await b.command<Items<{ outcome: string }>>('log', '--limit', '1');
      return items[0]?.outcome === 'cancelled';
    });

    const wrong = await client.callTool({ name: 'everything_get-sum', arguments: { a: 'one', b: 2 } });
    expect(wrong.isError).toBe(true);
    expect(JSON.stringify(wrong)).toContain('relay.invalid_arguments');
  });

  it('is refused to C, who learns which rule refused', async () => {
    const echo = await named(a, 'echo');
    const failure = await c.command('tools', 'call', echo?.id as string).catch((error: unknown) => error);
    expect(failure).toMatchObject({ error: { code: 'registry.unknown_tool' } });
    expect(await networkTools(c)).toEqual([]);
  });
});

describe('what changes at B', () => {
  it('appears at A without a restart, and leaves with unshare', async () => {
    const script = join(tmpdir(), `toolswarm-growing-${process.pid}.mjs`);
    writeFileSync(script, GROWING_SERVER);
    await b.command('servers', 'add', 'growing', '--', process.execPath, script);
    await b.command('servers', 'share', 'growing', '--to', a.ready.providerId);
    const grow = await eventually(() => named(a, 'grow'));
    await a.command('tools', 'approve', grow.id);
    await a.command('tools', 'call', grow.id);
    expect(await eventually(() => named(a, 'grown'))).toMatchObject({ state: 'pending' });
    await b.command('servers', 'unshare', 'growing');
    await eventually(async () => (await named(a, 'grow')) === undefined);
    expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('growing_grow');
  });

  it('is an error that says what to do when B is killed, and heals by itself when B returns', async () => {
    await b.kill();
    await eventually(async () => (await named(a, 'echo'))?.reachable === false);
    const dead = await client.callTool({ name: 'everything_echo', arguments: { message: 'anybody?' } });
    expect(dead.isError).toBe(true);
    expect(JSON.stringify(dead)).toContain('relay.unreachable');
    const port = /tcp\/(\d+)/.exec(b.ready.addresses[0] as string)?.[1];
    const again = await startDaemon({ dataDir: b.dataDir, args: ['--listen', `/ip4/127.0.0.1/tcp/${port}`] });
    try {
      const healed = await eventually(async () => {
        const result = await client.callTool({ name: 'everything_echo', arguments: { message: 'back' } });
        return result.isError !== true && result;
      });
      expect(JSON.stringify(healed)).toContain('Echo: back');
    } finally {
      await again.stop();
    }
  });
});

/** A server whose tool adds another tool. */
const GROWING_SERVER = `
import { McpServer } from ${JSON.stringify(import.meta.resolve('@modelcontextprotocol/sdk/server/mcp.js'))};
import { StdioServerTransport } from ${JSON.stringify(import.meta.resolve('@modelcontextprotocol/sdk/server/stdio.js'))};
const server = new McpServer({ name: 'growing', version: '1.0.0' });
server.registerTool('grow', { description: 'Adds a tool' }, async () => {
  server.registerTool('grown', { description: 'Was added' }, async () => ({ content: [{ type: 'text', text: 'new' }] }));
  return { content: [{ type: 'text', text: 'added' }] };
});
await server.connect(new StdioServerTransport());
`;
