/** Tokens: bought with a code, renewed with a refresh token, given back. */
import {
  allowInsecureRequests,
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  customFetch,
  getValidatedIdTokenClaims,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  refreshTokenGrantRequest,
  revocationRequest,
  type TokenEndpointResponse,
  ResponseBodyError,
} from 'oauth4webapi';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { scopesIn } from './challenge.ts';
import { asOauthClient, authenticationOf } from './client.ts';
import { unusable } from './discovery.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import type { LoginClient, Tokens } from './records.ts';

export interface Granted {
  tokens: Tokens;
  /** Absent: exactly what was asked for. */
  scopes: string[] | undefined;
  account: string | undefined;
}

export interface Purchase {
  as: AuthorizationServer;
  client: LoginClient;
  resource: string;
}

/** Longer tokens fit into no header. */
const MAX_TOKEN = 16_384;

/** The guarded fetch decides what is secure enough; the library is not to ask twice. */
const through = (fetch: GuardedFetch) => ({
  [customFetch]: (url: string, init: object) => fetch(url, init),
  [allowInsecureRequests]: true,
});

/** @param answer the validated parameters of the way back. Rejects with `servers.login_failed` or `login_unavailable`. */
export async function buyTokens(
  { as, client, resource }: Purchase,
  back: { answer: URLSearchParams; redirectUri: string; verifier: string },
  fetch: GuardedFetch,
  clock: Clock,
): Promise<Granted> {
  const oauth = asOauthClient(client);
  const response = await authorizationCodeGrantRequest(
    as,
    oauth,
    authenticationOf(client, as),
    back.answer,
    back.redirectUri,
    back.verifier,
    { ...through(fetch), additionalParameters: { resource } },
  );
  return granted(as, () => processAuthorizationCodeResponse(as, oauth, response), clock);
}

/** Rejects with `servers.login_expired` where the refresh token is worth nothing any more. */
export async function renewTokens(
  { as, client, resource }: Purchase,
  refresh: string,
  fetch: GuardedFetch,
  clock: Clock,
): Promise<Granted> {
  const oauth = asOauthClient(client);
  const response = await refreshTokenGrantRequest(as, oauth, authenticationOf(client, as), refresh, {
    ...through(fetch),
    additionalParameters: { resource },
  });
  if (response.status >= 500 || response.status === 429) throw busy(as.issuer, response.status);
  const renewed = await granted(as, () => processRefreshTokenResponse(as, oauth, response), clock);
  // Without a new one, the old one goes on.
  return { ...renewed, tokens: { ...renewed.tokens, refresh: renewed.tokens.refresh ?? refresh } };
}

/** Whether the authorization server took the token back. */
export async function revokeToken(
  { as, client }: Omit<Purchase, 'resource'>,
  token: string,
  fetch: GuardedFetch,
): Promise<boolean> {
  if (!as.revocation_endpoint) return false;
  const auth = authenticationOf(client, as);
  const response = await revocationRequest(as, asOauthClient(client), auth, token, through(fetch));
  await processRevocationResponse(response);
  return true;
}

async function granted(
  as: AuthorizationServer,
  read: () => Promise<TokenEndpointResponse>,
  clock: Clock,
): Promise<Granted> {
  const answer = await read().catch((error: unknown) => {
    throw refusal(as.issuer, error);
  });
  const {
    access_token: access,
    expires_in: seconds,
    refresh_token: refresh,
    scope,
    token_type: type,
  } = answer;
  if (type !== 'bearer') throw unusable(as.issuer, `it gives tokens of the kind ${type}`);
  if (access.length > MAX_TOKEN || (refresh?.length ?? 0) > MAX_TOKEN || !/^[\x21-\x7e]+$/.test(access))
    throw unusable(as.issuer, 'its token cannot be sent');
  return {
    tokens: { access, refresh, expiresAt: seconds === undefined ? undefined : clock.now() + seconds * 1_000 },
    scopes: scope === undefined ? undefined : scopesIn(scope),
    account: accountOf(answer),
  };
}

/** What a person recognises himself by. */
function accountOf(answer: TokenEndpointResponse): string | undefined {
  const claims = getValidatedIdTokenClaims(answer);
  const name = [claims?.['email'], claims?.['preferred_username'], claims?.['name'], claims?.sub].find(
    (claim): claim is string => typeof claim === 'string' && claim !== '',
  );
  return name?.slice(0, 200);
}

/** Errors of the library hold whole answers, tokens included: only their codes leave this place. */
function refusal(issuer: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof ResponseBodyError)) return unusable(issuer, 'its answer makes no sense');
  const code = error.error.slice(0, 60).replace(/[^\w-]/g, '');
  if (error.error === 'invalid_grant' || error.error === 'invalid_client')
    return new AppError('servers.login_expired', `${issuer} does not accept the login any more (${code}).`, {
      advice: 'Sign in again.',
    });
  if (error.status >= 500 || error.error === 'temporarily_unavailable') return busy(issuer, error.status);
  return unusable(issuer, `it refused (${code})`);
}

const busy = (issuer: string, status: number): AppError =>
  new AppError('servers.login_unavailable', `${issuer} cannot renew the login just now (HTTP ${status}).`, {
    advice: 'Try again later; the login is kept.',
    retryable: true,
  });
