/** What lies inside a backup: a manifest, then the bytes of its files in the manifest's order. */
import { z } from 'zod';
import { concatBytes } from '#shared/kernel/bytes.ts';
import { type CborValue, decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import type { ArchiveReader } from './archive.ts';
import { corrupt, newer } from './archive-format.ts';

const FORMAT = 1;
/** The manifest is small; a larger one is damage. */
const MAX_MANIFEST_BYTES = 65_536;

/** `keys.cbor` holds the keystore's entries (name → bytes), `node.db` a SQLite snapshot, `settings.json` the file itself. */
const FILE_NAMES = ['keys.cbor', 'settings.json', 'node.db'] as const;
export type FileName = (typeof FILE_NAMES)[number];

const manifestSchema = z.looseObject({
  format: z.int().min(1),
  createdAt: z.int(),
  appVersion: z.string(),
  providerId: z.string(),
  peerId: z.string(),
  /** Whether the keystore had a passphrase; a restored one then gets the backup's. */
  passphraseProtected: z.boolean(),
  files: z.array(z.strictObject({ name: z.enum(FILE_NAMES), bytes: z.int().min(0) })).max(FILE_NAMES.length),
});
export type Manifest = z.output<typeof manifestSchema>;

export function encodeManifest(manifest: Omit<Manifest, 'format'>): Uint8Array {
  const bytes = encodeCbor({ format: FORMAT, ...manifest });
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes(length, bytes);
}

/** Throws `recovery.corrupt` or `recovery.newer`. */
export async function readManifest(archive: ArchiveReader): Promise<Manifest> {
  const length = new DataView((await archive.read(4)).buffer).getUint32(0);
  if (length > MAX_MANIFEST_BYTES) throw corrupt();
  const value = decodePart(await archive.read(length));
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > FORMAT) throw newer();
  const manifest = manifestSchema.safeParse(value);
  if (!manifest.success) throw corrupt(manifest.error);
  return manifest.data;
}

/** Deterministic CBOR from an archive. Throws `recovery.corrupt`. */
export function decodePart(bytes: Uint8Array): CborValue {
  try {
    return decodeCbor(bytes);
  } catch (cause) {
    throw corrupt(cause);
  }
}
