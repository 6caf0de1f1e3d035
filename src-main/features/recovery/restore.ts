import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { z } from 'zod';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { NODE_KEY } from '#main/features/identity/index.ts';
import { type DataDir, describeDataDir } from '#main/platform/data-dir.ts';
import { describeFileError, makePrivateFolder, PRIVATE_FILE, syncDirectory } from '#main/platform/files.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { systemRandom } from '#main/platform/random.ts';
import { type ArchiveReader, openArchive } from './archive.ts';
import { corrupt } from './archive-format.ts';
import { decodePart, type FileName, type Manifest, readManifest } from './content.ts';

export interface RestoreOptions {
  file: string;
  passphrase: string;
  /** An empty folder, or one that does not exist yet. */
  dataDir: string;
  /**
   * Keeps the node key, and with it the peer id that others have remembered. Only where the old node will never run
   * again: two nodes with one key cannot be told apart. Default false: the same provider gets a new node.
   */
  sameNode?: boolean;
  random?: Random;
}

export interface Restored {
  providerId: ProviderId;
  createdAt: number;
  sameNode: boolean;
}

/** Larger keystores do not exist. */
const MAX_KEYS_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 65_536;

/**
 * Restores a backup. Everything is written and verified in a folder beside the target, which then takes its place in one
 * step: a kill leaves the target as it was. Throws `recovery.not_empty`, `recovery.not_a_backup`,
 * `recovery.wrong_passphrase`, `recovery.corrupt`, `recovery.newer` or `storage.…`.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const target = resolve(options.dataDir);
  const random = options.random ?? systemRandom;
  const stage = join(
    dirname(target),
    `${stagePrefix(target)}${Buffer.from(random.bytes(6)).toString('hex')}`,
  );
  try {
    refuseUsedFolder(target);
    makePrivateFolder(dirname(target));
    sweepStages(target);
    makePrivateFolder(stage);
    const manifest = await unpack(options, describeDataDir(stage), random);
    moveInto(stage, target);
    const { providerId, createdAt } = manifest;
    return { providerId, createdAt, sameNode: options.sameNode === true };
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    throw describeFileError(error, target);
  }
}

async function unpack(options: RestoreOptions, stage: DataDir, random: Random): Promise<Manifest> {
  await using file = await open(options.file, 'r').catch((error: unknown) => {
    throw describeFileError(error, options.file);
  });
  const archive = await openArchive(file, options.passphrase);
  const manifest = await readManifest(archive);
  requireParts(manifest);
  const keys = await unpackParts(archive, manifest, stage);
  await archive.end();
  checkDatabase(stage.databaseFile);
  if (!options.sameNode) delete keys[NODE_KEY];
  const protection = manifest.passphraseProtected ? { passphrase: options.passphrase } : {};
  openKeystore({ file: stage.keysFile, random, ...protection }).update(keys);
  return manifest;
}

function requireParts({ files }: Manifest): void {
  const names = files.map(({ name }) => name);
  const needed: FileName[] = ['keys.cbor', 'node.db'];
  if (new Set(names).size !== names.length || !needed.every((name) => names.includes(name))) throw corrupt();
}

async function unpackParts(
  archive: ArchiveReader,
  { files }: Manifest,
  stage: DataDir,
): Promise<Record<string, Uint8Array>> {
  let keys: Record<string, Uint8Array> = {};
  for (const { name, bytes } of files) {
    if (name === 'keys.cbor') keys = await readKeys(archive, bytes);
    else await unpackFile(archive, bytes, name === 'node.db' ? stage.databaseFile : stage.settingsFile);
  }
  return keys;
}

async function readKeys(archive: ArchiveReader, bytes: number): Promise<Record<string, Uint8Array>> {
  if (bytes > MAX_KEYS_BYTES) throw corrupt();
  const entries = z
    .record(z.string(), z.instanceof(Uint8Array))
    .safeParse(decodePart(await archive.read(bytes)));
  if (!entries.success) throw corrupt(entries.error);
  return entries.data;
}

async function unpackFile(archive: ArchiveReader, bytes: number, path: string): Promise<void> {
  await using file: FileHandle = await open(path, 'wx', PRIVATE_FILE);
  for (let left = bytes; left > 0; left -= CHUNK_BYTES)
    await file.appendFile(await archive.read(Math.min(left, CHUNK_BYTES)));
  await file.sync();
}

function checkDatabase(path: string): void {
  try {
    const db = new SqliteDatabase(path, { readonly: true });
    const [row] = db.pragma('quick_check(1)') as Array<{ quick_check: string }>;
    db.close();
    if (row?.quick_check !== 'ok') throw corrupt();
  } catch (cause) {
    throw cause instanceof AppError ? cause : corrupt(cause);
  }
}

function refuseUsedFolder(target: string): void {
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new AppError('recovery.not_empty', `The folder ${target} is not empty.`, {
      advice: 'Name an empty or new folder; nothing was changed.',
    });
}

const stagePrefix = (target: string): string => `.${basename(target)}.restoring-`;

/** Folders that killed restores left behind. */
function sweepStages(target: string): void {
  for (const name of readdirSync(dirname(target)))
    if (name.startsWith(stagePrefix(target)))
      rmSync(join(dirname(target), name), { recursive: true, force: true });
}

function moveInto(stage: string, target: string): void {
  syncDirectory(stage);
  // Windows does not rename over a folder, not even an empty one.
  if (process.platform === 'win32' && existsSync(target)) rmdirSync(target);
  renameSync(stage, target);
  syncDirectory(dirname(target));
}
