/** Typed events. Names are in the past tense; listeners must not throw (a fault in one is reported, never passed on). */
export interface EventSource<Events extends object> {
  /** Calls `listener` for each event of that name until the returned function is called. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
}

export interface Emitter<Events extends object> extends EventSource<Events> {
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** @param onFault receives what a listener threw; the other listeners still run. */
export function createEmitter<Events extends object>(
  onFault: (error: unknown) => void = (error) => reportError(error),
): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => void set.delete(listener);
    },
    emit(name, event) {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          (listener as (event: Events[typeof name]) => void)(event);
        } catch (error) {
          onFault(error);
        }
      }
    },
  };
}

function reportError(error: unknown): void {
  console.error('a listener failed', error);
}
