/** Work that ends with other work. */

/** A controller of its own that aborts with any of its parents, and the way to let go of them. */
export interface Linked {
  readonly controller: AbortController;
  /** To be called when the work is over: long-lived parents would hold on to it. */
  release(): void;
}

/**
 * The same as `AbortSignal.any` with a controller among the signals. That one registers each signal with the garbage
 * collector, which costs several microseconds a call; work that knows its end does not need it.
 */
export function linkedTo(...parents: readonly AbortSignal[]): Linked {
  const controller = new AbortController();
  const aborted = parents.find((parent) => parent.aborted);
  if (aborted) {
    controller.abort(aborted.reason);
    return { controller, release: () => undefined };
  }
  const follow = (event: Event): void => controller.abort((event.target as AbortSignal).reason);
  for (const parent of parents) parent.addEventListener('abort', follow);
  return {
    controller,
    release() {
      for (const parent of parents) parent.removeEventListener('abort', follow);
    },
  };
}
