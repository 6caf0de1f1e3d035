/**
 * The door of the node for calls of peers: so many run, so many wait, the rest is told to come back. Places that come free
 * go round the providers that wait, so that one with a long queue does not keep the others out.
 */
import { relayError } from '#shared/features/relay/errors.ts';
import type { Door, Place, Visit } from '../ports.ts';

export interface DoorOptions {
  /** Calls of peers that run at the same time. */
  maxRunning(): number;
  /** Calls that wait for a place, of all providers together. */
  maxWaiting(): number;
}

interface Waiting {
  admit(): void;
}

/** What one who finds the door shut is told to wait at least. */
const RETRY_AFTER_MS = 1_000;

export function createDoor(options: DoorOptions): Door {
  /** Those who wait, by provider; the provider whose turn is next stands first. */
  const queues = new Map<string, Waiting[]>();
  let running = 0;
  let waiting = 0;

  const place = (): Place => {
    let isHeld = true;
    return {
      release() {
        if (!isHeld) return;
        isHeld = false;
        running--;
        admitNext();
      },
    };
  };

  function admitNext(): void {
    const [provider, queue] = queues.entries().next().value ?? [];
    const next = queue?.shift();
    if (provider === undefined || !queue || !next) return;
    queues.delete(provider);
    if (queue.length > 0) queues.set(provider, queue);
    waiting--;
    next.admit();
  }

  function wait({ providerId }: Visit, signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      const queue = queues.get(providerId) ?? [];
      const one: Waiting = {
        admit() {
          signal.removeEventListener('abort', leave);
          running++;
          resolve(place());
        },
      };
      const leave = () => {
        queue.splice(queue.indexOf(one), 1);
        if (queue.length === 0) queues.delete(providerId);
        waiting--;
        reject(relayError('relay.cancelled'));
      };
      queue.push(one);
      queues.set(providerId, queue);
      waiting++;
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    async enter(visit, signal) {
      if (signal.aborted) throw relayError('relay.cancelled');
      if (running < options.maxRunning()) {
        running++;
        return place();
      }
      if (waiting >= options.maxWaiting())
        throw relayError('relay.busy', undefined, { retryAfterMs: RETRY_AFTER_MS });
      return wait(visit, signal);
    },
  };
}
