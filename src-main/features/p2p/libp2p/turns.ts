/** So much at the same time and no more; the rest waits in the order in which it came. */
import { p2pError } from '#shared/features/p2p/errors.ts';

/** Further ones are refused with `p2p.unreachable`. */
const MAX_WAITING = 500;

export interface Turns {
  /** Runs `work` once there is room. Rejects with the signal's reason where that comes first. */
  take<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

export function createTurns(atOnce: number): Turns {
  const waiting = new Set<() => void>();
  let underWay = 0;

  function free(): void {
    underWay--;
    const [next] = waiting;
    if (!next) return;
    waiting.delete(next);
    next();
  }

  async function room(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (underWay < atOnce) return void underWay++;
    if (waiting.size >= MAX_WAITING) throw p2pError('p2p.unreachable');
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', giveUp);
        underWay++;
        resolve();
      };
      const giveUp = () => {
        waiting.delete(begin);
        reject(signal.reason as Error);
      };
      waiting.add(begin);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  return {
    async take(signal, work) {
      await room(signal);
      try {
        return await work();
      } finally {
        free();
      }
    },
  };
}
