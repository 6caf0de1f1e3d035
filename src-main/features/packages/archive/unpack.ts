/** Unpacks a checked archive into an empty folder, whole and synced or not at all. */
import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import type { Entry } from 'yauzl';
import { syncDirectory } from '#main/platform/files.ts';
import { type CheckedArchive, type CheckedEntry, hostile, openChecked } from './zip.ts';

/** One file as it lies in the unpacked folder. */
export interface TreeFile {
  path: string;
  size: number;
  executable: boolean;
  /** Lower-case hex. */
  sha256: string;
}

const FOLDER_MODE = 0o700;
const PLAIN_MODE = 0o400;
const EXECUTABLE_MODE = 0o500;
/** Files that are written at a time: syncing waits for the disk, not for us. */
const AT_A_TIME = 8;

/**
 * @param into a folder that does not exist yet; it is removed where unpacking fails
 * @throws `packages.hostile_archive`, or what the disk says
 */
export async function unpack(archive: string, into: string, signal: AbortSignal): Promise<TreeFile[]> {
  const checked = await openChecked(archive);
  try {
    await mkdir(into, { mode: FOLDER_MODE });
    const folders = new Set([into]);
    for (const { path } of checked.files) await makeFolders(into, dirname(path), folders);
    const tree = await unpackAll(checked, into, signal);
    for (const folder of folders) syncDirectory(folder);
    return tree.sort((a, b) => (a.path < b.path ? -1 : 1));
  } catch (error) {
    await rm(into, { recursive: true, force: true });
    throw error;
  } finally {
    await checked.close();
  }
}

async function makeFolders(root: string, path: string, made: Set<string>): Promise<void> {
  if (path === '.' || made.has(join(root, path))) return;
  await makeFolders(root, dirname(path), made);
  await mkdir(join(root, path), { mode: FOLDER_MODE });
  made.add(join(root, path));
}

async function unpackAll(checked: CheckedArchive, into: string, signal: AbortSignal): Promise<TreeFile[]> {
  const waiting = [...checked.files];
  const tree: TreeFile[] = [];
  const worker = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signal.throwIfAborted();
      tree.push(await unpackFile(checked, file, join(into, file.path)));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return tree;
}

/** What inflates to more, less or something else than the list of files said is refused. */
async function unpackFile(
  { zip }: CheckedArchive,
  { crc32: expected, entry, executable, path, size }: CheckedEntry,
  to: string,
): Promise<TreeFile> {
  const stream = await promisify((one: Entry, done: (error: Error | null, stream: Readable) => void) =>
    zip.openReadStream(one, (error, opened) => done(error, opened)),
  )(entry).catch((cause: unknown) => Promise.reject(hostile('a file cannot be unpacked', cause)));
  const file = await open(to, 'wx', executable ? EXECUTABLE_MODE : PLAIN_MODE);
  const hash = createHash('sha256');
  let sum = 0;
  let written = 0;
  try {
    for await (const chunk of inflated(stream)) {
      written += chunk.length;
      if (written > size) throw hostile('a file is larger than it says', path);
      sum = crc32(chunk, sum);
      hash.update(chunk);
      await file.write(chunk);
    }
    if (written !== size || sum !== expected) throw hostile('a file is not what it says', path);
    await file.sync();
  } finally {
    stream.destroy();
    await file.close();
  }
  return { path, size, executable, sha256: hash.digest('hex') };
}

async function* inflated(stream: Readable): AsyncIterable<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw hostile('a file cannot be unpacked', error);
  }
}
