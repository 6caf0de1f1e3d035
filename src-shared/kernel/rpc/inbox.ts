/** The receiving end of a stream: items wait here until they are taken, and iteration ends as the stream did. */
export interface Inbox<T> extends AsyncIterator<T, undefined> {
  push(item: T): void;
  /** Ends the stream after the items that wait; with an error where it failed. */
  end(error?: Error): void;
  /** Ends it at once and forgets what waits. */
  drop(error: Error): void;
  readonly size: number;
  return(): Promise<IteratorResult<T, undefined>>;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: Error): void;
}

/** Most `next()` calls that may wait at once; a `for await` makes one. */
const MAX_WAITERS = 64;

export interface InboxEvents {
  /** An item went to the reader. */
  onTaken(): void;
  /** The reader has had enough. Called once, and not when the stream ended by itself. */
  onReturn(): void;
}

/** The sender bounds what it pushes by credit; the inbox itself never refuses. */
export function createInbox<T>({ onTaken, onReturn }: InboxEvents): Inbox<T> {
  const items: T[] = [];
  const waiters: Array<Waiter<T>> = [];
  let ended: { error: Error | undefined } | undefined;
  const done = (): IteratorResult<T, undefined> => ({ done: true, value: undefined });

  const finish = (error: Error | undefined) => {
    ended ??= { error };
    for (const waiter of waiters.splice(0)) settleEnd(waiter);
  };
  /** The first reader after the end gets the error, later ones a plain end, as with a generator. */
  const settleEnd = ({ resolve, reject }: Waiter<T>) => {
    const error = ended?.error;
    if (!error) return resolve(done());
    ended = { error: undefined };
    reject(error);
  };

  return {
    get size() {
      return items.length;
    },
    push(item) {
      if (ended) return;
      const waiter = waiters.shift();
      if (!waiter) return void items.push(item);
      waiter.resolve({ done: false, value: item });
      onTaken();
    },
    end: finish,
    drop(error) {
      items.length = 0;
      finish(error);
    },
    next: () =>
      new Promise((resolve, reject) => {
        if (items.length > 0) {
          resolve({ done: false, value: items.shift() as T });
          return onTaken();
        }
        if (ended) return settleEnd({ resolve, reject });
        if (waiters.length >= MAX_WAITERS) return reject(new RangeError('too many readers of one stream'));
        waiters.push({ resolve, reject });
      }),
    return() {
      items.length = 0;
      if (!ended) {
        finish(undefined);
        onReturn();
      }
      return Promise.resolve(done());
    },
  };
}
