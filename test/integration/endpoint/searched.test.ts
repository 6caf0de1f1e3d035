/** A catalog above its budget: what a client sees of it, and that a call through `call_tool` is a call like any other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { estimateTokens, META_TOOLS } from '#shared/features/clients/budget.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { modern, openSession, rpc, send } from '#test/support/endpoint/http.ts';
import { connectSocket } from '#test/support/endpoint/lines.ts';
import {
  echoServer,
  type FunctionServer,
  startWorld,
  textResult,
  type World,
} from '#test/support/endpoint/world.ts';

/** A server with so many tools, of about 50 tokens each. */
const crowd = (count: number): FunctionServer => ({
  tools: Array.from({ length: count }, (_, at) => ({
    name: `tool-${at}`,
    description: `Does the thing number ${at}. ${'It is one of many. '.repeat(6)}`,
    inputSchema: { type: 'object', properties: { at: { type: 'integer' } } },
    annotations: { readOnlyHint: at % 2 === 0 },
  })),
  handle: {},
});

const meta = (name: string, args: JsonObject, id = 1, _meta?: JsonObject) =>
  rpc(id, 'tools/call', { name, arguments: args, ...(_meta ? { _meta } : {}) });
const through = (name: string, args: JsonObject = {}, id = 1, _meta?: JsonObject) =>
  meta('call_tool', { name, arguments: args }, id, _meta);
const resultOf = ({ json }: { json: JsonObject }): JsonObject => json['result'] as JsonObject;
const namesIn = (answer: { json: JsonObject }): string[] =>
  (resultOf(answer)['tools'] as JsonObject[]).map((tool) => tool['name'] as string);

