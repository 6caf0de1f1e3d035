import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callTool,
  createServersBench,
  exchangeOf,
  FULL,
  program,
  remote,
  type ServersBench,
  textOf,
  until,
} from '#test/support/mcp/bench.ts';
import { type HttpFixture, startLegacyHttp } from '#test/support/mcp/legacy-http.ts';

describe.each(['stdio', 'http', 'http with JSON answers'])('a legacy server over %s', (kind) => {
  let bench: ServersBench;
  let http: HttpFixture | undefined;

  beforeAll(async () => {
    bench = createServersBench();
    if (kind !== 'stdio') http = await startLegacyHttp({ json: kind !== 'http' });
    await bench.servers.add(http ? remote('it', http.url) : program('it', 'legacy-stdio.ts'));
  });
  afterAll(async () => {
    await bench.servers.stopAll();
    await http?.close();
  });

  it('is known with everything it offers, all pages and unknown fields', () => {
    const view = bench.servers.get('it');
    expect(view).toMatchObject({
      state: 'running',
      era: 'legacy',
      protocolVersion: '2025-11-25',
      toolCount: 13,
      promptCount: 1,
      resourceCount: 2,
    });
    expect(view.serverInfo).toEqual({ name: 'legacy-fixture', title: 'Legacy fixture', version: '1.2.3' });
    const offers = bench.servers.offers('it');
    expect(offers?.instructions).toBe('Use it in tests.');
    expect(offers?.tools.find((tool) => tool.name === 'echo')).toMatchObject({ 'x-unknown': { kept: true } });
  });

  it('answers with unknown fields, structured content and tool errors untouched', async () => {
    expect(await callTool(bench.servers, 'it', 'echo', { message: 'hi' })).toEqual({
      content: [{ type: 'text', text: 'Echo: hi' }],
      'x-extra': 'kept',
    });
    expect(await callTool(bench.servers, 'it', 'structured')).toMatchObject({
      structuredContent: { sum: 3 },
    });
    expect(await callTool(bench.servers, 'it', 'tool-error')).toMatchObject({ isError: true });
  });

  it('relays JSON-RPC errors with code and data', async () => {
    await expect(callTool(bench.servers, 'it', 'rpc-error')).rejects.toMatchObject({
      name: 'McpError',
      code: -32_050,
      message: expect.stringContaining('a special error'),
      data: { reason: 'because' },
    });
  });

  it('carries every other request', async () => {
    const request = (method: string, params: Record<string, string | object>) =>
      bench.servers.target('it').request({ method, params: params as never }, exchangeOf());
    expect(await request('prompts/get', { name: 'greet', arguments: { who: 'you' } })).toMatchObject({
      messages: [{ content: { text: 'Hello you' } }],
    });
    expect(await request('resources/read', { uri: 'test://one' })).toMatchObject({
      contents: [{ text: 'content' }],
    });
    expect(
      await request('completion/complete', {
        ref: { type: 'ref/prompt', name: 'greet' },
        argument: { name: 'who', value: 'a' },
      }),
    ).toEqual({ completion: { values: ['alpha', 'beta'] } });
    expect(await request('ping', {})).toEqual({});
    await expect(request('no/such', {})).rejects.toMatchObject({ code: -32_601 });
  });

  it('gives progress to the one that asked, under its own token', async () => {
    const curious = exchangeOf({ session: 'a' });
    const indifferent = exchangeOf({ session: 'b' });
    const [first] = await Promise.all([
      callTool(bench.servers, 'it', 'slow', { steps: 3 }, curious, { progressToken: 'mine' }),
      callTool(bench.servers, 'it', 'slow', { steps: 3 }, indifferent),
    ]);
    expect(textOf(first)).toBe('done after 3');
    if (kind === 'http with JSON answers') return; // A JSON answer has no room for notifications.
    expect(curious.notified).toEqual(
      [1, 2, 3].map((step) => ({
        method: 'notifications/progress',
        params: { progressToken: 'mine', progress: step, total: 3, 'x-step': step },
      })),
    );
    expect(indifferent.notified).toEqual([]);
  });

  it('cancels upstream when the client does', async () => {
    const exchange = exchangeOf();
    const call = callTool(bench.servers, 'it', 'slow', { steps: 1_000 }, exchange);
    setTimeout(exchange.cancel, 50);
    await expect(call).rejects.toMatchObject({ code: 'servers.cancelled' });
    await until(
      async () => JSON.parse(textOf(await callTool(bench.servers, 'it', 'facts'))).cancelled.length === 1,
    );
  });

  it('passes on unknown _meta and keeps what belongs to one hop', async () => {
    const meta = {
      traceparent: '00-1-2-01',
      'example.com/mine': 1,
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'x' },
    };
    expect(JSON.parse(textOf(await callTool(bench.servers, 'it', 'meta', {}, exchangeOf(), meta)))).toEqual({
      traceparent: '00-1-2-01',
      'example.com/mine': 1,
    });
  });

  it('counts subscriptions per session and names the sessions of an update', async () => {
    const subscribed = async () =>
      JSON.parse(textOf(await callTool(bench.servers, 'it', 'facts'))).subscribed;
    const request = (session: string, method: string) =>
      bench.servers.target('it').request({ method, params: { uri: 'test://one' } }, exchangeOf({ session }));
    const updates: string[][] = [];
    const stop = bench.servers.on('resourceUpdated', ({ sessions }) => updates.push(sessions));
    await request('a', 'resources/subscribe');
    await request('b', 'resources/subscribe');
    expect(await subscribed()).toEqual(['test://one']);
    await callTool(bench.servers, 'it', 'touch', { uri: 'test://one' });
    await until(() => updates.length === 1);
    expect(updates[0]?.sort()).toEqual(['a', 'b']);
    await request('a', 'resources/unsubscribe');
    expect(await subscribed()).toEqual(['test://one']);
    bench.servers.sessionEnded('b');
    await until(async () => (await subscribed()).length === 0);
    stop();
  });

  it('tells of a tool that was added', async () => {
    const changes: unknown[] = [];
    const stop = bench.servers.on('offersChanged', (event) => changes.push(event));
    await callTool(bench.servers, 'it', 'add-tool', { name: 'fresh' });
    await until(() => changes.length === 1);
    expect(changes).toEqual([{ server: 'it', tools: true, prompts: false, resources: false }]);
    expect(bench.servers.offers('it')?.tools.map((tool) => tool.name)).toContain('fresh');
    stop();
  });
});

