/** The window's own program in the pages: what is shown while its node is away. Loaded only in a window. */
import { lazy } from 'react';

export { gateFor } from './rules.ts';
export const NodeGate = lazy(async () => ({ default: (await import('./parts/node-gate.tsx')).NodeGate }));
export const NodeBanner = lazy(async () => ({
  default: (await import('./parts/node-banner.tsx')).NodeBanner,
}));
