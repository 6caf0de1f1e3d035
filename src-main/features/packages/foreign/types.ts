/** What is needed to bring a package of a centralized registry here, and what is known of it afterwards. */
import type { PackageManifest } from '#shared/features/packages/manifest.ts';
import type { Clock } from '#shared/kernel/clock.ts';

export interface ForeignDeps {
  clock: Clock;
  /** Where npm packages come from where the description does not say; absent: where npm itself looks. */
  npmRegistry?: string | undefined;
  /** As that, for Python packages: address of a simple index. */
  pythonIndex?: string | undefined;
  /** Where programs are looked for, `PATH` of the node. */
  path?: string | undefined;
}

/** One package that went into a bundle. */
export interface LockedPart {
  name: string;
  version: string;
  /** Hashes that its registry names, as `sha512-…` (npm) or `sha256:…` (Python); what was fetched has one of them. */
  integrity: string;
}

export interface Provenance {
  registryType: 'npm' | 'pypi' | 'mcpb';
  identifier: string;
  /** As the registry has it; the manifest's is a semantic version. */
  version: string;
  /** Of the package itself. */
  integrity: string;
  /** Everything that was fetched, itself included, where it lies in the bundle; kept there as `toolswarm-lock.json`. */
  parts: LockedPart[];
}

export interface FetchedForeign {
  /** Path of the bundle, `bundle.mcpb` in the folder that was given. */
  bundle: string;
  manifest: PackageManifest;
  provenance: Provenance;
}

/** @param total absent while it is unknown; parts are packages, bytes are of the one file. */
export type OnProgress = (progress: { done: number; total?: number; unit: 'bytes' | 'items' }) => void;

/** What a kind of registry gives: a folder with everything in it, and what runs. */
export interface Unpacked {
  /** Folder that becomes the bundle. */
  root: string;
  /** What becomes its `manifest.json`. */
  manifest: object;
  provenance: Provenance;
}

export const LOCK_FILE = 'toolswarm-lock.json';
