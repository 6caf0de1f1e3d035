/**
 * Packages of centralized registries, made into bundles: from then on they are verified, kept, sandboxed and gone back from as
 * all others are, and marked as foreign.
 */
export { fetchForeign } from './fetch-foreign.ts';
export type { FetchedForeign, ForeignDeps, LockedPart, OnProgress, Provenance } from './types.ts';
