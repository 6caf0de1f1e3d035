/** Durations counted in classes whose bounds grow by a fifth: any quantile within a tenth, in 400 bytes. */

/** Upper bound of the first class, in milliseconds; the last ends beyond two hours. */
const FIRST_MS = 0.1;
const GROWTH = 1.2;
const CLASSES = 100;

export interface Histogram {
  add(ms: number): void;
  /** The duration below which the share `q` (0 to 1) of all lies; undefined where there is none. */
  quantile(q: number): number | undefined;
  /** Counts what another counted. */
  absorb(other: Histogram): void;
  /** How many lie below or at each of these bounds (ms); bounds between those of classes count the class they lie in. */
  below(bounds: readonly number[]): number[];
  counts(): Readonly<Uint32Array>;
}

export function createHistogram(): Histogram {
  const counts = new Uint32Array(CLASSES);
  let total = 0;
  return {
    add(ms) {
      const index = classOf(ms);
      counts[index] = (counts[index] as number) + 1;
      total++;
    },
    counts: () => counts,
    absorb(other) {
      other.counts().forEach((count, index) => {
        counts[index] = (counts[index] as number) + count;
        total += count;
      });
    },
    below: (bounds) =>
      bounds.map((bound) => {
        const last = classOf(bound);
        let sum = 0;
        for (let index = 0; index <= last; index++) sum += counts[index] as number;
        return sum;
      }),
    quantile(q) {
      if (total === 0) return undefined;
      let left = Math.max(1, Math.ceil(q * total));
      const index = counts.findIndex((count) => (left -= count) <= 0);
      return middleOf(index);
    },
  };
}

function classOf(ms: number): number {
  if (!(ms > FIRST_MS)) return 0;
  return Math.min(CLASSES - 1, Math.ceil(Math.log(ms / FIRST_MS) / Math.log(GROWTH)));
}

/** Between the bounds of a class, as far from one as from the other in proportion. */
const middleOf = (index: number): number => Math.round(FIRST_MS * GROWTH ** (index - 0.5) * 1000) / 1000;
