/** Ownership: what is opened is added to a store on the next line, and the store closes it all in reverse order. */
export interface Closeable {
  close(): void | Promise<void>;
}

export interface DisposableStore extends Closeable {
  /** Takes ownership of `item` and returns it. After `close`, the item is closed at once. */
  add<T extends Closeable>(item: T): T;
  /** Takes ownership of a clean-up function. */
  defer(cleanup: () => void | Promise<void>): void;
  /** Closes everything in reverse order, once. Errors are collected and thrown together at the end. */
  close(): Promise<void>;
}

export function createDisposableStore(): DisposableStore {
  const cleanups: Array<() => void | Promise<void>> = [];
  let closing: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) {
      try {
        await cleanup();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'closing failed');
  }

  const store: DisposableStore = {
    add(item) {
      store.defer(() => item.close());
      return item;
    },
    defer(cleanup) {
      cleanups.push(cleanup);
      if (closing) closing = closing.then(closeAll);
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
  return store;
}
