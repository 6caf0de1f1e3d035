/** The nodes of the in-memory node's provider. */
import type { Fleet } from '#shared/features/fleet/contract.ts';

export type FleetWorld = Pick<
  Fleet,
  'codes' | 'formerProvider' | 'guests' | 'joining' | 'nodes' | 'removed' | 'rootHere'
>;

const facts = (startedAt: number, calls: number): NonNullable<Fleet['nodes'][number]['facts']> => ({
  version: '0.1.0',
  startedAt,
  shares: 2,
  tools: 11,
  calls,
  errors: Math.floor(calls / 40),
  running: 1,
  waiting: 0,
  rootHere: false,
});

/** A provider of one node. */
export const freshFleet = (peerId: string, now: number): FleetWorld => ({
  nodes: [
    {
      peerId,
      label: '',
      self: true,
      connected: true,
      listed: false,
      facts: { ...facts(now, 0), shares: 0, tools: 0, running: 0, rootHere: true },
    },
  ],
  codes: [],
  guests: [],
  formerProvider: null,
  removed: false,
  rootHere: true,
});

const DAY_MS = 86_400_000;

/** Three nodes, of which one is away. */
export const usedFleet = (peerId: string, now: number): FleetWorld => ({
  ...freshFleet(peerId, now),
  nodes: [
    {
      peerId,
      label: 'Workshop',
      self: true,
      connected: true,
      listed: true,
      addedAt: now - 40 * DAY_MS,
      facts: { ...facts(now - 3 * DAY_MS, 1840), rootHere: true },
    },
    {
      peerId: '12D3KooWAtticAtticAtticAtticAtticAtticAtticAtticAttic',
      label: 'Attic',
      self: false,
      connected: true,
      listed: true,
      addedAt: now - 39 * DAY_MS,
      latencyMs: 3.4,
      facts: facts(now - 9 * DAY_MS, 12_750),
    },
    {
      peerId: '12D3KooWRentedRentedRentedRentedRentedRentedRentedRe',
      label: 'Rented server',
      self: false,
      connected: false,
      listed: true,
      addedAt: now - 12 * DAY_MS,
      lastSeenAt: now - 2 * DAY_MS,
    },
  ],
});
