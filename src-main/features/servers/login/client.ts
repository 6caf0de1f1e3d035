/** As whom we sign people in: a client id for one authorization server, found in the order that MCP prescribes. */
import {
  type AuthorizationServer,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  None,
  type Client,
} from 'oauth4webapi';
import { z } from 'zod';
import { AppError } from '#shared/kernel/errors.ts';
import { unusable } from './discovery.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import type { LoginClient } from './records.ts';

export interface ClientChoice {
  /** Given by the person just now. */
  given?: { id: string; secret?: string | undefined } | undefined;
  /** Used the last time. */
  known: LoginClient | undefined;
  /** Where our client metadata document is published, if anywhere. */
  document: string | undefined;
  redirectUri: string;
  scopes: readonly string[] | undefined;
}

/** Rejects with `servers.login_client_needed` where a person must register one, or `servers.login_failed`. */
export async function chooseClient(
  as: AuthorizationServer,
  choice: ClientChoice,
  fetch: GuardedFetch,
): Promise<LoginClient> {
  const { document, given, known, redirectUri } = choice;
  const { issuer } = as;
  if (given) return { issuer, id: given.id, secret: given.secret, kind: 'person' };
  // Credentials belong to the authorization server that gave them.
  const own = known?.issuer === issuer ? known : undefined;
  if (own?.kind === 'person') return own;
  if (document && as['client_id_metadata_document_supported'] === true)
    return { issuer, id: document, kind: 'document' };
  if (own?.kind === 'dynamic' && own.redirectUri === redirectUri) return own;
  if (as.registration_endpoint) return register(as, choice, fetch);
  throw new AppError('servers.login_client_needed', `${issuer} knows no way to introduce ourselves.`, {
    advice: 'Register an application there by hand, and give its client id here.',
    details: { issuer, redirectUri },
  });
}

const registeredSchema = z.object({
  client_id: z.string().min(1).max(2048),
  client_secret: z.string().max(4096).optional(),
  token_endpoint_auth_method: z.string().max(64).optional(),
});

/**
 * Dynamic client registration (RFC 7591), as an application on this machine (RFC 8252). Some want to hear which rights we
 * will ask for, others refuse to register a client that names rights of the server instead of their own.
 */
async function register(
  as: AuthorizationServer,
  { redirectUri, scopes }: ClientChoice,
  fetch: GuardedFetch,
): Promise<LoginClient> {
  const metadata = {
    client_name: 'Toolswarm',
    application_type: 'native',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: publicMethod(as),
  };
  const post = (body: object) =>
    fetch(as.registration_endpoint as string, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
  const named = scopes && scopes.length > 0;
  let response = await post(named ? { ...metadata, scope: scopes.join(' ') } : metadata);
  if (named && response.status === 400) response = await post(metadata);
  const answer = registeredSchema.safeParse(await response.json().catch(() => undefined));
  if (!response.ok || !answer.success)
    throw unusable(as.issuer, `it did not register us (HTTP ${response.status})`);
  const { client_id: id, client_secret: secret, token_endpoint_auth_method: method } = answer.data;
  return { issuer: as.issuer, id, secret, method, kind: 'dynamic', redirectUri };
}

/** A secret in a program that everybody has protects nothing; it is taken only where there is no other way. */
const publicMethod = ({ token_endpoint_auth_methods_supported: methods }: AuthorizationServer): string =>
  !methods || methods.includes('none')
    ? 'none'
    : methods.includes('client_secret_post')
      ? 'client_secret_post'
      : 'client_secret_basic';

export const asOauthClient = (client: LoginClient): Client => ({ client_id: client.id });

/** How the client proves itself to the token endpoint. */
export function authenticationOf(client: LoginClient, as: AuthorizationServer): ClientAuth {
  if (!client.secret) return None();
  const methods = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const post =
    client.method === 'client_secret_post' ||
    (client.method === undefined && !methods.includes('client_secret_basic'));
  return post ? ClientSecretPost(client.secret) : ClientSecretBasic(client.secret);
}
