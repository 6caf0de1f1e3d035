/** Pure decisions of the view of nodes. */
import type { FleetNode } from '#shared/features/fleet/contract.ts';

/** What a node is called; one that nobody named by the beginning of its id. */
export const nameOfNode = ({ label, peerId }: Pick<FleetNode, 'label' | 'peerId'>): string =>
  label || `${peerId.slice(0, 12)}…`;

/** What the nodes that told do together. */
export function totals(nodes: readonly FleetNode[]) {
  const sums = { connected: 0, calls: 0, errors: 0, running: 0 };
  for (const { connected, facts } of nodes) {
    if (connected) sums.connected += 1;
    sums.calls += facts?.calls ?? 0;
    sums.errors += facts?.errors ?? 0;
    sums.running += facts?.running ?? 0;
  }
  return sums;
}
