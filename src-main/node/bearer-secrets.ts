/** Secrets that we hand out and recognise again, of which only hashes are kept. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Random } from '#shared/kernel/random.ts';

/** 256 unpredictable bits as text for links, headers and cookies. */
export const newSecret = (random: Random): string => toBase64Url(random.bytes(32));

export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Compares in a time that says nothing about where the two differ. */
export const matchesHash = (secret: string, hash: Uint8Array): boolean => {
  const own = hashSecret(secret);
  return own.length === hash.length && timingSafeEqual(own, hash);
};
