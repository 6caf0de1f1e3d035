/** One box that finds everything: pages, actions, servers, tools, peers. It arrives when it is first opened. */
import { lazy } from 'react';

export type { PaletteItem, PaletteProps } from './palette.tsx';

export const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
