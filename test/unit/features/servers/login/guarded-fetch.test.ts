import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedFetch, MAX_ANSWER_BYTES } from '#main/features/servers/login/guarded-fetch.ts';
import { systemClock } from '#main/platform/clock.ts';

describe('requests to addresses that a server named', () => {
  const open: Server[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const fetchFor = (server: string, hosts: Record<string, string[]> = {}, timeoutMs?: number) =>
    createGuardedFetch(new URL(server), {
      clock: systemClock,
      resolve: async (host) => hosts[host] ?? [],
      timeoutMs,
    });
  const publicServer = { 'mcp.example': ['93.184.216.34'] };

  it.each([
    'http://auth.example/token',
    'https://10.0.0.1/token',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/token',
    'https://127.0.0.1:8443/',
    'https://user:password@auth.example/',
    'file:///etc/passwd',
    'nonsense',
  ])('%s is refused for a server in the open', async (address) => {
    await expect(fetchFor('https://mcp.example/mcp', publicServer)(address, {})).rejects.toMatchObject({
      code: 'servers.login_forbidden',
    });
  });

  it('a name that leads into this network is refused, even if only one of its addresses does', async () => {
    const hosts = { ...publicServer, 'auth.example': ['93.184.216.35', '192.168.0.1'] };
    await expect(
      fetchFor('https://mcp.example/mcp', hosts)('https://auth.example/token', {}),
    ).rejects.toMatchObject({ code: 'servers.login_forbidden' });
  });

  it('a public server that names an inner address as well as its own gains nothing by it', async () => {
    const hosts = { 'mcp.example': ['127.0.0.1', '93.184.216.34'] };
    await expect(
      fetchFor('https://mcp.example/mcp', hosts)('http://127.0.0.1:9200/_search', {}),
    ).rejects.toMatchObject({ code: 'servers.login_forbidden' });
  });

  it('nobody is followed elsewhere', async () => {
    let reached = false;
    const elsewhere = await serve((_request, response) => {
      reached = true;
      response.end();
    });
    const origin = await serve((_request, response) =>
      response.writeHead(302, { location: elsewhere }).end(),
    );
    const response = await fetchFor(origin)(origin, {});
    expect([response.status, reached]).toEqual([302, false]);
  });

  it('an endless answer is cut off, and silence is not waited for', async () => {
    const endless = await serve((_request, response) => {
      response.writeHead(200);
      response.write(Buffer.alloc(MAX_ANSWER_BYTES + 1));
    });
    await expect(fetchFor(endless)(endless, {})).rejects.toMatchObject({ code: 'servers.login_failed' });
    const silent = await serve(() => undefined);
    await expect(fetchFor(silent, {}, 20)(silent, {})).rejects.toMatchObject({
      code: 'servers.login_unavailable',
      retryable: true,
    });
  });

  it('what is asked arrives whole, and so does the answer', async () => {
    const origin = await serve((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => response.end(JSON.stringify({ method: request.method, body })));
    });
    const response = await fetchFor(origin)(origin, {
      method: 'POST',
      body: new URLSearchParams({ a: 'ü' }),
    });
    expect(await response.json()).toEqual({ method: 'POST', body: 'a=%C3%BC' });
  });
});
