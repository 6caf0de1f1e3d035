import type { z } from 'zod';
import type { identitySchema } from '#shared/features/identity/contract.ts';
import { createStore } from 'zustand/vanilla';
import { type Fault, faultOf } from '../../platform/faults.ts';
import type { LiveFeature } from '../../platform/live.ts';
import type { NodeLink } from '../../platform/node-link.ts';
import { storeContext } from '../../platform/store-context.ts';

export type Identity = z.output<typeof identitySchema>;

export interface IdentityState {
  identity: Identity | undefined;
  fault: Fault | undefined;
  /** What a command answered is the new truth. */
  set(identity: Identity): void;
}

/** Who this node is; read at every connection. */
export function createIdentityFeature(link: NodeLink): LiveFeature<IdentityState> {
  const store = createStore<IdentityState>((set) => ({
    identity: undefined,
    fault: undefined,
    set: (identity) => set({ identity, fault: undefined }),
  }));
  const read = async () => {
    try {
      store.getState().set(await link.node['identity.get']({}));
    } catch (error) {
      store.setState({ fault: faultOf(error) });
    }
  };
  let phase = '';
  const look = () => {
    const now = link.getState().phase;
    if (now !== phase && now === 'connected') void read();
    phase = now;
  };
  const unsubscribe = link.subscribe(look);
  look();
  return { store, close: unsubscribe };
}

const context = storeContext<IdentityState>('identity');
export const IdentityProvider = context.Provider;
export const useIdentity = context.useSlice;
