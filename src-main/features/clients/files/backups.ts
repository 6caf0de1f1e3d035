/** Copies of clients' files as they were before we touched them. They may hold others' keys: for the owner only. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromUtf8 } from '#shared/kernel/bytes.ts';
import { makePrivateFolder, writeFileAtomic } from '#main/platform/files.ts';
import { notWritten, type OpenedFile, sha256 } from './disk.ts';

/** Copies that are kept of one client's files; the oldest go, but none that an undo needs. */
const MAX_BACKUPS = 10;

export interface Backups {
  /** Where a copy of the file would lie. */
  pathFor(client: string, file: OpenedFile, at: number): string;
  /** Writes it. Throws `storage.full`, `storage.unreadable` or `clients.file_not_written`. */
  keep(path: string, file: OpenedFile): void;
  /** The copy, where it is still what it was. */
  read(path: string, hash: string): string | undefined;
  /** Forgets the oldest copies of a client. */
  prune(client: string, needed: ReadonlySet<string>): void;
}

/** @param folder absolute; made when the first copy is. */
export function createBackups(folder: string): Backups {
  return {
    pathFor: (client, { hash }, at) => join(folder, `${client}-${stamp(at)}-${hash.slice(0, 8)}.bak`),
    keep(path, { text = '' }) {
      try {
        makePrivateFolder(folder);
        writeFileAtomic(path, text);
      } catch (error) {
        throw notWritten(path, error);
      }
    },
    read(path, hash) {
      if (!existsSync(path)) return undefined;
      const bytes = readFileSync(path);
      return sha256(bytes) === hash ? fromUtf8(bytes) : undefined;
    },
    prune(client, needed) {
      if (!existsSync(folder)) return;
      const own = readdirSync(folder).filter((name) => new RegExp(`^${client}-\\d{8}T\\d{9}-`).test(name));
      for (const name of own.sort().slice(0, -MAX_BACKUPS))
        if (!needed.has(join(folder, name))) rmSync(join(folder, name), { force: true });
    },
  };
}

/** 20261122T174000123: sorts as time passes, in UTC. */
const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:.Z]/g, '');
