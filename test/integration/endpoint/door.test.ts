import { createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { modern, openSession, rpc, send } from '#test/support/endpoint/http.ts';
import { echoServer, startWorld, type World } from '#test/support/endpoint/world.ts';

describe('the HTTP door', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({
      servers: { s: echoServer(), t: echoServer() },
      profiles: [{ name: 'narrow', prefix: true, servers: ['t'] }],
      limits: { bodyBytes: 10_000, connections: 40 },
    });
  });
  afterEach(() => world.stop());

  it('asks for a token and says so in the way of HTTP', async () => {
    const without = await send(world.url, { token: null, body: rpc(1, 'ping') });
    expect([without.status, without.headers['www-authenticate']]).toEqual([401, 'Bearer realm="toolswarm"']);
    const wrong = await send(world.url, { token: 'wrong', body: rpc(1, 'ping') });
    expect(wrong.headers['www-authenticate']).toContain('invalid_token');
  });

  it.each([
    [{ host: 'evil.example.com' }, 403],
    [{ host: 'evil.example.com:80' }, 403],
    [{ host: '127.0.0.1.evil.example.com' }, 403],
    [{ host: 'http://127.0.0.1@evil.example.com' }, 403],
    [{ origin: 'http://evil.example.com' }, 403],
    [{ origin: 'null' }, 403],
    [{ host: 'localhost' }, 200],
    [{ host: '127.0.0.1:1' }, 200],
    [{ host: '[::1]:9' }, 200],
    [{ origin: 'http://localhost:6274' }, 200],
  ])('with %j answers %i', async (headers, status) => {
    expect(
      (
        await send(world.url, {
          ...modern('tools/list'),
          headers: { ...modern('tools/list').headers, ...headers },
        })
      ).status,
    ).toBe(status);
  });

  it('answers the preflight of pages of this machine', async () => {
    const answer = await send(world.url, {
      method: 'OPTIONS',
      token: null,
      headers: { origin: 'http://localhost:6274' },
    });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
      204,
      'http://localhost:6274',
    ]);
    expect(
      (
        await send(world.url, {
          method: 'OPTIONS',
          token: null,
          headers: { origin: 'http://evil.example.com' },
        })
      ).status,
    ).toBe(403);
  });

  it('shows each profile its own catalog, and lets no token into a wider one', async () => {
    const names = async (path: string, token?: string) => {
      const answer = await send(world.url + path, { ...modern('tools/list'), ...(token ? { token } : {}) });
      return (((answer.json['result'] as JsonObject)?.['tools'] ?? []) as JsonObject[]).map(
        (tool) => tool['name'],
      );
    };
    expect(await names('')).toHaveLength(8);
    expect(await names('/narrow')).toEqual(['t_echo', 't_count', 't_ask', 't_wait']);
    expect(await names('', 'narrow')).toEqual(['t_echo', 't_count', 't_ask', 't_wait']);
    expect((await send(`${world.url}/bare`, { ...modern('tools/list'), token: 'narrow' })).status).toBe(403);
    expect((await send(`${world.url}/unknown`, modern('tools/list'))).status).toBe(404);
    expect((await send(world.url.replace('/mcp', '/other'), modern('tools/list'))).status).toBe(404);
  });

  it('keeps own names without a prefix where they are unique', async () => {
    world.servers.set('u', { tools: [{ name: 'only', inputSchema: { type: 'object' } }], handle: {} });
    world.changed();
    const answer = await send(`${world.url}/bare`, modern('tools/list'));
    const names = ((answer.json['result'] as JsonObject)['tools'] as JsonObject[]).map(
      (tool) => tool['name'],
    );
    expect(names).toContain('only');
    expect(names).toContain('s_echo');
  });

  it.each([
    ['broken JSON', '{"jsonrpc":', 'application/json', 400, -32700],
    ['no JSON-RPC', '{"hello":1}', 'application/json', 400, -32000],
    ['a number', '5', 'application/json', 400, -32000],
    ['an empty body', '', 'application/json', 400, -32700],
    ['another type', '{}', 'text/plain', 415, -32000],
    ['a huge body', JSON.stringify(rpc(1, 'x'.repeat(20_000))), 'application/json', 413, -32000],
  ])('refuses %s', async (_, body, type, status, code) => {
    const answer = await send(world.url, { body, headers: { 'content-type': type } });
    expect([answer.status, (answer.json['error'] as JsonObject)['code']]).toEqual([status, code]);
  });

  it('refuses a huge body without a declared length', async () => {
    const chunk = 'x'.repeat(9_000);
    const answer = await send(world.url, {
      body: `${chunk}${chunk}`,
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(answer.status).toBe(413);
  });

  it('refuses other verbs', async () => {
    const answer = await send(world.url, { method: 'PUT', body: {} });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, POST, DELETE']);
  });

  it('survives bytes that are no HTTP', async () => {
    const { port } = new URL(world.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = createConnection(Number(port), '127.0.0.1', () =>
        socket.write('\x00\x01garbage\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('400 Bad Request');
    expect((await send(world.url, modern('tools/list'))).status).toBe(200);
  });

  it('bounds connections and goes on when they end', async () => {
    const { port } = new URL(world.url);
    let refused = 0;
    const sockets = await Promise.all(
      Array.from(
        { length: 200 },
        () =>
          new Promise<ReturnType<typeof createConnection>>((resolve) => {
            const socket = createConnection(Number(port), '127.0.0.1');
            socket.on('error', () => undefined);
            socket.on('close', () => {
              refused += 1;
            });
            socket.on('connect', () => setTimeout(() => resolve(socket), 50));
          }),
      ),
    );
    expect(refused).toBeGreaterThanOrEqual(150);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await openSession(world.url)).id).toMatch(/^[\x21-\x7e]{1,2048}$/);
  });

  it('says what to do when its port is taken', async () => {
    const port = Number(new URL(world.url).port);
    await expect(startWorld({ port })).rejects.toMatchObject({
      code: 'endpoint.port_in_use',
      advice: expect.stringContaining('port'),
    });
  });
});
