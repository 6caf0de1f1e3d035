import { AppError } from '../errors.ts';
import { onAbort } from './abort.ts';
import { cancelled } from './client-stream.ts';

/**
 * A stream that outlives its connection: where it breaks with `contract.disconnected`, `open` is awaited again and
 * the reader only notices that items come later. Reads are served one after another.
 */
export function resumingStream(
  open: (signal: AbortSignal) => Promise<AsyncIterator<unknown>>,
  signal: AbortSignal | undefined,
): AsyncIterator<unknown, undefined> {
  const own = new AbortController();
  const release = onAbort(signal, () => own.abort(cancelled(signal)));
  const done = { done: true, value: undefined } as const;
  let current: AsyncIterator<unknown> | undefined;
  let over = false;
  let returned = false;
  let reading: Promise<unknown> = Promise.resolve();

  function finish(): void {
    over = true;
    release();
  }

  async function read(): Promise<IteratorResult<unknown, undefined>> {
    while (!over) {
      try {
        current ??= await open(own.signal);
        const step = await current.next();
        if (!step.done) return { done: false, value: step.value };
        finish();
      } catch (error) {
        current = undefined;
        if (isDisconnected(error) && !own.signal.aborted) continue;
        finish();
        if (!returned) throw error;
      }
    }
    return done;
  }

  return {
    next() {
      const step = reading.then(read, read);
      reading = step;
      return step;
    },
    return() {
      returned = true;
      finish();
      own.abort(cancelled());
      return Promise.resolve(done);
    },
  };
}

const isDisconnected = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'contract.disconnected';
