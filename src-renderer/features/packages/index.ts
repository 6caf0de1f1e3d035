/** Packages: what the network offers, what is installed here, and what this node publishes. */
import { lazy } from 'react';

export const PackagesPage = lazy(async () => ({ default: (await import('./page.tsx')).PackagesPage }));
export { addressOfReview } from './address.ts';
