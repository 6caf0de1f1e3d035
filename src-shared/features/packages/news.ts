/** What becomes of what a publisher says of a package, against what he was heard to say before. Pure. */
import { equalBytes, fromHex } from '../../kernel/bytes.ts';
import { extendsLog, type LoggedVersion, type PackageLog, versionsIn } from './log.ts';
import type { PackageRecord } from './record.ts';
import { type Release, releaseId } from './release.ts';

export type LogVerdict =
  | { kind: 'take' }
  /** What is known says more already: a peer is behind, or wants this node to be. */
  | { kind: 'older' }
  /** Two histories, both signed. */
  | { kind: 'rewritten' }
  /** The record and the log that it names do not fit. */
  | { kind: 'nonsense' };

/** Judges a log that a verified record names, against the log in force. */
export function judgeLog(
  record: Pick<PackageRecord, 'name' | 'events'>,
  log: PackageLog,
  known: PackageLog | undefined,
): LogVerdict {
  if (log.name !== record.name || log.events.length !== record.events) return { kind: 'nonsense' };
  if (!known || extendsLog(known, log)) return { kind: 'take' };
  return extendsLog(log, known) ? { kind: 'older' } : { kind: 'rewritten' };
}

/** Whether a release is what its log names at that place, and follows the one before it. */
export function fitsLog(bytes: Uint8Array, release: Release, log: PackageLog): boolean {
  const versions = versionsIn(log);
  const at = versions.findIndex((one) => one.release === releaseId(bytes));
  const logged = versions[at];
  if (!logged || release.name !== log.name) return false;
  if (logged.version !== release.version || release.seq !== logged.seq) return false;
  return isAfter(release, versions[at - 1]);
}

function isAfter({ prev }: Release, before: LoggedVersion | undefined): boolean {
  if (!before || prev === null) return !before && prev === null;
  return equalBytes(prev, fromHex(before.release));
}
