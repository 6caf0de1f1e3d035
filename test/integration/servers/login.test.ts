import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createServersHandlers } from '#main/features/servers/index.ts';
import { serverChangeSchema } from '#shared/features/servers/contract.ts';
import type { LoginState } from '#shared/features/servers/login.ts';
import {
  callTool,
  createServersBench,
  exchangeOf,
  remote,
  type ServersBench,
  textOf,
  until,
} from '#test/support/mcp/bench.ts';
import { browse, type LoginWorld, startLoginWorld } from '#test/support/mcp/login-world.ts';

describe('signing in at a remote server', () => {
  let bench: ServersBench;
  let world: LoginWorld;
  afterEach(async () => {
    await bench.servers.stopAll();
    await world.close();
  });

  const view = () => bench.servers.get('it');
  const login = () => view().logins?.[0];
  const reaches = (state: LoginState) => until(() => login()?.state === state);
  const echo = () => callTool(bench.servers, 'it', 'structured');

  async function open(): Promise<void> {
    bench = createServersBench();
    await bench.servers.add(remote('it', world.url));
  }

  async function signIn(): Promise<void> {
    const { url } = await bench.servers.logins.start('it');
    expect(login()?.state).toBe('waiting');
    await browse(url);
    await reaches('signed_in');
    await until(() => view().state === 'running');
  }

  /** The address that the browser is sent to at the end, without going there. */
  async function returnAddress(): Promise<string> {
    const { redirectUri, url } = await bench.servers.logins.start('it');
    return (await browse(url, redirectUri)).address;
  }

  it('a server that asks for a login says so, and works once somebody has signed in', async () => {
    world = await startLoginWorld();
    await open();
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'servers.login_needed' } });
    expect(login()).toMatchObject({ profile: 'default', state: 'needed', renewable: false });
    await expect(echo()).rejects.toMatchObject({ code: 'servers.login_needed' });

    const { url } = await bench.servers.logins.start('it');
    const asked = new URL(url).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('resource')).toBe(world.url);
    expect(asked.get('scope')?.split(' ')).toEqual(['mcp:read', 'offline_access']);
    const shown = await browse(url);
    expect(shown).toMatchObject({ status: 200, text: expect.stringContaining('Вход выполнен') });
    await until(() => view().state === 'running');
    expect(view().problem).toBeUndefined();
    expect(login()).toMatchObject({ state: 'signed_in', issuer: world.issuer, renewable: true });
    expect(login()?.expiresAt).toBeGreaterThan(Date.now());
    expect(view().toolCount).toBeGreaterThan(5);
    await echo();

    bench = await bench.reopen();
    await echo();
    expect(login()?.state).toBe('signed_in');
  });

  it('no token, code or verifier is in any view, log or row', async () => {
    world = await startLoginWorld();
    await open();
    await signIn();
    const token = world.shown.at(-1)?.replace('Bearer ', '') as string;
    expect(token.length).toBeGreaterThan(20);
    const kept = [...bench.secrets].find(([key]) => key === '~login/it/default')?.[1] as string;
    const { refresh } = JSON.parse(kept).tokens as { refresh: string };
    const said = [
      JSON.stringify(bench.servers.list()),
      JSON.stringify(bench.servers.logs('it', 2_000)),
      JSON.stringify(bench.db.prepare('SELECT * FROM servers').all()),
      JSON.stringify(bench.db.prepare('SELECT * FROM server_offers').all()),
    ].join('\n');
    for (const secret of [token, refresh]) expect(said).not.toContain(secret);
    // A server that prints what it was sent cannot print it here.
    world.knobs.instead = (request, response) => {
      if (request.url !== '/mcp') return false;
      response.writeHead(500).end(`you sent ${request.headers.authorization}`);
      return true;
    };
    const fault: Error = await echo().then(
      () => new Error('answered'),
      (error: Error) => error,
    );
    expect(fault.message).toContain('you sent Bearer •••');
    expect(JSON.stringify(bench.servers.logs('it', 2_000))).not.toContain(token);
  });

  it('an access token that runs out is renewed, once for all who wait', async () => {
    world = await startLoginWorld();
    await open();
    world.knobs.accessTtl = 20;
    await signIn();
    const bought = () => world.asked.filter((line) => line === 'POST /token').length;
    const before = bought();
    const first = JSON.parse(bench.secrets.get('~login/it/default') ?? '').tokens.refresh;
    world.knobs.accessTtl = 3_600;
    await Promise.all(Array.from({ length: 12 }, echo));
    expect(bought()).toBe(before + 1);
    expect(JSON.parse(bench.secrets.get('~login/it/default') ?? '').tokens.refresh).not.toBe(first);
    await echo();
    expect(bought()).toBe(before + 1);
  });

  it('a token that the server refuses is renewed and the request sent again', async () => {
    world = await startLoginWorld();
    await open();
    await signIn();
    let refusals = 1;
    world.knobs.instead = (request, response) => {
      if (request.url !== '/mcp' || request.method !== 'POST' || refusals-- <= 0) return false;
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
      return true;
    };
    await echo();
    expect(login()?.state).toBe('signed_in');
  });

  it('a login that was ended there needs a person again', async () => {
    world = await startLoginWorld();
    await open();
    await signIn();
    await world.revokeAll();
    await expect(echo()).rejects.toMatchObject({ code: 'servers.login_needed' });
    expect(login()).toMatchObject({ state: 'expired', renewable: false });
    expect(view().problem?.code).toBe('servers.login_needed');
    await signIn();
    await echo();
  });

  it('while the authorization server is down the login is kept, and calls can be tried again', async () => {
    world = await startLoginWorld();
    await open();
    world.knobs.accessTtl = 1;
    await signIn();
    world.knobs.down = true;
    // It holds still, and is used; then it runs out.
    await echo();
    await until(() => (login()?.expiresAt ?? 0) < Date.now());
    await expect(echo()).rejects.toMatchObject({ code: 'servers.login_unavailable', retryable: true });
    expect(login()?.state).toBe('signed_in');
    world.knobs.down = false;
    world.knobs.accessTtl = 3_600;
    await echo();
  });

  it('a call that needs more rights says which, and signing in again adds them', async () => {
    world = await startLoginWorld();
    await open();
    await signIn();
    const call = () => callTool(bench.servers, 'it', 'echo', { message: 'hi' });
    await expect(call()).rejects.toMatchObject({
      code: 'servers.login_scope',
      message: expect.stringContaining('mcp:write'),
    });
    expect(login()).toMatchObject({ state: 'step_up', wanted: ['mcp:write'] });
    await echo();
    const { url } = await bench.servers.logins.start('it');
    expect(new URL(url).searchParams.get('scope')?.split(' ').sort()).toEqual([
      'mcp:read',
      'mcp:write',
      'offline_access',
    ]);
    await browse(url);
    await reaches('signed_in');
    expect(textOf(await call())).toContain('hi');
  });

  it('signing out ends it here and there', async () => {
    world = await startLoginWorld();
    await open();
    await signIn();
    const token = world.shown.at(-1);
    expect(await bench.servers.logins.signOut('it', 'default')).toBe(true);
    expect([...bench.secrets.values()].join()).not.toContain(token?.replace('Bearer ', ''));
    expect(login()?.state).toBe('needed');
    await expect(echo()).rejects.toMatchObject({ code: 'servers.login_needed' });
    // The client is known there still: nothing is registered twice.
    const registered = world.asked.filter((line) => line === 'POST /reg').length;
    await signIn();
    expect(world.asked.filter((line) => line === 'POST /reg').length).toBe(registered);
  });

  it('the person may refuse, take too long, or call it off; the next attempt works', async () => {
    world = await startLoginWorld();
    await open();
    world.knobs.allows = false;
    const refused = await bench.servers.logins.start('it');
    expect((await browse(refused.url)).status).toBe(400);
    await until(() => login()?.problem?.code === 'servers.login_denied');
    const { redirectUri } = await bench.servers.logins.start('it');
    bench.servers.logins.cancel('it', 'default');
    await until(() => login()?.state === 'needed');
    await expect(fetch(redirectUri)).rejects.toThrow();
    expect(login()?.problem).toBeUndefined();
    world.knobs.allows = true;
    await signIn();
  });

  it('of two that begin at the same moment one goes on, and the port of the other is closed', async () => {
    world = await startLoginWorld();
    await open();
    const begun = await Promise.all([bench.servers.logins.start('it'), bench.servers.logins.start('it')]);
    const answers = await Promise.all(
      begun.map(({ redirectUri }) =>
        fetch(redirectUri).then(
          ({ status }) => status,
          () => 'closed',
        ),
      ),
    );
    expect(answers.map(String).toSorted()).toEqual(['404', 'closed']);
    expect(login()?.state).toBe('waiting');
  });

  it('a sign-in for a server that was removed meanwhile ends with it', async () => {
    world = await startLoginWorld();
    await open();
    const beginning = bench.servers.logins.start('it');
    await bench.servers.remove('it');
    await expect(beginning).rejects.toMatchObject({ code: 'servers.not_found' });
  });

  it('the address from a browser elsewhere ends it just as well', async () => {
    world = await startLoginWorld();
    await open();
    const handlers = createServersHandlers(bench.servers);
    const context = { signal: new AbortController().signal };
    const { redirectUri, url } = await handlers['servers.login.start'](
      { name: 'it', profile: 'default' },
      context,
    );
    const { address } = await browse(url, redirectUri);
    const finish = (given: string) =>
      handlers['servers.login.finish']({ name: 'it', profile: 'default', address: given }, context);
    await expect(finish('https://example.org/')).rejects.toMatchObject({
      code: 'servers.login_wrong_address',
    });
    await finish(`  ${address}\n`);
    await reaches('signed_in');
  });

  it('a client document is named where the authorization server reads them, else a client is asked for', async () => {
    const document = 'https://clients.example.org/toolswarm.json';
    world = await startLoginWorld({ features: { registration: { enabled: false } } });
    world.knobs.metadata = (metadata) => ({ ...metadata, client_id_metadata_document_supported: true });
    bench = createServersBench({ login: { clientDocument: () => document } });
    await bench.servers.add(remote('it', world.url));
    const { url } = await bench.servers.logins.start('it');
    expect(new URL(url).searchParams.get('client_id')).toBe(document);
    world.knobs.metadata = undefined;
    await expect(bench.servers.logins.start('it')).rejects.toMatchObject({
      code: 'servers.login_client_needed',
    });
  });

  it('a client that was registered by hand signs in, with its secret', async () => {
    world = await startLoginWorld({
      clients: [
        {
          client_id: 'ours',
          client_secret: 'a-long-secret-of-the-client',
          application_type: 'native',
          grant_types: ['authorization_code', 'refresh_token'],
          redirect_uris: ['http://127.0.0.1/callback'],
        },
      ],
      features: { registration: { enabled: false } },
    });
    await open();
    const client = { id: 'ours', secret: 'a-long-secret-of-the-client' };
    const { url } = await bench.servers.logins.start('it', { client });
    await browse(url);
    await reaches('signed_in');
    await echo();
    expect(JSON.stringify(bench.servers.list())).not.toContain(client.secret);
    // It is remembered for this authorization server.
    await bench.servers.logins.signOut('it', 'default');
    expect(new URL((await bench.servers.logins.start('it')).url).searchParams.get('client_id')).toBe('ours');
  });

  it('the login goes with the server’s name, and with the server', async () => {
    world = await startLoginWorld();
    await open();
    await signIn();
    await bench.servers.update('it', serverChangeSchema.parse({ rename: 'that' }));
    expect(bench.servers.get('that').logins?.[0]?.state).toBe('signed_in');
    await callTool(bench.servers, 'that', 'structured');
    await bench.servers.remove('that');
    expect(bench.secrets.size).toBe(0);
  });

  it('a profile that is signed in as somebody else is served with its own login, the rest with the usual one', async () => {
    world = await startLoginWorld();
    await open();
    await signIn();
    const usual = world.shown.at(-1);
    const sentBy = async (profile: string) => {
      await callTool(bench.servers, 'it', 'structured', {}, exchangeOf({ profile, session: profile }));
      return world.shown.at(-1);
    };
    expect([await sentBy('default'), await sentBy('work')]).toEqual([usual, usual]);
    await browse((await bench.servers.logins.start('it', { profile: 'work' })).url);
    await until(() => bench.servers.logins.has('it', 'work'));
    expect(view().logins?.map(({ profile, state }) => [profile, state])).toEqual([
      ['default', 'signed_in'],
      ['work', 'signed_in'],
    ]);
    const own = await sentBy('work');
    expect(own).not.toBe(usual);
    expect([await sentBy('default'), await sentBy('play'), await sentBy('work')]).toEqual([
      usual,
      usual,
      own,
    ]);
    await bench.servers.logins.signOut('it', 'work');
    expect(await sentBy('work')).toBe(usual);
    expect(view().problem).toBeUndefined();
  });

  it('a token is not sent to another address', async () => {
    world = await startLoginWorld();
    await open();
    await signIn();
    const other = await startLoginWorld();
    try {
      await bench.servers.update(
        'it',
        serverChangeSchema.parse({ transport: { type: 'http', url: other.url } }),
      );
      expect(other.shown.every((header) => header === undefined)).toBe(true);
      expect(view().problem?.code).toBe('servers.login_needed');
    } finally {
      await bench.servers.stopAll();
      await other.close();
    }
  });

  it('a server with a key of its own that refuses it is no matter of logins', async () => {
    world = await startLoginWorld();
    world.knobs.instead = (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return true;
    };
    await open();
    expect(view().problem?.code).toBe('servers.unauthorized');
    expect(view().logins).toBeUndefined();
  });

  describe('against those who mean ill', () => {
    const failsWith = (code: string) => until(() => login()?.problem?.code === code);
    const tampered = (address: string, change: (parameters: URLSearchParams) => void) => {
      const url = new URL(address);
      change(url.searchParams);
      return url.href;
    };

    it('an answer for another sign-in, or with another code, is not heard, and the right one still counts', async () => {
      world = await startLoginWorld();
      await open();
      const address = await returnAddress();
      const forged = [
        tampered(address, (parameters) => parameters.set('state', 'x'.repeat(43))),
        tampered(address, (parameters) => parameters.delete('state')),
        tampered(address, (parameters) => {
          parameters.set('state', 'forged');
          parameters.set('error', 'access_denied');
        }),
      ];
      for (const wrong of forged) expect((await browse(wrong)).status).toBe(404);
      expect(login()?.state).toBe('waiting');
      expect((await browse(address)).status).toBe(200);
      await reaches('signed_in');
      await expect(fetch(address)).rejects.toThrow();
    });

    it('an answer in the name of another authorization server ends it before the code goes anywhere', async () => {
      world = await startLoginWorld();
      for (const change of [
        (parameters: URLSearchParams) => parameters.set('iss', 'https://evil.example.org'),
        (parameters: URLSearchParams) => parameters.set('iss', `${world.issuer}/`),
        (parameters: URLSearchParams) => parameters.delete('iss'),
      ]) {
        await open();
        const address = await returnAddress();
        const bought = world.asked.filter((line) => line === 'POST /token').length;
        expect((await browse(tampered(address, change))).status).toBe(400);
        await failsWith('servers.login_failed');
        expect(world.asked.filter((line) => line === 'POST /token').length).toBe(bought);
        await bench.servers.stopAll();
      }
    });

    it('a code of another sign-in is worth nothing: it is bound to its verifier', async () => {
      world = await startLoginWorld();
      await open();
      const stolen = new URL(await returnAddress()).searchParams.get('code') as string;
      const address = await returnAddress();
      await browse(tampered(address, (parameters) => parameters.set('code', stolen)));
      await until(() => login()?.problem !== undefined);
      expect(login()?.state).toBe('needed');
    });

    it.each<[string, (document: Record<string, unknown>) => Record<string, unknown>]>([
      ['calls itself by another name', (document) => ({ ...document, issuer: 'https://evil.example.org' })],
      ['has no PKCE', ({ code_challenge_methods_supported: _, ...document }) => document],
      [
        'signs in without encryption',
        (document) => ({ ...document, authorization_endpoint: 'http://example.org/a' }),
      ],
      [
        'has a script for a page',
        (document) => ({ ...document, authorization_endpoint: 'javascript:alert(1)' }),
      ],
    ])('an authorization server that %s is refused', async (_what, metadata) => {
      world = await startLoginWorld();
      await open();
      world.knobs.metadata = metadata;
      await expect(bench.servers.logins.start('it')).rejects.toMatchObject({ code: 'servers.login_failed' });
    });

    it('the way back, called while we are still being registered, is calm and answers as to any stranger', async () => {
      world = await startLoginWorld();
      await open();
      const { createServer } = await import('node:http');
      const { json } = await import('node:stream/consumers');
      let early = 0;
      const register = async (request: IncomingMessage, response: ServerResponse) => {
        const { redirect_uris: uris } = (await json(request)) as { redirect_uris: string[] };
        early = (await fetch(`${uris[0]}?code=guessed`, { signal: AbortSignal.timeout(5_000) })).status;
        response.writeHead(500).end();
      };
      const registrar = createServer((request, response) => void register(request, response));
      await new Promise<void>((resolve) => registrar.listen(0, '127.0.0.1', resolve));
      const { port } = registrar.address() as { port: number };
      world.knobs.metadata = (document) => ({
        ...document,
        registration_endpoint: `http://127.0.0.1:${port}/`,
      });
      await expect(bench.servers.logins.start('it')).rejects.toMatchObject({ code: 'servers.login_failed' });
      registrar.close();
      expect(early).toBe(404);
    });

    it('metadata for another server, or sent on from elsewhere, is not believed', async () => {
      world = await startLoginWorld();
      await open();
      world.knobs.resource = (document) => ({ ...document, resource: 'https://bank.example.org/mcp' });
      await expect(bench.servers.logins.start('it')).rejects.toMatchObject({ code: 'servers.login_failed' });
      world.knobs.resource = undefined;
      world.knobs.instead = (request, response) => {
        if (!request.url?.startsWith('/.well-known')) return false;
        response.writeHead(302, { location: `${world.issuer}/.well-known/openid-configuration` }).end();
        return true;
      };
      const before = world.asked.length;
      await expect(bench.servers.logins.start('it')).rejects.toMatchObject({ code: 'servers.login_failed' });
      expect(world.asked.length).toBe(before);
    });

    it('a page of another site cannot speak to the way back', async () => {
      world = await startLoginWorld();
      await open();
      const address = new URL(await returnAddress());
      const { request } = await import('node:http');
      const status = await new Promise<number>((resolve, reject) => {
        request({
          host: '127.0.0.1',
          port: address.port,
          path: `${address.pathname}${address.search}`,
          headers: { host: 'evil.example.org' },
        })
          .on('response', (response) => resolve(response.statusCode ?? 0))
          .on('error', reject)
          .end();
      });
      expect(status).toBe(404);
      expect(login()?.state).toBe('waiting');
    });
  });
});
