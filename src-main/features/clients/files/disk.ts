/** The file of a client on the disk: read with suspicion, replaced whole or not at all. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { hash } from 'node:crypto';
import { basename, dirname, join, relative, sep } from 'node:path';
import { utf8 } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { PRIVATE_FILE, syncDirectory, temporarySibling } from '#main/platform/files.ts';

/** Bytes of a client's file; the largest known, that of Claude Code, stays below a few hundred kilobytes. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface OpenedFile {
  /** As the table names it. */
  path: string;
  /** Where the bytes are: symbolic links followed. */
  real: string;
  /** Undefined where there is no file. */
  text: string | undefined;
  /** SHA-256 in hex; empty where there is no file. */
  hash: string;
  stats: Stats | undefined;
}

export const sha256 = (text: string | Uint8Array): string => hash('sha256', text, 'hex');

/** Throws `clients.file_unreadable`, `clients.file_elsewhere` or `clients.file_unusual`. */
export function openFile(path: string, home: string): OpenedFile {
  const real = follow(path, home);
  try {
    const stats = statSync(real);
    if (!stats.isFile()) throw unreadable(path, 'is no file');
    if (stats.size > MAX_BYTES) throw unreadable(path, 'is larger than such a file ever is');
    const bytes = readFileSync(real);
    return { path, real, text: decode(bytes, path), hash: sha256(bytes), stats };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { path, real, text: undefined, hash: '', stats: undefined };
    if (error instanceof AppError) throw error;
    throw unreadable(path, 'cannot be read', error);
  }
}

/** A link is followed, as the client follows it, but not out of the home folder it lies in. */
function follow(path: string, home: string): string {
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isLink(path)) return path;
    throw unreadable(path, code === 'ENOENT' ? 'is a link to nowhere' : 'cannot be read', error);
  }
  if (isInside(path, home) && !isInside(real, realpathSync(home))) throw elsewhere(path, real);
  return real;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // Nothing there, then.
    return false;
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw unreadable(path, 'is not a text in UTF-8', error);
  }
}

/** Throws `clients.file_read_only` where the file, or the folder it would be made in, may not be written. */
export function requireWritable({ path, real, stats }: OpenedFile): void {
  // The owner took the right to write away; that this process might have it all the same is no leave.
  if (stats && process.platform !== 'win32' && (stats.mode & 0o222) === 0) throw readOnly(path);
  const mine = process.getuid?.();
  if (stats && mine !== undefined && mine !== 0 && stats.uid !== mine) throw readOnly(path);
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    try {
      const { mode } = statSync(folder);
      if (process.platform !== 'win32' && (mode & 0o222) === 0) throw readOnly(path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || folder === dirname(folder)) throw error;
    }
  }
}

/**
 * Replaces the file in one step, with the mode and owner it had. A client that reads at the same moment, or a kill in
 * between, finds the old content or the new. Throws `clients.file_not_written`; the old content is there then.
 */
export function replaceFile(file: OpenedFile, text: string): void {
  const folder = dirname(file.real);
  const temporary = temporarySibling(file.real);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    sweep(file.real);
    writeTemporary(temporary, utf8(text), file.stats);
    renameSync(temporary, file.real);
    syncDirectory(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw notWritten(file.path, error);
  }
}

function writeTemporary(path: string, bytes: Uint8Array, like: Stats | undefined): void {
  const handle = openSync(path, 'wx', PRIVATE_FILE);
  try {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(handle, bytes, offset);
    if (like && process.platform !== 'win32') {
      if (like.uid !== process.getuid?.() || like.gid !== process.getgid?.())
        fchownSync(handle, like.uid, like.gid);
      fchmodSync(handle, like.mode & 0o7777);
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** What a killed writer of this very file left beside it. */
function sweep(path: string): void {
  const prefix = `.${basename(path)}.`;
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(prefix) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length)))
      rmSync(join(dirname(path), name), { force: true });
}

/** Throws `clients.file_not_written`. */
export function removeFile(file: OpenedFile): void {
  try {
    rmSync(file.real);
    syncDirectory(dirname(file.real));
  } catch (error) {
    throw notWritten(file.path, error);
  }
}

const unreadable = (path: string, why: string, cause?: unknown): AppError =>
  new AppError('clients.file_unreadable', `${path} ${why}.`, {
    advice: 'Check that the file belongs to you and can be read, or add the entry by hand.',
    details: { path },
    cause,
  });

const elsewhere = (path: string, real: string): AppError =>
  new AppError('clients.file_elsewhere', `${path} is a link to ${real}, outside of your home folder.`, {
    advice: 'Add the entry by hand, so that nothing is written where you do not expect it.',
    details: { path, real },
  });

const readOnly = (path: string): AppError =>
  new AppError('clients.file_read_only', `${path} cannot be written.`, {
    advice: 'Allow writing to it, or add the entry by hand.',
    details: { path },
  });

/** Nothing was written; says why. What is an `AppError` already says so itself. */
export const notWritten = (path: string, cause: unknown): AppError => {
  if (cause instanceof AppError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  const why = full ? 'the disk is full' : `the system refused it (${code ?? 'unknown reason'})`;
  return new AppError('clients.file_not_written', `${path} could not be written: ${why}.`, {
    advice: full
      ? 'Free some space and try again; the file is as it was.'
      : 'The file is as it was. Check who may write to it.',
    retryable: true,
    details: { path },
    cause,
  });
};
