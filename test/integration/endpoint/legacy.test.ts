import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { notification, openSession, rpc, send } from '#test/support/endpoint/http.ts';
import { echoServer, OTHER_TOKEN, startWorld, textResult, type World } from '#test/support/endpoint/world.ts';

const call = (name: string, args: JsonObject = {}, id = 1, meta?: JsonObject) =>
  rpc(id, 'tools/call', { name, arguments: args, ...(meta ? { _meta: meta } : {}) });

describe('the legacy era over HTTP', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({ servers: { s: echoServer() } });
  });
  afterEach(() => world.stop());

  it('initializes with what the client asked for, and lists and calls', async () => {
    const session = await openSession(world.url, {}, '2025-06-18');
    expect(session.result).toMatchObject({
      protocolVersion: '2025-06-18',
      serverInfo: { name: 'toolswarm' },
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        logging: {},
        completions: {},
      },
    });
    const listed = await session.send(rpc(1, 'tools/list'));
    const tools = (listed.json['result'] as JsonObject)['tools'] as JsonObject[];
    expect(tools.map((tool) => tool['name'])).toEqual(['s_echo', 's_count', 's_ask', 's_wait']);
    expect((listed.json['result'] as JsonObject)['ttlMs']).toBeUndefined();
    const called = await session.send(call('s_echo', { message: 'hä' }));
    expect(called.headers['content-type']).toBe('application/json');
    expect(called.json).toEqual({ jsonrpc: '2.0', id: 1, result: textResult('hä') });
  });

  it('offers its newest legacy revision to clients of revisions it does not speak', async () => {
    expect((await openSession(world.url, {}, '2024-10-07')).result['protocolVersion']).toBe('2025-11-25');
  });

  it('acknowledges notifications and answers pings', async () => {
    const session = await openSession(world.url);
    expect((await session.send(notification('notifications/initialized'))).status).toBe(202);
    expect((await session.send(rpc('p', 'ping'))).json).toEqual({ jsonrpc: '2.0', id: 'p', result: {} });
  });

  it('turns to events as soon as progress precedes the result', async () => {
    const session = await openSession(world.url);
    const counted = await session.send(call('s_count', {}, 7, { progressToken: 'tok' }));
    expect(counted.headers['content-type']).toBe('text/event-stream');
    expect(counted.events.slice(0, 3).map((event) => event['params'])).toEqual(
      [1, 2, 3].map((progress) => ({ progress, total: 3, progressToken: 'tok' })),
    );
    expect(counted.events[3]).toMatchObject({ id: 7, result: textResult('3') });
    expect((await session.send(call('s_count'))).headers['content-type']).toBe('application/json');
  });

  it('carries a question to the client that caused it and its answer back', async () => {
    const session = await openSession(world.url, { elicitation: {} });
    const asked = session.send(call('s_ask'), {
      onEvent: (event) => {
        if (event['method'] !== 'elicitation/create') return;
        void session.send({
          jsonrpc: '2.0',
          id: event['id'] as string,
          result: { action: 'accept', content: { name: 'Ada' } },
        });
      },
    });
    expect((await asked).events.at(-1)).toMatchObject({ id: 1, result: textResult('hello Ada') });
  });

  it('does not ask a client that declared no such capability', async () => {
    const session = await openSession(world.url);
    expect((await session.send(call('s_ask'))).json['error']).toMatchObject({ code: -32601 });
  });

  it('cancels', async () => {
    const session = await openSession(world.url);
    const waiting = session.send(call('s_wait', {}, 5));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await session.send(notification('notifications/cancelled', { requestId: 5 }));
    const ended = await waiting;
    expect(ended.events).toEqual([]);
    expect(ended.status).toBe(200);
  });

  it('answers unknown tools with -32602 and unknown methods with -32601', async () => {
    const session = await openSession(world.url);
    expect((await session.send(call('s_nothing'))).json['error']).toMatchObject({ code: -32602 });
    expect((await session.send(rpc(1, 'no/such'))).json['error']).toMatchObject({ code: -32601 });
    expect((await session.send(call('s_echo', 'text' as unknown as JsonObject))).json['error']).toMatchObject(
      { code: -32602 },
    );
  });

  it('shows a fault of ours as a result that the model can read, and as -32603 elsewhere', async () => {
    const fault = new AppError('servers.stopped', 'The server is off.', {
      advice: 'Start it.',
      retryable: true,
    });
    const server = echoServer();
    server.handle['tools/call echo'] = () => Promise.reject(fault);
    server.handle['prompts/get'] = () => Promise.reject(fault);
    world.servers.set('s', { ...server, offers: { prompts: [{ name: 'p' }] } });
    world.changed();
    const session = await openSession(world.url);
    expect((await session.send(call('s_echo'))).json['result']).toEqual({
      content: [{ type: 'text', text: 'The server is off. Start it.' }],
      isError: true,
      _meta: {
        'io.toolswarm/error': {
          code: 'servers.stopped',
          message: 'The server is off.',
          advice: 'Start it.',
          retryable: true,
        },
      },
    });
    expect((await session.send(rpc(2, 'prompts/get', { name: 's_p' }))).json['error']).toEqual({
      code: -32603,
      message: 'The server is off.',
      data: { code: 'servers.stopped', advice: 'Start it.', retryable: true },
    });
  });

  it('refuses sessions of others, unknown ones, ended ones, and requests without one', async () => {
    const session = await openSession(world.url);
    expect((await session.send(rpc(1, 'ping'), { token: OTHER_TOKEN })).status).toBe(404);
    expect(
      (await send(world.url, { body: rpc(1, 'ping'), headers: { 'mcp-session-id': 'made-up' } })).status,
    ).toBe(404);
    expect((await send(world.url, { body: rpc(1, 'ping') })).status).toBe(400);
    expect((await session.send(undefined, { method: 'DELETE' })).status).toBe(204);
    expect((await session.send(rpc(1, 'ping'))).status).toBe(404);
    expect(world.ended).toHaveLength(1);
  });

  it('refuses protocol versions it does not know', async () => {
    const session = await openSession(world.url);
    const refused = await session.send(rpc(1, 'ping'), { headers: { 'mcp-protocol-version': '1999-01-01' } });
    expect(refused.status).toBe(400);
  });

  it('takes batches where the revision has them, and only there', async () => {
    const old = await openSession(world.url, {}, '2025-03-26');
    const answers = await old.send([
      rpc(1, 'ping'),
      notification('notifications/initialized'),
      call('s_echo', { message: 'b' }, 2),
    ]);
    expect(JSON.parse(answers.text)).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 2, result: textResult('b') },
    ]);
    const mixed = await old.send([
      call('s_echo', { message: 'b' }, 1),
      call('s_count', {}, 2, { progressToken: 1 }),
    ]);
    expect(
      mixed.events
        .filter((event) => 'result' in event)
        .map((event) => event['id'])
        .sort(),
    ).toEqual([1, 2]);
    const young = await openSession(world.url, {}, '2025-06-18');
    expect((await young.send([rpc(1, 'ping')])).status).toBe(400);
  });

  it('tells of changed lists on the standing stream, once for many changes', async () => {
    const session = await openSession(world.url);
    await session.send(rpc(1, 'tools/list'));
    const stream = session.send(undefined, { method: 'GET', untilEvents: 1 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const server = echoServer();
    world.servers.set('t', server);
    world.changed();
    server.tools?.push({ name: 'late', inputSchema: { type: 'object' } });
    world.changed();
    expect((await stream).events).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }]);
    const listed = await session.send(rpc(2, 'tools/list'));
    expect(listed.text).toContain('t_late');
  });

  it('keeps what a broken stream missed, and hands it over to Last-Event-ID', async () => {
    const server = echoServer();
    let release = (): void => undefined;
    server.handle['tools/call echo'] = async (_, exchange) => {
      exchange.notify({ method: 'notifications/progress', params: { progress: 1 } });
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return textResult('late');
    };
    world.servers.set('s', server);
    world.changed();
    const session = await openSession(world.url);
    const broken = await session.send(call('s_echo', {}, 9, { progressToken: 1 }), { untilEvents: 1 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    release();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const last = String(broken.eventIds.at(-1));
    const resumed = await session.send(undefined, { method: 'GET', headers: { 'last-event-id': last } });
    expect(resumed.events).toEqual([{ jsonrpc: '2.0', id: 9, result: textResult('late') }]);
    const unknown = await session.send(undefined, { method: 'GET', headers: { 'last-event-id': 'x.r7.1' } });
    expect(unknown.status).toBe(400);
  });

  it('ends the call of a client that went away and cannot come back', async () => {
    const server = echoServer();
    const aborted = new Promise<string>((resolve) => {
      server.handle['tools/call wait'] = (_, exchange) =>
        new Promise((_ok, reject) =>
          exchange.signal.addEventListener('abort', () => {
            resolve('aborted');
            reject(exchange.signal.reason as Error);
          }),
        );
    });
    world.servers.set('s', server);
    world.changed();
    const session = await openSession(world.url);
    const gone = new AbortController();
    const sent = session.send(call('s_wait'), { signal: gone.signal }).catch((error: Error) => error.name);
    await new Promise((resolve) => setTimeout(resolve, 30));
    gone.abort();
    expect(await aborted).toBe('aborted');
    expect(await sent).toBe('AbortError');
  });

  it('survives a restart: the session goes on under its id', async () => {
    const session = await openSession(world.url, { elicitation: {} });
    const port = Number(new URL(world.url).port);
    await world.stop();
    world = await startWorld({ servers: { s: echoServer() }, port });
    expect((await session.send(call('s_echo', { message: 'again' }))).json['result']).toEqual(
      textResult('again'),
    );
    const asked = session.send(call('s_ask'), {
      onEvent: (event) => {
        if (event['method'] !== 'elicitation/create') return;
        void session.send({
          jsonrpc: '2.0',
          id: event['id'] as string,
          result: { action: 'accept', content: { name: 'Ada' } },
        });
      },
    });
    expect((await asked).events.at(-1)).toMatchObject({ result: textResult('hello Ada') });
    await world.stop();
    world = await startWorld({ port, sessionKey: new Uint8Array(32).fill(8) });
    expect((await session.send(rpc(1, 'ping'))).status).toBe(404);
  });

  it('drops idle sessions from memory when there are many, and revives them', async () => {
    await world.stop();
    world = await startWorld({ servers: { s: echoServer() }, limits: { sessions: 2 } });
    const first = await openSession(world.url);
    await openSession(world.url);
    await openSession(world.url);
    expect(world.endpoint.clients()).toHaveLength(2);
    expect((await first.send(rpc(1, 'ping'))).status).toBe(200);
  });

  it('ends what a revoked client has open', async () => {
    const session = await openSession(world.url);
    const stream = session.send(undefined, { method: 'GET' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    world.endpoint.endClient('first');
    expect((await stream).events).toEqual([]);
    expect(world.endpoint.clients()).toEqual([]);
  });
});
