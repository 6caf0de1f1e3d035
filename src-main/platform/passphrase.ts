/** Keys from passphrases: argon2id (RFC 9106), with what is needed to derive them again and to tell a wrong one. */
import { argon2Sync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { fromBase64Url, toBase64Url, utf8 } from '#shared/kernel/bytes.ts';

/** RFC 9106's second choice, with one lane: 64 MiB, about 0.15 s. */
const COST = { memoryKiB: 65_536, passes: 3, lanes: 1 } as const;

/** As stored beside what it protects. The bounds keep a hostile or damaged file from costing gigabytes or hours. */
export const kdfSchema = z.strictObject({
  name: z.literal('argon2id'),
  memoryKiB: z.int().min(8).max(1_048_576),
  passes: z.int().min(1).max(64),
  lanes: z.int().min(1).max(16),
  /** 16 bytes, base64url. */
  salt: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
});
export type Kdf = z.output<typeof kdfSchema>;

/** @param salt 16 random bytes. */
export const newKdf = (salt: Uint8Array): Kdf => ({ name: 'argon2id', ...COST, salt: toBase64Url(salt) });

export interface PassphraseKey {
  kdf: Kdf;
  /** 32 bytes. */
  key: Uint8Array;
  /** 16 bytes that tell a wrong passphrase from damage; derived beside the key, they say nothing about it. */
  check: Uint8Array;
}

/** The passphrase is normalised (NFKC), so that it can be typed on any keyboard. */
export function derivePassphraseKey(passphrase: string, kdf: Kdf): PassphraseKey {
  const derived = argon2Sync('argon2id', {
    message: Buffer.from(utf8(passphrase.normalize('NFKC'))),
    nonce: Buffer.from(fromBase64Url(kdf.salt)),
    parallelism: kdf.lanes,
    memory: kdf.memoryKiB,
    passes: kdf.passes,
    tagLength: 48,
  });
  return { kdf, key: new Uint8Array(derived.subarray(0, 32)), check: new Uint8Array(derived.subarray(32)) };
}

/** In constant time. */
export const sameSecret = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);
