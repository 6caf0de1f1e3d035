/**
 * A remote MCP server behind a login: an authorization server (`oidc-provider`) that knows one person, and an MCP server
 * behind the SDK's own middleware. Both on loopback, inside the test's process.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import express, { type RequestHandler } from 'express';
import { type Configuration, Provider } from 'oidc-provider';
import { createModernFacts, createModernFixture } from './modern-fixture.ts';

export interface LoginWorld {
  /** Of the MCP server. */
  url: string;
  issuer: string;
  /** Requests that reached the authorization server, as `METHOD /path`. */
  asked: string[];
  /** `Authorization` headers that reached the MCP server. */
  shown: Array<string | undefined>;
  knobs: {
    /** The authorization server breaks off every connection. */
    down: boolean;
    /** Seconds that an access token lives. */
    accessTtl: number;
    /** What the person says. */
    allows: boolean;
    /** Instead of the metadata of the authorization server. */
    metadata?: ((document: Record<string, unknown>) => Record<string, unknown>) | undefined;
    /** Instead of the metadata of the MCP server. */
    resource?: ((document: Record<string, unknown>) => Record<string, unknown>) | undefined;
    /** Answers instead of the MCP server. */
    instead?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  };
  /** Ends everything that was granted, as an administrator would. */
  revokeAll(): Promise<void>;
  close(): Promise<void>;
}

const MCP_SCOPES = 'mcp:read mcp:write';

