/** Who operates this node besides its owner: links with a role, signed-in browsers, tokens of programs. */
import { lazy } from 'react';

/** A part of the settings. */
export const OperatorSettings = lazy(async () => ({
  default: (await import('./operator-settings.tsx')).OperatorSettings,
}));
