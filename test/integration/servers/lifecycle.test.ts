import { declaredServerSchema } from '#shared/features/servers/config.ts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createServersHandlers } from '#main/features/servers/index.ts';
import {
  callTool,
  createServersBench,
  exchangeOf,
  isAlive,
  program,
  remote,
  type ServersBench,
  textOf,
  until,
} from '#test/support/mcp/bench.ts';
import { startLegacyHttp } from '#test/support/mcp/legacy-http.ts';
import { startModernHttp } from '#test/support/mcp/modern-http.ts';

describe('the life of a server', () => {
  let bench: ServersBench;
  afterEach(() => bench.servers.stopAll());

  it('offers are there at once in the next life of the node, and read again behind', async () => {
    bench = createServersBench();
    await bench.servers.add(program('it', 'legacy-stdio.ts'));
    bench = await bench.reopen();
    expect(bench.servers.get('it')).toMatchObject({ state: 'idle', toolCount: 13 });
    expect(bench.servers.offers('it')?.tools.length).toBe(13);
    const listedAt = bench.servers.offers('it')?.listedAt as number;
    await until(() => (bench.servers.offers('it')?.listedAt ?? 0) > listedAt);
    expect(bench.servers.get('it').state).toBe('running');
  });

  it('starts on first use, keeps warm, stops, starts, restarts and goes', async () => {
    bench = createServersBench();
    const { servers } = bench;
    await servers.add(program('it', 'legacy-stdio.ts'));
    bench = await bench.reopen();
    const pidOf = async () => JSON.parse(textOf(await callTool(bench.servers, 'it', 'facts'))).pid;
    const first = await pidOf();
    expect(await pidOf()).toBe(first);
    expect((await bench.servers.stop('it')).state).toBe('disabled');
    expect(await isAlive(first)).toBe(false);
    bench = await bench.reopen();
    expect(bench.servers.get('it').state).toBe('disabled');
    expect((await bench.servers.start('it')).state).toBe('running');
    const second = bench.servers.get('it').pid as number;
    expect((await bench.servers.restart('it')).pid).not.toBe(second);
    const removed = bench.servers.target('it');
    await bench.servers.remove('it');
    expect(bench.servers.list()).toEqual([]);
    await expect(removed.request({ method: 'ping' }, exchangeOf())).rejects.toMatchObject({
      code: 'servers.not_found',
    });
    expect(() => bench.servers.get('it')).toThrow(expect.objectContaining({ code: 'servers.not_found' }));
  });

  it('a process sees what was declared and little else; secrets are nowhere to be read', async () => {
    process.env['TOOLSWARM_TEST_LEAK'] = 'leaked';
    bench = createServersBench();
    const { servers } = bench;
    const secretValues = { API_TOKEN: 'tok-very-secret-1', DB_PASSWORD: 'pa55-word-2' };
    const config = program('it', 'legacy-stdio.ts', [], {
      env: { MODE: 'test', DB_URL: 'postgres://me:${DB_PASSWORD}@db' },
    });
    await servers.add(config, secretValues);
    const env = JSON.parse(textOf(await callTool(servers, 'it', 'env')));
    expect(env).toMatchObject({
      MODE: 'test',
      API_TOKEN: 'tok-very-secret-1',
      DB_URL: 'postgres://me:pa55-word-2@db',
    });
    expect(env.DB_PASSWORD).toBeUndefined();
    expect(env.TOOLSWARM_TEST_LEAK).toBeUndefined();
    delete process.env['TOOLSWARM_TEST_LEAK'];
    const rows = JSON.stringify(bench.db.prepare('SELECT * FROM servers').all());
    for (const text of [JSON.stringify(servers.list()), JSON.stringify(servers.logs('it', 100)), rows])
      for (const value of Object.values(secretValues)) expect(text).not.toContain(value);
    await servers.remove('it');
    expect(bench.secrets.size).toBe(0);
  });

  it('removing one while it is still being introduced leaves no process', async () => {
    bench = createServersBench();
    const adding = bench.servers.add(program('it', 'misbehaving.ts', ['hang']));
    await until(() => bench.servers.logs('it', 10).some((line) => line.text.startsWith('started')));
    const pid = Number(/\d+/.exec(bench.servers.logs('it', 10)[0]?.text ?? '')?.[0]);
    await bench.servers.remove('it');
    expect(await isAlive(pid)).toBe(false);
    await adding;
  });

  it('a second server of the same name and a secret without value are refused', async () => {
    bench = createServersBench();
    await bench.servers.add(program('it', 'legacy-stdio.ts'));
    await expect(bench.servers.add(program('it', 'legacy-stdio.ts'))).rejects.toMatchObject({
      code: 'servers.name_taken',
    });
    await expect(
      bench.servers.add(program('other', 'legacy-stdio.ts', [], { secrets: ['KEY'] })),
    ).rejects.toMatchObject({ code: 'servers.secret_missing' });
  });

  it('is served over the contract: views, logs that follow, imports', async () => {
    bench = createServersBench();
    const handlers = createServersHandlers(bench.servers);
    const context = { signal: new AbortController().signal };
    const text = JSON.stringify({
      mcpServers: {
        'My Server': { command: process.execPath, args: [program('x', 'legacy-stdio.ts').transport.type] },
        broken: {},
      },
    });
    const preview = await handlers['servers.previewImport']({ text }, context);
    expect(preview.items.map((item) => [item.name, item.problem])).toEqual([
      ['my-server', undefined],
      ['broken', 'It names neither a command nor a URL.'],
    ]);
    const config = declaredServerSchema.parse(program('it', 'legacy-stdio.ts'));
    await handlers['servers.add']({ ...config, secretValues: {} }, context);
    const controller = new AbortController();
    const following = handlers['servers.followLogs']({ name: 'it' }, { signal: controller.signal })[
      Symbol.asyncIterator
    ]();
    const next = following.next();
    await handlers['servers.stop']({ name: 'it' }, context);
    expect((await next).value).toMatchObject({ stream: 'event', text: 'stopped' });
    controller.abort();
    const watching = handlers['servers.watch']({}, context)[Symbol.asyncIterator]();
    expect((await watching.next()).value.items).toMatchObject([{ name: 'it', state: 'disabled' }]);
    await watching.return?.(undefined);
    expect(await handlers['servers.remove']({ name: 'it' }, context)).toEqual({});
  });
});

