/**
 * The endpoint: the one MCP server that AI clients on this machine see (C1–C7, E5). It shows the catalog of a profile
 * and passes requests on to the servers they belong to, over Streamable HTTP at `/mcp` and `/mcp/<profile>` and over a
 * local socket, in the legacy era (sessions) and the modern one (stateless) alike.
 *
 * ```ts
 * const endpoint = createEndpoint(
 *   { catalog, router, authenticator, clock: systemClock, random: systemRandom, log },
 *   { serverInfo: { name: 'toolswarm', version }, sessionKey, port: 7420, socketPath: '/run/user/1000/toolswarm/mcp.sock' },
 * );
 * await endpoint.start();
 * ```
 *
 * Invariants:
 * - What a server sends or asks reaches only the client whose request caused it.
 * - Lists depend on the profile alone, never on the session or on what was called before.
 * - A server's results and errors pass unchanged; faults of ours follow one pattern (faults.ts).
 * - Everything is bounded (limits.ts). Nobody without a token gets past the HTTP door, and no other user to the socket.
 *
 * The stdio bridge has a door of its own, `bridge.ts`, so that the small process it runs in loads nothing else.
 */
export { type Approvals, createApprovals } from './approvals.ts';
export { createEndpoint } from './endpoint.ts';
export type { Endpoint, EndpointDeps, EndpointOptions } from './endpoint.ts';
export type { CatalogView } from './catalog/view.ts';
export type { EndpointClient } from './presence.ts';
export type { EndpointLimits } from './limits.ts';
export type {
  Authenticator,
  CallRouter,
  CatalogEvents,
  CatalogServer,
  CatalogSource,
  CallLinks,
  CatalogTool,
  Profile,
  WaitingTool,
} from './ports.ts';
