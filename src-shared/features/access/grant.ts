/**
 * A grant: what one provider lets another do with one server of his, signed, for a time. It names tools, may constrain their
 * arguments by JSON Schema and the number of calls, and is worth nothing to anybody but the provider it names. The issuing
 * node decides anew on every call; the signature is what the holder keeps, and what other nodes of the issuer go by.
 */
import { z } from 'zod';
import { equalBytes } from '../../kernel/bytes.ts';
import type { CborValue } from '../../kernel/canonical.ts';
import { type Envelope, seal, type Signer } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import { isProviderId, type PeerId, type ProviderId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { MAX_DEPTH } from './depth.ts';
import { serverNameSchema } from '../servers/config.ts';

export const GRANT_TYPE = 'grant/1';
export const MAX_GRANT_BYTES = 16 * 1024;
/** Tools that one grant names; without names it is for all that are shared. */
export const MAX_GRANT_TOOLS = 64;
/** Longest life of a grant. */
export const MAX_GRANT_MS = 400 * 24 * 3_600_000;
/** A holder's clock may be so far behind. */
const CLOCK_SKEW_MS = 10 * 60_000;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const toolName = z.string().min(1).max(256);

export const grantSchema = z.looseObject({
  /** Certificate of the signing node; it names the provider who grants. */
  cert: bytes.refine(({ length }) => length <= 8192, 'at most 8,192 bytes'),
  /** The provider who is granted. */
  to: z.string().refine(isProviderId, 'a provider id'),
  server: serverNameSchema,
  /** Only these tools; absent: all that are shared. */
  tools: z.array(toolName).min(1).max(MAX_GRANT_TOOLS).optional(),
  /** By tool: JSON Schema, as text, that the arguments must fit besides the tool's own. */
  args: z
    .record(toolName, z.string().max(4096))
    .refine((all) => Object.keys(all).length <= MAX_GRANT_TOOLS)
    .optional(),
  /** Calls in all. */
  calls: z.number().int().min(1).max(1_000_000_000).optional(),
  /** Its holder may share the tools on: so many times in a row, himself included. Absent: he may not. */
  depth: z.number().int().min(1).max(MAX_DEPTH).optional(),
  /** SHA-256 of the grant by which the issuer himself shares on; absent where he is the origin. */
  parent: bytes.refine(({ length }) => length === 32, '32 bytes').optional(),
  /** It opens nothing to its holder: it says alone that what is open to him he may share on. */
  link: z.literal(true).optional(),
  iat: z.number().int().nonnegative(),
  exp: z.number().int().positive(),
  /** 16 random bytes: two equal grants are two grants. */
  nonce: bytes.refine(({ length }) => length === 16, '16 bytes'),
});
export type Grant = z.output<typeof grantSchema>;

export const sealGrant = (grant: Grant, nodeSigner: Signer): Envelope =>
  seal(GRANT_TYPE, grant as unknown as CborValue, nodeSigner);

/** Who a verified certificate speaks for. */
export interface GrantIssuer {
  providerId: ProviderId;
  peerId: PeerId;
  nodePublicKey: Uint8Array;
}

/** Reads a grant whose envelope signature is verified. Throws `access.bad_grant`. */
export function readGrant(
  record: Pick<Envelope, 'publicKey'> & { value: CborValue },
  certified: (certificate: Uint8Array) => GrantIssuer,
): { grant: Grant; issuer: GrantIssuer } {
  const parsed = grantSchema.safeParse(record.value);
  if (!parsed.success) throw badGrant(parsed.error);
  const issuer = certified(parsed.data.cert);
  if (!equalBytes(issuer.nodePublicKey, record.publicKey)) throw badGrant();
  if (parsed.data.exp - parsed.data.iat > MAX_GRANT_MS) throw badGrant();
  return { grant: parsed.data, issuer };
}

const badGrant = (cause?: unknown): AppError =>
  new AppError('access.bad_grant', 'This grant makes no sense.', {
    advice: 'Drop it; the sender is broken or hostile.',
    ...(cause === undefined ? {} : { cause }),
  });

/** Why a grant does not cover a call. */
export type GrantRule =
  | 'access.no_grant'
  | 'access.grant_expired'
  | 'access.grant_revoked'
  | 'access.grant_spent';

/** A grant with what became of it at the node that made it. */
export interface GrantState {
  grant: Pick<Grant, 'to' | 'server' | 'tools' | 'calls' | 'link' | 'iat' | 'exp'>;
  used: number;
  revokedAt?: number | undefined;
}

/** Whether a grant covers calls of a provider to a server, or to one of its tools, now. */
export function covers(
  { grant, revokedAt, used }: GrantState,
  call: { provider: ProviderId; server: string; tool?: string | undefined },
  now: number,
): Result<undefined, GrantRule> {
  if (grant.link || grant.to !== call.provider || grant.server !== call.server)
    return fail('access.no_grant');
  if (call.tool !== undefined && grant.tools && !grant.tools.includes(call.tool))
    return fail('access.no_grant');
  if (revokedAt !== undefined) return fail('access.grant_revoked');
  if (now >= grant.exp || now < grant.iat - CLOCK_SKEW_MS) return fail('access.grant_expired');
  if (grant.calls !== undefined && used >= grant.calls) return fail('access.grant_spent');
  return ok(undefined);
}
