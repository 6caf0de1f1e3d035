/**
 * A server behind the mesh answers as it would directly: every pairing of client era and server era, from a client of A
 * through libp2p to a server of B, beside the same client connected to the server itself.
 */
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDaemons, type Daemon, eventually, root } from '#test/support/daemon.ts';

const daemons = createDaemons();
let a: Daemon;
let b: Daemon;

const fixture = (era: string) => join(root, 'test', 'support', 'mcp', `${era}-stdio.ts`);
const capabilities = { elicitation: {}, sampling: {}, roots: {} };
const answers = {
  elicitation: { action: 'accept' as const, content: { name: 'Ada' } },
  sampling: { role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text: 'because' } },
  roots: { roots: [{ uri: 'file:///work', name: 'work' }] },
};

/** What the tests need of a client, whichever SDK it comes from. */
interface AnyClient {
  call(
    name: string,
    args: object,
    options?: { onprogress?: (step: object) => void; signal?: AbortSignal },
  ): Promise<Record<string, unknown>>;
  logs: object[];
  close(): Promise<void>;
}

async function legacyClient(
  transport: StreamableHTTPClientTransport | StdioClientTransport,
): Promise<AnyClient> {
  const client = new Client({ name: 'legacy', version: '1' }, { capabilities });
  const logs: object[] = [];
  client.setRequestHandler(ElicitRequestSchema, () => answers.elicitation);
  client.setRequestHandler(CreateMessageRequestSchema, () => answers.sampling);
  client.setRequestHandler(ListRootsRequestSchema, () => answers.roots);
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params));
  await client.connect(transport);
  return {
    logs,
    call: (name, args, options) =>
      client.callTool({ name, arguments: { ...args } }, undefined, options as never),
    close: () => client.close(),
  };
}

async function modernClient(transport: ModernHttp | ModernStdio): Promise<AnyClient> {
  const client = new ModernClient(
    { name: 'modern', version: '1' },
    { capabilities, versionNegotiation: { mode: 'auto' } },
  );
  const logs: object[] = [];
  client.setRequestHandler('elicitation/create', () => answers.elicitation);
  client.setRequestHandler('sampling/createMessage', () => answers.sampling);
  client.setRequestHandler('roots/list', () => answers.roots);
  await client.connect(transport);
  return {
    logs,
    call: async (name, args, options) => ({
      ...(await client.callTool({ name, arguments: { ...args } }, options as never)),
    }),
    close: () => client.close(),
  };
}

const throughMesh = () => ({
  url: new URL(a.ready.mcpUrl),
  init: { requestInit: { headers: { authorization: `Bearer ${a.ready.mcpToken}` } } },
});
const direct = (era: string) => ({
  command: process.execPath,
  args: [fixture(era)],
  stderr: 'ignore' as const,
});

const clients = {
  legacy: {
    mesh: () => legacyClient(new StreamableHTTPClientTransport(throughMesh().url, throughMesh().init)),
    direct: (era: string) => legacyClient(new StdioClientTransport(direct(era))),
  },
  modern: {
    mesh: () => modernClient(new ModernHttp(throughMesh().url, throughMesh().init)),
    direct: (era: string) => modernClient(new ModernStdio(direct(era))),
  },
};

beforeAll(async () => {
  b = await daemons.start();
  a = await daemons.start({ bootstrap: [b.ready.addresses[0] as string] });
  for (const era of ['legacy', 'modern']) {
    await b.command('servers', 'add', era, '--', process.execPath, fixture(era));
    await b.command('servers', 'share', era, '--to', a.ready.providerId);
  }
  type Listed = { items: Array<{ id: string; name: string; server: string }> };
  const tools = await eventually(async () => {
    const { items } = await a.command<Listed>('tools', 'list', '--network');
    return new Set(items.map(({ server }) => server)).size === 2 && items;
  });
  const wanted = ['echo', 'structured', 'tool-error', 'rpc-error', 'slow', 'ask', 'log'];
  for (const tool of tools) if (wanted.includes(tool.name)) await a.command('tools', 'approve', tool.id);
});
afterAll(() => daemons.close());

