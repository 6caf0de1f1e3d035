/**
 * AI clients and what each of them sees. A profile is a view of the catalog, nothing else; a client is a token with a
 * profile.
 *
 *     const clients = createClients({ db, keystore, clock, random, log });
 *     const { token } = clients.create('Editor', 'default');
 *     clients.authenticate(token);  // { clientId, name: 'Editor', profile: 'default' }
 *
 * Invariants: tokens are stored as SHA-256 and shown once, but for the one of this machine, which is in the keystore.
 * The profile `default` always exists. A revoked token is refused from the next request on.
 */
export { type Clients, type ClientsEvents, createClients } from './clients.ts';
export { createClientsHandlers } from './handlers.ts';
export { clientsMigrations } from './store.ts';
