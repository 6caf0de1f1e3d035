import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { McpError } from '#shared/features/servers/mcp.ts';
import { modern, type SendOptions, send } from '#test/support/endpoint/http.ts';
import { echoServer, OTHER_TOKEN, startWorld, textResult, type World } from '#test/support/endpoint/world.ts';

const call = (name: string, args: JsonObject = {}, capabilities: JsonObject = {}, more: JsonObject = {}) =>
  modern('tools/call', { name, arguments: args, ...more }, capabilities);

const result = (answer: { json: JsonObject }): JsonObject => answer.json['result'] as JsonObject;

describe('the modern era over HTTP', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({ servers: { s: echoServer() } });
  });
  afterEach(() => world.stop());
  const post = (options: SendOptions) => send(world.url, options);

  it('discovers, lists with cache hints, and calls', async () => {
    const discovered = result(await post(modern('server/discover')));
    expect(discovered).toMatchObject({
      supportedVersions: ['2026-07-28'],
      resultType: 'complete',
      capabilities: { tools: { listChanged: true } },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'toolswarm' } },
    });
    const listed = result(await post(modern('tools/list')));
    expect(listed).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    expect((listed['tools'] as JsonObject[])[0]).toMatchObject({ name: 's_echo' });
    const called = await post(call('s_echo', { message: 'x' }));
    expect(result(called)).toMatchObject({ ...textResult('x'), resultType: 'complete' });
  });

  it('answers methods it does not have with 404, those of former revisions too', async () => {
    for (const method of ['no/such', 'initialize', 'ping', 'logging/setLevel', 'resources/subscribe']) {
      const answer = await post(modern(method));
      expect([method, answer.status]).toEqual([method, 404]);
      expect(answer.json).toMatchObject({ id: 1, error: { code: -32601 } });
    }
  });

  it('refuses what headers and body disagree about', async () => {
    const options = call('s_echo', { message: 'x' });
    for (const headers of [
      { 'mcp-name': 'other' },
      { 'mcp-method': 'tools/list' },
      { 'mcp-method': 'TOOLS/CALL' },
      { 'mcp-name': '=?base64?####?=' },
    ] as Record<string, string>[]) {
      const answer = await post({ ...options, headers: { ...options.headers, ...headers } });
      expect([answer.status, (answer.json['error'] as JsonObject)['code']]).toEqual([400, -32020]);
    }
    for (const missing of ['mcp-protocol-version', 'mcp-method', 'mcp-name']) {
      const headers = { ...options.headers };
      delete headers[missing];
      expect((await post({ ...options, headers })).json['error']).toMatchObject({ code: -32020 });
    }
  });

  it('accepts a name in Base64 and white space around values', async () => {
    const options = call('s_echo', { message: 'x' });
    const base64 = `=?base64?${Buffer.from('s_echo').toString('base64')}?=`;
    expect((await post({ ...options, headers: { ...options.headers, 'mcp-name': base64 } })).status).toBe(
      200,
    );
    expect(
      (await post({ ...options, headers: { ...options.headers, 'mcp-name': '  s_echo  ' } })).status,
    ).toBe(200);
  });

  it('names the versions it serves, and what an envelope lacks', async () => {
    const options = modern('server/discover', {}, {}, { 'io.modelcontextprotocol/protocolVersion': 'v999' });
    const answer = await post({
      ...options,
      headers: { ...options.headers, 'mcp-protocol-version': 'v999' },
    });
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'], requested: 'v999' },
    });
    const bare = await post({
      ...modern('tools/list'),
      body: { jsonrpc: '2.0', id: 3, method: 'tools/list' },
    });
    expect([bare.status, bare.json['id'], (bare.json['error'] as JsonObject)['code']]).toEqual([
      400, 3, -32602,
    ]);
  });

  it('checks arguments that travel in headers', async () => {
    const schema = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } };
    world.servers.set('h', {
      tools: [{ name: 'where', inputSchema: schema }],
      handle: { 'tools/call where': () => textResult('here') },
    });
    world.changed();
    const options = call('h_where', { region: 'eu' });
    expect((await post(options)).json['error']).toMatchObject({ code: -32020 });
    expect(
      (await post({ ...options, headers: { ...options.headers, 'Mcp-Param-Region': 'us' } })).status,
    ).toBe(400);
    expect(
      (await post({ ...options, headers: { ...options.headers, 'Mcp-Param-Region': 'eu' } })).status,
    ).toBe(200);
  });

  it('puts a question as input_required and goes on when the client comes back', async () => {
    const asked = result(await post(call('s_ask', {}, { elicitation: {} })));
    expect(asked).toMatchObject({
      resultType: 'input_required',
      inputRequests: { 'ask-1': { method: 'elicitation/create', params: { message: 'Your name?' } } },
    });
    const back = {
      requestState: asked['requestState'] as string,
      inputResponses: { 'ask-1': { action: 'accept', content: { name: 'Ada' } } },
    };
    const stolen = await post({ ...call('s_ask', {}, { elicitation: {} }, back), token: OTHER_TOKEN });
    expect(stolen.json['error']).toMatchObject({ code: -32602 });
    const wrong = await post(call('s_echo', { message: 'x' }, { elicitation: {} }, back));
    expect(wrong.json['error']).toMatchObject({ code: -32602 });
    const done = await post(call('s_ask', {}, { elicitation: {} }, back));
    expect(result(done)).toMatchObject({ ...textResult('hello Ada'), resultType: 'complete' });
    expect((await post(call('s_ask', {}, { elicitation: {} }, back))).json['error']).toMatchObject({
      code: -32602,
    });
  });

  it('asks again for answers that are missing or no answers, under a new state', async () => {
    const asked = result(await post(call('s_ask', {}, { elicitation: {} })));
    const state = asked['requestState'] as string;
    const again = result(
      await post(
        call('s_ask', {}, { elicitation: {} }, { requestState: state, inputResponses: { 'ask-1': 12 } }),
      ),
    );
    expect(again['resultType']).toBe('input_required');
    expect(again['requestState']).not.toBe(state);
    expect(Object.keys(again['inputRequests'] as JsonObject)).toEqual(['ask-1']);
  });

  it('puts several questions at once', async () => {
    const server = echoServer();
    server.handle['tools/call ask'] = async (_, exchange) => {
      const answers = await Promise.all([
        exchange.ask({
          method: 'elicitation/create',
          params: { message: 'a', requestedSchema: { type: 'object' } },
        }),
        exchange.ask({ method: 'roots/list' }),
      ]);
      return textResult(JSON.stringify(answers));
    };
    world.servers.set('s', server);
    world.changed();
    const asked = result(await post(call('s_ask', {}, { elicitation: {}, roots: {} })));
    expect(Object.keys(asked['inputRequests'] as JsonObject)).toEqual(['ask-1', 'ask-2']);
  });

  it('says what a client would have to declare', async () => {
    const answer = await post(call('s_ask'));
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { elicitation: { form: {} } } },
    });
  });

  it('passes the state of a modern server as it is', async () => {
    const server = echoServer();
    server.handle['tools/call ask'] = (params) =>
      params['requestState'] === 'its-own'
        ? textResult(JSON.stringify(params['inputResponses']))
        : {
            resultType: 'input_required',
            requestState: 'its-own',
            inputRequests: { k: { method: 'roots/list', params: {} } },
          };
    world.servers.set('s', server);
    world.changed();
    const asked = result(await post(call('s_ask', {}, { roots: {} })));
    expect(asked).toMatchObject({ requestState: 'its-own', inputRequests: { k: { method: 'roots/list' } } });
    const back = { requestState: 'its-own', inputResponses: { k: { roots: [] } } };
    expect(result(await post(call('s_ask', {}, { roots: {} }, back)))).toMatchObject(
      textResult('{"k":{"roots":[]}}'),
    );
    expect((await post(call('s_ask'))).json['error']).toMatchObject({ code: -32021 });
  });

  it('forgets a call whose client does not come back', async () => {
    await world.stop();
    const server = echoServer();
    const asking = server.handle['tools/call ask'];
    let ended = '';
    server.handle['tools/call ask'] = (params, exchange) =>
      Promise.resolve(asking?.(params, exchange) ?? {}).catch((error: Error) => {
        ended = error.message;
        throw error;
      });
    world = await startWorld({ servers: { s: server }, limits: { parkMs: 40, parks: 1 } });
    const asked = result(await post(call('s_ask', {}, { elicitation: {} })));
    const full = await post(call('s_ask', {}, { elicitation: {} }));
    expect(result(full)).toMatchObject({
      isError: true,
      _meta: { 'io.toolswarm/error': { code: 'endpoint.busy' } },
    });
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(ended).toBe('the client did not come back in time');
    const late = await post(
      call('s_ask', {}, { elicitation: {} }, { requestState: asked['requestState'] as string }),
    );
    expect(late.json['error']).toMatchObject({ code: -32602 });
  });

  it('sends progress and wanted log messages before the result, and no others', async () => {
    const server = echoServer();
    server.handle['tools/call echo'] = (_, exchange) => {
      exchange.notify({ method: 'notifications/message', params: { level: 'debug', data: 'd' } });
      exchange.notify({ method: 'notifications/message', params: { level: 'warning', data: 'w' } });
      return textResult('x');
    };
    world.servers.set('s', server);
    world.changed();
    const silent = await post(call('s_echo'));
    expect(silent.headers['content-type']).toBe('application/json');
    const meta = { 'io.modelcontextprotocol/logLevel': 'info' };
    const told = await post(modern('tools/call', { name: 's_echo', arguments: {} }, {}, meta));
    expect(told.events.map((event) => event['method'] ?? 'result')).toEqual([
      'notifications/message',
      'result',
    ]);
    const counted = await post(modern('tools/call', { name: 's_count' }, {}, { progressToken: 4 }));
    expect(counted.events).toHaveLength(4);
    expect(counted.eventIds).toEqual([]);
  });

  it('cancels when the client closes the connection', async () => {
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
    const gone = new AbortController();
    const sent = send(world.url, { ...call('s_wait'), signal: gone.signal }).catch(
      (error: Error) => error.name,
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    gone.abort();
    expect(await aborted).toBe('aborted');
    expect(await sent).toBe('AbortError');
  });

  it('listens: acknowledged first, every message tagged, only what was asked for', async () => {
    const filter = { toolsListChanged: true, promptsListChanged: false };
    const listening = send(world.url, {
      ...modern('subscriptions/listen', { notifications: filter }),
      untilEvents: 2,
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    world.servers.set('t', { ...echoServer(), offers: { prompts: [{ name: 'p' }] } });
    world.changed();
    const tag = { 'io.modelcontextprotocol/subscriptionId': 1 };
    expect((await listening).events).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: { toolsListChanged: true }, _meta: tag },
      },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: tag } },
    ]);
  });

  it('completes a listener with nothing to hear, refuses one without a filter, and ends all on stop', async () => {
    const nothing = await post(modern('subscriptions/listen', { notifications: {} }));
    expect(nothing.events.at(-1)).toMatchObject({ id: 1, result: { resultType: 'complete' } });
    expect((await post(modern('subscriptions/listen'))).json['error']).toMatchObject({ code: -32602 });
    const open = send(
      world.url,
      modern('subscriptions/listen', { notifications: { toolsListChanged: true } }),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    await world.endpoint.stop();
    expect((await open).events.at(-1)).toMatchObject({ id: 1, result: { resultType: 'complete' } });
  });

  it('hears of resources it subscribed to, each listener for itself', async () => {
    const subscribed: string[] = [];
    world.servers.set('r', {
      offers: { resources: [{ uri: 'file:///a', name: 'a' }] },
      handle: {
        'resources/subscribe': (_, exchange) => {
          subscribed.push(exchange.caller.session);
          return {};
        },
      },
    });
    world.changed();
    const listen = () =>
      send(world.url, {
        ...modern('subscriptions/listen', {
          notifications: { resourceSubscriptions: ['file:///a', 'file:///none'] },
        }),
        untilEvents: 2,
      });
    const streams = [listen(), listen()];
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(subscribed).toHaveLength(2);
    for (const session of subscribed)
      world.emit('resourceUpdated', { server: 'r', uri: 'file:///a', sessions: [session] });
    for (const stream of await Promise.all(streams)) {
      expect(stream.events[0]).toMatchObject({
        params: { notifications: { resourceSubscriptions: ['file:///a'] } },
      });
      expect(stream.events[1]).toMatchObject({
        method: 'notifications/resources/updated',
        params: { uri: 'file:///a' },
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(world.ended.filter((key) => subscribed.includes(key))).toHaveLength(2);
  });

  it('says invalid params where former revisions said resource not found', async () => {
    world.servers.set('r', {
      offers: { resources: [{ uri: 'file:///a', name: 'a' }] },
      handle: { 'resources/read': () => Promise.reject(new McpError(-32002, 'gone', { uri: 'file:///a' })) },
    });
    world.servers.delete('s');
    world.changed();
    const answer = await post(modern('resources/read', { uri: 'file:///a' }));
    expect([answer.status, (answer.json['error'] as JsonObject)['code']]).toEqual([200, -32602]);
  });

  it('gives calls that overlap sessions of their own, and calls in a row the same one', async () => {
    const seen: string[] = [];
    const server = echoServer();
    server.handle['tools/call echo'] = async (_, exchange) => {
      seen.push(exchange.caller.session);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return textResult('');
    };
    world.servers.set('s', server);
    world.changed();
    await post(call('s_echo'));
    await post(call('s_echo'));
    expect(new Set(seen).size).toBe(1);
    await Promise.all([post(call('s_echo')), post(call('s_echo'))]);
    expect(new Set(seen).size).toBe(2);
  });
});
