/** AI clients on this machine: what their configuration needs. */
import { lazy } from 'react';

export { ConnectClientCard } from './parts/connect-client-card.tsx';

export const ClientsPage = lazy(async () => ({ default: (await import('./page.tsx')).ClientsPage }));
