/** Backup files as streams of plain bytes: sealed on the way out, verified on the way in, 64 KiB in memory at a time. */
import type { FileHandle } from 'node:fs/promises';
import { concatBytes } from '#shared/kernel/bytes.ts';
import type { Random } from '#shared/kernel/random.ts';
import {
  CHECKSUM_BYTES,
  corrupt,
  createHead,
  FIXED_BYTES,
  headerLength,
  openHead,
  openSegment,
  SEGMENT_BYTES,
  sealSegment,
  TAG_BYTES,
} from './archive-format.ts';

/** Seals all chunks of `content` into an empty file. */
export async function writeArchive(
  file: FileHandle,
  content: AsyncIterable<Uint8Array>,
  passphrase: string,
  random: Random,
): Promise<void> {
  const head = createHead(passphrase, random);
  await file.appendFile(head.bytes);
  let index = 0;
  let pending: Uint8Array = new Uint8Array();
  for await (const chunk of content) {
    pending = concatBytes(pending, chunk);
    // One byte more than a segment proves that this one is not the last.
    while (pending.length > SEGMENT_BYTES) {
      await file.appendFile(sealSegment(head, index++, false, pending.subarray(0, SEGMENT_BYTES)));
      pending = pending.slice(SEGMENT_BYTES);
    }
  }
  await file.appendFile(sealSegment(head, index, true, pending));
}

/** Content of an archive, in order. */
export interface ArchiveReader {
  /** Exactly that many bytes. Throws `recovery.corrupt` where there are fewer. */
  read(length: number): Promise<Uint8Array>;
  /** Throws `recovery.corrupt` where anything is left. */
  end(): Promise<void>;
}

/** Throws `recovery.not_a_backup`, `recovery.newer`, `recovery.corrupt` or `recovery.wrong_passphrase`. */
export async function openArchive(file: FileHandle, passphrase: string): Promise<ArchiveReader> {
  const fixed = await readAt(file, 0, FIXED_BYTES);
  const headLength = FIXED_BYTES + headerLength(fixed) + CHECKSUM_BYTES;
  const head = openHead(await readExactly(file, 0, headLength), passphrase);
  const { size } = await file.stat();
  let position = headLength;
  let index = 0;
  let buffered: Uint8Array = new Uint8Array();

  async function nextSegment(): Promise<void> {
    if (position >= size) throw corrupt();
    const length = Math.min(SEGMENT_BYTES + TAG_BYTES, size - position);
    const sealed = await readExactly(file, position, length);
    position += length;
    buffered = concatBytes(buffered, openSegment(head, index++, position === size, sealed));
  }

  return {
    async read(length) {
      while (buffered.length < length) await nextSegment();
      const content = buffered.slice(0, length);
      buffered = buffered.slice(length);
      return content;
    },
    async end() {
      while (position < size) await nextSegment();
      if (index === 0 || buffered.length > 0) throw corrupt();
    },
  };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = await readAt(file, position, length);
  if (bytes.length < length) throw corrupt();
  return bytes;
}
