import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { Fault } from './faults.ts';
import { follow, type FollowOptions } from './follow.ts';
import type { NodeLink } from './node-link.ts';

/** What the node last said on a stream that says the whole state each time; `undefined` until it has spoken. */
export interface Live<Value> {
  value: Value | undefined;
  fault: Fault | undefined;
}

export interface LiveFeature<State> extends Closeable {
  store: StoreApi<State>;
}

/** A store that mirrors one stream of whole states. It holds the newest state only; its size is the node's to bound. */
export function createLive<Value>(
  link: NodeLink,
  open: FollowOptions<Value>['open'],
): LiveFeature<Live<Value>> {
  const store = createStore<Live<Value>>(() => ({ value: undefined, fault: undefined }));
  const stream = follow(link, {
    open,
    onItem: (value) => store.setState({ value, fault: undefined }),
    onFault: (fault) => store.setState({ fault }),
  });
  return { store, close: () => stream.close() };
}
