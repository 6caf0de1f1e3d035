/** The most that is fetched for one package; all that it depends on counts. */
import { LIMITS as ARCHIVE } from '../archive/zip.ts';

export const LIMITS = {
  /** A bundle, or one archive of a package. */
  fileBytes: 512 << 20,
  /** What all packages unpack to together, in bytes and files: what an archive may hold. */
  treeBytes: ARCHIVE.totalBytes,
  treeFiles: ARCHIVE.entries - 2,
  packages: 1_500,
  /** A `package.json`, or a list of entry points. */
  descriptionBytes: 1 << 20,
  /** How long a package manager may take. */
  toolMs: 10 * 60_000,
} as const;

/** What may still be unpacked; counted down as things are. */
export interface Room {
  bytes: number;
  files: number;
}

export const newRoom = (): Room => ({ bytes: LIMITS.treeBytes, files: LIMITS.treeFiles });
