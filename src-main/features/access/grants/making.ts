/** Signing grants, and choosing among those that were made. Pure but for the key that signs. */
import {
  covers,
  type Grant,
  type GrantRule,
  MAX_GRANT_BYTES,
  MAX_GRANT_MS,
  sealGrant,
} from '#shared/features/access/grant.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Signer } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { isProviderId, type ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { fail, ok, type Result } from '#shared/kernel/result.ts';
import type { MadeGrant } from './grant-book.ts';

/** Grants made here that have not ended. */
export const MAX_MADE = 5_000;
const DAY_MS = 24 * 3_600_000;

export interface NewGrant {
  to: ProviderId;
  server: string;
  tools?: string[] | undefined;
  /** By tool: JSON Schema as text. */
  args?: Record<string, string> | undefined;
  calls?: number | undefined;
  /** Days until it ends. */
  days: number;
  note?: string | undefined;
  /** How often its holder may share the tools on in a row, himself included. */
  depth?: number | undefined;
  /** Whether it says nothing but that. */
  link?: true | undefined;
  /** The grant by which this node itself shares on. */
  parent?: { hash: Uint8Array; exp: number } | undefined;
}

export interface SigningDeps {
  clock: Clock;
  random: Random;
  self(): { providerId: ProviderId; signer: Signer; certificate: Uint8Array };
}

/** What remains of a grant, for another name of its server; undefined where nothing does. */
export function leftOf(
  { grant, used, usedElsewhere }: MadeGrant,
  server: string,
  now: number,
): NewGrant | undefined {
  const { args, calls, depth, exp, link, parent, to, tools } = grant;
  const left = calls === undefined ? undefined : Math.max(0, calls - used - usedElsewhere);
  const days = (exp - now) / DAY_MS;
  if (days <= 0 || left === 0) return undefined;
  const through = parent && { hash: parent, exp };
  return { to, server, tools, args, calls: left, days, depth, link, parent: through };
}

/** What a call is told where several grants are over: what the operator did outranks what time did. */
const REFUSALS: readonly GrantRule[] = [
  'access.grant_revoked',
  'access.grant_expired',
  'access.grant_spent',
  'access.no_grant',
];

/** The first grant that covers the call, one without constraints on arguments before others; else a refusal. */
export function bestOf(
  made: readonly MadeGrant[],
  call: { provider: ProviderId; server: string; tool?: string | undefined },
  now: number,
): Result<MadeGrant, GrantRule> {
  const { tool } = call;
  let refusal: GrantRule = 'access.no_grant';
  let constrained: MadeGrant | undefined;
  for (const one of made) {
    const covered = covers({ ...one, used: one.used + one.usedElsewhere }, call, now);
    if (covered.ok) {
      const { args } = one.grant;
      if (tool === undefined || !args || !Object.hasOwn(args, tool)) return ok(one);
      // The newer one is what the operator said last.
      constrained = one;
    } else if (REFUSALS.indexOf(covered.reason) < REFUSALS.indexOf(refusal)) refusal = covered.reason;
  }
  return constrained ? ok(constrained) : fail(refusal);
}

/** Throws `ids.bad_provider`, `access.bad_term`, `access.depth_with_terms`, `access.too_many_grants` or `access.grant_too_large`. */
export function signed(wanted: NewGrant, deps: SigningDeps, already: number): Uint8Array {
  const { args, calls, days, depth, link, parent, server, to, tools } = wanted;
  if (!isProviderId(to))
    throw new AppError('ids.bad_provider', 'This is not a provider id.', {
      advice: 'A provider id starts with z6Mk; copy it whole.',
    });
  if (!(days > 0) || days * DAY_MS > MAX_GRANT_MS)
    throw new AppError('access.bad_term', 'A grant lasts between an hour and 400 days.', {
      advice: 'Choose a shorter time; it can be granted again.',
    });
  if (depth !== undefined && (args !== undefined || calls !== undefined))
    throw new AppError(
      'access.depth_with_terms',
      'What may be shared on can have no conditions on arguments and no number of calls.',
      { advice: 'Leave out the depth, or the conditions; limits hold for all calls of a provider.' },
    );
  if (already >= MAX_MADE)
    throw new AppError('access.too_many_grants', `There are ${MAX_MADE} grants already.`, {
      advice: 'Share the server with known providers instead, or revoke some.',
    });
  const { certificate, signer } = deps.self();
  const iat = deps.clock.now();
  const grant: Grant = {
    cert: certificate,
    to,
    server,
    ...(tools ? { tools } : {}),
    ...(args ? { args } : {}),
    ...(calls === undefined ? {} : { calls }),
    ...(depth === undefined ? {} : { depth }),
    ...(link ? { link } : {}),
    ...(parent ? { parent: parent.hash } : {}),
    iat,
    exp: Math.min(Math.round(iat + days * DAY_MS), parent?.exp ?? Number.POSITIVE_INFINITY),
    nonce: deps.random.bytes(16),
  };
  const { bytes } = sealGrant(grant, signer);
  // Its holder would take none of what he is told together with it.
  if (bytes.length > MAX_GRANT_BYTES) throw tooLarge();
  return bytes;
}

const tooLarge = (): AppError =>
  new AppError('access.grant_too_large', 'This is more than one grant can say.', {
    advice: 'Name fewer tools, shorten the constraints on arguments, or make several grants.',
  });
