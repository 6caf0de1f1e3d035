/** Whole nodes, wiring included: what is shared stays what was said, through removals, crashes and changes of mind. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#main/platform/sqlite.ts';
import { nodeMigrations } from '#main/node/migrations.ts';
import { declaredServerSchema } from '#shared/features/servers/config.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { startWholeNode, type WholeNode } from '#test/conformance/support/whole-node.ts';
import { echoTool, until } from '#test/support/mesh-node.ts';

const context = { signal: new AbortController().signal } as never;
const nodes: WholeNode[] = [];
afterEach(async () => {
  for (const whole of nodes.splice(0)) await whole.stop();
});
async function start(): Promise<WholeNode> {
  const whole = await startWholeNode();
  nodes.push(whole);
  return whole;
}

/** A server of the legacy era that lists the tools of its first argument, an expression. */
const SERVER = `
  const tools = eval(process.argv[1]);
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'fixture', version: '1' } },
    'tools/list': { tools },
  };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (id === undefined) return;
    const answer = results[method] ? { result: results[method] } : { error: { code: -32601, message: 'unknown' } };
    console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });`;

async function addServer({ node }: WholeNode, name: string, tools: Tool[] | string): Promise<void> {
  const args = ['-e', SERVER, typeof tools === 'string' ? tools : JSON.stringify(tools)];
  const transport = { type: 'stdio' as const, command: process.execPath, args };
  const config = declaredServerSchema.parse({ name, transport });
  await node.handlers['servers.add']({ ...config, secretValues: {} }, context);
  await node.handlers['servers.start']({ name }, context);
}
const share = ({ node }: WholeNode, name: string, kind: 'known' | 'everyone', confirmed = false) =>
  node.handlers['servers.share']({ name, audience: { kind }, confirmed }, context);
const networkTools = async ({ node }: WholeNode) =>
  (await node.handlers['tools.list']({ scope: 'network', limit: 100 }, context)).items;
const shares = async ({ node }: WholeNode) => (await node.handlers['access.shares']({}, context)).items;

/** `a` dials `b`; each waits until it sees the other. */
async function connect(a: WholeNode, b: WholeNode): Promise<void> {
  const [address = ''] = b.node.ready().addresses;
  await a.node.handlers['peers.connect']({ address }, context);
}

describe('a share', () => {
  it('does not pass to a new server of the name of one that was removed just before a crash', async () => {
    const whole = await start();
    await addServer(whole, 'files', [echoTool]);
    await share(whole, 'files', 'known');
    await whole.node.stop();
    // As a kill between the removal of the server and the end of its sharing leaves it.
    const db = openDatabase({
      file: join(whole.dataDir, 'node.db'),
      migrations: nodeMigrations,
      now: Date.now(),
    });
    expect(db.prepare('DELETE FROM servers WHERE name = ?').run('files').changes).toBe(1);
    db.close();
    await whole.restart();
    await addServer(whole, 'files', [echoTool]);
    expect(await shares(whole)).toEqual([]);
  });

  it('of a tool that has no canonical form leaves that tool out, and the node starts again', async () => {
    const [a, b] = [await start(), await start()];
    const broken = { ...echoTool, name: 'broken', description: '\ud800' };
    await addServer(b, 'odd', [echoTool, broken]);
    await share(b, 'odd', 'everyone', true);
    await b.restart();
    await connect(a, b);
    await until(async () => (await networkTools(a)).length > 0);
    expect((await networkTools(a)).map(({ name }) => name)).toEqual(['echo']);
  });

  it('of more than fits is refused where it is asked for', async () => {
    const whole = await start();
    const large = "[{ name: 'large', description: 'x'.repeat(5 << 20), inputSchema: { type: 'object' } }]";
    await addServer(whole, 'large', large);
    await expect(async () => share(whole, 'large', 'known')).rejects.toMatchObject({
      code: 'registry.manifest_too_large',
    });
    expect(await shares(whole)).toEqual([]);
  });

  it('with those who are known follows who is known, on the connection that is open', async () => {
    const [a, b] = [await start(), await start()];
    await addServer(b, 'tools', [echoTool]);
    await share(b, 'tools', 'known');
    await connect(a, b);
    const { providerId } = a.node.ready();
    expect(await networkTools(a)).toEqual([]);
    const setKnown = (known: boolean) => b.node.handlers['peers.setKnown']({ providerId, known }, context);
    await setKnown(true);
    await until(async () => (await networkTools(a)).length === 1);
    await setKnown(false);
    await until(async () => (await networkTools(a)).length === 0);
  });
});
