/** Servers that centralized registries list, to be added here with one confirmation. */
import { lazy } from 'react';

export const DiscoverPage = lazy(async () => ({ default: (await import('./page.tsx')).DiscoverPage }));
