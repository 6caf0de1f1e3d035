/** Other nodes: a map with a table beside it, invitations, and a doctor for connections. */
import { lazy } from 'react';

export const NetworkPage = lazy(async () => ({ default: (await import('./page.tsx')).NetworkPage }));
