/**
 * Fetches the archive of one npm package and unpacks it: verified against the hash of its registry before anything of it is
 * unpacked, files and folders alone, never outside its own folder, never more than there is room for.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { tooLarge, unsupported, wrongContent } from './faults.ts';
import { LIMITS, type Room } from './limits.ts';
import { describe, isOfDisk, type NpmPart, type NpmWish, requestOptions } from './npm-tree.ts';

/** Headers and padding of a tar beside what is in it. */
const TAR_OVERHEAD = 1024;

export interface NpmTarget {
  wish: NpmWish;
  /** Folder of the bundle. */
  root: string;
  cache: string;
  /** Is counted down. */
  room: Room;
  signal: AbortSignal;
}

/** Throws `packages.foreign_integrity`, `_too_large`, `_unsupported`, `_not_found` or `_unreachable`. */
export async function fetchNpmPart(
  part: NpmPart,
  { wish, root, cache, room, signal }: NpmTarget,
): Promise<void> {
  const what = `${part.name}@${part.version}`;
  const archive = join(cache, `${createHash('sha256').update(part.location).digest('hex')}.tgz`);
  try {
    await download(part, { wish, cache, to: archive, signal });
    signal.throwIfAborted();
    await unpack(archive, join(root, part.location), { what, room, signal });
  } catch (error) {
    throw describe(error, what, wish);
  } finally {
    await rm(archive, { force: true });
  }
}

async function download(
  part: NpmPart,
  { cache, signal, to, wish }: { wish: NpmWish; cache: string; to: string; signal: AbortSignal },
): Promise<void> {
  const { default: pacote } = await import('pacote');
  const what = `${part.name}@${part.version}`;
  const { integrity, resolved } = part;
  await pacote.tarball.stream(
    what,
    (stream) =>
      pipeline(stream, limited(LIMITS.fileBytes, what), createWriteStream(to, { mode: 0o600 }), { signal }),
    { ...requestOptions(wish, cache, signal), resolved, integrity },
  );
}

async function unpack(
  archive: string,
  folder: string,
  { room, signal, what }: { what: string; room: Room; signal: AbortSignal },
): Promise<void> {
  const { Unpack } = await import('tar');
  // What a package above this one brought under this name is not this one.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let fault: Error | undefined;
  const tar = new Unpack({
    cwd: folder,
    strip: 1,
    preserveOwner: false,
    noMtime: true,
    umask: 0o077,
    // It was inflated once, and counted; an archive in an archive is none.
    maxDecompressionRatio: 1,
    filter(_path, entry) {
      const { size, type } = entry as { size: number; type: string };
      if (!/^(File|OldFile|ContiguousFile)$/.test(type)) return /^(Directory|GNUDumpDir)$/.test(type);
      room.files -= 1;
      room.bytes -= size;
      if (room.files < 0) fault ??= tooLarge(what, `${LIMITS.treeFiles} files`);
      if (room.bytes < 0) fault ??= tooLarge(what, `${LIMITS.treeBytes} bytes`);
      return fault === undefined;
    },
    onwarn(code, message, data) {
      const cause = data instanceof Error ? data : new Error(message);
      if (code === 'TAR_ENTRY_INFO') return;
      fault ??= code === 'TAR_ENTRY_ERROR' ? unwritten(what, cause) : wrongContent(what, cause);
    },
  });
  const ended = once(tar, 'close');
  // It is waited for below; until then nobody else may have to hear of its end.
  ended.catch(() => undefined);
  const most = room.bytes + Math.max(room.files, 16) * TAR_OVERHEAD;
  await pipeline(
    createReadStream(archive),
    createGunzip(),
    limited(most, what),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        if (fault) throw fault;
        if (!tar.write(chunk)) await Promise.race([once(tar, 'drain'), ended]);
      }
      tar.end();
      await ended;
    },
    { signal },
  ).catch((error: Error) => {
    throw fault ?? error;
  });
  if (fault) throw fault;
}

const unwritten = (what: string, cause: NodeJS.ErrnoException): Error =>
  isOfDisk(cause.code) ? cause : unsupported(what, 'a file of it cannot be written', cause);

function limited(most: number, what: string): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(tooLarge(what, `${most} bytes`));
      else done(null, chunk);
    },
  });
}
