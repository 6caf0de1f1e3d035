import type { ReactNode } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import type { AttentionItem } from '#shared/features/node/attention.ts';
import type { Conditions } from '#shared/features/node/conditions.ts';
import type { NodeStatus } from '#shared/features/node/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { createLive, type Live } from '../../platform/live.ts';
import type { NodeLink } from '../../platform/node-link.ts';
import { storeContext } from '../../platform/store-context.ts';
import { createSetupStore, type SetupState } from './setup-store.ts';

type Matters = { items: AttentionItem[] };

export interface NodeFeature extends Closeable {
  status: StoreApi<Live<NodeStatus>>;
  attention: StoreApi<Live<Matters>>;
  conditions: StoreApi<Live<Conditions>>;
  setup: StoreApi<SetupState>;
}

export function createNodeFeature(link: NodeLink): NodeFeature {
  const status = createLive(link, (node, options) => node['node.watch']({}, options));
  const attention = createLive(link, (node, options) => node['node.attention']({}, options));
  const conditions = createLive(link, (node, options) => node['node.conditions']({}, options));
  const setup = createSetupStore(link);
  const all = [status, attention, conditions, setup];
  return {
    status: status.store,
    attention: attention.store,
    conditions: conditions.store,
    setup: setup.store,
    async close() {
      for (const part of all) await part.close();
    },
  };
}

const statusContext = storeContext<Live<NodeStatus>>('node');
const attentionContext = storeContext<Live<Matters>>('attention');
const conditionsContext = storeContext<Live<Conditions>>('conditions');
const setupContext = storeContext<SetupState>('set-up');

export const NodeProvider = ({ node, children }: { node: NodeFeature; children: ReactNode }) => (
  <statusContext.Provider value={node.status}>
    <attentionContext.Provider value={node.attention}>
      <conditionsContext.Provider value={node.conditions}>
        <setupContext.Provider value={node.setup}>{children}</setupContext.Provider>
      </conditionsContext.Provider>
    </attentionContext.Provider>
  </statusContext.Provider>
);

export const useNodeStatus = (): NodeStatus | undefined => statusContext.useSlice((state) => state.value);
/** What waits, most urgent first; `undefined` until the node has said. */
export const useAttention = (): AttentionItem[] | undefined =>
  attentionContext.useSlice((state) => state.value?.items);
export const useConditions = (): Conditions | undefined => conditionsContext.useSlice((state) => state.value);
export const useSetup = setupContext.useSlice;
