/** What a client's file would be without us: as it was before where we know that, else as it is without our entry. */
import type { ClientApp } from '#shared/features/clients/apps.ts';
import type { Entry, ReadEntry } from '#shared/features/clients/entry.ts';
import { hasContainer, withEntry, withoutEntry } from '../edit/index.ts';
import type { Backups } from './backups.ts';
import type { OpenedFile } from './disk.ts';
import type { FileRecord, FileRecords } from './records.ts';

export interface Reversal {
  outcome: 'restored' | 'removed';
  /** Undefined: the file goes. */
  text: string | undefined;
}

export interface ReversalDeps {
  records: FileRecords;
  backups: Backups;
  /** Whose entry a text has. */
  read(app: ClientApp, text: string | undefined): ReadEntry & { entry: unknown };
}

export const isOurs = ({ state }: ReadEntry): boolean => state === 'present' || state === 'stale';

/** The record of what is in the file now: one whose write never came to pass says nothing. */
export function recordOf(records: FileRecords, file: OpenedFile): FileRecord | undefined {
  const record = records.get(file.path);
  return record?.afterHash === file.hash ? record : undefined;
}

/** Undefined where we are not in the file. Throws what keeps it from being read or changed: `clients.file_…`. */
export function reversalOf(deps: ReversalDeps, app: ClientApp, file: OpenedFile): Reversal | undefined {
  if (file.text === undefined || !isOurs(deps.read(app, file.text))) return undefined;
  const record = recordOf(deps.records, file);
  if (record?.undo === 'delete') return { outcome: 'restored', text: undefined };
  const last = deps.records.get(file.path);
  const copy = last?.backup === undefined ? undefined : deps.backups.read(last.backup, last.beforeHash);
  if (record?.undo === 'restore' && copy !== undefined) return { outcome: 'restored', text: copy };
  return { outcome: 'removed', text: withoutUs(deps, file.text, app, copy, last?.undo === 'delete') };
}

/** The text without our entry, and without the container we brought; what stood in its place before, comes back. */
function withoutUs(
  { read }: ReversalDeps,
  text: string,
  app: ClientApp,
  copy: string | undefined,
  isOurFile: boolean,
): string {
  if (copy === undefined) return withoutEntry(text, app, !isOurFile);
  const before = read(app, copy);
  if (before.state === 'foreign') return withEntry(text, app, before.entry as Entry);
  return withoutEntry(text, app, hasContainer(copy, app));
}
