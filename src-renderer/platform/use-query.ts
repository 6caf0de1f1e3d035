import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { NodeClient } from '#shared/contract.ts';
import { type Fault, faultOf } from './faults.ts';
import { useConnection, useNode } from './node-link.ts';

export interface Query<Result> {
  data: Result | undefined;
  fault: Fault | undefined;
  loading: boolean;
  reload(): void;
}

/**
 * Reads from the node whenever one of `inputs` changes, and again after a reconnection. What was read stays shown while
 * it is read anew for the same inputs.
 */
export function useQuery<Result>(
  read: (node: NodeClient, signal: AbortSignal) => Promise<Result>,
  inputs: readonly unknown[],
): Query<Result> {
  const node = useNode();
  const online = useConnection().phase === 'connected';
  const [round, setRound] = useState(0);
  const [state, setState] = useState<Omit<Query<Result>, 'reload'>>({
    data: undefined,
    fault: undefined,
    loading: true,
  });
  const readNow = useEffectEvent(read);
  const key = JSON.stringify(inputs);
  const shownFor = useRef(key);

  useEffect(() => {
    if (!online) return;
    const controller = new AbortController();
    const keep = shownFor.current === key;
    shownFor.current = key;
    setState((now) => ({ data: keep ? now.data : undefined, fault: undefined, loading: true }));
    readNow(node, controller.signal).then(
      (data) => !controller.signal.aborted && setState({ data, fault: undefined, loading: false }),
      (error: unknown) =>
        !controller.signal.aborted && setState({ data: undefined, fault: faultOf(error), loading: false }),
    );
    return () => controller.abort();
  }, [node, online, key, round]);

  const reload = useCallback(() => setRound((now) => now + 1), []);
  return { ...state, reload };
}
