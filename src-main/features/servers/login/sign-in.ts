/** Signing in, from the address that is opened in a browser to the tokens: one at a time for each server and profile. */
import {
  type AuthorizationServer,
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  validateAuthResponse,
} from 'oauth4webapi';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import { type Challenge, joinScopes } from './challenge.ts';
import { asOauthClient, chooseClient } from './client.ts';
import { findProtection, type Protection, readIssuer, unusable } from './discovery.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import type { LoginClient, LoginRecord } from './records.ts';
import { buyTokens, type Granted } from './tokens.ts';
import { openWayBack, type Outcome, type WayBack } from './way-back.ts';

/** How long a person may take. */
export const SIGN_IN_MS = 10 * 60_000;

export interface SignInRequest {
  server: URL;
  challenge: Challenge | undefined;
  /** What the last login was; its client is used again where it may be. */
  before: LoginRecord | undefined;
  given?: { id: string; secret?: string | undefined } | undefined;
  /** Address of our client metadata document. */
  document: string | undefined;
}

export interface SignIn {
  /** For the browser. */
  readonly url: string;
  readonly redirectUri: string;
  readonly expiresAt: number;
  /** Resolves with the login; rejects with `servers.login_…` when it failed, was called off or took too long. */
  readonly done: Promise<LoginRecord>;
  /** Takes the address that the browser was sent to, as the way back would. */
  finish(address: string): Promise<Outcome>;
  cancel(): void;
}

interface Promised {
  as: AuthorizationServer;
  client: LoginClient;
  protection: Protection;
  scopes: string[];
  state: string;
  verifier: string;
  redirectUri: string;
}

/** Rejects where there is nobody to sign in with, and with `servers.login_client_needed`. */
export async function beginSignIn(
  deps: { clock: Clock; random: Random; fetch: GuardedFetch },
  request: SignInRequest,
): Promise<SignIn> {
  const { clock, fetch, random } = deps;
  const protection =
    (await findProtection(request.server, request.challenge, fetch)) ?? olderProtection(request.server);
  const as = await readIssuer(protection.issuer, fetch);
  let settle: { resolve(record: LoginRecord): void; reject(error: AppError): void };
  const done = new Promise<LoginRecord>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever began it listens; until then a failure is nobody's fault to report.
  done.catch(() => undefined);
  let over = false;
  let promised: Promised | undefined;
  const wayBack = await openWayBack(portOf(request.before?.client), (parameters) => onReturn(parameters));

  try {
    promised = await promise(deps, request, protection, as, wayBack);
  } catch (error) {
    wayBack.close();
    throw error;
  }
  const timer: Timer = clock.after(SIGN_IN_MS, () => end(() => settle.reject(tooLate())));

  function end(how: () => void): void {
    over = true;
    timer.cancel();
    wayBack.close();
    how();
  }

  /**
   * Only an answer with our `state` is ours: any other is left unheard, and the sign-in goes on. The port is open before
   * there is a `state`, and whoever registers us knows it by then.
   */
  async function onReturn(parameters: URLSearchParams): Promise<Outcome> {
    const asked = promised;
    if (over || !asked || parameters.get('state') !== asked.state) return 'ignored';
    over = true;
    try {
      const granted = await redeem(asked, parameters, deps);
      end(() => settle.resolve(recordOf(asked, granted, clock.now())));
      return 'done';
    } catch (error) {
      const reason =
        error instanceof AppError ? error : unusable(asked.as.issuer, 'its answer makes no sense');
      end(() => settle.reject(reason));
      return 'failed';
    }
  }

  return {
    url: await authorizeUrl(promised),
    redirectUri: wayBack.redirectUri,
    expiresAt: clock.now() + SIGN_IN_MS,
    done,
    finish: async (address) => onReturn(URL.parse(address.trim())?.searchParams ?? new URLSearchParams()),
    cancel: () => void (over || end(() => settle.reject(calledOff()))),
  };

  async function promise(
    _deps: typeof deps,
    { before, challenge, document, given }: SignInRequest,
    { scopes: supported }: Protection,
    issuer: AuthorizationServer,
    { redirectUri }: WayBack,
  ): Promise<Promised> {
    const wanted = challenge?.scopes ?? supported;
    const granted = before?.issuer === issuer.issuer ? before.scopes : [];
    const offline = issuer.scopes_supported?.includes('offline_access') ? ['offline_access'] : [];
    const scopes = joinScopes(granted, wanted, wanted || granted.length > 0 ? offline : []);
    const known = before?.client;
    const client = await chooseClient(issuer, { given, known, document, redirectUri, scopes }, fetch);
    const secret = () => toBase64Url(random.bytes(32));
    return { as: issuer, client, protection, scopes, state: secret(), verifier: secret(), redirectUri };
  }
}

/** Servers of older revisions sign people in themselves, and say so at their own origin only. */
const olderProtection = (server: URL): Protection => ({
  resource: `${server.origin}${server.pathname.replace(/\/$/, '')}`,
  issuer: server.origin,
  scopes: undefined,
});

async function authorizeUrl({
  as,
  client,
  protection,
  redirectUri,
  scopes,
  state,
  verifier,
}: Promised): Promise<string> {
  const url = new URL(as.authorization_endpoint as string);
  const parameters: Record<string, string> = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    resource: protection.resource,
    ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    // OpenID Connect gives a lasting login only where the person is asked.
    ...(scopes.includes('offline_access') ? { prompt: 'consent' } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** From the answer to the tokens. The issuer is compared before anything else that the answer says is believed. */
async function redeem(
  { as, client, protection, redirectUri, state, verifier }: Promised,
  parameters: URLSearchParams,
  { clock, fetch }: { clock: Clock; fetch: GuardedFetch },
): Promise<Granted> {
  const answer = validated(as, client, parameters, state);
  return buyTokens(
    { as, client, resource: protection.resource },
    { answer, redirectUri, verifier },
    fetch,
    clock,
  );
}

function validated(
  as: AuthorizationServer,
  client: LoginClient,
  parameters: URLSearchParams,
  state: string,
): URLSearchParams {
  try {
    return validateAuthResponse(as, asOauthClient(client), parameters, state);
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError))
      throw unusable(as.issuer, 'the answer came from somebody else, or is not whole');
    if (error.error === 'access_denied')
      throw new AppError('servers.login_denied', `Signing in at ${as.issuer} was refused.`, {
        advice: 'Sign in again and allow it, if that was a mistake.',
      });
    throw unusable(as.issuer, `it refused (${error.error.slice(0, 60).replace(/[^\w-]/g, '')})`);
  }
}

const recordOf = (
  { client, protection, as, scopes, redirectUri }: Promised,
  granted: Granted,
  now: number,
): LoginRecord => ({
  resource: protection.resource,
  issuer: as.issuer,
  client: { ...client, redirectUri },
  tokens: granted.tokens,
  scopes: granted.scopes ?? scopes,
  account: granted.account,
  since: now,
});

const portOf = (client: LoginClient | undefined): number | undefined => {
  const port = client?.redirectUri === undefined ? '' : (URL.parse(client.redirectUri)?.port ?? '');
  return port === '' ? undefined : Number(port);
};

const tooLate = (): AppError =>
  new AppError('servers.login_timeout', 'Nobody signed in within ten minutes.', { advice: 'Begin again.' });

const calledOff = (): AppError =>
  new AppError('servers.login_cancelled', 'Signing in was called off.', {
    advice: 'Begin again when you like.',
  });
