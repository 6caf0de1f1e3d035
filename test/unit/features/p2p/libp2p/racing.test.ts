import { describe, expect, it } from 'vitest';
import { race, STAGGER_MS } from '#main/features/p2p/libp2p/racing.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const LIMIT_MS = 6000;

interface Attempt {
  signal: AbortSignal;
  opened(): void;
  failed(): void;
}

/** A race whose ways open and fail when the test says so. */
function start(ways: string[]) {
  const clock = createVirtualClock();
  const attempts = new Map<string, Attempt>();
  const discarded: string[] = [];
  const giveUp = new AbortController();
  const result = race(ways, {
    clock,
    limitMs: LIMIT_MS,
    signal: giveUp.signal,
    discard: (won: string) => discarded.push(won),
    open: (way, signal) =>
      new Promise<string>((resolve, reject) => {
        attempts.set(way, { signal, opened: () => resolve(way), failed: () => reject(new Error(way)) });
      }),
  });
  result.catch(() => undefined);
  return { attempts, begun: () => [...attempts.keys()], clock, discarded, giveUp, result };
}

describe('ways to one peer', () => {
  it('begin a moment apart, and the first that opens ends the others', async () => {
    const { attempts, begun, clock, result } = start(['a', 'b', 'c']);
    expect(begun()).toEqual(['a']);
    await clock.advance(STAGGER_MS);
    expect(begun()).toEqual(['a', 'b']);
    attempts.get('b')?.opened();
    expect(await result).toBe('b');
    expect(attempts.get('a')?.signal.aborted).toBe(true);
    expect(attempts.get('b')?.signal.aborted).toBe(false);
    await clock.advance(LIMIT_MS);
    expect(begun()).toEqual(['a', 'b']);
  });

  it('follow at once where one fails', async () => {
    const { attempts, begun, clock, result } = start(['a', 'b']);
    attempts.get('a')?.failed();
    await clock.advance(0);
    expect(begun()).toEqual(['a', 'b']);
    attempts.get('b')?.opened();
    expect(await result).toBe('b');
  });

  it('fail together, with the faults of all', async () => {
    const { attempts, clock, result } = start(['a', 'b']);
    attempts.get('a')?.failed();
    await clock.advance(0);
    attempts.get('b')?.failed();
    await expect(result).rejects.toMatchObject({ errors: [{ message: 'a' }, { message: 'b' }] });
  });

  it('that open too late are discarded', async () => {
    const { attempts, clock, discarded, result } = start(['a', 'b']);
    await clock.advance(STAGGER_MS);
    attempts.get('b')?.opened();
    await result;
    attempts.get('a')?.opened();
    await clock.advance(0);
    expect(discarded).toEqual(['a']);
  });

  it('are given up when nobody waits any more, or when they take too long', async () => {
    const { attempts, clock, giveUp, result } = start(['a', 'b']);
    await clock.advance(LIMIT_MS);
    expect(attempts.get('a')?.signal.aborted).toBe(true);
    giveUp.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
    expect(attempts.get('b')?.signal.aborted).toBe(true);
  });

  it('do not exist where nobody has any', async () => {
    await expect(start([]).result).rejects.toBeInstanceOf(AggregateError);
  });
});
