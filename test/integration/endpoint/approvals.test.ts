/** Calls that wait for their operator, over real nodes and the SDKs that clients are built on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { declaredServerSchema } from '#shared/features/servers/config.ts';
import { type AnyClient, type ClientKind, connectClient } from '#test/conformance/support/sdk-clients.ts';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { until } from '#test/support/mesh-node.ts';

const context = { signal: new AbortController().signal } as never;

/** A server of the legacy era whose one tool is described by the file of its first argument. */
const SERVER = `
  const { readFileSync } = require('node:fs');
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'fixture', version: '1' } },
    'tools/call': { content: [{ type: 'text', text: 'done' }] },
  };
  const toolNow = () => ({ name: 'work', description: readFileSync(process.argv[1], 'utf8'), inputSchema: { type: 'object' } });
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (id === undefined) return;
    const result = method === 'tools/list' ? { tools: [toolNow()] } : results[method];
    const answer = result ? { result } : { error: { code: -32601, message: 'unknown' } };
    console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });`;

let folder: string;
let provider: WholeNode;
let here: WholeNode;
const clients: AnyClient[] = [];

const words = () => join(folder, 'words');
const tools = async () =>
  (await here.node.handlers['tools.list']({ scope: 'network', limit: 10 }, context)).items;
const theTool = () => until(async () => (await tools()).find(({ server }) => server === 'shop'));
const inState = (state: string) => until(async () => (await theTool()).state === state || undefined);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'approvals-'));
  await writeFile(words(), 'Works as it always did');
  [provider, here] = [await startWholeNode(), await startWholeNode()];
  const transport = { type: 'stdio' as const, command: process.execPath, args: ['-e', SERVER, words()] };
  const config = declaredServerSchema.parse({ name: 'shop', transport });
  const { handlers } = provider.node;
  await handlers['identity.setProfile']({ displayName: 'Corner shop' }, context);
  await handlers['servers.add']({ ...config, secretValues: {} }, context);
  await handlers['servers.start']({ name: 'shop' }, context);
  await handlers['servers.share']({ name: 'shop', audience: { kind: 'everyone' }, confirmed: true }, context);
  await here.node.handlers['peers.connect']({ address: provider.node.ready().addresses[0] ?? '' }, context);
  const { id } = await theTool();
  await here.node.handlers['tools.approve']({ id }, context);
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await Promise.all([provider.stop(), here.stop()]);
  await rm(folder, { recursive: true });
});

async function connect(kind: ClientKind = 'v2 modern over HTTP'): Promise<AnyClient> {
  const client = await connectClient(kind, here);
  clients.push(client);
  return client;
}

/** The provider's tool says something else from now on; it waits for its approval here. */
async function change(): Promise<void> {
  await writeFile(words(), 'Works for somebody else now');
  await provider.node.handlers['servers.restart']({ name: 'shop' }, context);
  await inState('changed');
}

const codeOf = (result: Record<string, unknown>) => {
  const meta = result['_meta'] as { 'io.toolswarm/error'?: { code: string; details?: object } } | undefined;
  return meta?.['io.toolswarm/error'];
};
const asking = (on: boolean) => here.node.settings.set('endpoint.approveInClient', on);

