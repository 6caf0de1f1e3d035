/** Packages: what the network offers, what is installed here, and what this node publishes. */
import { lazy } from 'react';

export const PackagesPage = lazy(async () => ({ default: (await import('./page.tsx')).PackagesPage }));

/** The way to bring a package of a centralized registry here; nothing where it has none that can be. */
export const InstallListed = lazy(async () => ({
  default: (await import('./parts/install-listed.tsx')).InstallListed,
}));
