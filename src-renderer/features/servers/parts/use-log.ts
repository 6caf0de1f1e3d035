import { useEffect, useRef, useState } from 'react';
import type { z } from 'zod';
import type { logLineSchema } from '#shared/features/servers/contract.ts';
import { type Fault, faultOf } from '../../../platform/faults.ts';
import { follow } from '../../../platform/follow.ts';
import { useNodeLink } from '../../../platform/node-link.ts';

export type LogLine = z.output<typeof logLineSchema>;

/** Lines kept on the page, and while it is paused; the node's ring holds the rest. */
const MOST_LINES = 1_000;
/** Lines are drawn together, not one by one, however fast they come. */
const BATCH_MS = 100;

export interface FollowedLog {
  /** Oldest first; `undefined` until the node has said. */
  lines: LogLine[] | undefined;
  fault: Fault | undefined;
  paused: boolean;
  /** Lines that came while it was paused. */
  missed: number;
  setPaused(paused: boolean): void;
}

export function useLog(name: string): FollowedLog {
  const link = useNodeLink();
  const [lines, setLines] = useState<LogLine[]>();
  const [fault, setFault] = useState<Fault>();
  const [paused, setPaused] = useState(false);
  const [missed, setMissed] = useState(0);
  const held = useRef<LogLine[]>([]);
  const isPaused = useRef(false);

  useEffect(() => {
    const add = (more: LogLine[]) => setLines((now) => [...(now ?? []), ...more].slice(-MOST_LINES));
    let open = true;
    link.node['servers.logs']({ name, limit: MOST_LINES }).then(
      ({ items }) => open && add(items),
      (error: unknown) => open && setFault(faultOf(error)),
    );
    const stream = follow(link, {
      open: (node, options) => node['servers.followLogs']({ name }, options),
      onItem: (line) => void (held.current = [...held.current, line].slice(-MOST_LINES)),
    });
    const batches = link.clock.every(BATCH_MS, () => {
      if (isPaused.current) return setMissed(held.current.length);
      if (held.current.length === 0) return;
      add(held.current);
      held.current = [];
    });
    return () => {
      open = false;
      batches.cancel();
      void stream.close();
    };
  }, [link, name]);

  return {
    lines,
    fault,
    paused,
    missed,
    setPaused(next) {
      isPaused.current = next;
      setPaused(next);
      setMissed(0);
    },
  };
}
