/** The page's line to its node: the typed client and the state of the connection beneath it. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import { CONTRACT_VERSION, contract, type NodeClient } from '#shared/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import { type Connect, type ConnectionState, createReconnectingClient } from '#shared/kernel/rpc/index.ts';

export type { ConnectionState };

export interface NodeLink {
  node: NodeClient;
  clock: Clock;
  random: Random;
  getState(): ConnectionState;
  subscribe(listener: () => void): () => void;
  /** Tries to connect at once. */
  retry(): void;
  close(): void;
}

/** @param connect opens a channel to the node: a WebSocket in a browser, a port in a window, memory in a test. */
export function createNodeLink(connect: Connect, deps: { clock: Clock; random: Random }): NodeLink {
  const { client, ...connection } = createReconnectingClient(contract, connect, {
    ...deps,
    version: CONTRACT_VERSION,
  });
  return { node: client, ...deps, ...connection };
}

const Context = createContext<NodeLink | undefined>(undefined);
export const NodeLinkProvider = Context.Provider;

export function useNodeLink(): NodeLink {
  const link = useContext(Context);
  if (!link) throw new Error('The node is used outside its provider.');
  return link;
}

export const useNode = (): NodeClient => useNodeLink().node;

export function useConnection(): ConnectionState {
  const link = useNodeLink();
  return useSyncExternalStore(link.subscribe, link.getState);
}
