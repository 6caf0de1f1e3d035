/** The order of what was found: how well it fits, then what is known of who offers it. Pure. */

/** What is known of a tool besides its words; absent where it is not known. */
export interface Boosts {
  /** The more the better. */
  trust?: number;
  /** The less the better, in one currency. */
  price?: number;
  /** The less the better, in ms. */
  latency?: number;
}

/** Tools whose fit differs by less than this part are taken for equally good. */
const ALIKE = 0.05;

/**
 * Bands of fit first; within a band by trust, price and latency, then by the fit itself and the key, so that the same
 * search gives the same order. What is not known comes after what is.
 */
export function ranked<Hit extends { key: string; score: number }>(
  hits: readonly Hit[],
  boosts: (key: string) => Boosts,
): Hit[] {
  return hits
    .map((hit) => ({ hit, band: bandOf(hit.score), ...boosts(hit.key) }))
    .sort(
      (a, b) =>
        b.band - a.band ||
        compare(b.trust ?? 0, a.trust ?? 0) ||
        compare(a.price ?? Infinity, b.price ?? Infinity) ||
        compare(a.latency ?? Infinity, b.latency ?? Infinity) ||
        b.hit.score - a.hit.score ||
        (a.hit.key < b.hit.key ? -1 : 1),
    )
    .map(({ hit }) => hit);
}

const bandOf = (score: number): number => Math.round(Math.log(Math.max(score, 1e-9)) / ALIKE);

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
