/** The node as a whole: its version, addresses, counts. */
import type { NodeStatus } from '#shared/features/node/contract.ts';
import { createLive, type Live, type LiveFeature } from '../../platform/live.ts';
import type { NodeLink } from '../../platform/node-link.ts';
import { storeContext } from '../../platform/store-context.ts';

export const createNodeFeature = (link: NodeLink): LiveFeature<Live<NodeStatus>> =>
  createLive(link, (node, options) => node['node.watch']({}, options));

const context = storeContext<Live<NodeStatus>>('node');
export const NodeStatusProvider = context.Provider;

export const useNodeStatus = (): NodeStatus | undefined => context.useSlice((state) => state.value);
