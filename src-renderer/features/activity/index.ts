/** Calls made here, by peers and to peers. */
import { lazy } from 'react';

/** Arrives when it is opened, so that Home is drawn sooner. */
export const ActivityPage = lazy(async () => ({ default: (await import('./page.tsx')).ActivityPage }));
