/** The nodes of one’s own provider: who they are, how machines join and leave. */
import { lazy } from 'react';

export const FleetView = lazy(async () => ({ default: (await import('./fleet-view.tsx')).FleetView }));
