import { useEffect, useEffectEvent, useState } from 'react';
import type { Fault } from './faults.ts';
import { follow, type FollowOptions } from './follow.ts';
import { useNodeLink } from './node-link.ts';

/** What a stream of whole states last said, for as long as the component is there; `undefined` until it has spoken. */
export function useStream<State>(open: FollowOptions<State>['open']): {
  value: State | undefined;
  fault: Fault | undefined;
} {
  const link = useNodeLink();
  const [state, setState] = useState<{ value: State | undefined; fault: Fault | undefined }>({
    value: undefined,
    fault: undefined,
  });
  const openNow = useEffectEvent(open);
  useEffect(() => {
    const stream = follow<State>(link, {
      open: (node, options) => openNow(node, options),
      onItem: (value) => setState({ value, fault: undefined }),
      onFault: (fault) => setState((now) => ({ ...now, fault })),
    });
    return () => void stream.close();
  }, [link]);
  return state;
}