export async function startLoginWorld(more: Configuration = {}): Promise<LoginWorld> {
  const knobs: LoginWorld['knobs'] = { down: false, accessTtl: 3600, allows: true };
  const asked: string[] = [];
  const shown: Array<string | undefined> = [];
  const authority = createServer();
  const mcp = createServer();
  const issuer = await listen(authority);
  const origin = await listen(mcp);
  const url = `${origin}/mcp`;
  const grants = new Set<string>();
  const provider = createProvider(issuer, url, knobs, more);
  provider.on(
    'grant.success',
    (context) => void (context.oidc.entities.Grant && grants.add(context.oidc.entities.Grant.jti)),
  );
  serveAuthority(authority, provider, { asked, knobs, issuer });
  const stop = serveMcp(mcp, provider, { issuer, origin, url, shown, knobs });
  return {
    url,
    issuer,
    asked,
    shown,
    knobs,
    async revokeAll() {
      for (const id of grants) {
        await provider.RefreshToken.revokeByGrantId(id);
        await provider.AccessToken.revokeByGrantId(id);
      }
    },
    async close() {
      await stop();
      for (const server of [authority, mcp]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

function createProvider(
  issuer: string,
  url: string,
  knobs: LoginWorld['knobs'],
  more: Configuration,
): Provider {
  return new Provider(issuer, {
    clients: [],
    cookies: { keys: ['only for tests'] },
    scopes: ['openid', 'offline_access', 'email'],
    claims: { openid: ['sub'], email: ['email'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org` }),
    }),
    conformIdTokenClaims: false,
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: () => knobs.accessTtl,
      RefreshToken: 86_400,
      Session: 86_400,
      Grant: 86_400,
      Interaction: 600,
      IdToken: 600,
    },
    ...more,
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => {
          if (resource !== url) throw new Error(`a token was wanted for ${resource}`);
          return {
            scope: MCP_SCOPES,
            audience: url,
            accessTokenFormat: 'opaque',
            accessTokenTTL: knobs.accessTtl,
          };
        },
        useGrantedResource: () => true,
      },
      ...more.features,
    },
  });
}

function serveAuthority(
  http: Server,
  provider: Provider,
  { asked, issuer, knobs }: { asked: string[]; issuer: string; knobs: LoginWorld['knobs'] },
): void {
  const serve = provider.callback();
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', issuer).pathname;
    asked.push(`${request.method} ${path}`);
    if (knobs.down) return void request.socket.destroy();
    if (path.startsWith('/interaction/')) return void decide(provider, request, response, knobs);
    if (knobs.metadata && path.startsWith('/.well-known/'))
      return void rewrite(issuer, serve, request, response, knobs);
    return void serve(request, response);
  });
}

/** The metadata as the provider has it, changed on the way. */
async function rewrite(
  issuer: string,
  serve: ReturnType<Provider['callback']>,
  request: IncomingMessage,
  response: ServerResponse,
  knobs: LoginWorld['knobs'],
): Promise<void> {
  const inner = createServer((again, answer) => void serve(again, answer));
  const address = await listen(inner);
  const original = await fetch(`${address}${request.url}`, { headers: { host: new URL(issuer).host } });
  const document = JSON.parse((await original.text()).replaceAll(address, issuer)) as Record<string, unknown>;
  inner.close();
  sendJson(response, knobs.metadata?.(document) ?? document);
}

const sendJson = (response: ServerResponse, document: unknown): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));

/** The person at the authorization server: signs in and says yes, or no. */
async function decide(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  { allows }: LoginWorld['knobs'],
): Promise<void> {
  const { params, prompt, session } = await provider.interactionDetails(request, response);
  if (!allows)
    return provider.interactionFinished(
      request,
      response,
      { error: 'access_denied' },
      { mergeWithLastSubmission: false },
    );
  const accountId = session?.accountId ?? 'sam';
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope'] ?? ''));
  if (typeof params['resource'] === 'string')
    grant.addResourceScope(params['resource'], String(params['scope'] ?? ''));
  const result =
    prompt.name === 'login' ? { login: { accountId } } : { consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

function serveMcp(
  http: Server,
  provider: Provider,
  world: { issuer: string; origin: string; url: string } & Pick<LoginWorld, 'shown' | 'knobs'>,
): () => Promise<void> {
  const { issuer, knobs, origin, shown, url } = world;
  const facts = createModernFacts();
  const handler = createMcpHandler(() => createModernFixture(facts, () => handler.notify));
  const serve = toNodeHandler(handler);
  const resourceMetadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`;
  const verifier = {
    async verifyAccessToken(token: string) {
      const found = await provider.AccessToken.find(token);
      if (!found) return { token, clientId: '', scopes: [], expiresAt: 0 };
      const resource = new URL(String(found.aud));
      return {
        token,
        clientId: found.clientId ?? '',
        scopes: [...found.scopes],
        expiresAt: found.exp ?? 0,
        resource,
      };
    },
  };
  const guard = (requiredScopes: string[]) =>
    requireBearerAuth({
      verifier,
      requiredScopes,
      resourceMetadataUrl,
      expectedResource: new URL(url),
    }) as RequestHandler;
  const [reading, writing] = [guard(['mcp:read']), guard(['mcp:read', 'mcp:write'])];
  const app = express();
  app.get('/.well-known/oauth-protected-resource/mcp', (_request, response) => {
    const document = { resource: url, authorization_servers: [issuer], scopes_supported: ['mcp:read'] };
    response.json(knobs.resource?.(document) ?? document);
  });
  app.use('/mcp', (request, response, next) => {
    shown.push(request.headers.authorization);
    // One tool wants more than the rest.
    return (request.headers['mcp-name'] === 'echo' ? writing : reading)(request, response, next);
  });
  app.use('/mcp', (request, response) => void serve(request, response));
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!knobs.instead?.(request, response)) app(request, response);
  });
  return () => handler.close();
}

/**
 * A browser: follows where it is sent, keeps cookies, and stops before `stopAt`, where one is given. Returns the last
 * address and what it said.
 */
export async function browse(
  start: string,
  stopAt?: string,
): Promise<{ address: string; status: number; text: string }> {
  const cookies = new Map<string, string>();
  let address = start;
  for (let hop = 0; hop < 20; hop += 1) {
    if (stopAt && address.startsWith(stopAt)) return { address, status: 0, text: '' };
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie, 'accept-language': 'ru' },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (!next) return { address, status: response.status, text: await response.text() };
    address = new URL(next, address).href;
  }
  throw new Error('sent around in circles');
}
