/**
 * The replicated record of a package, at most 4 KiB and good for two days: what it is found by, and the hash of its log.
 * A publisher that goes on signing it says that there is nothing newer; one that stops is noticed by its end.
 */
import { z } from 'zod';
import { equalBytes } from '../../kernel/bytes.ts';
import type { CborValue } from '../../kernel/canonical.ts';
import { type Envelope, payloadOf, seal, type Signer } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import type { PeerId, ProviderId } from '../../kernel/ids.ts';
import { MAX_FUTURE_SKEW_MS, type RecordMeta } from '../records/rules.ts';
import type { CertifiedNode } from '../registry/entry.ts';
import { hashSchema } from './bundle.ts';
import { MAX_EVENTS } from './log.ts';
import { packageNameSchema, PLATFORMS, RUNTIMES, versionSchema } from './release.ts';

export const PACKAGE_TYPE = 'package/1';
export const PACKAGE_TOPIC = 'toolswarm/packages/1';

export const packageRecordSchema = z.looseObject({
  name: packageNameSchema,
  cert: z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length <= 3200,
    'at most 3,200 bytes',
  ),
  seq: z.number().int().positive(),
  /** Epoch ms. */
  iat: z.number().int().nonnegative(),
  exp: z.number().int().nonnegative(),
  /** SHA-256 of the log; null ends the package: its publisher offers it no longer. */
  log: hashSchema.nullable(),
  /** Events in the log. */
  events: z.number().int().min(0).max(MAX_EVENTS),
  /** Newest of the stable channel, else of beta. */
  version: versionSchema.nullable(),
  /** SHA-256 of that release. */
  release: hashSchema.nullable(),
  title: z.string().max(120),
  description: z.string().max(400),
  tags: z.array(z.string().max(40)).max(12),
  license: z.string().max(60),
  runtime: z.enum(RUNTIMES),
  platforms: z.array(z.enum(PLATFORMS)).max(PLATFORMS.length),
  /** Bytes of the newest bundle. */
  size: z.number().int().nonnegative(),
  tools: z.number().int().min(0).max(10_000),
  /** What the publisher's operator calls himself; a label, never an identity. */
  by: z.string().max(64),
});
export type PackageRecord = z.output<typeof packageRecordSchema>;

export const sealPackageRecord = (record: PackageRecord, signer: Signer): Envelope =>
  seal(PACKAGE_TYPE, record as unknown as CborValue, signer);

/**
 * Reads a record whose envelope is verified. Throws `packages.bad_record`, also for a sequence ahead of the record's own
 * clock, which would shut out whatever comes after it; or `packages.wrong_signer`.
 */
export function readPackageRecord(
  envelope: Envelope & { value: CborValue },
  certified: (certificate: Uint8Array) => CertifiedNode,
): { record: PackageRecord; node: CertifiedNode; meta: RecordMeta } {
  const record = parse(envelope.value);
  const node = certified(record.cert);
  if (!equalBytes(node.nodePublicKey, envelope.publicKey))
    throw new AppError('packages.wrong_signer', 'The package was not signed by the node that it names.', {
      advice: 'Drop it; it is forged.',
    });
  if (record.seq > record.iat + MAX_FUTURE_SKEW_MS)
    throw new AppError('packages.bad_record', 'The number of this package’s record runs ahead of time.', {
      advice: 'Drop it; with such a number nothing newer would ever be heard.',
    });
  return { record, node, meta: metaOf(record, node) };
}

/** The record in a stored envelope, whose signature was verified when it came. */
export const storedPackageRecord = (bytes: Uint8Array): PackageRecord => parse(payloadOf(bytes));

export const packageFacets = (value: CborValue): string[] => parse(value).tags.map((tag) => `tag:${tag}`);

export const packageKey = (provider: ProviderId, peer: PeerId, name: string): string =>
  `${provider}/${peer}/${name}`;

export function parsePackageKey(key: string): { provider: ProviderId; peer: PeerId; name: string } {
  const [provider = '', peer = '', name = ''] = key.split('/');
  return { provider, peer, name };
}

function parse(value: CborValue): PackageRecord {
  const parsed = packageRecordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('packages.bad_record', 'The record of this package makes no sense.', {
    advice: 'Drop it; the sender is broken or hostile.',
    cause: parsed.error,
  });
}

const metaOf = (record: PackageRecord, node: CertifiedNode): RecordMeta => ({
  key: packageKey(node.providerId, node.peerId, record.name),
  owner: node.providerId,
  seq: record.seq,
  issuedAt: record.iat,
  expiresAt: record.exp,
  private: false,
  tombstone: record.log === null,
});
