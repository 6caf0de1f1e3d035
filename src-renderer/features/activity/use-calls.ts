import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Invocation } from '#shared/features/relay/contract.ts';
import { type Fault, faultOf } from '../../platform/faults.ts';
import { follow } from '../../platform/follow.ts';
import { useConnection, useNodeLink } from '../../platform/node-link.ts';
import type { Filter } from './address.ts';
import { fits, joinCalls, queryOf } from './rules.ts';

/** Rows read at a time, when the end of the list comes into view. */
const PAGE = 300;
/** Rows that the page holds; the record of the node goes on, and an export has all of it. */
const MOST_ROWS = 3000;
/** Calls that wait while the list stands still, and calls shown at a time: a busy node ends hundreds a second. */
const MOST_WAITING = 1000;
const SHOW_MS = 300;

export interface Calls {
  /** Undefined until the node has answered. */
  items: readonly Invocation[] | undefined;
  fault: Fault | undefined;
  /** Present while there is more to read. */
  more: (() => void) | undefined;
  /** Calls that ended since the list stands still. */
  waiting: number;
}

/** Calls that fit, newest first; new ones join by themselves unless `paused`. */
export function useCalls(filter: Filter, paused: boolean): Calls {
  const link = useNodeLink();
  const { clock, node } = link;
  const online = useConnection().phase === 'connected';
  const [state, setState] = useState<{ key: string; items?: Invocation[]; isWhole: boolean }>({
    key: '',
    isWhole: false,
  });
  const [fault, setFault] = useState<Fault>();
  const [waiting, setWaiting] = useState(0);
  /** The call after which to read on. */
  const [cursor, setCursor] = useState<Invocation>();
  const fresh = useRef<Invocation[]>([]);
  const reading = useRef<AbortController>(undefined);
  const key = JSON.stringify(filter);

  const read = useEffectEvent(async (from?: Invocation) => {
    reading.current?.abort();
    const controller = new AbortController();
    reading.current = controller;
    try {
      const after = from ? { before: from.startedAt, beforeId: from.id } : {};
      const query = { ...queryOf(filter, clock.now()), ...after, limit: PAGE };
      const { items } = await node['invocations.list'](query, { signal: controller.signal });
      if (controller.signal.aborted) return;
      if (!from) fresh.current = [];
      setState((now) => {
        const all = joinCalls(from && now.key === key ? (now.items ?? []) : [], items, MOST_ROWS);
        return { key, items: all, isWhole: items.length < PAGE || all.length >= MOST_ROWS };
      });
      setFault(undefined);
    } catch (error) {
      if (!controller.signal.aborted) setFault(faultOf(error));
    } finally {
      if (reading.current === controller) reading.current = undefined;
    }
  });

  useEffect(() => {
    if (online) void read();
    return () => reading.current?.abort();
  }, [key, node, online]);
  useEffect(() => {
    if (cursor) void read(cursor);
  }, [cursor]);

  const show = useEffectEvent(() => {
    if (fresh.current.length === 0) return;
    if (paused) return setWaiting(fresh.current.filter((call) => fits(call, filter)).length);
    const added = fresh.current.filter((call) => fits(call, filter));
    fresh.current = [];
    setWaiting(0);
    if (added.length > 0)
      setState((now) =>
        now.items && now.key === key ? { ...now, items: joinCalls(added, now.items, MOST_ROWS) } : now,
      );
  });
  useEffect(() => {
    const stream = follow(link, {
      open: (client, options) => client['invocations.watch']({}, options),
      onItem: (call) => {
        fresh.current.push(call);
        if (fresh.current.length > MOST_WAITING) fresh.current.shift();
      },
    });
    const timer = clock.every(SHOW_MS, () => show());
    return () => {
      timer.cancel();
      void stream.close();
    };
  }, [link, clock]);

  const last = state.items?.at(-1);
  const hasMore = state.key === key && !state.isWhole && last !== undefined && last !== cursor;
  const more = hasMore ? () => setCursor(last) : undefined;
  return { items: state.items, fault, more, waiting: paused ? waiting : 0 };
}
