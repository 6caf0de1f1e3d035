/** A value that streams can follow: each reader gets it now and after every change, the newest only. */
export interface LiveValue {
  /** Wakes all readers. */
  changed(): void;
  follow<Item>(read: () => Item, signal: AbortSignal): AsyncGenerator<Item>;
}

export function createLiveValue(): LiveValue {
  const readers = new Set<() => void>();
  return {
    changed() {
      for (const wake of [...readers]) wake();
    },
    async *follow(read, signal) {
      while (!signal.aborted) {
        yield read();
        await new Promise<void>((resolve) => {
          const wake = () => {
            readers.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          readers.add(wake);
          signal.addEventListener('abort', wake, { once: true });
          if (signal.aborted) wake();
        });
      }
    },
  };
}
