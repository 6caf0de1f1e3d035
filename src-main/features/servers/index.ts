/**
 * Local MCP servers: processes and URLs that this node reaches for its clients.
 *
 *     const servers = createServers({ db, secrets, clock, random, log });
 *     await servers.add({ name: 'files', transport: { type: 'stdio', command: 'npx', args: [...] }, … });
 *     servers.offers('files')?.tools;
 *     await servers.target('files').request({ method: 'tools/call', params }, exchange);
 *
 * Invariants: a server's request reaches the one session that caused it or nobody; a server that hangs, floods, dies
 * or prints garbage harms no other; no process outlives the node; secrets are in no view, log or error.
 */
export {
  createServers,
  type Servers,
  type ServersDeps,
  type ServersEvents,
  type ServersOptions,
} from './create-servers.ts';
export type { Launch, LaunchPackage } from './connector.ts';
export { createVaults, type SecretsPort, type Vaults } from './vaults.ts';
export { serversMigrations } from './store.ts';
export type { LogLine } from './log-ring.ts';
export { createServersHandlers, type ServersHandlers } from './handlers.ts';
