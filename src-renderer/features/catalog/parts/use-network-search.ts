import { useCallback, useEffect, useRef, useState } from 'react';
import type { FoundTool, NetworkAnswer } from '#shared/features/registry/network-search.ts';
import { type Fault, faultOf } from '../../../platform/faults.ts';
import { useNodeLink } from '../../../platform/node-link.ts';
import { stemOf } from '../address.ts';

/** A question to the network, as far as it was answered. */
export interface Asking extends Omit<NetworkAnswer, 'items'> {
  /** The best first; a tool that comes again replaces what was known of it. */
  items: readonly FoundTool[];
  /** Whether it was left before its end: who had not answered by then may still have wanted to. */
  stopped: boolean;
  fault: Fault | undefined;
}

const beginning: Asking = {
  items: [],
  ...{ asked: 0, answered: 0, refused: 0, off: 0, busy: 0 },
  reasons: {},
  done: false,
  stopped: false,
  fault: undefined,
};
/** Tools that are shown; the node sends no more for one question. */
const LIMIT = 100;

export function useNetworkSearch() {
  const { node } = useNodeLink();
  const [asking, setAsking] = useState<Asking>();
  const running = useRef<AbortController>(undefined);

  const stop = useCallback(() => {
    running.current?.abort();
    setAsking((now) => now && { ...now, done: true, stopped: true });
  }, []);

  const ask = useCallback(
    (text: string) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      setAsking(beginning);
      const follow = async () => {
        try {
          const { signal } = controller;
          for await (const step of node['tools.searchNetwork']({ text, limit: LIMIT }, { signal })) {
            if (signal.aborted) return;
            setAsking((now = beginning) => ({ ...now, ...step, items: merged(now.items, step.items) }));
          }
        } catch (error) {
          if (controller.signal.aborted) return;
          setAsking((now = beginning) => ({ ...now, done: true, fault: faultOf(error) }));
        }
      };
      void follow();
    },
    [node],
  );

  useEffect(() => () => running.current?.abort(), []);
  return { asking, ask, stop };
}

function merged(before: readonly FoundTool[], next: readonly FoundTool[]): FoundTool[] {
  const known = new Map([...before, ...next].map((tool) => [stemOf(tool.id), tool]));
  return [...known.values()].sort((a, b) => b.relevance - a.relevance).slice(0, LIMIT);
}