describe('a catalog above its budget', () => {
  let world: World;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'searched-'));
    world = await startWorld({
      servers: { s: echoServer(), crowd: crowd(60) },
      profiles: [
        { name: 'default', prefix: true, budget: 2_000, alwaysListed: ['s_count'] },
        { name: 'full', prefix: true, catalog: 'full', budget: 1_000 },
        { name: 'search', prefix: true, catalog: 'search', servers: ['s'] },
        { name: 'bare', prefix: false, catalog: 'search' },
      ],
      socketPath: join(folder, 'mcp.sock'),
    });
  });
  afterEach(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('lists the tools for finding tools and what is always listed, and says so', async () => {
    const session = await openSession(world.url);
    expect(session.result['instructions']).toContain('64 tools');
    expect(session.result['instructions']).toContain('find_tools');
    const listed = await session.send(rpc(1, 'tools/list'));
    expect(namesIn(listed)).toEqual([...META_TOOLS, 's_count']);
    const { listing } = world.endpoint.shown('default');
    expect(listing).toMatchObject({ mode: 'search', tools: 64, alwaysListed: ['s_count'] });
    const bytes = Buffer.byteLength(JSON.stringify(resultOf(listed)['tools'])) - 1;
    expect(listing.listed).toEqual({ tools: 4, tokens: estimateTokens(bytes) });
  });

  it('lists everything or searches where the profile says so, whatever it costs', async () => {
    expect(namesIn(await send(`${world.url}/full`, modern('tools/list')))).toHaveLength(64);
    expect(world.endpoint.shown('full').listing.mode).toBe('full');
    expect(world.endpoint.shown('search').listing).toMatchObject({ mode: 'search', tools: 4 });
  });

  it('is found, described and called in the legacy era', async () => {
    const session = await openSession(world.url);
    const found = resultOf(await session.send(meta('find_tools', { query: 'number 4', limit: 3 })));
    expect(found['structuredContent']).toEqual({
      tools: [4, 40, 41].map((at) => ({
        name: `crowd_tool-${at}`,
        description: expect.stringMatching(new RegExp(`^Does the thing number ${at}\\. .{1,140}…?$`)),
        server: 'crowd',
        readOnly: at % 2 === 0,
      })),
      more: true,
    });
    const [{ text }] = found['content'] as [{ text: string }];
    expect(JSON.parse(text)).toEqual(found['structuredContent']);
    const described = resultOf(await session.send(meta('describe_tool', { name: 's_echo' })));
    expect(described['structuredContent']).toEqual({
      tool: { ...world.servers.get('s')?.tools?.[0], name: 's_echo' },
      server: 's',
    });
    const called = await session.send(through('s_echo', { message: 'far' }));
    expect(called.json).toEqual({ jsonrpc: '2.0', id: 1, result: textResult('far') });
  });

  it('is found, described and called in the modern era', async () => {
    const call = (name: string, args: JsonObject) =>
      send(world.url, modern('tools/call', { name, arguments: args }));
    expect(namesIn(await send(world.url, modern('tools/list')))).toEqual([...META_TOOLS, 's_count']);
    const found = resultOf(await call('find_tools', { query: 'says it again' }));
    expect(found).toMatchObject({
      resultType: 'complete',
      structuredContent: { tools: [{ name: 's_echo', readOnly: false }], more: false },
    });
    expect(resultOf(await call('describe_tool', { name: 's_echo' }))).toMatchObject({
      structuredContent: { tool: { name: 's_echo' } },
    });
    const called = await call('call_tool', { name: 's_echo', arguments: { message: 'x' } });
    expect(resultOf(called)).toMatchObject({ ...textResult('x'), resultType: 'complete' });
  });

  it('is found and called over the socket', async () => {
    const client = await connectSocket(join(folder, 'mcp.sock'));
    await client.initialize();
    expect(
      await client.request('tools/call', { name: 'find_tools', arguments: { query: 'again' } }),
    ).toMatchObject({
      result: { structuredContent: { tools: [{ name: 's_echo' }] } },
    });
    const args = { name: 's_echo', arguments: { message: 'hi' } };
    expect(await client.request('tools/call', { name: 'call_tool', arguments: args })).toMatchObject({
      result: textResult('hi'),
    });
    client.close();
  });

  it('passes progress, questions and cancellation as a direct call does', async () => {
    const session = await openSession(world.url, { elicitation: {} });
    const counted = await session.send(through('s_count', {}, 7, { progressToken: 'tok' }));
    expect(counted.events.slice(0, 3).map((event) => event['params'])).toEqual(
      [1, 2, 3].map((progress) => ({ progress, total: 3, progressToken: 'tok' })),
    );
    const asked = await session.send(through('s_ask', {}, 8), {
      onEvent: ({ id, method }) => {
        if (method !== 'elicitation/create') return;
        const result = { action: 'accept', content: { name: 'Ada' } };
        void session.send({ jsonrpc: '2.0', id: id as string, result });
      },
    });
    expect(asked.events.at(-1)).toMatchObject({ id: 8, result: textResult('hello Ada') });
    const waiting = session.send(through('s_wait', {}, 9));
    await session.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 9 } });
    expect((await waiting).text).toBe('');
  });

  it('parks a call of a modern client that its server asks, and goes on with the retry', async () => {
    const call = (more: JsonObject = {}) =>
      send(
        world.url,
        modern(
          'tools/call',
          { name: 'call_tool', arguments: { name: 's_ask' }, ...more },
          { elicitation: {} },
        ),
      );
    const asked = resultOf(await call());
    expect(asked).toMatchObject({ resultType: 'input_required' });
    const done = await call({
      requestState: asked['requestState'] as string,
      inputResponses: { 'ask-1': { action: 'accept', content: { name: 'Ada' } } },
    });
    expect(resultOf(done)).toMatchObject(textResult('hello Ada'));
  });

  it('passes structure, tool errors and faults as they are', async () => {
    const server = world.servers.get('s') as FunctionServer;
    const session = await openSession(world.url);
    const structured = { content: [], structuredContent: { sum: 3 } };
    server.handle['tools/call echo'] = () => structured;
    expect(resultOf(await session.send(through('s_echo')))).toEqual(structured);
    server.handle['tools/call echo'] = () => ({ ...textResult('no'), isError: true });
    expect(resultOf(await session.send(through('s_echo')))).toEqual({ ...textResult('no'), isError: true });
    server.handle['tools/call echo'] = () => {
      throw new AppError('relay.unreachable', 'Nobody is there.', { advice: 'Wait.', retryable: true });
    };
    expect(resultOf(await session.send(through('s_echo')))).toMatchObject({
      isError: true,
      _meta: { 'io.toolswarm/error': { code: 'relay.unreachable', retryable: true } },
    });
  });

  it('tells what is wrong with a call, and which tools may be meant', async () => {
    const session = await openSession(world.url);
    const faultOf = async (name: string, args: JsonObject) => {
      const result = resultOf(await session.send(meta(name, args)));
      expect(result['isError']).toBe(true);
      return (result['_meta'] as JsonObject)['io.toolswarm/error'] as JsonObject;
    };
    expect(await faultOf('call_tool', { name: 's_ecko' })).toMatchObject({
      code: 'endpoint.unknown_tool',
      details: { near: ['s_echo'] },
      advice: expect.stringContaining('s_echo'),
    });
    expect(await faultOf('describe_tool', { name: 'zzz' })).toMatchObject({
      code: 'endpoint.unknown_tool',
      details: { near: [] },
    });
    for (const [name, args] of [
      ['find_tools', {}],
      ['find_tools', { query: '   ' }],
      ['find_tools', { query: 'x', limit: 0 }],
      ['find_tools', { query: 'x'.repeat(201) }],
      ['describe_tool', { name: 3 }],
      ['call_tool', { name: 's_echo', arguments: 'text' }],
      ['call_tool', { name: 's_echo', arguments: [] }],
      ['call_tool', { name: 'call_tool', arguments: { name: 's_echo' } }],
    ] as [string, JsonObject][])
      expect(await faultOf(name, args)).toMatchObject({
        code: 'endpoint.bad_arguments',
        advice: expect.stringMatching(/\S/),
      });
    expect(resultOf(await session.send(meta('find_tools', { query: 'nothing like it' })))).toMatchObject({
      structuredContent: { tools: [], more: false, advice: expect.stringContaining('s, crowd') },
    });
  });

  it('shows and calls only what the profile shows', async () => {
    const call = (name: string, args: JsonObject) =>
      send(`${world.url}/search`, modern('tools/call', { name, arguments: args }));
    expect(resultOf(await call('find_tools', { query: 'thing' }))).toMatchObject({
      structuredContent: { tools: [] },
    });
    for (const name of ['describe_tool', 'call_tool'])
      expect(resultOf(await call(name, { name: 'crowd_tool-1' }))).toMatchObject({ isError: true });
  });

  it('has the names of its view: without prefix they are the servers’ own', async () => {
    const call = (name: string, args: JsonObject) =>
      send(`${world.url}/bare`, modern('tools/call', { name, arguments: args }));
    const found = resultOf(await call('find_tools', { query: 'says it again' }));
    expect(found).toMatchObject({ structuredContent: { tools: [{ name: 'echo' }] } });
    expect(resultOf(await call('call_tool', { name: 'echo', arguments: { message: 'b' } }))).toMatchObject(
      textResult('b'),
    );
  });

  it('still takes direct calls of tools that are not listed', async () => {
    const session = await openSession(world.url);
    const direct = rpc(1, 'tools/call', { name: 's_echo', arguments: { message: 'direct' } });
    expect(resultOf(await session.send(direct))).toEqual(textResult('direct'));
  });

  it('tells of a change only where what is listed changed, and does not flap', async () => {
    const session = await openSession(world.url);
    const modes: string[] = [];
    const told: string[] = [];
    const stream = new AbortController();
    const listening = session.send(undefined, {
      method: 'GET',
      signal: stream.signal,
      onEvent: (event) => void told.push(event['method'] as string),
    });
    listening.catch(() => undefined);
    const settle = () => new Promise((resolve) => setTimeout(resolve, 120));
    for (const count of [70, 30, 31, 30, 5, 6, 5]) {
      world.servers.set('crowd', crowd(count));
      await session.send(rpc(1, 'tools/list'));
      world.changed();
      await settle();
      modes.push(world.endpoint.shown('default').listing.mode);
    }
    stream.abort();
    expect(modes).toEqual(['search', 'search', 'search', 'search', 'full', 'full', 'full']);
    // From searched to listed, and then for each tool more or less; while it was searched nothing was told.
    expect(told.filter((method) => method === 'notifications/tools/list_changed')).toHaveLength(3);
  });
});
