/** Real clients of a catalog above its budget: they find, describe and call, and the record of calls names the true tool. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { META_TOOLS } from '#shared/features/clients/budget.ts';
import { type AnyClient, CLIENT_KINDS, connectClient } from './support/sdk-clients.ts';
import { programPath, startWholeNode, type WholeNode } from './support/whole-node.ts';

type Json = Record<string, unknown>;

const context = { signal: new AbortController().signal } as never;
const textOf = (result: Json): string => (result['content'] as { text: string }[])[0]?.text ?? '';
const contentOf = (result: Json): Json => result['structuredContent'] as Json;
const through = (name: string, args: Json = {}): Json => ({ name, arguments: args });

let node: WholeNode;
beforeAll(async () => {
  node = await startWholeNode();
  await node.addServer('old', 'test/support/mcp/legacy-stdio.ts');
  await node.addServer('new', 'test/support/mcp/modern-stdio.ts', ['--only']);
  const everything = 'node_modules/@modelcontextprotocol/server-everything/dist/index.js';
  await node.addServer('everything', everything, ['stdio']);
  await node.node.handlers['profiles.set']({ name: 'default', prefix: true, budget: 1_000 }, context);
});
afterAll(() => node.stop());

describe.each(CLIENT_KINDS)('a client %s', (kind) => {
  let client: AnyClient;
  beforeAll(async () => {
    client = await connectClient(kind, node);
  });
  afterAll(() => client.close());

  it('finds, describes and calls', async () => {
    expect(await client.tools()).toEqual([...META_TOOLS]);
    const found = contentOf(await client.call('find_tools', { query: 'echo' }))['tools'] as Json[];
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['old_echo', 'new_echo']));
    const described = contentOf(await client.call('describe_tool', { name: 'old_echo' }));
    expect(described).toMatchObject({ tool: { name: 'old_echo', inputSchema: { type: 'object' } } });
    const called = await client.call('call_tool', through('old_echo', { message: kind }));
    expect(textOf(called)).toBe(`Echo: ${kind}`);
    const { items } = await node.node.handlers['invocations.list']({ limit: 1 }, context);
    expect(items[0]).toMatchObject({ server: 'old', tool: 'echo' });
  });

  it.each(['old', 'new'])('gets structure, progress, questions and errors of %s', async (server) => {
    expect(contentOf(await client.call('call_tool', through(`${server}_structured`)))).toEqual({ sum: 3 });
    expect(await client.call('call_tool', through(`${server}_tool-error`))).toMatchObject({ isError: true });
    await expect(client.call('call_tool', through(`${server}_rpc-error`))).rejects.toMatchObject({
      code: -32050,
    });
    const slow = through(`${server}_slow`, { steps: 2, stepMs: 20 });
    const progress: number[] = [];
    const options = { onprogress: (said: { progress: number }) => void progress.push(said.progress) };
    expect(textOf(await client.call('call_tool', slow, options))).toBe('done after 2');
    if (kind !== 'v1 over stdio') expect(progress).toEqual([1, 2]);
    client.onElicit = () => ({ action: 'accept', content: { name: kind } });
    const asked = await client.call('call_tool', through(`${server}_ask`, { method: 'elicitation/create' }));
    expect(textOf(asked)).toContain(kind);
  });

  it('learns which tool may be meant', async () => {
    const wrong = await client.call('call_tool', through('old_ecko'));
    expect(wrong).toMatchObject({ isError: true });
    expect(textOf(wrong)).toContain('old_echo');
  });
});

it('serves the command line of the Inspector', async () => {
  const inspector = programPath(
    'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
  );
  const header = `Authorization: Bearer ${node.token}`;
  const args = ['--cli', node.url, '--transport', 'http', '--header', header, '--method', 'tools/call'];
  const call = ['--tool-name', 'find_tools', '--tool-arg', 'query=echo', '--format', 'json', '-q'];
  const { stdout } = await promisify(execFile)(process.execPath, [inspector, ...args, ...call]);
  expect(stdout).toContain('old_echo');
});
