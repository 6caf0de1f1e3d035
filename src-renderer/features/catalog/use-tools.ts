import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { NodeClient } from '#shared/contract.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { type Fault, faultOf } from '../../platform/faults.ts';
import { useConnection, useNodeLink } from '../../platform/node-link.ts';
import type { Shown } from './address.ts';

/** Rows that are asked for first, and whenever the end of the list comes into view. */
const PAGE = 40;
const MORE = 400;
/** Rows that the page holds; whoever looks for more than these is better served by a filter. */
export const MOST_ROWS = 5000;
/** While the network changes all the time, the list is read anew this often at most. */
const REFRESH_MS = 400;

export type ToolsAnswer = Awaited<ReturnType<NodeClient['tools.query']>>;

export interface Tools extends Omit<ToolsAnswer, 'items' | 'revision'> {
  items: readonly ToolView[];
  /** What they are the answer to. */
  shown: Shown;
}

export interface ToolWindow {
  /** Undefined until the node has answered for the first time; after that never. */
  tools: Tools | undefined;
  fault: Fault | undefined;
  /** Present while there is more to read. */
  more: (() => void) | undefined;
}

/**
 * The beginning of the tools that fit, as far as it was scrolled to. The node filters and counts: a keystroke costs a
 * page of rows, whatever the number of tools, and what the browser holds is bounded.
 */
export function useTools(shown: Shown, revision: number | undefined): ToolWindow {
  const { clock, node } = useNodeLink();
  const online = useConnection().phase === 'connected';
  const [tools, setTools] = useState<Tools>();
  const [fault, setFault] = useState<Fault>();
  const reading = useRef<AbortController>(undefined);
  const readAt = useRef(Number.NEGATIVE_INFINITY);
  const key = JSON.stringify(shown);

  /** Reads rows `[offset, offset + limit)`; what is read for something else meanwhile is given up. */
  const read = useEffectEvent(async (offset: number, limit: number) => {
    reading.current?.abort();
    const controller = new AbortController();
    reading.current = controller;
    readAt.current = clock.monotonic();
    try {
      const {
        items,
        revision: _,
        ...rest
      } = await node['tools.query']({ ...shown, offset, limit }, { signal: controller.signal });
      if (controller.signal.aborted) return;
      setTools((now) => ({ ...rest, shown, items: [...(now?.items.slice(0, offset) ?? []), ...items] }));
      setFault(undefined);
    } catch (error) {
      if (!controller.signal.aborted) setFault(faultOf(error));
    } finally {
      if (reading.current === controller) reading.current = undefined;
    }
  });

  useEffect(() => {
    if (online) void read(0, PAGE);
  }, [key, node, online]);

  const known = useRef(revision);
  const refresh = useEffectEvent(() => {
    known.current = revision;
    if (online) void read(0, Math.min(Math.max(tools?.items.length ?? 0, PAGE), 1000));
  });
  useEffect(() => {
    if (revision === undefined || known.current === revision) return;
    const wait = Math.max(0, readAt.current + REFRESH_MS - clock.monotonic());
    const timer = clock.after(wait, refresh);
    return () => timer.cancel();
  }, [revision, clock]);

  useEffect(() => () => reading.current?.abort(), []);

  const loaded = tools?.items.length ?? 0;
  const isMore = tools !== undefined && loaded < Math.min(tools.total, MOST_ROWS);
  const [wanted, setWanted] = useState(0);
  // Asked for while something else was read: it follows when that has come.
  useEffect(() => {
    if (wanted > 0 && wanted === loaded && !reading.current) void read(loaded, MORE);
  }, [wanted, loaded, tools]);
  const more = useCallback(() => setWanted(loaded), [loaded]);
  return { tools, fault, more: isMore ? more : undefined };
}
