/** What the suites leave out: the SDKs' own clients through a whole node to several servers of both eras. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_KINDS, connectClient, type AnyClient } from './support/sdk-clients.ts';
import { programPath, startWholeNode, type WholeNode } from './support/whole-node.ts';

type Json = Record<string, unknown>;

const textOf = (result: Json): string => (result['content'] as { text: string }[])[0]?.text ?? '';
const parsed = (result: Json): Json => JSON.parse(textOf(result)) as Json;

let node: WholeNode;
beforeAll(async () => {
  node = await startWholeNode();
  await node.addServer('old', 'test/support/mcp/legacy-stdio.ts');
  await node.addServer('new', 'test/support/mcp/modern-stdio.ts', ['--only']);
  await node.addServer('plain', 'test/bench/endpoint/echo-server.ts');
});
afterAll(() => node.stop());

describe.each(CLIENT_KINDS)('a client %s', (kind) => {
  let client: AnyClient;
  beforeAll(async () => {
    client = await connectClient(kind, node);
  });
  afterAll(() => client.close());

  it('sees the tools of all servers and calls each at its own', async () => {
    const names = await client.tools();
    expect(names).toEqual(expect.arrayContaining(['old_echo', 'new_echo', 'plain_echo']));
    expect(textOf(await client.call('old_echo', { message: 'a' }))).toBe('Echo: a');
    expect(textOf(await client.call('new_echo', { message: 'b' }))).toBe('Echo: b');
    expect(textOf(await client.call('plain_echo', { message: 'c' }))).toBe('c');
  });

  it.each(['old', 'new'])(
    'gets structure, tool errors and protocol errors of %s as they are',
    async (server) => {
      expect((await client.call(`${server}_structured`))['structuredContent']).toEqual({ sum: 3 });
      expect(await client.call(`${server}_tool-error`)).toMatchObject({ isError: true });
      await expect(client.call(`${server}_rpc-error`)).rejects.toMatchObject({
        code: -32050,
        data: { reason: 'because' },
      });
    },
  );

  it.each(['old', 'new'])('hears the progress of %s', async (server) => {
    const progress: number[] = [];
    const options = { onprogress: (said: { progress: number }) => void progress.push(said.progress) };
    expect(textOf(await client.call(`${server}_slow`, { steps: 3, stepMs: 20 }, options))).toBe(
      'done after 3',
    );
    // The v1 client loses progress that it reads in one piece with the result, as a stream of bytes may deliver it.
    const heard = kind === 'v1 over stdio' ? progress.length : 3;
    expect(progress).toEqual([1, 2, 3].slice(0, heard));
  });

  it.each(['old', 'new'])('cancels a call of %s through the hop', async (server) => {
    const cancelled = async (): Promise<number> => {
      const facts = parsed(await client.call(`${server}_facts`));
      return Array.isArray(facts['cancelled']) ? facts['cancelled'].length : Number(facts['cancelled']);
    };
    const before = await cancelled();
    const abort = new AbortController();
    const calling = client.call(`${server}_slow`, { steps: 200, stepMs: 20 }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 150);
    await expect(calling).rejects.toThrow();
    await expect.poll(cancelled, { timeout: 5_000 }).toBe(before + 1);
  });

  it.each(['old', 'new'])('answers questions of %s', async (server) => {
    client.onElicit = () => ({ action: 'accept', content: { name: kind } });
    const elicited = await client.call(`${server}_ask`, { method: 'elicitation/create' });
    expect(textOf(elicited)).toContain(kind);
    expect(textOf(await client.call(`${server}_ask`, { method: 'sampling/createMessage' }))).toContain(
      'sampled',
    );
    expect(textOf(await client.call(`${server}_ask`, { method: 'roots/list' }))).toContain('file:///root');
  });

  it('gets prompts and resources', async () => {
    expect(JSON.stringify(await client.prompt('old_greet', { who: 'Eve' }))).toContain('Hello Eve');
    expect(JSON.stringify(await client.read('test://one'))).toContain('content');
  });

  it('is told of new tools', async () => {
    await client.tools();
    const before = client.toolChanges();
    const name = `late${CLIENT_KINDS.indexOf(kind)}`;
    await client.call('new_add-tool', { name });
    await expect.poll(() => client.toolChanges(), { timeout: 5_000 }).toBeGreaterThan(before);
    expect(await client.tools()).toContain(`new_${name}`);
  });
});

it('lets a living session go on after a restart of the node', async () => {
  const http = await connectClient('v1 over HTTP', node);
  const stdio = await connectClient('v1 over stdio', node);
  await node.restart();
  expect(textOf(await http.call('old_echo', { message: 'http' }))).toBe('Echo: http');
  expect(textOf(await stdio.call('old_echo', { message: 'stdio' }))).toBe('Echo: stdio');
  http.onElicit = () => ({ action: 'accept', content: { name: 'still here' } });
  expect(textOf(await http.call('old_ask', { method: 'elicitation/create' }))).toContain('still here');
  await http.close();
  await stdio.close();
});

it('serves the command line of the Inspector', async () => {
  const inspector = programPath(
    'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
  );
  const call = [
    '--method',
    'tools/call',
    '--tool-name',
    'old_echo',
    '--tool-arg',
    'message=hi',
    '--format',
    'json',
  ];
  const args = [
    '--cli',
    node.url,
    '--transport',
    'http',
    '--header',
    `Authorization: Bearer ${node.token}`,
    ...call,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [inspector, ...args, '-q']);
  expect(stdout).toContain('Echo: hi');
});
