/** What a node keeps: backups, keys, room on the disk, diagnostics, and taking it all out again. */
import { lazy } from 'react';

/** A part of the settings. */
export const DataSettings = lazy(async () => ({
  default: (await import('./data-settings.tsx')).DataSettings,
}));

/** Collects what helps to find a fault, shows all of it, and saves it. For the places where something is broken. */
export const DiagnosticsButton = lazy(async () => ({
  default: (await import('./parts/diagnostics-button.tsx')).DiagnosticsButton,
}));
