/**
 * A publisher's log of one package: events that are only ever appended. What is offered now is folded from them. A later
 * log begins with every earlier one, so that a publisher cannot tell two people two histories without leaving proof.
 */
import semver from 'semver';
import { z } from 'zod';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { type CborValue, decodeCbor, encodeCbor, sha256Bytes } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';
import { hashSchema } from './bundle.ts';
import { packageNameSchema, type ReleaseId, versionSchema } from './release.ts';

export const CHANNELS = ['stable', 'beta'] as const;
export const channelSchema = z.enum(CHANNELS);
export type Channel = z.output<typeof channelSchema>;

/** A log of so many events takes some 400 KiB. */
export const MAX_EVENTS = 4096;
export const MAX_LOG_BYTES = 1 << 20;
const MAX_REASON = 300;

const at = z.number().int().nonnegative();
const eventSchema = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('release'),
    version: versionSchema,
    channel: channelSchema,
    release: hashSchema,
    at,
  }),
  z.object({ op: z.literal('channel'), version: versionSchema, channel: channelSchema, at }),
  /** It should be used no longer; who has it is told why. */
  z.object({ op: z.literal('withdraw'), version: versionSchema, reason: z.string().max(MAX_REASON), at }),
]);
export type LogEvent = z.output<typeof eventSchema>;

export const logSchema = z.looseObject({
  name: packageNameSchema,
  events: z.array(eventSchema).min(1).max(MAX_EVENTS),
});
export type PackageLog = z.output<typeof logSchema>;

export function encodeLog(log: PackageLog): { bytes: Uint8Array; hash: Uint8Array } {
  const bytes = encodeCbor(log as unknown as CborValue);
  return { bytes, hash: sha256Bytes(bytes) };
}

/** Reads a log whose hash was compared already. Throws `packages.bad_log`. */
export function readLog(bytes: Uint8Array): PackageLog {
  const parsed = logSchema.safeParse(decodeCbor(bytes));
  if (parsed.success && isSound(parsed.data)) return parsed.data;
  throw new AppError('packages.bad_log', 'The list of this package’s releases makes no sense.', {
    advice: 'Its publisher must mend it; nothing was installed.',
    cause: parsed.error,
  });
}

/** Each version is released once, and only what was released is moved or withdrawn. */
function isSound({ events }: PackageLog): boolean {
  const released = new Set<string>();
  for (const event of events) {
    if ((event.op === 'release') === released.has(event.version)) return false;
    released.add(event.version);
  }
  return true;
}

/** One version as its log leaves it. */
export interface LoggedVersion {
  version: string;
  channel: Channel;
  release: ReleaseId;
  /** Its place among the releases, from 1. */
  seq: number;
  releasedAt: number;
  /** Why it should be used no longer. */
  withdrawn?: string;
}

/** Oldest release first. */
export function versionsIn({ events }: PackageLog): LoggedVersion[] {
  const versions = new Map<string, LoggedVersion>();
  for (const event of events) {
    const known = versions.get(event.version);
    if (event.op === 'release') {
      const { at: releasedAt, channel, release, version } = event;
      const seq = versions.size + 1;
      versions.set(version, { version, channel, release: toHex(release), seq, releasedAt });
    } else if (known && event.op === 'channel') known.channel = event.channel;
    else if (known && event.op === 'withdraw') known.withdrawn = event.reason;
  }
  return [...versions.values()];
}

/** The highest version that is offered in a channel; beta offers what is stable as well. */
export function newestIn(versions: readonly LoggedVersion[], channel: Channel): LoggedVersion | undefined {
  return versions
    .filter((one) => one.withdrawn === undefined && (channel === 'beta' || one.channel === 'stable'))
    .reduce<LoggedVersion | undefined>(
      (best, one) => (best && semver.gte(best.version, one.version) ? best : one),
      undefined,
    );
}

/** Whether `after` tells everything that `before` told, in the same order. */
export const extendsLog = (before: PackageLog, after: PackageLog): boolean =>
  before.name === after.name &&
  before.events.length <= after.events.length &&
  before.events.every((event, index) => isSameEvent(event, after.events[index]));

const isSameEvent = (a: LogEvent, b: LogEvent | undefined): boolean =>
  b !== undefined && equalBytes(encodeCbor(a), encodeCbor(b));
