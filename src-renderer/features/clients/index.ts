/** AI clients on this machine: which there are, how they are connected, who is connected now, what each of them sees. */
import { lazy } from 'react';

export const ClientsPage = lazy(async () => ({ default: (await import('./page.tsx')).ClientsPage }));

/** The client step of the first run: find, look at the change, connect, prove. `onProved(client)` once a chain held. */
export const ConnectClients = lazy(async () => ({
  default: (await import('./parts/connect-clients.tsx')).ConnectClients,
}));

/** What clients read of their tools, and how to change that; the Catalog page opens it too. */
export const BudgetDialog = lazy(async () => ({
  default: (await import('./parts/budget-dialog.tsx')).BudgetDialog,
}));

/** Who is connected at this moment, for Home. */
export const ConnectedNow = lazy(async () => ({
  default: (await import('./parts/connected-now.tsx')).ConnectedNow,
}));
