/** Brings back peers that went away: each target is tried again after a growing delay until it is reached. */
import { retryDelay } from '#shared/features/p2p/rules.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';

/** Targets tried at the same time, bootstrap addresses aside; the one that failed most often makes room. */
const MAX_TARGETS = 64;
/** Targets that are hurried are dialled within this time. */
const HURRY_SPREAD_MS = 1000;

interface Target {
  /** A multiaddr or a peer id. */
  target: string;
  /** Bootstrap addresses are never given up. */
  permanent: boolean;
  failures: number;
  timer: Timer | undefined;
}

export interface RedialDeps {
  clock: Clock;
  random: Random;
  /** Resolves once the peer passed hello. */
  dial(target: string): Promise<unknown>;
}

export interface Redialler {
  /** Tries `target` at once and then again and again until it is reached. */
  pursue(target: string, options?: { permanent?: boolean }): void;
  /** As `pursue`, but waits for the first delay: the peer has just gone. */
  lost(target: string, options?: { permanent?: boolean }): void;
  /** The target is reached, or no longer wanted. */
  settle(target: string): void;
  /** Tries every target soon, as if none had failed yet: what kept them away may be over. */
  hurry(): void;
  /** Gives up all targets. */
  close(): void;
}

export function createRedialler(deps: RedialDeps): Redialler {
  const { clock, random } = deps;
  const targets = new Map<string, Target>();

  function add(key: string, permanent: boolean): Target | undefined {
    const known = targets.get(key);
    if (known) {
      known.permanent ||= permanent;
      return undefined;
    }
    if (!permanent) makeRoom();
    const target: Target = { target: key, permanent, failures: 0, timer: undefined };
    targets.set(key, target);
    return target;
  }

  function makeRoom(): void {
    const passing = [...targets.values()].filter((target) => !target.permanent);
    if (passing.length < MAX_TARGETS) return;
    const worst = passing.reduce((a, b) => (b.failures > a.failures ? b : a));
    settle(worst.target);
  }

  function settle(key: string): void {
    targets.get(key)?.timer?.cancel();
    targets.delete(key);
  }

  async function attempt(target: Target): Promise<void> {
    target.timer = undefined;
    try {
      await deps.dial(target.target);
      if (targets.get(target.target) === target) settle(target.target);
    } catch (error) {
      if (targets.get(target.target) !== target) return;
      if (target.permanent || isRetryable(error)) wait(target);
      else settle(target.target);
    }
  }

  function wait(target: Target): void {
    target.failures++;
    target.timer = clock.after(retryDelay(target.failures, random), () => void attempt(target));
  }

  return {
    pursue(key, options) {
      const target = add(key, options?.permanent ?? false);
      if (target) void attempt(target);
    },
    lost(key, options) {
      const target = add(key, options?.permanent ?? false);
      if (target) wait(target);
    },
    settle,
    hurry() {
      for (const target of targets.values()) {
        target.failures = 0;
        // One under way is left alone; the rest are spread, so that a resumed machine does not dial all at once.
        if (!target.timer) continue;
        target.timer.cancel();
        target.timer = clock.after(random.float() * HURRY_SPREAD_MS, () => void attempt(target));
      }
    },
    close() {
      for (const key of [...targets.keys()]) settle(key);
    },
  };
}

/** A peer that refuses us on principle is not asked again; one that is away is. */
const isRetryable = (error: unknown): boolean => !(error instanceof AppError) || error.retryable;
