/**
 * Who signs people in for a server: protected resource metadata (RFC 9728), then the authorization server's own
 * metadata (RFC 8414, OpenID Connect Discovery). Both are the word of strangers until their names fit.
 */
import { processDiscoveryResponse, type AuthorizationServer } from 'oauth4webapi';
import { z } from 'zod';
import { issuerMetadataAddresses } from '#shared/features/servers/issuer-addresses.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { isLoopbackHost } from './addresses.ts';
import type { Challenge } from './challenge.ts';
import type { GuardedFetch } from './guarded-fetch.ts';

/** What is known of a protected server. */
export interface Protection {
  /** The server's name for itself, sent as `resource` (RFC 8707). */
  resource: string;
  issuer: string;
  scopes: string[] | undefined;
}

const resourceSchema = z.object({
  resource: z.url().max(2048),
  authorization_servers: z.array(z.url().max(2048)).min(1).max(16),
  scopes_supported: z.array(z.string().max(256)).max(256).optional(),
});

/** How the server is protected; undefined where it tells nothing that could be used. Rejects as `fetch` does. */
export async function findProtection(
  server: URL,
  challenge: Challenge | undefined,
  fetch: GuardedFetch,
): Promise<Protection | undefined> {
  for (const address of resourceMetadataAddresses(server, challenge)) {
    const document = await readJson(address, fetch);
    const parsed = resourceSchema.safeParse(document);
    // A description of something else is as good as none: a token for it must never be asked for here.
    if (!parsed.success || !describes(parsed.data.resource, server)) continue;
    const { authorization_servers: issuers, resource, scopes_supported: scopes } = parsed.data;
    return { resource, issuer: issuers[0] as string, scopes };
  }
  return undefined;
}

/** Where the server said, if that is at the server itself; else at the two usual places. */
export function resourceMetadataAddresses(server: URL, challenge: Challenge | undefined): string[] {
  const named = challenge?.resourceMetadata === undefined ? null : URL.parse(challenge.resourceMetadata);
  if (named?.origin === server.origin) return [named.href];
  const root = `${server.origin}/.well-known/oauth-protected-resource`;
  const path = server.pathname.replace(/\/$/, '');
  return path === '' ? [root] : [`${root}${path}`, root];
}

/** Whether a resource is this server, or what contains it: same origin, and its path a beginning of ours. */
export function describes(resource: string, server: URL): boolean {
  const named = URL.parse(resource);
  if (!named || named.origin !== server.origin || named.hash !== '') return false;
  const folder = named.pathname.endsWith('/') ? named.pathname : `${named.pathname}/`;
  return `${server.pathname.replace(/\/$/, '')}/`.startsWith(folder);
}

/**
 * The authorization server's metadata, with its name proven and PKCE promised. Rejects with `servers.login_failed` where
 * it has none that can be used, or as `fetch` does.
 */
export async function readIssuer(issuer: string, fetch: GuardedFetch): Promise<AuthorizationServer> {
  const url = URL.parse(issuer);
  if (!url || url.search !== '' || url.hash !== '') throw unusable(issuer, 'its name is not an address');
  for (const address of issuerMetadataAddresses(url)) {
    const response = await fetch(address, { headers: { accept: 'application/json' } });
    if (response.status !== 200) continue;
    const metadata = await processDiscoveryResponse(url, response).catch((error: unknown) => {
      throw unusable(
        issuer,
        saysOtherIssuer(error) ? 'it calls itself by another name' : 'its description cannot be read',
      );
    });
    checkUsable(metadata);
    return metadata;
  }
  throw unusable(issuer, 'it does not describe itself');
}

function checkUsable(metadata: AuthorizationServer): void {
  const { authorization_endpoint: authorize, token_endpoint: token, issuer } = metadata;
  if (!authorize || !token) throw unusable(issuer, 'it names no place to sign in');
  if (!metadata.code_challenge_methods_supported?.includes('S256'))
    throw unusable(issuer, 'it does not protect the way back (PKCE)');
  const url = URL.parse(authorize);
  // This one is opened in a browser: nothing but a web page may come of it.
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url))))
    throw unusable(issuer, 'its page for signing in is not encrypted (https)');
}

const saysOtherIssuer = (error: unknown): boolean =>
  (error as { code?: string }).code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED';

async function readJson(address: string, fetch: GuardedFetch): Promise<unknown> {
  const response = await fetch(address, { headers: { accept: 'application/json' } });
  if (response.status !== 200) return undefined;
  try {
    return await response.json();
  } catch {
    // A page for people at that address: there is no such description here.
    return undefined;
  }
}

export const unusable = (issuer: string, why: string): AppError =>
  new AppError('servers.login_failed', `Signing in at ${issuer.slice(0, 200)} is not possible: ${why}.`, {
    advice: 'Ask those who run the server.',
  });
