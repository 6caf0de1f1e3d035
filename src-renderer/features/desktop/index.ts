/**
 * The window's own program in the pages: what is shown while its node is away, its settings, its questions. Loaded only
 * in a window.
 */
import { lazy } from 'react';

export { gateFor } from './rules.ts';
export const NodeGate = lazy(async () => ({ default: (await import('./parts/node-gate.tsx')).NodeGate }));
export const NodeBanner = lazy(async () => ({
  default: (await import('./parts/node-banner.tsx')).NodeBanner,
}));

/** A card of the settings: how the application lives on this computer. Nothing in a browser. */
export const DesktopSettings = lazy(async () => ({
  default: (await import('./parts/settings.tsx')).DesktopSettings,
}));
/** Stands in the frame, whatever page is shown. */
export const ProgramCompanion = lazy(async () => ({
  default: (await import('./parts/program.tsx')).ProgramCompanion,
}));
