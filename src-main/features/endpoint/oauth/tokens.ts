/** Access tokens of the issuer: verified once, remembered while they last. */
import { createHash } from 'node:crypto';
import {
  judgeClaims,
  type OauthPolicy,
  type TokenBearer,
  type TokenFault,
} from '#shared/features/endpoint/oauth.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { fail, ok, type Result } from '#shared/kernel/result.ts';
import type { Issuer } from './issuer.ts';

export interface TokenVerifier {
  /** The verdict where it is known already. */
  known(token: string): Verdict | undefined;
  /** Rejects with `endpoint.issuer_unreachable` or `endpoint.busy`. */
  verify(token: string): Promise<Verdict>;
}

export type Verdict = Result<TokenBearer & { clientId: string }, TokenFault>;

/** Signatures by keys that are not secret from us: with a shared secret, or none, anybody could sign. */
const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
];
/** Kinds of JWT that are no access tokens are refused; many issuers name none. */
const TYPES = new Set(['at+jwt', 'application/at+jwt', 'jwt', undefined]);
/** Codes of faults that say nothing about the token. */
const OF_THE_ISSUER = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']);
/** The issuer's clock may be so far from ours. */
const CLOCK_SKEW_MS = 60_000;
const MAX_TOKEN_CHARS = 8_192;
/** Verdicts that are remembered; the oldest go first. Bad ones are not: they would push out the good. */
const MAX_KNOWN = 512;
const MAX_VERIFYING = 32;

export const looksLikeJwt = (token: string): boolean =>
  token.length <= MAX_TOKEN_CHARS && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);

export function createTokenVerifier(
  deps: { clock: Pick<Clock, 'now'>; issuer: Issuer },
  policy: OauthPolicy,
  /** Addresses of the endpoint, without profile. */
  resources: () => readonly string[],
): TokenVerifier {
  const known = new Map<string, Verdict & { ok: true }>();
  let verifying = 0;

  async function judge(token: string): Promise<Verdict> {
    const { errors, jwtVerify } = await import('jose');
    const keys = await deps.issuer.keys();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: policy.issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SKEW_MS / 1_000,
        requiredClaims: ['exp', 'sub', 'aud'],
        currentDate: new Date(deps.clock.now()),
      });
      if (!TYPES.has(protectedHeader.typ?.toLowerCase())) return fail('invalid');
      const judged = judgeClaims(payload, policy, resources());
      if (!judged.ok) return judged;
      const { value } = judged;
      const expiresAt = value.expiresAt + CLOCK_SKEW_MS;
      return ok({ ...value, expiresAt, clientId: clientIdOf(policy.issuer, value) });
    } catch (error) {
      if (error instanceof errors.JOSEError && !OF_THE_ISSUER.has(error.code)) return fail('invalid');
      throw unreachable(error);
    }
  }

  return {
    known(token) {
      const key = digest(token);
      const verdict = known.get(key);
      if (!verdict) return undefined;
      if (verdict.value.expiresAt > deps.clock.now()) return verdict;
      known.delete(key);
      return fail('invalid');
    },
    async verify(token) {
      if (verifying >= MAX_VERIFYING) throw busy();
      verifying++;
      try {
        const verdict = await judge(token);
        if (verdict.ok) remember(digest(token), verdict);
        return verdict;
      } finally {
        verifying--;
      }
    },
  };

  function remember(key: string, verdict: Verdict & { ok: true }): void {
    const [oldest] = known.keys();
    if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    known.set(key, verdict);
  }
}

/** Tokens are not kept, only what they look like from afar. */
const digest = (token: string): string => createHash('sha256').update(token).digest('base64url');

const clientIdOf = (issuer: string, { clientName, subject }: TokenBearer): string =>
  `oauth-${digest(JSON.stringify([issuer, subject, clientName])).slice(0, 22)}`;

const unreachable = (cause: unknown): AppError =>
  new AppError('endpoint.issuer_unreachable', 'The keys of the authorization server cannot be read.', {
    advice: 'Try again when it can be reached.',
    retryable: true,
    cause,
  });

const busy = (): AppError =>
  new AppError('endpoint.busy', 'Too many tokens are looked at at a time.', {
    advice: 'Try again in a moment.',
    retryable: true,
  });
