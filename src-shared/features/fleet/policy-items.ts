/**
 * One policy for all nodes of a provider: single facts (a block, a limit, a grant), each signed by the node on which the
 * operator said it. Of two that speak of the same thing the later one counts, by a hybrid logical clock and then by the
 * node's id, so that nodes that know the same items hold the same policy in whatever order they came.
 * The clock is that of Kulkarni and others, “Logical Physical Clocks” (2014).
 */
import { z } from 'zod';
import { equalBytes, fromUtf8 } from '../../kernel/bytes.ts';
import { encodeCbor, type JsonValue, jcsBytes, sha256Bytes } from '../../kernel/canonical.ts';
import { open, seal, type Signer, type Verify } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import { type PeerId, peerIdOf, type ProviderId } from '../../kernel/ids.ts';

export const POLICY_ITEM_TYPE = 'fleet-item/1';
/** What is shared. A node leaves kinds that it does not know to those that do. */
export const POLICY_KINDS = ['block', 'known', 'limit', 'rules', 'decision', 'grant', 'uses'] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** Bytes of the JSON of one value; a decision holds the tool as it was shown. */
export const MAX_VALUE_BYTES = 64 * 1024;
export const MAX_ITEM_BYTES = MAX_VALUE_BYTES + 12 * 1024;
const MAX_KEY = 1024;
/** How far an item may be ahead of the receiver’s clock. */
export const MAX_AHEAD_MS = 10 * 60_000;

/** When something was said: wall clock (epoch ms) that never goes back, and a count within the same millisecond. */
export interface Stamp {
  at: number;
  count: number;
  node: PeerId;
}

const itemSchema = z.looseObject({
  /** Certificate of the signing node. */
  cert: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 8192),
  kind: z.string().regex(/^[a-z]{1,32}$/),
  key: z.string().max(MAX_KEY),
  /** JSON; absent: it is no longer so. */
  value: z.string().max(MAX_VALUE_BYTES).optional(),
  at: z.int().min(0),
  count: z.int().min(0).max(1_000_000),
});

export interface PolicyItem extends Stamp {
  kind: PolicyKind;
  key: string;
  /** Canonical JSON (RFC 8785); undefined where it ended. */
  value: string | undefined;
  /** The envelope as received. */
  bytes: Uint8Array;
}

export interface Statement {
  kind: PolicyKind;
  key: string;
  value: string | undefined;
}

/** The next reading: later than everything seen, and never behind the wall clock. */
export const tick = (
  last: Pick<Stamp, 'at' | 'count'> | undefined,
  now: number,
): Pick<Stamp, 'at' | 'count'> =>
  last && last.at >= now ? { at: last.at, count: last.count + 1 } : { at: now, count: 0 };

/** Negative where `a` was said before `b`. */
export const compareStamps = (a: Stamp, b: Stamp): number =>
  a.at - b.at || a.count - b.count || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0);

export const canonicalJson = (value: JsonValue): string => fromUtf8(jcsBytes(value));

/** Names what an item is about; 16 bytes. */
export const itemId = ({ key, kind }: Pick<PolicyItem, 'key' | 'kind'>): Uint8Array =>
  sha256Bytes(encodeCbor([kind, key])).slice(0, 16);

export function signItem(
  { key, kind, value }: Statement,
  { at, count }: Pick<Stamp, 'at' | 'count'>,
  node: { signer: Signer; certificate: Uint8Array },
): PolicyItem {
  const payload = { cert: node.certificate, kind, key, at, count, ...(value === undefined ? {} : { value }) };
  const { bytes } = seal(POLICY_ITEM_TYPE, payload, node.signer);
  return { kind, key, value, at, count, node: peerIdOf(node.signer.publicKey), bytes };
}

export interface ReadItemOptions {
  now: number;
  verify: Verify;
  /** The provider whose policy it is. */
  provider: ProviderId;
  /** Throws `AppError` where a certificate does not hold or its node was taken out. */
  certified(certificate: Uint8Array): { providerId: ProviderId; nodePublicKey: Uint8Array };
}

/** Reads a received item. Throws `fleet.bad_item`, or as `certified` does. */
export function readItem(
  bytes: Uint8Array,
  { certified, now, provider, verify }: ReadItemOptions,
): PolicyItem {
  if (bytes.length > MAX_ITEM_BYTES) throw badItem('It is too large.');
  const { publicKey, value: payload } = open(bytes, POLICY_ITEM_TYPE, verify);
  const parsed = itemSchema.safeParse(payload);
  if (!parsed.success) throw badItem('It makes no sense.');
  const { at, cert, count, key, kind, value } = parsed.data;
  if (!isKnownKind(kind)) throw badItem('It is of a kind that this version does not know.');
  if (at > now + MAX_AHEAD_MS) throw badItem('It is from the future.');
  const node = certified(cert);
  if (node.providerId !== provider) throw badItem('It is of another provider.');
  if (!equalBytes(node.nodePublicKey, publicKey)) throw badItem('It was signed by another node.');
  return { kind, key, value, at, count, node: peerIdOf(publicKey), bytes };
}

const isKnownKind = (kind: string): kind is PolicyKind => (POLICY_KINDS as readonly string[]).includes(kind);

const badItem = (why: string): AppError =>
  new AppError('fleet.bad_item', `A part of the shared policy does not hold. ${why}`, {
    advice: 'Update all nodes of this provider, and compare their clocks.',
  });
