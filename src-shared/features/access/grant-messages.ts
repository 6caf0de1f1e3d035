/**
 * `/toolswarm/grants/1`: what a peer holds here, what it asks for, and a word that this changed. Canonical CBOR. The answer to
 * `mine` is the whole of what this node grants the asking provider: what it held of this node besides is over.
 */
import { z } from 'zod';
import { type CborValue, decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';
import { serverNameSchema } from '../servers/config.ts';
import { MAX_DEPTH } from './depth.ts';
import { MAX_GRANT_BYTES, MAX_GRANT_TOOLS } from './grant.ts';

export const GRANTS_PROTOCOL = '/toolswarm/grants/1';
/** Offered in the hello by nodes that speak it. */
export const GRANTS_FEATURE = 'grants/1';

/** Grants that one node tells another of. */
export const MAX_TOLD = 64;
/** Grants that those are told to rest on. */
export const MAX_PARENTS = MAX_TOLD * (MAX_DEPTH - 1);
/** Characters of what somebody writes to a request. */
export const MAX_WORDS = 500;
const MAX_MESSAGE_BYTES = MAX_TOLD * MAX_DEPTH * MAX_GRANT_BYTES;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');

export const grantsRequestSchema = z.discriminatedUnion('t', [
  z.looseObject({ t: z.literal('mine') }),
  /** May what is open to the asking provider be shared on by him? Where it may, the answer holds the grant that says so. */
  z.looseObject({ t: z.literal('share_on'), server: serverNameSchema }),
  /** What the other end holds here changed: it asks for it. */
  z.looseObject({ t: z.literal('changed') }),
  z.looseObject({
    t: z.literal('ask'),
    server: serverNameSchema,
    tools: z.array(z.string().min(1).max(256)).max(MAX_GRANT_TOOLS),
    words: z.string().max(MAX_WORDS),
  }),
]);
export type GrantsRequest = z.output<typeof grantsRequestSchema>;

export const grantsAnswerSchema = z.looseObject({
  grants: z.array(bytes.refine(({ length }) => length <= MAX_GRANT_BYTES)).max(MAX_TOLD),
  /** Grants that those name as their parents, and theirs. */
  parents: z
    .array(bytes.refine(({ length }) => length <= MAX_GRANT_BYTES))
    .max(MAX_PARENTS)
    .optional(),
  /** What became of what was asked for. */
  requests: z
    .array(z.looseObject({ server: serverNameSchema, state: z.enum(['open', 'declined', 'granted']) }))
    .max(MAX_TOLD),
});
export type GrantsAnswer = z.output<typeof grantsAnswerSchema>;

export const encodeGrantsMessage = (message: GrantsRequest | GrantsAnswer): Uint8Array =>
  encodeCbor(message as unknown as CborValue);

/** Throws `access.bad_grant` or `kernel.malformed`. */
export function decodeGrantsMessage<T extends z.ZodType>(schema: T, message: Uint8Array): z.output<T> {
  const parsed = message.length > MAX_MESSAGE_BYTES ? undefined : schema.safeParse(decodeCbor(message));
  if (parsed?.success) return parsed.data;
  throw new AppError('access.bad_grant', 'This message about grants makes no sense.', {
    advice: 'Update both nodes; if it happens again, block the peer.',
  });
}
