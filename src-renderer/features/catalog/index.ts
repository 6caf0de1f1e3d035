/** Tools of this machine and of the network: what they are, which are approved, and a place to try them. */
import { lazy } from 'react';

export { CatalogProvider, createCatalogFeature, useToolCounts } from './store.ts';

/** A place to ask the network for tools, and to decide about what it offers. */
export const NetworkOffers = lazy(async () => ({
  default: (await import('./parts/network-offers.tsx')).NetworkOffers,
}));

/** Arrives when it is opened, so that Home is drawn sooner. */
export const CatalogPage = lazy(async () => ({ default: (await import('./page.tsx')).CatalogPage }));

/** What was and what is, line by line. */
export const ChangeLines = lazy(async () => ({
  default: (await import('./parts/diff.tsx')).ChangeLines,
}));
