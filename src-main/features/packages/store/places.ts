/** Where packages lie in the data folder. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { BundleId } from '#shared/features/packages/bundle.ts';
import type { PackageId } from '#shared/features/packages/release.ts';
import { makePrivateFolder } from '#main/platform/files.ts';

export interface Places {
  /** Whole bundles. */
  bundles: string;
  /** Bundles that are being fetched. */
  partial: string;
  /** Unpacked bundles, each whole. */
  versions: string;
  /** What is being unpacked; emptied at each start. */
  staging: string;
  data: string;
  bundle(id: BundleId): string;
  part(id: BundleId): string;
  version(id: BundleId): string;
  /** A path in the staging folder that nobody else uses. */
  stage(): string;
  /** What a package keeps over all its versions. */
  dataOf(id: PackageId): string;
}

export function openPlaces(root: string): Places {
  const [bundles, partial, versions, staging, data] = [
    'bundles',
    'partial',
    'versions',
    'staging',
    'data',
  ].map((name) => join(root, name)) as [string, string, string, string, string];
  for (const folder of [root, bundles, partial, versions, staging, data]) makePrivateFolder(folder);
  return {
    bundles,
    partial,
    versions,
    staging,
    data,
    bundle: (id) => join(bundles, id),
    part: (id) => join(partial, id),
    version: (id) => join(versions, id),
    stage: () => join(staging, randomBytes(8).toString('hex')),
    // Ids hold letters of both cases, which some file systems do not tell apart.
    dataOf: (id) => join(data, createHash('sha256').update(id).digest('hex').slice(0, 32)),
  };
}
