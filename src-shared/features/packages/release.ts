/**
 * A release: one version of a package, signed by a node of its publisher. It commits to everything that is fetched for it
 * later: the pieces of its bundle, its manifest and its tools by hash. It is kept and passed on as the bytes that were
 * signed, and is good only as long as the publisher's log names it (`log.ts`).
 */
import semver from 'semver';
import { z } from 'zod';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { type CborValue, sha256Bytes } from '../../kernel/canonical.ts';
import { type Envelope, open, seal, type Signer, type Verify } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import { isProviderId, type ProviderId } from '../../kernel/ids.ts';
import { serverNameSchema } from '../servers/config.ts';
import { bundleSchema, hashSchema } from './bundle.ts';
import { permissionsSchema } from './permissions.ts';

export const RELEASE_TYPE = 'release/1';
/** 512 hashes of pieces take 18 KiB; the rest is words. */
export const MAX_RELEASE_BYTES = 64 * 1024;
export const MAX_NOTES = 4000;
export const MAX_DEPENDENCIES = 16;

/** Names of packages are names of servers: a package runs under its own, where that is free. */
export const packageNameSchema = serverNameSchema;
export const versionSchema = z
  .string()
  .max(64)
  .refine((text) => semver.valid(text) === text, 'a semantic version such as 1.4.0');
const rangeSchema = z
  .string()
  .max(64)
  .refine((text) => semver.validRange(text) !== null, 'a range of versions such as >=20');

/** A release of another package that must be there as well; by key and hash, so that no other can take its place. */
export const dependencySchema = z.object({
  provider: z.string().max(64).refine(isProviderId, 'a provider id'),
  name: packageNameSchema,
  version: versionSchema,
  release: hashSchema,
});
export type Dependency = z.output<typeof dependencySchema>;

export const PLATFORMS = ['linux', 'darwin', 'win32'] as const;
export const RUNTIMES = ['node', 'python', 'binary'] as const;

export const releaseSchema = z.looseObject({
  name: packageNameSchema,
  version: versionSchema,
  /** Certificate of the signing node; it names the publisher. */
  cert: z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length <= 3200,
    'at most 3,200 bytes',
  ),
  /** Place among the releases of this package, from 1. */
  seq: z.number().int().min(1).max(1_000_000),
  /** Hash of the release before it; null for the first. */
  prev: hashSchema.nullable(),
  /** Epoch ms. */
  iat: z.number().int().nonnegative(),
  bundle: bundleSchema,
  /** SHA-256 of `manifest.json` in the bundle. */
  manifest: hashSchema,
  /** SHA-256 of the tool list: RFC 8785 JSON of the tools as the server lists them. */
  tools: hashSchema,
  permissions: permissionsSchema,
  dependencies: z.array(dependencySchema).max(MAX_DEPENDENCIES),
  runtime: z.object({ type: z.enum(RUNTIMES), requires: rangeSchema.optional() }),
  platforms: z.array(z.enum(PLATFORMS)).max(PLATFORMS.length),
  /** Fetches code when it starts: what runs is then not what was signed. */
  fetchesCode: z.boolean(),
  /** What changed, in the publisher's words. */
  notes: z.string().max(MAX_NOTES),
});
export type Release = z.output<typeof releaseSchema>;
/** SHA-256 of a release's envelope, lower-case hex. */
export type ReleaseId = string;

export const releaseId = (bytes: Uint8Array): ReleaseId => toHex(sha256Bytes(bytes));

export function sealRelease(release: Release, signer: Signer): Envelope {
  const sealed = seal(RELEASE_TYPE, release as unknown as CborValue, signer);
  if (sealed.bytes.length <= MAX_RELEASE_BYTES) return sealed;
  throw new AppError('packages.release_too_large', 'The record of this release would be too large.', {
    advice: 'Shorten its release notes.',
  });
}

/** The provider whom a certificate spoke for at a time, and the key of its node. Throws `AppError`. */
export type CertifiedThen = (
  certificate: Uint8Array,
  at: number,
) => { providerId: ProviderId; nodePublicKey: Uint8Array };

/**
 * Reads a release whose hash was compared already. The certificate must have been good when the release was signed; that
 * the publisher stands for it still is what its log says. Throws `packages.bad_release` or `packages.wrong_signer`.
 */
export function readRelease(
  bytes: Uint8Array,
  deps: { verify: Verify; certifiedThen: CertifiedThen },
): { release: Release; provider: ProviderId } {
  const opened = open(bytes, RELEASE_TYPE, deps.verify);
  const parsed = releaseSchema.safeParse(opened.value);
  if (!parsed.success)
    throw new AppError('packages.bad_release', 'The record of this release makes no sense.', {
      advice: 'Its publisher must release it anew.',
      cause: parsed.error,
    });
  const { nodePublicKey, providerId } = deps.certifiedThen(parsed.data.cert, parsed.data.iat);
  if (equalBytes(nodePublicKey, opened.publicKey)) return { release: parsed.data, provider: providerId };
  throw new AppError('packages.wrong_signer', 'The release was not signed by the node that it names.', {
    advice: 'Drop it; it is forged.',
  });
}

/** `z6Mk…/files`. */
export type PackageId = string;
export const packageId = (provider: ProviderId, name: string): PackageId => `${provider}/${name}`;

export function parsePackageId(id: PackageId): { provider: ProviderId; name: string } {
  const [provider = '', name = '', ...rest] = id.split('/');
  if (rest.length === 0 && isProviderId(provider) && packageNameSchema.safeParse(name).success)
    return { provider, name };
  throw new AppError('packages.bad_id', 'This is not the id of a package.', {
    advice: 'Write it as z6Mk…/name, as `toolswarm packages search` prints it.',
  });
}
