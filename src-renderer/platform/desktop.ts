/** The window's own program, where the page is shown by one; in a browser there is none. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { DesktopBridge } from '#shared/features/desktop/bridge.ts';
import type { DesktopClient } from '#shared/features/desktop/contract.ts';
import type { DesktopState } from '#shared/features/desktop/host.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { Connect } from '#shared/kernel/rpc/index.ts';

export type { DesktopState };

/** A page's line to its window's program. */
export interface DesktopLink extends Closeable {
  program: DesktopClient;
  /** Opens a channel to the node, for as long as it runs. */
  connectToNode: Connect;
  /** What the program last said of itself and its node; undefined until it has spoken. */
  getState(): DesktopState | undefined;
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** What the preload script added to this page; undefined in a browser. */
export const findDesktopBridge = (page: Window): DesktopBridge | undefined =>
  (page as { toolswarm?: DesktopBridge }).toolswarm;

const Context = createContext<DesktopLink | undefined>(undefined);
export const DesktopProvider = Context.Provider;

/** Undefined in a browser. */
export const useDesktop = (): DesktopLink | undefined => useContext(Context);

const unsubscribed = () => () => undefined;

/** Undefined in a browser, and in a window until its program has spoken. */
export function useDesktopState(): DesktopState | undefined {
  const link = useDesktop();
  return useSyncExternalStore(link?.subscribe ?? unsubscribed, () => link?.getState());
}
