/** What a node keeps: backups, keys, room on the disk, diagnostics, and taking it all out again. */
import { lazy } from 'react';

/** A part of the settings. */
export const DataSettings = lazy(async () => ({
  default: (await import('./data-settings.tsx')).DataSettings,
}));
