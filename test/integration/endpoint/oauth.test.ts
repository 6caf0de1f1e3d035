/** The endpoint as a resource server: tokens of a configured issuer open it, and nothing else of his does. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modern, rpc, send } from '#test/support/endpoint/http.ts';
import { startIssuer, type TestIssuer } from '#test/support/endpoint/issuer.ts';
import { echoServer, startWorld, type World } from '#test/support/endpoint/world.ts';
import { startLoginWorld } from '#test/support/mcp/login-world.ts';

const policy = { scopes: ['mcp'], profile: 'default', profileClaim: 'toolswarm_profile', publicUrl: '' };
const list = modern('tools/list');

describe('tokens of an issuer', () => {
  let world: World;
  let issuer: TestIssuer;
  beforeEach(async () => {
    issuer = await startIssuer(() => world.url);
    world = await startWorld({
      servers: { s: echoServer(), t: echoServer() },
      profiles: [{ name: 'narrow', prefix: true, servers: ['t'] }],
      oauth: { ...policy, issuer: issuer.url },
    });
  });
  afterEach(async () => {
    await world.stop();
    await issuer.close();
  });
  const shown = (token: string, url = world.url) => send(url, { ...list, token });
  const toolsOf = (answer: Awaited<ReturnType<typeof send>>) =>
    (answer.json['result'] as { tools: Array<{ name: string }> }).tools.map(({ name }) => name);

  it('are asked for in the way of RFC 9728', async () => {
    const { headers, status } = await send(world.url, { token: null, body: rpc(1, 'ping') });
    expect(status).toBe(401);
    const [, address = ''] = /resource_metadata="([^"]+)"/.exec(headers['www-authenticate'] ?? '') ?? [];
    const metadata = await send(address, { method: 'GET', token: null });
    expect(metadata.json).toEqual({
      resource: world.url,
      resource_name: 'Toolswarm',
      authorization_servers: [issuer.url],
      bearer_methods_supported: ['header'],
      scopes_supported: ['mcp'],
    });
    const narrow = await send(address.replace(/\/mcp$/, '/mcp/narrow'), { method: 'GET', token: null });
    expect(narrow.json['resource']).toBe(`${world.url}/narrow`);
    expect((await send(`${address}/../../other`, { method: 'GET', token: null })).status).toBe(404);
  });

  it('open the endpoint, once and again, beside the tokens of this node', async () => {
    const token = await issuer.token();
    expect((await shown(token)).status).toBe(200);
    expect((await shown(token)).status).toBe(200);
    expect(issuer.asked()).toBe(1);
    expect((await send(world.url, list)).status).toBe(200);
  });

  it('open the profile that the issuer names, and no wider one', async () => {
    const token = await issuer.token({ toolswarm_profile: 'narrow' });
    expect(toolsOf(await shown(token)).every((name) => name.startsWith('t'))).toBe(true);
    expect((await shown(token, `${world.url}/default`)).status).toBe(403);
    const asked = await issuer.token({ aud: `${world.url}/narrow` });
    expect(toolsOf(await shown(asked)).every((name) => name.startsWith('t'))).toBe(true);
    const wider = await issuer.token({ aud: `${world.url}/default`, toolswarm_profile: 'narrow' });
    expect((await shown(wider)).status).toBe(401);
  });

  it('are refused where anything about them is wrong', async () => {
    const wrong: Record<string, string> = {
      'another audience': await issuer.token({ aud: 'https://elsewhere.example/mcp' }),
      'no audience of ours among many': await issuer.token({
        aud: ['https://a.example', 'https://b.example'],
      }),
      'another issuer': await issuer.token({ iss: 'https://evil.example' }),
      expired: await issuer.token({ exp: Math.floor(Date.now() / 1000) - 120 }),
      'not yet': await issuer.token({ nbf: Math.floor(Date.now() / 1000) + 600 }),
      'an identity token': await issuer.token({ aud: 'an-agent' }, { typ: 'JWT' }),
      'a logout token': await issuer.token({}, { typ: 'logout+jwt' }),
      'bound to a key': await issuer.token({ cnf: { jkt: 'x' } }),
      unsigned: new UnsecuredJWT({ client_id: 'an-agent', scope: 'mcp' })
        .setIssuer(issuer.url)
        .setSubject('sam')
        .setAudience(world.url)
        .setExpirationTime('10m')
        .encode(),
      'signed with the public key as a secret': await new SignJWT({ scope: 'mcp' })
        .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
        .setIssuer(issuer.url)
        .setSubject('sam')
        .setAudience(world.url)
        .setExpirationTime('10m')
        .sign(new TextEncoder().encode(issuer.publicKeyText())),
      'cut off': (await issuer.token()).slice(0, -4),
      nonsense: 'a.b.c',
    };
    for (const [what, token] of Object.entries(wrong)) {
      const { headers, status } = await shown(token);
      expect([what, status]).toEqual([what, 401]);
      expect(headers['www-authenticate']).toContain('error="invalid_token"');
    }
  });

  it('without a scope that is needed get 403 and the scope to ask for', async () => {
    const { headers, status } = await shown(await issuer.token({ scope: 'other' }));
    expect(status).toBe(403);
    expect(headers['www-authenticate']).toMatch(/error="insufficient_scope".*scope="mcp"/);
  });

  it('signed by a key that is unknown do not make this node hammer the issuer', async () => {
    await shown(await issuer.token());
    for (let count = 0; count < 20; count++)
      expect((await shown(await issuer.token({}, { kid: `invented-${count}` }))).status).toBe(401);
    expect(issuer.asked()).toBeLessThanOrEqual(2);
  });

  it('go on while the issuer is down, where they were seen before; new ones wait for him', async () => {
    const token = await issuer.token();
    issuer.down = true;
    const early = await shown(token);
    expect([early.status, early.headers['retry-after']]).toEqual([503, '5']);
    issuer.down = false;
    await world.stop();
    world = await startWorld({ servers: { s: echoServer() }, oauth: { ...policy, issuer: issuer.url } });
    const known = await issuer.token();
    expect((await shown(known)).status).toBe(200);
    issuer.down = true;
    expect((await shown(known)).status).toBe(200);
    // Signed by a key that is known: he need not be asked.
    expect((await shown(await issuer.token({ sub: 'kim' }))).status).toBe(200);
  });

  it('end streams that they opened when they end', async () => {
    const token = await issuer.token({ exp: Math.floor(Date.now() / 1000) - 58 });
    const init = await send(world.url, {
      token,
      body: rpc(1, 'initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'c', version: '1' },
      }),
    });
    const session = String(init.headers['mcp-session-id']);
    // Were it not ended, this would never resolve.
    await send(world.url, {
      method: 'GET',
      token,
      headers: { 'mcp-session-id': session, accept: 'text/event-stream' },
    });
    expect((await shown(token)).status).toBe(401);
  });
});

describe('a client of the official SDK', () => {
  it('finds the issuer, registers, gets a token for this endpoint and calls a tool', async () => {
    const authority = await startLoginWorld({
      scopes: ['openid', 'mcp'],
      features: {
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, resource) => ({
            scope: 'mcp',
            audience: resource,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
          useGrantedResource: () => true,
        },
      },
    });
    const world = await startWorld({
      servers: { s: echoServer() },
      oauth: { ...policy, issuer: authority.issuer },
    });
    try {
      const login = createLogin();
      const first = new StreamableHTTPClientTransport(new URL(world.url), { authProvider: login.provider });
      const client = new Client({ name: 'agent', version: '1' });
      await expect(client.connect(first)).rejects.toThrow('Unauthorized');
      await first.finishAuth(await login.answer());
      const again = new Client({ name: 'agent', version: '1' });
      await again.connect(
        new StreamableHTTPClientTransport(new URL(world.url), { authProvider: login.provider }),
      );
      const [tool] = (await again.listTools()).tools;
      const result = await again.callTool({ name: tool?.name ?? '', arguments: { message: 'hi' } });
      expect(result.content).toMatchObject([{ type: 'text' }]);
      await again.close();
    } finally {
      await world.stop();
      await authority.close();
    }
  });
});

/** What a program keeps of its login, and a person who says yes to everything. */
function createLogin() {
  const redirectUrl = 'http://127.0.0.1:1/callback';
  const kept: { client?: object; tokens?: object; verifier?: string; page?: URL } = {};
  return {
    provider: {
      redirectUrl,
      clientMetadata: {
        client_name: 'agent',
        redirect_uris: [redirectUrl],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
      clientInformation: () => kept.client as never,
      saveClientInformation: (client: object) => void (kept.client = client),
      tokens: () => kept.tokens as never,
      saveTokens: (tokens: object) => void (kept.tokens = tokens),
      redirectToAuthorization: (url: URL) => void (kept.page = url),
      saveCodeVerifier: (verifier: string) => void (kept.verifier = verifier),
      codeVerifier: () => kept.verifier ?? '',
    },
    /** What the authorization server sends the person back with. */
    async answer(): Promise<URLSearchParams> {
      const cookies = new Map<string, string>();
      let next = kept.page?.href ?? '';
      for (let hop = 0; hop < 12; hop++) {
        const response = await fetch(next, {
          redirect: 'manual',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        });
        for (const line of response.headers.getSetCookie()) {
          const [pair = ''] = line.split(';');
          const at = pair.indexOf('=');
          cookies.set(pair.slice(0, at), pair.slice(at + 1));
        }
        next = new URL(response.headers.get('location') ?? '', next).href;
        if (next.startsWith(redirectUrl)) return new URL(next).searchParams;
      }
      throw new Error('the authorization server never sent the person back');
    },
  };
}
