import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#shared/kernel/errors.ts';
import { contract } from '#shared/contract.ts';
import { scopeNeeded } from '#main/node/api-scopes.ts';
import { ask, startWeb } from './support/web.ts';

let site: Awaited<ReturnType<typeof startWeb>>;
let failure: () => never;
const streamed = { aborted: Promise.withResolvers<void>(), produced: 0 };

beforeEach(async () => {
  streamed.aborted = Promise.withResolvers<void>();
  streamed.produced = 0;
  site = await startWeb({
    handlers: {
      'identity.get': () => failure(),
      async *'tools.watch'(_, { signal }) {
        signal.addEventListener('abort', () => streamed.aborted.resolve());
        for (let revision = 0; ; revision += 1) {
          streamed.produced += 1;
          yield { revision, catalog: 0, network: 0, pending: 0, changed: 0 };
        }
      },
      async *'peers.watch'() {
        yield { items: [] };
        throw new AppError('test.broken', 'It broke.');
      },
    },
  });
});
afterEach(() => site.end());

function call(name: string, body: unknown, headers: Record<string, string> = {}, method = 'POST') {
  return ask(site.origin, `/api/v1/${name}`, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${site.token('operate')}`,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const codeOf = ({ body }: { body: string }): string =>
  (JSON.parse(body) as { error: { code: string } }).error.code;

describe('the HTTP API', () => {
  it('answers queries and commands', async () => {
    const { status, headers, body } = await call('peers.block', { id: 'z6MkB' });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ ok: true, data: { id: 'z6MkB' } });
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(site.asked).toContainEqual({ name: 'peers.block', input: { id: 'z6MkB' } });
  });

  it('takes an empty body for an empty input', async () => {
    expect(JSON.parse((await call('servers.list', '')).body)).toMatchObject({
      ok: true,
      data: { items: [{}, {}] },
    });
  });

  it('streams as server-sent events that end', async () => {
    const { headers, body } = await call('node.watch', {});
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(body).toMatch(/^event: item\ndata: \{"version":"0.1.0".*\}\n\nevent: end\ndata: \{\}\n\n$/);
  });

  it('ends a stream that breaks with its error', async () => {
    const { body } = await call('peers.watch', {});
    expect(body.split('\n\n').slice(0, 2)).toEqual([
      'event: item\ndata: {"items":[]}',
      'event: error\ndata: {"code":"test.broken","message":"It broke.","advice":"","retryable":false}',
    ]);
  });

  it('does not run ahead of a slow reader, and notices that it left', async () => {
    const { hostname, port } = new URL(site.origin);
    const outgoing = request({
      hostname,
      port,
      path: '/api/v1/tools.watch',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${site.token('read')}` },
    });
    outgoing.end('{}');
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.pause();
    let before = -1;
    while (before !== streamed.produced) {
      before = streamed.produced;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(streamed.produced).toBeLessThan(1_000_000);
    response.destroy();
    await streamed.aborted.promise;
  });

  it.each([
    ['without a token', { authorization: '' }],
    ['with a wrong token', { authorization: `Bearer ts_${'0'.repeat(16)}_${'x'.repeat(43)}` }],
    ['with another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['with a cookie instead', { authorization: '', cookie: 'toolswarm-1=a.b' }],
  ])('refuses a call %s', async (_, headers) => {
    const answer = await call('servers.list', {}, headers);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(codeOf(answer)).toBe('api.unauthorized');
  });

  it('lets a token of scope read only read', async () => {
    const authorization = `Bearer ${site.token('read')}`;
    expect((await call('servers.list', {}, { authorization })).status).toBe(200);
    const refused = await call('servers.stop', { name: 'everything' }, { authorization });
    expect(refused.status).toBe(403);
    expect(codeOf(refused)).toBe('api.scope');
  });

  it.each([
    'api.tokens.create',
    'clients.connection',
    'identity.revealRecoveryPhrase',
    'node.openLink',
    'recovery.backup',
  ])('never serves %s, whatever the token', async (name) => {
    const refused = await call(name, {});
    expect(refused.status).toBe(403);
    expect(codeOf(refused)).toBe('api.in_person_only');
  });

  it.each([
    ['broken JSON', '{"name":', {}, 400, 'api.malformed'],
    ['bytes that are not UTF-8', Buffer.of(0x22, 0xff, 0x22), {}, 400, 'api.malformed'],
    ['a wrong field', '{"name":5}', {}, 400, 'contract.invalid_input'],
    [
      'another type of body',
      'name=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'api.wrong_type',
    ],
    ['a page of another site', '{}', { origin: 'http://evil.example' }, 403, 'api.wrong_origin'],
    ['a name that is not this machine’s', '{}', { host: 'evil.example' }, 421, 'api.wrong_host'],
  ] as const)('refuses %s', async (_, body, headers, status, code) => {
    const answer = await ask(site.origin, '/api/v1/servers.get', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${site.token('read')}`,
        ...headers,
      },
      body,
    });
    expect(answer.status).toBe(status);
    expect(codeOf(answer)).toBe(code);
  });

  it('refuses a body that is too large, said or unsaid', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${site.token('read')}` };
    const said = await ask(site.origin, '/api/v1/servers.get', {
      method: 'POST',
      headers: { ...headers, 'content-length': String(1024 ** 3) },
    }).catch((error: NodeJS.ErrnoException) => error.code);
    if (typeof said === 'object') expect(said.status).toBe(413);
    const unsaid = await ask(site.origin, '/api/v1/servers.get', {
      method: 'POST',
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body: Buffer.alloc(17 * 1024 * 1024, 0x20),
    }).catch((error: NodeJS.ErrnoException) => error.code);
    // The server hangs up on the rest; whether its answer is still read before that is up to the network stack.
    if (typeof unsaid === 'object') expect(unsaid.status).toBe(413);
    else expect(unsaid).toMatch(/^(EPIPE|ECONNRESET)$/);
  });

  it('knows what it does not know', async () => {
    const unknown = await call('no.such', {});
    expect(unknown.status).toBe(404);
    expect(codeOf(unknown)).toBe('contract.unknown_procedure');
    expect((await call('constructor', {})).status).toBe(404);
    expect(await call('servers.list', '', {}, 'PUT')).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
  });

  it.each([
    [new AppError('test.busy', 'Busy.', { retryable: true }), 503, 'test.busy'],
    [new AppError('test.wrong', 'Wrong.'), 422, 'test.wrong'],
    [new Error('a secret path'), 500, 'internal'],
  ])('turns %s into a status, and keeps its secrets', async (error, status, code) => {
    failure = () => {
      throw error;
    };
    const answer = await call('identity.get', {});
    expect(answer.status).toBe(status);
    expect(codeOf(answer)).toBe(code);
    expect(answer.body).not.toContain('secret path');
  });
});

describe('the OpenAPI document', () => {
  it('is valid, and describes exactly what tokens can call', async () => {
    const { status, body } = await ask(site.origin, '/api/v1/openapi.json');
    expect(status).toBe(200);
    const document = JSON.parse(body) as { openapi: string; paths: Record<string, unknown> };
    const verdict = await new Validator().validate(document);
    expect(verdict.errors ?? []).toEqual([]);
    expect(verdict.valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
    const served = Object.keys(contract).filter((name) => scopeNeeded(name));
    expect(Object.keys(document.paths).toSorted()).toEqual(
      served.map((name) => `/api/v1/${name}`).toSorted(),
    );
  });

  it('is not for pages of other sites', async () => {
    const headers = { origin: 'http://evil.example' };
    expect((await ask(site.origin, '/api/v1/openapi.json', { headers })).status).toBe(403);
  });
});
