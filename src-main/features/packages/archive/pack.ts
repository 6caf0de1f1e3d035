/** Packs a folder into a bundle: files in the order of their names, with one date, so that the same files give the same bytes. */
import { createWriteStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { AppError } from '#shared/kernel/errors.ts';
import { PRIVATE_FILE } from '#main/platform/files.ts';
import { LIMITS } from './zip.ts';

/** What is never part of a package: where editors, version control and secrets live. */
const LEFT_OUT = new Set([
  '.git',
  '.hg',
  '.svn',
  '.DS_Store',
  'Thumbs.db',
  '.env',
  '.npmrc',
  '.pypirc',
  '__pycache__',
  '.venv',
  '.cache',
]);
const LEFT_OUT_ENDINGS = ['.mcpb', '.dxt', '.log', '.pem', '.key'];
/** The first moment that ZIP can tell, in whatever time zone. */
const ONE_DATE = new Date(1980, 0, 2);
const EXECUTABLE = 0o111;

export interface PackedFile {
  path: string;
  size: number;
}

export interface PackOptions {
  /** Nothing is left out: the folder holds what was published, not what somebody works in. Default: false. */
  isWhole?: boolean;
}

/** Throws `packages.unpackable` for links, devices and what is beyond the limits of an archive. */
export async function listFolder(root: string, { isWhole = false }: PackOptions = {}): Promise<PackedFile[]> {
  const isLeftOut = (name: string) =>
    !isWhole && (LEFT_OUT.has(name) || LEFT_OUT_ENDINGS.some((ending) => name.endsWith(ending)));
  const files: PackedFile[] = [];
  let total = 0;
  const visit = async (folder: string): Promise<void> => {
    const names = await readdir(join(root, folder));
    for (const name of names.sort()) {
      if (isLeftOut(name)) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const about = await lstat(join(root, path));
      if (about.isDirectory()) await visit(path);
      else if (!about.isFile()) throw unpackable(`${path} is a link or a device`);
      else {
        total += about.size;
        files.push({ path, size: about.size });
      }
      if (files.length > LIMITS.entries || total > LIMITS.totalBytes)
        throw unpackable('the folder is too large');
    }
  };
  await visit('');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Writes the archive to `to`, which must not exist. */
export async function packFolder(
  root: string,
  to: string,
  signal: AbortSignal,
  options: PackOptions = {},
): Promise<PackedFile[]> {
  const files = await listFolder(root, options);
  const zip = new ZipFile();
  for (const { path } of files) {
    const { mode } = await lstat(join(root, path));
    zip.addFile(join(root, path), path, {
      mtime: ONE_DATE,
      mode: (mode & EXECUTABLE) === 0 ? 0o100644 : 0o100755,
      forceDosTimestamp: true,
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(to, { flags: 'wx', mode: PRIVATE_FILE }), { signal });
  return files;
}

const unpackable = (why: string): AppError =>
  new AppError('packages.unpackable', `This folder cannot become a package: ${why}.`, {
    advice: 'Take it out of the folder, or build the package elsewhere.',
    details: { why },
  });
