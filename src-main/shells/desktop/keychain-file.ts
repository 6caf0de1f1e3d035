/** `DATA/keychain.json`: the passphrase of the keystore, sealed by the system's keychain. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomic } from '#main/platform/files.ts';

const fileSchema = z.strictObject({
  format: z.literal('toolswarm-keychain'),
  version: z.literal(1),
  /** Who made the passphrase: it decides what turning the protection off means. */
  made: z.enum(['person', 'program']),
  /** As `safeStorage` sealed it, base64. */
  sealed: z.base64().max(16_384),
});

export interface SealedPassphrase {
  made: 'person' | 'program';
  sealed: Buffer;
}

/** Throws where a file is there and cannot be read: that is no reason to take it for absent. */
export function readSealed(file: string): SealedPassphrase | undefined {
  if (!existsSync(file)) return undefined;
  const { made, sealed } = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { made, sealed: Buffer.from(sealed, 'base64') };
}

/** On disk when it returns. Throws `storage.…`. */
export function writeSealed(file: string, { made, sealed }: SealedPassphrase): void {
  const content = { format: 'toolswarm-keychain', version: 1, made, sealed: sealed.toString('base64') };
  writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`);
}

export const removeSealed = (file: string): void => rmSync(file, { force: true });
