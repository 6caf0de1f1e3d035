import { createStore } from 'zustand/vanilla';
import type { Setup, SetupStep } from '#shared/features/node/setup.ts';
import type { LiveFeature } from '../../platform/live.ts';
import type { NodeLink } from '../../platform/node-link.ts';

export interface SetupState {
  /** `undefined` until the node was asked. */
  setup: Setup | undefined;
  /** The node could not say; nobody is led through a first run then. */
  unknown: boolean;
  advance(step: SetupStep, completed: boolean, signal: AbortSignal): Promise<void>;
  finish(signal?: AbortSignal): Promise<void>;
  restart(signal?: AbortSignal): Promise<void>;
}

/** How far the first run has come; read at every connection. */
export function createSetupStore(link: NodeLink): LiveFeature<SetupState> {
  const { node } = link;
  const options = (signal: AbortSignal | undefined) => (signal ? { signal } : {});
  const store = createStore<SetupState>((set) => ({
    setup: undefined,
    unknown: false,
    advance: async (step, completed, signal) =>
      set({ setup: await node['setup.advance']({ step, completed }, { signal }) }),
    finish: async (signal) => set({ setup: await node['setup.finish']({}, options(signal)) }),
    restart: async (signal) => set({ setup: await node['setup.restart']({}, options(signal)) }),
  }));
  let phase = '';
  const look = () => {
    const now = link.getState().phase;
    if (now === 'connected' && phase !== now)
      node['setup.get']({}).then(
        (setup) => store.setState({ setup, unknown: false }),
        () => store.setState({ unknown: true }),
      );
    phase = now;
  };
  const unsubscribe = link.subscribe(look);
  look();
  return { store, close: unsubscribe };
}
