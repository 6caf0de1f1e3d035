import { createReadStream, existsSync } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { encodeCbor } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { DataDir } from '#main/platform/data-dir.ts';
import { describeFileError, PRIVATE_FILE, syncDirectory, temporarySibling } from '#main/platform/files.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { writeArchive } from './archive.ts';
import { isArchive } from './archive-format.ts';
import { encodeManifest, type FileName } from './content.ts';
import { snapshotDatabase } from './snapshot.ts';

export interface BackupDeps {
  db: Database;
  keystore: Keystore;
  dataDir: Pick<DataDir, 'settingsFile' | 'temporaryDir'>;
  self: () => { providerId: ProviderId; peerId: PeerId };
  clock: Clock;
  random: Random;
}

export interface BackupOptions {
  /** Tables that peers can give back; they stay out. */
  refetchableTables?: readonly string[];
  appVersion: string;
}

/** How far a backup is: first the database is copied, then everything is sealed. */
export interface BackupWatch {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface BackupRequest {
  /** Absolute path; an older backup there is replaced in one step, anything else is left alone. */
  file: string;
  passphrase: string;
}

interface Part {
  name: FileName;
  bytes: number;
  content: () => AsyncIterable<Uint8Array>;
}

/** Writes a backup, atomically. Throws `recovery.file_exists`, `recovery.relative_path` or `storage.…`. */
export async function writeBackup(
  deps: BackupDeps,
  options: BackupOptions,
  { file, passphrase }: BackupRequest,
  { onProgress, signal }: BackupWatch = {},
): Promise<{ file: string; bytes: number; createdAt: number }> {
  await refuseForeignFile(file);
  const createdAt = deps.clock.now();
  const without = options.refetchableTables ?? [];
  const snapshot = await snapshotDatabase(deps.db, deps.dataDir.temporaryDir, {
    without,
    onProgress,
    signal,
  });
  try {
    const parts = await collectParts(deps, snapshot);
    const manifest = encodeManifest({
      createdAt,
      appVersion: options.appVersion,
      ...deps.self(),
      passphraseProtected: deps.keystore.passphraseProtected,
      files: parts.map(({ name, bytes }) => ({ name, bytes })),
    });
    const bytes = await writeFileOnce(file, contentOf(manifest, parts, signal), passphrase, deps.random);
    return { file, bytes, createdAt };
  } catch (error) {
    throw describeFileError(error, file);
  } finally {
    await rm(snapshot, { force: true });
  }
}

async function collectParts({ keystore, dataDir }: BackupDeps, snapshot: string): Promise<Part[]> {
  const entries = keystore.names().map((name) => [name, keystore.get(name) as Uint8Array]);
  const parts = [
    inMemory('keys.cbor', encodeCbor(Object.fromEntries(entries) as Record<string, Uint8Array>)),
  ];
  if (existsSync(dataDir.settingsFile))
    parts.push(inMemory('settings.json', await readFile(dataDir.settingsFile)));
  const { size } = await stat(snapshot);
  return [...parts, { name: 'node.db', bytes: size, content: () => createReadStream(snapshot) }];
}

const inMemory = (name: FileName, bytes: Uint8Array): Part => ({
  name,
  bytes: bytes.length,
  content: async function* () {
    yield bytes;
  },
});

async function* contentOf(
  manifest: Uint8Array,
  parts: readonly Part[],
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  yield manifest;
  for (const part of parts)
    for await (const chunk of part.content()) {
      signal?.throwIfAborted();
      yield chunk;
    }
}

async function writeFileOnce(
  file: string,
  content: AsyncIterable<Uint8Array>,
  passphrase: string,
  random: Random,
): Promise<number> {
  const temporary = temporarySibling(file);
  try {
    const bytes = await writeSynced(temporary, content, passphrase, random);
    await rename(temporary, file);
    syncDirectory(dirname(file));
    return bytes;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeSynced(
  path: string,
  content: AsyncIterable<Uint8Array>,
  passphrase: string,
  random: Random,
): Promise<number> {
  await using handle = await open(path, 'wx', PRIVATE_FILE);
  await writeArchive(handle, content, passphrase, random);
  await handle.sync();
  return (await handle.stat()).size;
}

/** A slip of the keyboard must not cost a person another file. */
async function refuseForeignFile(file: string): Promise<void> {
  if (!isAbsolute(file))
    throw new AppError('recovery.relative_path', 'The path of the backup must be absolute.', {
      advice: 'Give the whole path: the node runs in another folder than you.',
    });
  if (!existsSync(file)) return;
  try {
    await using handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(new Uint8Array(8), 0, 8, 0);
    if (isArchive(buffer.subarray(0, bytesRead))) return;
  } catch (error) {
    throw describeFileError(error, file);
  }
  throw new AppError('recovery.file_exists', `${file} exists and is not a backup.`, {
    advice: 'Choose another name; nothing was overwritten.',
  });
}
