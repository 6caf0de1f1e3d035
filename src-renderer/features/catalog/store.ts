import { createLive, type Live, type LiveFeature } from '../../platform/live.ts';
import type { NodeLink } from '../../platform/node-link.ts';
import { storeContext } from '../../platform/store-context.ts';

/** How many tools there are; `revision` grows with every change, and the lists are read again. */
export interface ToolCounts {
  revision: number;
  catalog: number;
  network: number;
  pending: number;
  changed: number;
}

export const createCatalogFeature = (link: NodeLink): LiveFeature<Live<ToolCounts>> =>
  createLive(link, (node, options) => node['tools.watch']({}, options));

const context = storeContext<Live<ToolCounts>>('catalog');
export const CatalogProvider = context.Provider;
export const useToolCounts = (): ToolCounts | undefined => context.useSlice((state) => state.value);