describe('servers behind a URL', () => {
  let bench: ServersBench;
  afterEach(() => bench.servers.stopAll());

  it('headers and secrets travel to the server and nowhere else', async () => {
    bench = createServersBench();
    const http = await startModernHttp();
    await bench.servers.add(remote('it', http.url, { env: { 'X-Team': 'blue' } }), {
      Authorization: 'Bearer abc-123',
    });
    await callTool(bench.servers, 'it', 'echo', { message: 'hi' });
    expect(http.seen.at(-1)?.headers).toMatchObject({
      'x-team': 'blue',
      authorization: 'Bearer abc-123',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
      'mcp-protocol-version': '2026-07-28',
    });
    expect(JSON.stringify(bench.servers.list())).not.toContain('abc-123');
    await http.close();
  });

  it('a lost session is made anew once, and the call that noticed is answered', async () => {
    bench = createServersBench();
    const http = await startLegacyHttp();
    await bench.servers.add(remote('it', http.url));
    await bench.servers
      .target('it')
      .request({ method: 'resources/subscribe', params: { uri: 'test://one' } }, exchangeOf());
    http.forget();
    const results = await Promise.all(
      ['a', 'b'].map((message) => callTool(bench.servers, 'it', 'echo', { message })),
    );
    expect(results.map(textOf)).toEqual(['Echo: a', 'Echo: b']);
    await until(
      async () => JSON.parse(textOf(await callTool(bench.servers, 'it', 'facts'))).subscribed.length === 1,
    );
    await http.close();
  });

  it('a stream that breaks off is resumed where it stopped', async () => {
    bench = createServersBench();
    const http = await startLegacyHttp();
    await bench.servers.add(remote('it', http.url));
    const exchange = exchangeOf();
    const call = callTool(bench.servers, 'it', 'slow', { steps: 20, stepMs: 20 }, exchange, {
      progressToken: 1,
    });
    await until(() => exchange.notified.length >= 3);
    http.breakOff();
    expect(textOf(await call)).toBe('done after 20');
    expect(http.seen.some((request) => request.method === 'GET' && request.headers['last-event-id'])).toBe(
      true,
    );
    const steps = exchange.notified.map((message) => message.params?.['progress']);
    expect(steps).toEqual([...new Set(steps)]);
    await http.close();
  });

  it('what HTTP refuses is said without the secret it was refused for', async () => {
    bench = createServersBench();
    const http = createServer((request, response) => {
      const { authorization } = request.headers;
      response.writeHead(request.url === '/old' ? 301 : authorization === 'Bearer right-one' ? 418 : 401, {
        location: 'http://127.0.0.1:1/elsewhere',
      });
      response.end(`You said ${authorization}`);
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const url = (path: string) => `http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`;
    const problemOf = async (name: string, path: string, authorization: string) =>
      (await bench.servers.add(remote(name, url(path)), { Authorization: authorization })).problem;
    expect(await problemOf('wrong', '/mcp', 'Bearer wrong-one')).toMatchObject({
      code: 'servers.unauthorized',
    });
    expect(await problemOf('moved', '/old', 'Bearer wrong-one')).toMatchObject({
      code: 'servers.redirected',
    });
    expect(await problemOf('header', '/mcp', 'two\nlines')).toMatchObject({ code: 'servers.bad_header' });
    const refused = await problemOf('teapot', '/mcp', 'Bearer right-one');
    expect(refused).toMatchObject({
      code: 'servers.http_error',
      message: 'The server answered HTTP 418: You said •••.',
    });
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  it('one that comes up later is found without a hand', async () => {
    bench = createServersBench({
      backoff: { firstDelayMs: 10, maxDelayMs: 20, stableMs: 60_000, maxQuickExits: 2 },
    });
    const first = await startModernHttp();
    await first.close();
    const view = await bench.servers.add(remote('it', first.url));
    expect(view.problem).toMatchObject({ code: 'servers.unreachable' });
    const later = await startModernHttp(Number(new URL(first.url).port));
    await until(() => bench.servers.get('it').state === 'running');
    expect(bench.servers.get('it')).toMatchObject({ toolCount: 13 });
    await later.close();
  });

  it('a server that is gone is a retryable problem, and comes back by itself', async () => {
    bench = createServersBench({
      backoff: { firstDelayMs: 10, maxDelayMs: 20, stableMs: 60_000, maxQuickExits: 9 },
    });
    const http = await startLegacyHttp();
    await bench.servers.add(remote('it', http.url));
    await http.close();
    await expect(callTool(bench.servers, 'it', 'echo')).rejects.toMatchObject({
      code: 'servers.unreachable',
      retryable: true,
    });
    const nobody = await bench.servers.add(remote('nobody', 'http://127.0.0.1:1/mcp'));
    expect(nobody.problem).toMatchObject({ code: 'servers.unreachable' });
  });
});
