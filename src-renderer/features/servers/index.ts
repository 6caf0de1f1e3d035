/** MCP servers of this node: what they are, whether they run, with whom they are shared. */
export { ServerStateBadge } from './parts/state-badge.tsx';
export { createServersFeature, ServersProvider, useServers } from './store.ts';