// A server that answers in JSON has no way to ask within a request.
describe.each(['stdio', 'http'])('a legacy server that asks, over %s', (kind) => {
  let bench: ServersBench;
  let http: HttpFixture | undefined;

  beforeAll(async () => {
    bench = createServersBench();
    if (kind === 'http') http = await startLegacyHttp();
    await bench.servers.add(http ? remote('it', http.url) : program('it', 'legacy-stdio.ts'));
  });
  afterAll(async () => {
    await bench.servers.stopAll();
    await http?.close();
  });

  it('sends the client what the server asks, once it is known to ask', async () => {
    const client = exchangeOf({ session: 'asked', capabilities: FULL }, ({ method }) => ({
      answering: method,
    }));
    const stranger = exchangeOf({ session: 'other' });
    await callTool(bench.servers, 'it', 'echo', {}, stranger);
    // Several sessions share the process: nobody is asked, but from now on those who can be get one of their own.
    await expect(
      callTool(bench.servers, 'it', 'ask', { method: 'elicitation/create' }, client),
    ).rejects.toMatchObject({ code: -32_601 });
    expect(client.asked).toEqual([]);
    for (const method of ['elicitation/create', 'sampling/createMessage', 'roots/list'])
      expect(
        JSON.parse(textOf(await callTool(bench.servers, 'it', 'ask', { method }, client))),
      ).toMatchObject({ answering: method });
    expect(client.asked.map((request) => request.method)).toEqual([
      'elicitation/create',
      'sampling/createMessage',
      'roots/list',
    ]);
    expect(stranger.asked).toEqual([]);
    const facts = JSON.parse(textOf(await callTool(bench.servers, 'it', 'facts', {}, client)));
    expect(facts.capabilities).toEqual(FULL);
  });
});
