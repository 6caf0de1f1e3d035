/**
 * `keys.json` as text: what it may look like, and how it is sealed under a passphrase. Pure apart from the key
 * derivation; `keystore.ts` reads and writes the file.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { z } from 'zod';
import { fromBase64Url, fromUtf8, toBase64Url } from '#shared/kernel/bytes.ts';
import { type JsonObject, jcsBytes } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { derivePassphraseKey, kdfSchema, type PassphraseKey, sameSecret } from './passphrase.ts';

/** Named secrets, raw bytes. */
export type KeyEntries = Map<string, Uint8Array>;

/** Larger files are not ours. */
export const MAX_KEYSTORE_BYTES = 4 * 1024 * 1024;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);
const entriesSchema = z.record(z.string().max(512), base64url);

const head = { format: z.literal('toolswarm-keys'), version: z.literal(1), checksum: z.string() };
const plainSchema = z.strictObject({ ...head, entries: entriesSchema });
const sealedSchema = z.strictObject({
  ...head,
  kdf: kdfSchema,
  /** See `PassphraseKey`. */
  check: base64url,
  nonce: base64url.length(16),
  sealed: base64url,
});
const fileSchema = z.union([plainSchema, sealedSchema]);
type KeysFile = z.output<typeof fileSchema>;

/** The file's text, in the open. */
export function formatPlainFile(entries: KeyEntries): string {
  return formatFile({ entries: entryTexts(entries) });
}

/** The file's text, sealed by AES-256-GCM. @param nonce 12 random bytes, never used twice. */
export function formatSealedFile(
  entries: KeyEntries,
  { kdf, key, check }: PassphraseKey,
  nonce: Uint8Array,
): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const text = jcsBytes(entryTexts(entries));
  const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return formatFile({
    kdf,
    check: toBase64Url(check),
    nonce: toBase64Url(nonce),
    sealed: toBase64Url(sealed),
  });
}

const entryTexts = (entries: KeyEntries): Record<string, string> =>
  Object.fromEntries([...entries].map(([name, value]) => [name, toBase64Url(value)]));

function formatFile(body: JsonObject): string {
  const file = { format: 'toolswarm-keys', version: 1, ...body };
  return `${JSON.stringify({ ...file, checksum: checksumOf(file) }, null, 2)}\n`;
}

const checksumOf = (file: JsonObject): string =>
  toBase64Url(createHash('sha256').update(jcsBytes(file)).digest());

/** Throws `keystore.corrupt` unless the text is whole and unchanged, `keystore.newer` for a later format. */
export function parseKeysFile(text: string, path: string): KeysFile {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw corrupt(path, cause);
  }
  const version = (file as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > 1) throw newer(path);
  const parsed = fileSchema.safeParse(file);
  if (!parsed.success) throw corrupt(path, parsed.error);
  const { checksum, ...rest } = parsed.data;
  if (checksumOf(rest) !== checksum) throw corrupt(path);
  return parsed.data;
}

export const isSealed = (file: KeysFile): file is z.output<typeof sealedSchema> => 'sealed' in file;

/** Entries of an open file. */
export const plainEntries = (file: z.output<typeof plainSchema>): KeyEntries => entriesOf(file.entries);

const entriesOf = (texts: Record<string, string>): KeyEntries =>
  new Map(Object.entries(texts).map(([name, text]) => [name, fromBase64Url(text)]));

/** Opens a sealed file. Throws `keystore.wrong_passphrase` or `keystore.corrupt`. */
export function unsealEntries(
  file: z.output<typeof sealedSchema>,
  passphrase: string,
  path: string,
): { entries: KeyEntries; key: PassphraseKey } {
  const key = derivePassphraseKey(passphrase, file.kdf);
  if (!sameSecret(key.check, fromBase64Url(file.check))) throw wrongPassphrase();
  try {
    const sealed = fromBase64Url(file.sealed);
    const decipher = createDecipheriv(
      'aes-256-gcm',
      key.key,
      fromBase64Url(file.nonce).slice(0, NONCE_BYTES),
    );
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
    const entries = entriesSchema.parse(JSON.parse(fromUtf8(text)));
    return { entries: entriesOf(entries), key };
  } catch (cause) {
    throw corrupt(path, cause);
  }
}

export const wrongPassphrase = (): AppError =>
  new AppError('keystore.wrong_passphrase', 'The passphrase does not open the keys.', {
    advice: 'Try again; if it is lost, recover the provider with its 24 words.',
  });

const newer = (path: string): AppError =>
  new AppError('keystore.newer', `${path} was written by a newer Toolswarm.`, {
    advice: 'Update Toolswarm, or start with another data folder.',
  });

const corrupt = (path: string, cause?: unknown): AppError =>
  new AppError('keystore.corrupt', `The key file ${path} is damaged.`, {
    advice: 'Nothing was changed. Restore a backup, or recover the provider with its 24 words.',
    cause,
  });