/** Drops what a hop may add: the era's own marks on results. */
function bare({ resultType: _type, _meta: meta, ...rest }: Record<string, unknown>) {
  const kept = Object.entries((meta ?? {}) as object).filter(
    ([key]) => !key.startsWith('io.modelcontextprotocol/'),
  );
  return kept.length > 0 ? { ...rest, _meta: Object.fromEntries(kept) } : rest;
}

for (const clientEra of ['legacy', 'modern'] as const)
  for (const serverEra of ['legacy', 'modern'] as const) {
    // The older SDK cannot speak to a modern server directly: there the newer one says what the answer should be.
    const reference = clientEra === 'legacy' && serverEra === 'modern' ? 'modern' : clientEra;

    describe(`a ${clientEra} client and a ${serverEra} server`, () => {
      let mesh: AnyClient;
      let near: AnyClient;
      beforeAll(async () => {
        mesh = await clients[clientEra].mesh();
        near = await clients[reference].direct(serverEra);
      });
      afterAll(async () => {
        await mesh?.close();
        await near?.close();
      });
      const name = (tool: string) => `${serverEra}_${tool}`;

      it('agree on results, structured content and errors of tools', async () => {
        for (const [tool, args] of [
          ['echo', { message: 'hi' }],
          ['structured', {}],
          ['tool-error', {}],
        ] as const)
          expect(bare(await mesh.call(name(tool), args))).toEqual(bare(await near.call(tool, args)));
      });

      it('pass errors of the protocol with code, message and data', async () => {
        await expect(mesh.call(name('rpc-error'), {})).rejects.toMatchObject({
          code: -32_050,
          message: expect.stringContaining('a special error'),
          data: { reason: 'because' },
        });
      });

      it('pass progress in order', async () => {
        const steps: object[] = [];
        await mesh.call(name('slow'), { steps: 4, stepMs: 15 }, { onprogress: (step) => steps.push(step) });
        expect(steps).toMatchObject([{ progress: 1 }, { progress: 2 }, { progress: 3 }, { progress: 4 }]);
      });

      it('pass cancellation', async () => {
        const controller = new AbortController();
        const call = mesh.call(name('slow'), { steps: 1000, stepMs: 20 }, { signal: controller.signal });
        setTimeout(() => controller.abort(), 150);
        await expect(call).rejects.toThrow();
        await eventually(async () => {
          const { items } = await b.command<{ items: Array<{ outcome: string; server: string }> }>(
            'log',
            '--limit',
            '1',
          );
          return items[0]?.outcome === 'cancelled' && items[0].server === serverEra;
        });
      });

      it('ask and are answered: elicitation, sampling, roots', async () => {
        // A server that asks on a shared process is known to ask from then on; the first question may be refused there.
        for (const [method, answer] of [
          ['elicitation/create', answers.elicitation],
          ['sampling/createMessage', answers.sampling],
          ['roots/list', answers.roots],
        ] as const) {
          const result = await mesh.call(name('ask'), { method });
          const text = (result.content as Array<{ text: string }>)[0]?.text as string;
          expect(JSON.parse(text)).toMatchObject(
            serverEra === 'modern' ? { answer, state: 'state-1' } : answer,
          );
        }
      });
    });
  }

describe('log messages', () => {
  it('reach the one client whose call caused them', async () => {
    const [one, two] = [await clients.legacy.mesh(), await clients.legacy.mesh()];
    await one.call('legacy_log', { level: 'warning' });
    await eventually(() => one.logs.length > 0);
    expect(one.logs).toEqual([{ level: 'warning', logger: 'fixture', data: { said: 'warning' } }]);
    expect(two.logs).toEqual([]);
    await one.close();
    await two.close();
  });
});
