/**
 * Several nodes of one provider. A machine joins by a code that a person types on it and a yes where the provider key is;
 * from then on it holds a certificate of that provider. The list of nodes, signed by the root, travels through the
 * directory; who knows it admits no node that is missing from it.
 *
 *     const fleet = createFleet({ identity, network, records, … }, { facts, usage, beforeMoving });
 *     fleet.start();
 *     fleet.handlers['fleet.add']({});       // { code: 'ABCD-EFGH-JKMN-PQRS', … }
 *
 * Invariants: nothing is signed before a person said yes at the node with the key; a code is good for one guest; proofs
 * are bound to both nodes' keys; nodes of other providers are told nothing.
 */
export { createFleet, type FleetDeps, type FleetOptions, type FleetSlice } from './fleet.ts';
export type { PolicySource } from './policy/policy.ts';
export { fleetMigrations } from './policy/store.ts';
export type { UsageQuery } from './own-nodes.ts';
