/** How this window looks and speaks, and the node's settings. */
import { lazy } from 'react';

/** Arrives when it is opened, so that Home is drawn sooner. */
export const SettingsPage = lazy(async () => ({ default: (await import('./page.tsx')).SettingsPage }));
