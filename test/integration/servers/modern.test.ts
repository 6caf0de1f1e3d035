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
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { startModernHttp } from '#test/support/mcp/modern-http.ts';

const modern = { era: 'modern', protocolVersion: '2026-07-28' } as const;

describe.each(['stdio', 'http'])('a modern server over %s', (kind) => {
  let bench: ServersBench;
  let http: Awaited<ReturnType<typeof startModernHttp>> | undefined;
  const call = (name: string, args = {}, exchange = exchangeOf(), meta?: Record<string, string>) =>
    callTool(bench.servers, 'it', name, args, exchange, meta);

  beforeAll(async () => {
    bench = createServersBench();
    if (kind === 'http') http = await startModernHttp();
    await bench.servers.add(http ? remote('it', http.url) : program('it', 'modern-stdio.ts', ['--only']));
  });
  afterAll(async () => {
    await bench.servers.stopAll();
    await http?.close();
  });

  it('is found to be modern, and remembered so', () => {
    expect(bench.servers.get('it')).toMatchObject({
      state: 'running',
      era: 'modern',
      protocolVersion: '2026-07-28',
      toolCount: 13,
      serverInfo: { name: 'modern-fixture', title: 'Modern fixture', version: '2.0.0' },
    });
    expect(bench.servers.offers('it')?.tools[0]).toMatchObject({ 'x-unknown': { kept: true } });
    const row = bench.db.prepare('SELECT learnt FROM servers').get() as { learnt: string };
    expect(JSON.parse(row.learnt)).toMatchObject({ era: 'modern' });
  });

  it('answers callers of both eras', async () => {
    expect(await call('echo', { message: 'hi' })).toEqual({
      content: [{ type: 'text', text: 'Echo: hi' }],
      'x-extra': 'kept',
    });
    expect(await call('echo', { message: 'hi' }, exchangeOf(modern))).toEqual({
      content: [{ type: 'text', text: 'Echo: hi' }],
      'x-extra': 'kept',
      resultType: 'complete',
    });
    expect(await call('structured')).toMatchObject({ structuredContent: { sum: 3 } });
    expect(await call('tool-error')).toMatchObject({ isError: true });
    await expect(call('rpc-error')).rejects.toMatchObject({ code: -32_050, data: { reason: 'because' } });
  });

  it('names tools and their parameters in headers, whatever their letters', async () => {
    expect(textOf(await call('région', { place: 'São Tomé' }))).toBe('in São Tomé');
  });

  it('hears exactly what the caller declared, and the rest of _meta', async () => {
    const capabilities = { elicitation: { form: {} } };
    const exchange = exchangeOf({ capabilities, clientInfo: { name: 'someone', version: '7' } });
    const said = JSON.parse(textOf(await call('envelope', {}, exchange, { traceparent: '00-1-2-01' })));
    expect(said).toEqual({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'someone', version: '7' },
      'io.modelcontextprotocol/clientCapabilities': capabilities,
      meta: { traceparent: '00-1-2-01' },
    });
  });

  it('gives progress under the caller’s own token', async () => {
    const exchange = exchangeOf();
    expect(textOf(await call('slow', { steps: 2 }, exchange, { progressToken: 'mine' }))).toBe(
      'done after 2',
    );
    expect(exchange.notified.map(({ params }) => params)).toEqual([
      { progressToken: 'mine', progress: 1, total: 2 },
      { progressToken: 'mine', progress: 2, total: 2 },
    ]);
  });

  it('cancels upstream when the client does', async () => {
    const exchange = exchangeOf();
    const pending = call('slow', { steps: 1_000 }, exchange);
    setTimeout(exchange.cancel, 50);
    await expect(pending).rejects.toMatchObject({ code: 'servers.cancelled' });
    await until(async () => JSON.parse(textOf(await call('facts'))).cancelled === 1);
  });

  it.each<[string, JsonObject]>([
    ['elicitation/create', { action: 'accept', content: { name: 'me' } }],
    ['sampling/createMessage', { role: 'assistant', model: 'm', content: { type: 'text', text: 'so' } }],
    ['roots/list', { roots: [{ uri: 'file:///a' }] }],
  ])('turns a wish for %s into a request to a legacy caller', async (method, reply) => {
    const exchange = exchangeOf({ capabilities: FULL }, () => reply);
    const result = JSON.parse(textOf(await call('ask', { method }, exchange)));
    expect(result).toEqual({ answer: reply, state: 'state-1' });
    expect(exchange.asked.map((asked) => asked.method)).toEqual([method]);
  });

  it('gives the wish to a modern caller as it is, and takes its answer', async () => {
    const exchange = exchangeOf({ ...modern, capabilities: FULL });
    const wish = await call('ask', { method: 'roots/list' }, exchange);
    expect(wish).toMatchObject({
      resultType: 'input_required',
      inputRequests: { question: { method: 'roots/list' } },
      requestState: 'state-1',
    });
    expect(exchange.asked).toEqual([]);
    const params = {
      name: 'ask',
      arguments: { method: 'roots/list' },
      inputResponses: { question: { roots: [] } },
      requestState: 'state-1',
    };
    const result = await bench.servers.target('it').request({ method: 'tools/call', params }, exchange);
    expect(JSON.parse(textOf(result))).toEqual({ answer: { roots: [] }, state: 'state-1' });
  });

  it('gives up on a server that never stops asking', async () => {
    const exchange = exchangeOf({ capabilities: FULL }, () => ({ roots: [] }));
    await expect(call('endless', {}, exchange)).rejects.toMatchObject({ code: 'servers.protocol' });
    expect(exchange.asked.length).toBe(10);
  });

  it('sends log messages on the request’s own stream, at the level of its session', async () => {
    const exchange = exchangeOf({ session: 'logs' });
    await call('log', { level: 'info' }, exchange);
    expect(exchange.notified).toEqual([]);
    await bench.servers
      .target('it')
      .request({ method: 'logging/setLevel', params: { level: 'info' } }, exchangeOf({ session: 'logs' }));
    await call('log', { level: 'info' }, exchange);
    expect(exchange.notified).toMatchObject([{ method: 'notifications/message', params: { level: 'info' } }]);
  });

  it('tells of tools that were added and of resources that changed', async () => {
    const changes: unknown[] = [];
    const updates: unknown[] = [];
    bench.servers.on('offersChanged', (event) => changes.push(event));
    bench.servers.on('resourceUpdated', (event) => updates.push(event));
    const subscribe = (session: string) =>
      bench.servers
        .target('it')
        .request({ method: 'resources/subscribe', params: { uri: 'test://one' } }, exchangeOf({ session }));
    await subscribe('a');
    await subscribe('b');
    // The subscription is acknowledged by the server in its own time.
    await until(async () => {
      await call('touch', { uri: 'test://one' });
      await new Promise((resolve) => setTimeout(resolve, 20));
      return updates.length > 0;
    });
    expect(updates[0]).toEqual({ server: 'it', uri: 'test://one', sessions: ['a', 'b'] });
    await call('add-tool', { name: 'fresh' });
    await until(() => changes.length > 0);
    expect(changes).toEqual([{ server: 'it', tools: true, prompts: false, resources: false }]);
  });
});
