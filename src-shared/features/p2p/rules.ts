/** Pure decisions of the peer-to-peer slice. */
import { type Random, jitter } from '../../kernel/random.ts';

export interface VersionRange {
  min: number;
  max: number;
}

export type Negotiation = { ok: true; version: number } | { ok: false; code: 'p2p.too_old' | 'p2p.too_new' };

/** The highest version that both ends speak, or which way the other end is out of range. */
export function negotiateVersion(ours: VersionRange, theirs: VersionRange): Negotiation {
  if (theirs.max < ours.min) return { ok: false, code: 'p2p.too_old' };
  if (theirs.min > ours.max) return { ok: false, code: 'p2p.too_new' };
  return { ok: true, version: Math.min(ours.max, theirs.max) };
}

/** What a node that names these majors means for us; undefined where it names none. */
export function judgeMajors(ours: VersionRange, theirs: readonly number[]): Negotiation | undefined {
  if (theirs.length === 0) return undefined;
  const common = theirs.filter((major) => major >= ours.min && major <= ours.max);
  if (common.length > 0) return { ok: true, version: Math.max(...common) };
  return { ok: false, code: theirs.every((major) => major < ours.min) ? 'p2p.too_old' : 'p2p.too_new' };
}

/** The features that both ends have, sorted. */
export const commonFeatures = (ours: readonly string[], theirs: readonly string[]): string[] =>
  ours.filter((feature) => theirs.includes(feature)).sort();

const FIRST_RETRY_MS = 500;
/** Retries slow down to one a minute … */
const STEADY_RETRY_MS = 60_000;
/** … and, after this many failures (half an hour), further down to one in a quarter of an hour. */
const PATIENCE = 36;
const SLOWEST_RETRY_MS = 15 * 60_000;

/** How long to wait before retry number `failures` (1, 2, …): 0.5, 1, 2, 4 … 60 s, each ±20 %. */
export function retryDelay(failures: number, random: Random): number {
  const doubled = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), STEADY_RETRY_MS);
  const late = Math.max(0, failures - PATIENCE);
  const slowed = Math.min(doubled * 1.5 ** Math.min(late, 20), SLOWEST_RETRY_MS);
  return jitter(random, slowed, 0.2);
}
