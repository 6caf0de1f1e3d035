/**
 * A stream of states: yields the present one, then again after changes. Changes that come while the reader is busy
 * fold into one, so a slow reader never makes anything pile up.
 *
 * @param read the present state.
 * @param subscribe calls back on every change until the returned function is called.
 */
export async function* watch<T>(
  signal: AbortSignal,
  read: () => T,
  subscribe: (changed: () => void) => () => void,
): AsyncGenerator<T> {
  let dirty = true;
  let wake: (() => void) | undefined;
  const poke = () => {
    dirty = true;
    wake?.();
  };
  const unsubscribe = subscribe(poke);
  signal.addEventListener('abort', poke, { once: true });
  try {
    while (!signal.aborted) {
      if (dirty) {
        dirty = false;
        yield read();
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', poke);
  }
}

/**
 * A stream of events. The reader may fall behind by `capacity` events; older ones are dropped then, since what is
 * watched live is also kept elsewhere.
 */
export async function* follow<T>(
  signal: AbortSignal,
  capacity: number,
  subscribe: (listener: (event: T) => void) => () => void,
): AsyncGenerator<T> {
  const queue: T[] = [];
  let wake: (() => void) | undefined;
  const unsubscribe = subscribe((event) => {
    queue.push(event);
    if (queue.length > capacity) queue.shift();
    wake?.();
  });
  const poke = () => wake?.();
  signal.addEventListener('abort', poke, { once: true });
  try {
    while (!signal.aborted) {
      const next = queue.shift();
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', poke);
  }
}
