import { createContext, type Provider, useContext } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';

export interface StoreContext<State> {
  Provider: Provider<StoreApi<State> | undefined>;
  /** Reads a part of the state; the component draws again when that part changes. */
  useSlice<Part>(select: (state: State) => Part): Part;
  /** The store itself, for handlers that read without drawing. */
  useApi(): StoreApi<State>;
}

/** A place in the tree for one store, so that no store is a singleton. */
export function storeContext<State>(name: string): StoreContext<State> {
  const Context = createContext<StoreApi<State> | undefined>(undefined);
  function useApi(): StoreApi<State> {
    const api = useContext(Context);
    if (!api) throw new Error(`The ${name} store is used outside its provider.`);
    return api;
  }
  return {
    Provider: Context.Provider,
    useApi,
    useSlice: (select) => useStore(useApi(), select),
  };
}
