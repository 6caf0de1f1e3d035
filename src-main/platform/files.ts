/** Files that are whole or absent, whatever happens in between. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';
import { utf8 } from '#shared/kernel/bytes.ts';

/** Owner only: the mode of everything the node writes. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIRECTORY = 0o700;

const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** A hidden sibling of `path` that {@link sweepTemporaryFiles} recognises. */
export const temporarySibling = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);

/**
 * Replaces a file in one step: temporary sibling, fsync, rename, fsync of the folder. A reader, or the next start after
 * a kill or power cut, sees the old content or the new. Throws `storage.full` or `storage.unreadable`.
 */
export function writeFileAtomic(path: string, content: Uint8Array | string, mode = PRIVATE_FILE): void {
  const temporary = temporarySibling(path);
  try {
    writeSynced(temporary, typeof content === 'string' ? utf8(content) : content, mode);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw describeFileError(error, path);
  }
}

function writeSynced(path: string, content: Uint8Array, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    for (let offset = 0; offset < content.length; ) offset += writeSync(file, content, offset);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a rename in `directory` survive a power cut. Windows has no such call and needs none. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes a folder and those above it, for the owner only; what exists keeps its mode. (Node's own recursive form never
 * returns where a parent exists and yet cannot hold folders, as in /proc.) Throws the system's error.
 */
export function makePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { mode: PRIVATE_DIRECTORY });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makePrivateFolder(dirname(path));
    mkdirSync(path, { mode: PRIVATE_DIRECTORY });
  }
}

/** Removes what killed writers left in `directory`; call it only while nobody else writes there. */
export function sweepTemporaryFiles(directory: string): void {
  for (const name of readdirSync(directory)) if (TEMPORARY.test(name)) unlinkSync(join(directory, name));
}

/** Turns the file system's codes into ours; other errors pass through. */
export function describeFileError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('storage.full', 'The disk is full.', {
      advice: 'Free some space; nothing stored was lost.',
      retryable: true,
      cause: error,
    });
  const sentence = FILE_FAULTS[code];
  if (!sentence) return error;
  return new AppError('storage.unreadable', `${path} ${sentence}.`, {
    advice: 'Check that the folder exists, belongs to you and can be written, or choose another one.',
    cause: error,
  });
}

const FILE_FAULTS: Record<string, string> = {
  EACCES: 'belongs to someone else',
  EPERM: 'belongs to someone else',
  EROFS: 'is on a read-only disk',
  ENOENT: 'does not exist',
  ENOTDIR: 'lies below something that is not a folder',
  EISDIR: 'is a folder where a file should be',
  EEXIST: 'is a file where a folder should be',
  EBUSY: 'is in use by the system (a mount point, say)',
  EIO: 'cannot be read; the disk reports an error',
};
