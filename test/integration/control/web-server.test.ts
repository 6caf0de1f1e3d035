import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import { createClient, openWebSocketChannel } from '#shared/kernel/rpc/index.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { ask, startWeb } from './support/web.ts';

let site: Awaited<ReturnType<typeof startWeb>>;
beforeEach(async () => {
  site = await startWeb();
});
afterEach(() => site.end());

const linkToken = () => new URL(site.web.openLink()).hash.slice('#t='.length);

function signIn(token: string, headers: Record<string, string> = {}) {
  return ask(site.origin, '/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: site.origin, ...headers },
    body: JSON.stringify({ token }),
  });
}

async function signedInCookie(): Promise<string> {
  const { headers } = await signIn(linkToken());
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

describe('the dashboard’s files', () => {
  it('come with a policy that allows nothing but the dashboard itself', async () => {
    const { status, headers, body } = await ask(site.origin, '/');
    expect(status).toBe(200);
    expect(body).toContain('Toolswarm');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('are kept by browsers for good where their names carry a hash', async () => {
    const { headers } = await ask(site.origin, '/assets/app-1a2b3c.js');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it('come compressed where the build did so and the browser takes it', async () => {
    const { headers, body } = await ask(site.origin, '/assets/app-1a2b3c.js', {
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect(headers['content-encoding']).toBe('br');
    expect(body).toBe('as if compressed');
  });

  it('answer HEAD without a body', async () => {
    expect(await ask(site.origin, '/mark.svg', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    '/assets/../../../../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/app-1a2b3c.js.map',
    '/assets/',
    '/assets/app-1a2b3c.js%00.html',
    '//etc/passwd',
    '/constructor',
  ])('do not include %s', async (path) => {
    const { status, headers } = await ask(site.origin, path);
    expect(status).toBe(404);
    expect(headers['content-security-policy']).toBeDefined();
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('cannot be asked for with %s', async (method) => {
    expect(await ask(site.origin, '/', { method })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
  });

  it.each(['evil.example', '127.0.0.1.evil.example:80', '192.0.2.1', '[::2]'])(
    'are not served under the name “%s”',
    async (host) => {
      expect((await ask(site.origin, '/', { headers: { host } })).status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('a one-time link', () => {
  it('signs a browser in with a cookie that scripts cannot read and other sites cannot use', async () => {
    const { status, headers } = await signIn(linkToken());
    expect(status).toBe(200);
    expect(headers['set-cookie']).toHaveLength(1);
    expect(headers['set-cookie']?.[0]).toMatch(
      /^toolswarm-\d+=[\w.-]{60,}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await ask(site.origin, '/session', { headers: { cookie } })).status).toBe(200);
  });

  it('works once', async () => {
    const token = linkToken();
    expect((await signIn(token)).status).toBe(200);
    const second = await signIn(token);
    expect(second.status).toBe(401);
    expect(JSON.parse(second.body)).toMatchObject({ ok: false, error: { code: 'session.link_spent' } });
  });

  it('cannot be guessed', async () => {
    linkToken();
    expect((await signIn('x'.repeat(43))).status).toBe(401);
    expect((await signIn('')).status).toBe(401);
  });

  it('cannot be used by a page of another site', async () => {
    const token = linkToken();
    expect((await signIn(token, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await signIn(token, { origin: 'null' })).status).toBe(403);
    expect((await signIn(token, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await signIn(token)).status).toBe(200);
  });

  it('is not a way in without a link', async () => {
    expect((await ask(site.origin, '/session')).status).toBe(401);
    expect((await ask(site.origin, '/session', { headers: { cookie: 'toolswarm-1=a.b' } })).status).toBe(401);
  });

  it.each(['{', '[]', '{"token":5}', JSON.stringify({ token: 'x'.repeat(2000) })])(
    'is not mistaken for %j',
    async (body) => {
      const { status } = await ask(site.origin, '/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: site.origin },
        body,
      });
      expect(status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('the WebSocket', () => {
  const connect = (headers: Record<string, string>, path = '/rpc') =>
    new WebSocket(`${site.origin.replace('http', 'ws')}${path}`, { headers });

  async function refusal(headers: Record<string, string>, path?: string): Promise<number> {
    const socket = connect(headers, path);
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    return response.statusCode;
  }

  it('carries the contract for a page that is signed in', async () => {
    const socket = connect({ origin: site.origin, cookie: await signedInCookie() });
    const channel = await openWebSocketChannel(socket, { clock });
    const client = createClient(contract, channel, { version: CONTRACT_VERSION });
    expect((await client['servers.list']({})).items).toHaveLength(2);
    for await (const { items } of client['servers.watch']({})) expect(items).toHaveLength(1);
    channel.close();
  });

  it('is refused to anyone else', async () => {
    const cookie = await signedInCookie();
    expect(await refusal({ origin: site.origin })).toBe(401);
    expect(await refusal({ origin: site.origin, cookie: `${cookie}x` })).toBe(401);
    expect(await refusal({ cookie })).toBe(403);
    expect(await refusal({ origin: 'http://evil.example', cookie })).toBe(403);
    expect(await refusal({ origin: 'http://evil.example', host: 'evil.example', cookie })).toBe(421);
    expect(await refusal({ origin: site.origin, cookie }, '/other')).toBe(404);
  });

  it('ends when the server stops', async () => {
    const socket = connect({ origin: site.origin, cookie: await signedInCookie() });
    const channel = await openWebSocketChannel(socket, { clock });
    const closed = new Promise<boolean>((resolve) => channel.onClose(() => resolve(true)));
    await site.web.close();
    expect(await closed).toBe(true);
  });
});

describe('the port', () => {
  it('is asked for in words where another program has it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startWeb({ port })).rejects.toMatchObject({
      code: 'node.port_in_use',
      message: `Port ${port} of the dashboard is in use by another program.`,
      advice: 'Stop that program, or choose another port with --web-port N.',
    });
    other.close();
  });
});
