/** What nodes say to become and to be nodes of one provider. Canonical CBOR; fields that are not known are ignored. */
import { z } from 'zod';
import { type CborValue, decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';
import { MAX_NODE_LIST_BYTES } from '../identity/node-list.ts';
import { labelSchema } from '../identity/records.ts';
import { MAX_CERTIFICATE_BYTES } from '../identity/rules.ts';

/** A guest asks to be taken in. The host proves itself by a message, and answers when a person has decided. */
export const JOIN_PROTOCOL = '/toolswarm/fleet-join/1';
/** Nodes of one provider among themselves. */
export const FLEET_PROTOCOL = '/toolswarm/fleet/1';
/** Offered in the hello by nodes that speak both. */
export const FLEET_FEATURE = 'fleet/1';

const bytesUpTo = (max: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= max, 'bytes');
const bytes32 = bytesUpTo(32).refine(({ length }) => length === 32);
const certificate = bytesUpTo(MAX_CERTIFICATE_BYTES);
const list = bytesUpTo(MAX_NODE_LIST_BYTES);

export const joinRequestSchema = z.looseObject({
  /** `rendezvousOf` the code, which says which code is meant. */
  code: bytes32,
  proof: bytes32,
  /** What the guest calls itself. */
  label: labelSchema,
});
export type JoinRequest = z.output<typeof joinRequestSchema>;

export const hostHelloSchema = z.looseObject({ proof: bytes32, name: labelSchema });

export const welcomeSchema = z.looseObject({
  /** Signed by the provider's root for the guest. */
  certificate,
  /** `node-list/1` with the guest in it. */
  list,
  /** What the provider is called. */
  name: labelSchema,
});
export type Welcome = z.output<typeof welcomeSchema>;

const count = z.int().min(0).catch(0);

/** What a node tells the others of its provider about itself; read by machines of the same owner, yet checked. */
export const factsSchema = z.looseObject({
  version: z.string().max(64),
  startedAt: count,
  /** Servers it shares, and their tools. */
  shares: count,
  tools: count,
  /** Of the last 24 hours, all directions. */
  calls: count,
  errors: count,
  /** Calls of peers right now. */
  running: count,
  waiting: count,
  /** Whether it keeps the provider key. */
  rootHere: z.boolean().catch(false),
});
export type FleetFacts = z.output<typeof factsSchema>;

export const fleetRequestSchema = z.discriminatedUnion('t', [
  /** The newest list that the sender knows; answered by the other's. */
  z.looseObject({ t: z.literal('list'), list: list.optional() }),
  z.looseObject({ t: z.literal('facts') }),
  /** A certificate anew, before the old one ends or because the root was replaced. */
  z.looseObject({ t: z.literal('renew') }),
  /** Sums of usage, as `usage.query` of the contract asks for them (JSON). */
  z.looseObject({ t: z.literal('usage'), query: z.string().max(2048) }),
]);
export type FleetRequest = z.output<typeof fleetRequestSchema>;

export const listAnswerSchema = z.looseObject({ list: list.optional() });
export const usageAnswerBytes = 4 << 20;

const MAX_MESSAGE_BYTES = 64 * 1024;

export const encodeFleet = (message: object): Uint8Array => encodeCbor(message as CborValue);

/** Throws `fleet.malformed` or `kernel.malformed`. */
export function decodeFleet<T extends z.ZodType>(
  schema: T,
  bytes: Uint8Array,
  maxBytes = MAX_MESSAGE_BYTES,
): z.output<T> {
  const parsed = bytes.length > maxBytes ? undefined : schema.safeParse(decodeCbor(bytes));
  if (parsed?.success) return parsed.data;
  throw new AppError('fleet.malformed', 'This message between nodes of a provider makes no sense.', {
    advice: 'Update both nodes.',
  });
}
