/** Runs `run` once when `signal` aborts (at once if it has); the returned function takes that back. */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (!signal) return () => undefined;
  if (signal.aborted) run();
  else signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}

/** Waits for `promise`, but no longer than until `signal` aborts; rejects with its reason then. */
export function orAbort<T>(promise: PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal.reason as Error));
    Promise.resolve(promise).then(resolve, reject).finally(release);
  });
}
