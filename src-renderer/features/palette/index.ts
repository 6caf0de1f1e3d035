/** One box that finds everything: pages, actions, servers, tools, peers. */
import { lazy } from 'react';

export type { PaletteItem, PaletteProps } from './palette.tsx';

const load = () => import('./palette.tsx');

export const Palette = lazy(async () => ({ default: (await load()).Palette }));

/** Fetches the palette before it is asked for, so that it takes the first letters that are typed. */
export const preloadPalette = (): void => void load();
