/** Names that somebody may have meant. Pure. */

/** Names that are shown. */
const SHOWN = 3;
/** Of their pairs of characters, what two names must at least have in common. */
const ALIKE = 0.4;

/** The nearest of some names, best first: those that share most pairs of characters. */
export function nearNames(wanted: string, names: Iterable<string>): string[] {
  const pairs = pairsOf(wanted);
  const scored: Array<{ name: string; score: number }> = [];
  for (const name of names) {
    const score = likeness(pairs, pairsOf(name));
    if (score >= ALIKE) scored.push({ name, score });
  }
  return scored
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

function pairsOf(text: string): Set<string> {
  const plain = text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const pairs = new Set<string>();
  for (let at = 0; at < plain.length - 1; at += 1) pairs.add(plain.slice(at, at + 2));
  return pairs;
}

/** Sørensen–Dice coefficient. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let common = 0;
  for (const pair of a) if (b.has(pair)) common += 1;
  return (2 * common) / (a.size + b.size);
}
