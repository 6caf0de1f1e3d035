/**
 * AI clients and what each of them sees. A profile is a view of the catalog, nothing else; a client is a token with a
 * profile.
 *
 *     const clients = createClients({ db, keystore, clock, random, log });
 *     const { token } = clients.create('Editor', 'default');
 *     clients.authenticate(token);  // { clientId, name: 'Editor', profile: 'default', scope: 'call' }
 *
 * AI clients that keep their servers in a file are connected by an entry of ours in it (`files/`), written by pure editors
 * that change nothing else (`edit/`); that calls arrive is proven by going the client's own way (`prove/`).
 *
 * Invariants: tokens are stored as SHA-256 and shown once, but for the one of this machine, which is in the keystore.
 * The profile `default` always exists. A token that was revoked or has ended is
 * refused from the next request on.
 * A client's file is changed in one step, after a copy of it was kept, and never where anything but our entry would differ.
 */
export { type Clients, type ClientsEvents, createClients } from './clients.ts';
export { type ClientFiles, createClientFiles } from './files/client-files.ts';
export { createClientsHandlers } from './handlers.ts';
export { createProver, PROVER_NAME } from './prove/prove.ts';
export { clientsMigrations } from './store.ts';