describe('a call of a tool that changed', () => {
  it.each<ClientKind>(['v1 over HTTP', 'v2 legacy over HTTP', 'v2 modern over HTTP'])(
    'is put to the person by the client where that is allowed, and goes on after the yes: %s',
    async (kind) => {
      const client = await connect(kind);
      const name = (await theTool()).catalogName ?? '';
      expect(await client.call(name)).toMatchObject({ content: [{ text: 'done' }] });
      await change();
      asking(true);
      client.onElicit = () => ({ action: 'accept', content: { approve: true } });
      expect(await client.call(name)).toMatchObject({ content: [{ text: 'done' }] });
      expect(client.asked).toHaveLength(1);
      expect(client.asked[0]).toContain('Corner shop');
      expect(client.asked[0]).toContain('Works for somebody else now');
      expect((await theTool()).state).toBe('approved');
      // It is asked once: from now on the tool is the one that was approved.
      await client.call(name);
      expect(client.asked).toHaveLength(1);
    },
  );

  it('fails with a link after a no, a yes that is none, and where the client is not to ask', async () => {
    const client = await connect();
    const { catalogName: name = '', id } = await theTool();
    await change();
    const changed = await theTool();
    expect(changed.id).not.toBe(id);
    const refused = {
      code: 'relay.tool_changed',
      details: { link: `toolswarm://tool/${encodeURIComponent(changed.id)}` },
    };
    expect(codeOf(await client.call(name))).toMatchObject(refused);
    expect(client.asked).toEqual([]);
    asking(true);
    for (const answer of [
      { action: 'decline' },
      { action: 'cancel' },
      { action: 'accept', content: { approve: false } },
      { action: 'accept', content: { approve: 'true' } },
    ]) {
      client.onElicit = () => answer;
      expect(codeOf(await client.call(name))).toMatchObject(refused);
    }
    expect((await theTool()).state).toBe('changed');
  });

  it('waits while its client shows progress, and goes on once the person said yes in the application', async () => {
    const client = await connect();
    const { catalogName: name = '' } = await theTool();
    await change();
    const progressed = Promise.withResolvers<void>();
    const running = client.call(name, {}, { onprogress: () => progressed.resolve() });
    await progressed.promise;
    const { id } = await theTool();
    await here.node.handlers['tools.approve']({ id }, context);
    expect(await running).toMatchObject({ content: [{ text: 'done' }] });
  });

  it('that was approved by the client while it changed again is refused', async () => {
    const client = await connect();
    const { catalogName: name = '' } = await theTool();
    await change();
    asking(true);
    const seen = (await theTool()).id;
    client.onElicit = (() =>
      (async () => {
        await writeFile(words(), 'And now for a third');
        await provider.node.handlers['servers.restart']({ name: 'shop' }, context);
        await until(async () => (await theTool()).id !== seen || undefined);
        return { action: 'accept', content: { approve: true } };
      })()) as never;
    expect(codeOf(await client.call(name))).toMatchObject({ code: 'registry.changed_meanwhile' });
    expect((await theTool()).state).toBe('changed');
  });

  it('is as unknown as any where the profile does not show it', async () => {
    await here.node.handlers['profiles.set']({ name: 'default', prefix: true, servers: [] }, context);
    const client = await connect();
    const { catalogName: name = '' } = await theTool();
    await change();
    asking(true);
    await expect(client.call(name)).rejects.toThrow(/Unknown tool/);
    await expect(client.call('never_heard_of')).rejects.toThrow(/Unknown tool/);
    expect(client.asked).toEqual([]);
  });
});

describe('a call under a grant that is used up', () => {
  it('leads to where more is asked for, and goes on once it was granted', async () => {
    const { handlers } = provider.node;
    const grant = () =>
      handlers['access.grant'](
        { server: 'shop', to: here.node.ready().providerId, calls: 1, days: 1, note: '' },
        context,
      );
    await handlers['servers.share']({ name: 'shop', audience: { kind: 'grants' }, confirmed: true }, context);
    await grant();
    const held = async () => (await here.node.handlers['access.grants']({}, context)).held.length;
    await until(async () => (await held()) === 1 || undefined);
    const { catalogName: name = '' } = await theTool();
    const client = await connect();
    expect(await client.call(name)).toMatchObject({ content: [{ text: 'done' }] });
    expect(codeOf(await client.call(name))).toMatchObject({
      code: 'access.grant_spent',
      details: { link: 'toolswarm://grants' },
    });
    const progressed = Promise.withResolvers<void>();
    const running = client.call(name, {}, { onprogress: () => progressed.resolve() });
    await progressed.promise;
    await grant();
    expect(await running).toMatchObject({ content: [{ text: 'done' }] });
  });
});
