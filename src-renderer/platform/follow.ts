import type { NodeClient } from '#shared/contract.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { type Fault, faultOf } from './faults.ts';
import type { NodeLink } from './node-link.ts';

/** The pause before a stream that the node refused is asked for again. */
const PAUSE_MS = 3000;

export interface FollowOptions<Item> {
  open(node: NodeClient, options: { signal: AbortSignal }): AsyncIterable<Item>;
  onItem(item: Item): void;
  onFault?(fault: Fault): void;
}

/** Keeps a stream open until it is closed. The client itself resumes it after a lost connection. */
export function follow<Item>({ node, clock }: NodeLink, options: FollowOptions<Item>): Closeable {
  const stop = new AbortController();
  void keepOpen();
  return { close: () => stop.abort() };

  async function keepOpen(): Promise<void> {
    const { signal } = stop;
    while (!signal.aborted) {
      try {
        for await (const item of options.open(node, { signal })) {
          if (signal.aborted) return;
          options.onItem(item);
        }
      } catch (error) {
        if (!signal.aborted) options.onFault?.(faultOf(error));
      }
      await sleep(clock, PAUSE_MS, signal).catch(() => undefined);
    }
  }
}
