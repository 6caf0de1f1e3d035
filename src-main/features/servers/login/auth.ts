/** The login of one profile at one server, as the connection to that server uses it. */
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { LOGIN_NEEDED } from '../supervisor.ts';
import { type Challenge, joinScopes, parseChallenge } from './challenge.ts';
import { describes, findProtection, readIssuer } from './discovery.ts';
import { issuerMetadataAddresses } from '#shared/features/servers/issuer-addresses.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import type { LoginRecord } from './records.ts';
import { renewTokens } from './tokens.ts';

/** What a connection needs of a login. */
export interface UpstreamAuth {
  /** The `Authorization` header for the next request; undefined: none. Rejects where the login cannot be renewed now. */
  header(): Promise<string | undefined>;
  /**
   * A request came back 401 or 403. Resolves with whether to send it again; rejects with `servers.login_needed` or
   * `servers.login_scope`. `false`: the refusal has nothing to do with logins.
   */
  refused(refusal: Refusal): Promise<boolean>;
}

export interface Refusal {
  status: number;
  /** The `WWW-Authenticate` header. */
  challenge: string | undefined;
  /** What was sent as `Authorization`. */
  sent: string | undefined;
  /** It was sent again already. */
  again: boolean;
}

export interface AuthDeps {
  clock: Clock;
  server: URL;
  fetch: GuardedFetch;
  name(): string;
  record(): LoginRecord | undefined;
  save(record: LoginRecord): void;
  /** The server wants a person to sign in, for the first time or for more rights. */
  wanted(challenge: Challenge, wish: 'needed' | 'step_up'): void;
}

/** Renewed this long before it runs out, so that it does not run out on the way. */
const EARLY_MS = 30_000;

export function createAuth(deps: AuthDeps): UpstreamAuth {
  const { clock, fetch, server } = deps;
  let renewing: Promise<void> | undefined;

  /** A login that holds for this server; one for another address, it was changed since, is not sent. */
  function own(): LoginRecord | undefined {
    const record = deps.record();
    return record && describes(record.resource, server) ? record : undefined;
  }

  /** One at a time: a refresh token that is used twice is taken for a stolen one. */
  function renew(): Promise<void> {
    renewing ??= exchange().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  async function exchange(): Promise<void> {
    const record = own();
    const refresh = record?.tokens?.refresh;
    if (!record || refresh === undefined) throw loginNeeded(deps.name());
    try {
      const as = await readIssuer(record.issuer, fetch);
      const { client, resource } = record;
      const granted = await renewTokens({ as, client, resource }, refresh, fetch, clock);
      // Signed out meanwhile: what was renewed is of no use to anybody.
      if (deps.record()?.tokens?.refresh !== refresh) return;
      deps.save({ ...record, tokens: granted.tokens, scopes: granted.scopes ?? record.scopes });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'servers.login_expired') throw error;
      if (deps.record()?.tokens?.refresh === refresh) deps.save({ ...record, tokens: undefined });
      throw loginNeeded(deps.name());
    }
  }

  const runsOut = (record: LoginRecord, withinMs: number): boolean =>
    record.tokens?.expiresAt !== undefined && record.tokens.expiresAt - clock.now() <= withinMs;

  /** Whether the server describes a login at all: many that want a key in a header answer 401 too. */
  async function asksForLogin(challenge: Challenge | undefined): Promise<boolean> {
    if (challenge?.resourceMetadata !== undefined) return true;
    if (await findProtection(server, challenge, fetch)) return true;
    const [older = ''] = issuerMetadataAddresses(new URL(server.origin));
    const response = await fetch(older, { headers: { accept: 'application/json' } });
    return response.status === 200;
  }

  return {
    async header() {
      let record = own();
      if (record?.tokens?.refresh !== undefined && runsOut(record, EARLY_MS)) {
        const before = record;
        await renew().catch((error: unknown) => {
          // While the old token holds, a hiccup of the authorization server is nobody's concern.
          const passing = error instanceof AppError && error.retryable && !runsOut(before, 0);
          if (!passing) throw error;
        });
        record = own();
      }
      return record?.tokens && `Bearer ${record.tokens.access}`;
    },
    async refused(refusal) {
      const challenge = parseChallenge(refusal.challenge);
      return refusal.status === 403 ? wantsMore(challenge) : unknown(refusal, challenge);
    },
  };

  /** Signed in, but not for this. */
  function wantsMore(challenge: Challenge | undefined): false {
    const record = own();
    if (challenge?.error !== 'insufficient_scope' || !record?.tokens) return false;
    deps.wanted({ ...challenge, scopes: joinScopes(record.scopes, challenge.scopes) }, 'step_up');
    throw scopeNeeded(deps.name(), challenge.scopes ?? []);
  }

  /** Not signed in, or not any more. */
  async function unknown({ again, sent }: Refusal, challenge: Challenge | undefined): Promise<boolean> {
    const record = own();
    const current = record?.tokens && `Bearer ${record.tokens.access}`;
    const renewedMeanwhile = current !== undefined && current !== sent;
    if (!again && renewedMeanwhile) return true;
    if (!again && record?.tokens?.refresh !== undefined) {
      await renew().catch((error: unknown) => {
        if (error instanceof AppError && error.code === LOGIN_NEEDED) deps.wanted(challenge ?? {}, 'needed');
        throw error;
      });
      return true;
    }
    if (!record && !(await asksForLogin(challenge))) return false;
    if (record?.tokens) deps.save({ ...record, tokens: undefined });
    deps.wanted(challenge ?? {}, 'needed');
    throw loginNeeded(deps.name());
  }
}

export const loginNeeded = (name: string): AppError =>
  new AppError(LOGIN_NEEDED, `The server ${name} wants you to sign in.`, {
    advice: `Sign in on the page of the server, or with \`toolswarm servers login ${name}\`.`,
  });

const scopeNeeded = (name: string, scopes: readonly string[]): AppError =>
  new AppError(
    'servers.login_scope',
    `The login at ${name} does not allow this${scopes.length > 0 ? `; it needs ${scopes.join(', ')}` : ''}.`,
    { advice: `Allow more on the page of the server, or with \`toolswarm servers login ${name}\`.` },
  );
