/** How many tools there are of each sort. */
import type { ShelvedTool } from './shelf.ts';
import type { Counts } from './types.ts';

export function countsOf(tools: Iterable<ShelvedTool>, revision: number): Counts {
  const count = { local: 0, pending: 0, approved: 0, changed: 0, rejected: 0 };
  let network = 0;
  for (const { origin, state } of tools) {
    count[state]++;
    if (origin === 'network') network++;
  }
  const { changed, pending } = count;
  return { revision, catalog: count.local + count.approved, network, pending, changed };
}
