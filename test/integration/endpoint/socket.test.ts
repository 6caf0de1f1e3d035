import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { modern } from '#test/support/endpoint/http.ts';
import { connectSocket, type LineClient, startBridge } from '#test/support/endpoint/lines.ts';
import {
  echoServer,
  startWorld,
  textResult,
  type World,
  type WorldOptions,
} from '#test/support/endpoint/world.ts';

const echo = { name: 's_echo', arguments: { message: 'hi' } };
const ask = { name: 's_ask', arguments: {} };

/** Answers the next elicitation with a name. */
async function answerAs(client: LineClient, name: string): Promise<void> {
  const question = await client.next((message) => message['method'] === 'elicitation/create');
  client.say({
    jsonrpc: '2.0',
    id: question['id'] as string,
    result: { action: 'accept', content: { name } },
  });
}

describe('the local socket', () => {
  let folder: string;
  let socketPath: string;
  let world: World;
  const start = async (options: WorldOptions = {}) => {
    world = await startWorld({
      servers: { s: echoServer(), t: echoServer() },
      profiles: [{ name: 'narrow', prefix: true, servers: ['t'] }],
      socketPath,
      ...options,
    });
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'endpoint-'));
    socketPath = join(folder, 'run', 'mcp.sock');
    await start();
  });
  afterEach(async () => {
    await world.stop();
    await rm(folder, { recursive: true });
  });

  it('belongs to its user alone', async () => {
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'run'))).mode & 0o777).toBe(0o700);
  });

  it('speaks the legacy era, questions and progress included', async () => {
    const client = await connectSocket(socketPath);
    expect(await client.initialize({ elicitation: {} })).toMatchObject({
      result: { protocolVersion: '2025-11-25' },
    });
    expect(await client.request('tools/call', echo)).toMatchObject({ result: textResult('hi') });
    const asked = client.request('tools/call', ask);
    await answerAs(client, 'Bo');
    expect(await asked).toMatchObject({ result: textResult('hello Bo') });
    const counted = client.request('tools/call', { name: 's_count', _meta: { progressToken: 'x' } });
    expect(await client.next((message) => message['method'] === 'notifications/progress')).toMatchObject({
      params: { progressToken: 'x', progress: 1 },
    });
    expect(await counted).toMatchObject({ result: textResult('3') });
    client.close();
  });

  it('speaks the modern era, listeners and cancellation included', async () => {
    const client = await connectSocket(socketPath);
    const paramsOf = (method: string, params: JsonObject, capabilities: JsonObject = {}) =>
      (modern(method, params, capabilities).body as JsonObject)['params'] as JsonObject;
    expect(await client.request('server/discover', paramsOf('server/discover', {}))).toMatchObject({
      result: { supportedVersions: ['2026-07-28'] },
    });
    expect(await client.request('tools/call', paramsOf('tools/call', echo))).toMatchObject({
      result: { resultType: 'complete' },
    });
    const asked = await client.request('tools/call', paramsOf('tools/call', ask, { elicitation: {} }));
    expect(asked).toMatchObject({ result: { resultType: 'input_required' } });
    client.say({
      jsonrpc: '2.0',
      id: 'l',
      method: 'subscriptions/listen',
      params: paramsOf('subscriptions/listen', { notifications: { toolsListChanged: true } }),
    });
    expect(await client.next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    world.servers.delete('t');
    world.changed();
    expect(await client.next()).toMatchObject({
      method: 'notifications/tools/list_changed',
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 'l' } },
    });
    client.say({
      jsonrpc: '2.0',
      id: 'w',
      method: 'tools/call',
      params: paramsOf('tools/call', { name: 's_wait' }),
    });
    client.say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'w' } });
    client.say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'l' } });
    expect(await client.request('tools/call', paramsOf('tools/call', echo))).toMatchObject({ id: 'r4' });
    expect(client.unread).toEqual([]);
    client.close();
  });

  it('takes a profile from the first line, and refuses one that does not exist', async () => {
    const narrow = await connectSocket(socketPath);
    narrow.say({ toolswarm: { profile: 'narrow' } });
    await narrow.initialize();
    const listed = (await narrow.request('tools/list'))['result'] as JsonObject;
    expect((listed['tools'] as JsonObject[]).map((tool) => tool['name'])).toEqual([
      't_echo',
      't_count',
      't_ask',
      't_wait',
    ]);
    narrow.close();
    const unknown = await connectSocket(socketPath);
    unknown.say({ toolswarm: { profile: 'nowhere' } });
    expect(await unknown.next()).toMatchObject({
      toolswarm: { error: { code: 'endpoint.unknown_profile' } },
    });
    unknown.close();
  });

  it('answers garbage and goes on', async () => {
    const client = await connectSocket(socketPath);
    client.say('{"jsonrpc"');
    expect(await client.next()).toMatchObject({ id: null, error: { code: -32700 } });
    client.say({ jsonrpc: '2.0', id: 1 });
    expect(await client.next()).toMatchObject({ id: 1, error: { code: -32600 } });
    expect(await client.request('tools/list')).toMatchObject({ error: { code: -32600 } });
    client.say('x'.repeat(5 * 1024 * 1024));
    expect(await client.next()).toMatchObject({ error: { code: -32600 } });
    await client.initialize();
    expect(await client.request('ping')).toMatchObject({ result: {} });
    client.close();
  });

  it('ends what a client that hangs up had running', async () => {
    const client = await connectSocket(socketPath);
    await client.initialize();
    client.say({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 's_wait' } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(world.endpoint.clients()).toMatchObject([{ transport: 'socket', running: 1 }]);
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(world.endpoint.clients()).toEqual([]);
    expect(world.ended.length).toBeGreaterThan(0);
  });

  it('takes the place of a socket that a killed node left, and not of one in use', async () => {
    await expect(startWorld({ socketPath })).rejects.toMatchObject({ code: 'endpoint.socket_in_use' });
    await world.stop();
    await writeFile(socketPath, '');
    await start();
    const client = await connectSocket(socketPath);
    expect(await client.request('ping')).toMatchObject({ result: {} });
    client.close();
  });

  describe('through the bridge', () => {
    it('carries lines both ways and ends with its input', async () => {
      const client = startBridge(socketPath, { profile: 'narrow' });
      await client.initialize({ elicitation: {} });
      const asked = client.request('tools/call', { name: 't_ask' });
      await answerAs(client, 'Cy');
      expect(await asked).toMatchObject({ result: textResult('hello Cy') });
      client.close();
      await client.ended;
    });

    it('gives the answers that are under way before it ends', async () => {
      const client = startBridge(socketPath);
      const answered = client.initialize();
      client.close();
      expect(await answered).toMatchObject({ result: { serverInfo: { name: 'toolswarm' } } });
      await client.ended;
    });

    it('lives through a restart: what was under way is answered, the session is made again unseen', async () => {
      const client = startBridge(socketPath, { graceMs: 5_000 });
      await client.initialize({ elicitation: {} });
      const lost = client.request('tools/call', { name: 's_wait' });
      await new Promise((resolve) => setTimeout(resolve, 30));
      await world.stop();
      const answer = (await lost)['error'] ?? (await lost)['result'];
      expect(JSON.stringify(answer)).toContain('"retryable":true');
      const early = client.request('tools/call', echo);
      await start();
      expect(await early).toMatchObject({ result: textResult('hi') });
      const asked = client.request('tools/call', ask);
      await answerAs(client, 'Di');
      expect(await asked).toMatchObject({ result: textResult('hello Di') });
      expect(client.unread.map((message) => message['method'])).toEqual([
        'notifications/tools/list_changed',
        'notifications/prompts/list_changed',
        'notifications/resources/list_changed',
      ]);
      client.close();
      await client.ended;
    });

    it('makes subscriptions and the log level again', async () => {
      const seen: string[] = [];
      const resources = (): WorldOptions => ({
        servers: {
          r: {
            offers: { resources: [{ uri: 'file:///a', name: 'a' }] },
            handle: {
              'resources/subscribe': () => (seen.push('subscribe'), {}),
              'logging/setLevel': () => (seen.push('level'), {}),
            },
          },
        },
      });
      await world.stop();
      await start(resources());
      const client = startBridge(socketPath, { graceMs: 5_000 });
      await client.initialize();
      await client.request('resources/subscribe', { uri: 'file:///a' });
      await client.request('logging/setLevel', { level: 'debug' });
      await world.stop();
      await start(resources());
      await client.next((message) => message['method'] === 'notifications/resources/list_changed');
      await client.request('ping');
      expect(seen.sort()).toEqual(['level', 'level', 'subscribe', 'subscribe']);
      client.close();
    });

    it('says when the node does not run, answers with advice, and recovers', async () => {
      await world.stop();
      const client = startBridge(socketPath, { graceMs: 50 });
      const answer = await client.initialize();
      expect(answer).toMatchObject({
        error: {
          code: -32603,
          data: {
            code: 'endpoint.not_running',
            retryable: true,
            advice: expect.stringContaining('toolswarm daemon'),
          },
        },
      });
      expect(client.complaints()).toContain('not running');
      await start();
      await expect.poll(async () => 'result' in (await client.initialize()), { timeout: 5_000 }).toBe(true);
      client.close();
      await client.ended;
    });

    it('says why when it is refused', async () => {
      const client = startBridge(socketPath, { profile: 'nowhere', graceMs: 50 });
      expect(await client.initialize()).toMatchObject({ error: { code: -32603 } });
      await expect.poll(() => client.complaints()).toContain('no profile nowhere');
      client.close();
    });

    it('ends when told to', async () => {
      const stop = new AbortController();
      const client = startBridge(socketPath, { signal: stop.signal });
      await client.initialize();
      stop.abort();
      await client.ended;
    });
  });
});
