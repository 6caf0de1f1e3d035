/**
 * What waits for the operator, gathered from sources that each know one part of the node. Whoever finds another matter
 * adds another source; the list, its order, its bounds and who is told of it are here.
 *
 *     const attention = createAttention({ clock, log });
 *     attention.add({ read: () => matters, subscribe: (changed) => slice.on('changed', changed) });
 */
import { type AttentionItem, type attentionContract, byUrgency } from '#shared/features/node/attention.ts';
import { type Clock, sleep, type Timer } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Log } from '#main/platform/log.ts';

/** A matter as its source knows it; since when it stands is noted here unless the source says so itself. */
export type Matter = Omit<AttentionItem, 'since'> & { since?: number };

export interface AttentionSource {
  /** What stands now. Ids are the source's own and stay the same while a matter stands. */
  read(): readonly Matter[];
  /** Calls back whenever it may have changed, until the returned function is called. */
  subscribe(changed: () => void): () => void;
}

export interface Attention extends Closeable {
  /** Listens to one more source until the returned function is called. */
  add(source: AttentionSource): () => void;
  /** Everything that stands, most urgent first. */
  list(): AttentionItem[];
  handlers: Handlers<typeof attentionContract>;
}

/** Matters of one source; nobody works through more, and what is left out comes up when others are settled. */
const MAX_MATTERS_PER_SOURCE = 50;
/** Sources are read again at most this often, however much happens. */
const READ_INTERVAL_MS = 500;
/** Watchers are told at most this often. */
const WATCH_INTERVAL_MS = 1000;

export function createAttention({ clock, log }: { clock: Clock; log: Log }): Attention {
  const events = createEmitter<{ changed: object }>((error) =>
    log.error({ err: error }, 'a listener failed'),
  );
  const sources = new Map<AttentionSource, () => void>();
  let items: AttentionItem[] = [];
  let pending: Timer | undefined;

  const mattersOf = (source: AttentionSource): readonly Matter[] => {
    try {
      return source.read().slice(0, MAX_MATTERS_PER_SOURCE);
    } catch (error) {
      log.error({ err: error }, 'a source of attention failed');
      return [];
    }
  };

  function readAll(): void {
    pending?.cancel();
    pending = undefined;
    const since = new Map(items.map((item) => [item.id, item.since]));
    const now = clock.now();
    const next = byUrgency(
      [...sources.keys()]
        .flatMap(mattersOf)
        .map((matter) => ({ ...matter, since: matter.since ?? since.get(matter.id) ?? now })),
    );
    if (JSON.stringify(next) === JSON.stringify(items)) return;
    items = next;
    events.emit('changed', {});
  }

  /** Changes come in bursts: they are looked at together, soon. */
  const readSoon = () => {
    pending ??= clock.after(READ_INTERVAL_MS, readAll);
  };

  return {
    add(source) {
      sources.set(source, source.subscribe(readSoon));
      readSoon();
      return () => {
        sources.get(source)?.();
        sources.delete(source);
        readSoon();
      };
    },
    list() {
      readAll();
      return items;
    },
    handlers: {
      async *'node.attention'(_input, { signal }) {
        readAll();
        const subscribe = (changed: () => void) => events.on('changed', changed);
        for await (const now of watch(signal, () => items, subscribe)) {
          yield { items: now };
          await sleep(clock, WATCH_INTERVAL_MS, signal).catch(() => undefined);
        }
      },
    },
    close() {
      pending?.cancel();
      for (const stop of sources.values()) stop();
      sources.clear();
    },
  };
}
