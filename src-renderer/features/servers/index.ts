/** MCP servers of this node: what they are, whether they run, with whom they are shared. */
import { lazy } from 'react';
import { onDemand } from '../../ui/on-demand.tsx';

export { ServerStateBadge } from './parts/state-badge.tsx';
export { createServersFeature, ServersProvider, useServers } from './store.ts';

/** Arrives when it is opened, so that Home is drawn sooner. */
export const ServersPage = lazy(async () => ({ default: (await import('./page.tsx')).ServersPage }));

/** The form that adds a server, filled in by whoever opens it. */
export const AddServerDialog = lazy(async () => ({
  default: (await import('./parts/add-server-dialog.tsx')).AddServerDialog,
}));
/** The form that takes servers over from another program's configuration. */
export const ImportDialog = onDemand(async () => (await import('./parts/import-dialog.tsx')).ImportDialog);
export type { ServerDraft } from './draft.ts';
