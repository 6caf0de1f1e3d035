/** Tells what is open in the name of a session or token that it has ended. */

export interface Endings {
  /** Aborts when `end` is called for this id. */
  signalOf(id: string): AbortSignal;
  end(id: string, reason: Error): void;
}

/** Bounded by its callers: ids are those of sessions or tokens that exist, and go when these end. */
export function createEndings(): Endings {
  const controllers = new Map<string, AbortController>();
  return {
    signalOf(id) {
      const controller = controllers.get(id) ?? new AbortController();
      controllers.set(id, controller);
      return controller.signal;
    },
    end(id, reason) {
      controllers.get(id)?.abort(reason);
      controllers.delete(id);
    },
  };
}
