/**
 * The backup file, version 1:
 *
 *     magic `TSWARMBK` ‖ version (1 byte) ‖ header length (2 bytes, big-endian) ‖ header (deterministic CBOR) ‖
 *     checksum (first 8 bytes of SHA-256 of all before) ‖ segments
 *
 * The header is `{kdf, nonce, check}`. Segments hold 64 KiB of content each, the last one what is left, each sealed by
 * AES-256-GCM under the key of the passphrase. The nonce is the header's 7 bytes ‖ segment number (4 bytes, big-endian) ‖
 * 1 for the last segment, else 0; everything before the segments is bound to each of them. So no segment can be
 * changed, moved, dropped or added at the end without being noticed (the STREAM construction of Hoang et al.).
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { z } from 'zod';
import { concatBytes, equalBytes, utf8 } from '#shared/kernel/bytes.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import {
  derivePassphraseKey,
  kdfSchema,
  newKdf,
  type PassphraseKey,
  sameSecret,
} from '#main/platform/passphrase.ts';

const MAGIC = 'TSWARMBK';
const VERSION = 1;
/** Magic, version and header length. */
export const FIXED_BYTES = MAGIC.length + 3;
export const CHECKSUM_BYTES = 8;
const MAX_HEADER_BYTES = 1024;
export const SEGMENT_BYTES = 65_536;
export const TAG_BYTES = 16;

const headerSchema = z.strictObject({
  kdf: kdfSchema,
  nonce: z.instanceof(Uint8Array).refine((bytes) => bytes.length === 7),
  check: z.instanceof(Uint8Array),
});

/** Everything before the segments. */
export interface ArchiveHead {
  bytes: Uint8Array;
  nonce: Uint8Array;
  key: PassphraseKey;
}

export function createHead(passphrase: string, random: Random): ArchiveHead {
  const key = derivePassphraseKey(passphrase, newKdf(random.bytes(16)));
  const nonce = random.bytes(7);
  const header = encodeCbor({ kdf: key.kdf, nonce, check: key.check });
  const length = Uint8Array.of(header.length >> 8, header.length & 0xff);
  const bytes = concatBytes(utf8(MAGIC), Uint8Array.of(VERSION), length, header);
  return { bytes: concatBytes(bytes, checksum(bytes)), nonce, key };
}

/** Whether a file that begins so is a backup of any version. */
export const isArchive = (start: Uint8Array): boolean =>
  equalBytes(start.subarray(0, MAGIC.length), utf8(MAGIC));

/** Length of the header, from the first {@link FIXED_BYTES}. Throws `recovery.not_a_backup`, `recovery.newer`, `recovery.corrupt`. */
export function headerLength(fixed: Uint8Array): number {
  if (!isArchive(fixed)) throw notABackup();
  if ((fixed[MAGIC.length] as number) > VERSION) throw newer();
  const length = ((fixed[MAGIC.length + 1] as number) << 8) | (fixed[MAGIC.length + 2] as number);
  if (fixed.length < FIXED_BYTES || length > MAX_HEADER_BYTES) throw corrupt();
  return length;
}

/** @param bytes fixed part, header and checksum. Throws `recovery.corrupt` or `recovery.wrong_passphrase`. */
export function openHead(bytes: Uint8Array, passphrase: string): ArchiveHead {
  const checked = bytes.subarray(0, -CHECKSUM_BYTES);
  if (!equalBytes(checksum(checked), bytes.subarray(-CHECKSUM_BYTES))) throw corrupt();
  const { kdf, nonce, check } = readHeader(checked.subarray(FIXED_BYTES));
  const key = derivePassphraseKey(passphrase, kdf);
  if (!sameSecret(key.check, check)) throw wrongPassphrase();
  return { bytes, nonce, key };
}

function readHeader(bytes: Uint8Array): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(decodeCbor(bytes));
  } catch (cause) {
    throw corrupt(cause);
  }
}

const checksum = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(bytes).digest().subarray(0, CHECKSUM_BYTES));

export function sealSegment(
  head: ArchiveHead,
  index: number,
  last: boolean,
  content: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', head.key.key, segmentNonce(head, index, last));
  cipher.setAAD(head.bytes);
  return concatBytes(cipher.update(content), cipher.final(), cipher.getAuthTag());
}

/** Throws `recovery.corrupt` where the segment was changed, moved or cut. */
export function openSegment(head: ArchiveHead, index: number, last: boolean, sealed: Uint8Array): Uint8Array {
  if (sealed.length < TAG_BYTES) throw corrupt();
  const decipher = createDecipheriv('aes-256-gcm', head.key.key, segmentNonce(head, index, last));
  decipher.setAAD(head.bytes);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return concatBytes(decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final());
  } catch (cause) {
    throw corrupt(cause);
  }
}

function segmentNonce({ nonce }: ArchiveHead, index: number, last: boolean): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes.set(nonce);
  new DataView(bytes.buffer).setUint32(7, index);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

export const corrupt = (cause?: unknown): AppError =>
  new AppError('recovery.corrupt', 'The backup is damaged or incomplete.', {
    advice: 'Nothing was changed. Try another copy of the file.',
    cause,
  });

const wrongPassphrase = (): AppError =>
  new AppError('recovery.wrong_passphrase', 'The passphrase does not open this backup.', {
    advice: 'Try again; without it the backup cannot be read, but the 24 words bring the provider back.',
  });

export const newer = (): AppError =>
  new AppError('recovery.newer', 'The backup was made by a newer Toolswarm.', {
    advice: 'Update Toolswarm, then restore.',
  });

const notABackup = (): AppError =>
  new AppError('recovery.not_a_backup', 'This file is not a backup of Toolswarm.', {
    advice: 'Choose a file that `toolswarm backup` wrote.',
  });
