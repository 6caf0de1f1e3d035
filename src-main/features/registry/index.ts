/**
 * What tools there are, here and on the network, and which of them stand in the catalog of this machine's AI clients.
 *
 *     const registry = createRegistry(deps, options);
 *     registry.setLocalServer('files', { offers, tags: [] });
 *     registry.setShare('files', share);            // publishes a signed entry
 *     registry.approve('z6Mk…/files/read_file');    // a network tool enters the catalog
 *     registry.catalog();                           // what AI clients see
 *
 * Invariants: a tool of the network enters the catalog only by the operator's decision, pinned to the fingerprint that
 * was shown; a changed fingerprint takes it out again; a catalog name once given never means another tool; an entry
 * that is not for everyone is never gossiped nor put into the DHT.
 */
export { createCentral } from './central/central.ts';
export { centralMigrations } from './central/store.ts';
export { decidedProviders } from './decisions.ts';
export { createRegistryHandlers } from './handlers.ts';
export { type Announcer, createAnnouncer } from './lookup/announcer.ts';
export { packageKey } from './lookup/keys.ts';
export { registryMigrations } from './migrations.ts';
export { notesOf, type PublishingNode } from './publisher.ts';
export { createRegistry } from './registry.ts';
export type {
  CallableTool,
  CatalogEntry,
  Counts,
  Registry,
  RegistryDeps,
  RegistryEvents,
  RegistryOptions,
} from './types.ts';
