/**
 * How fast a server may talk without being asked. Answers to calls are free; notifications, requests and garbage are
 * paid for out of a bucket that refills. Whoever overdraws is not read from until the bucket is level again, so that
 * its own pipe fills and it alone waits.
 */
export interface FloodGate {
  /** Notes one unsolicited message. */
  spend(bytes: number, nowMs: number): void;
  /** Milliseconds to stop reading; 0 while within bounds. */
  pauseMs(nowMs: number): number;
}

export interface FloodLimits {
  /** Unsolicited messages a second; 4 KiB count as one. */
  perSecond: number;
  /** How many may come at once. */
  burst: number;
}

export const FLOOD_LIMITS: FloodLimits = { perSecond: 2_000, burst: 4_000 };
const UNIT_BYTES = 4_096;
/** However much a server overdrew, it is heard again after this. */
const MAX_PAUSE_MS = 2_000;

export function createFloodGate(limits: FloodLimits = FLOOD_LIMITS): FloodGate {
  let level = limits.burst;
  let at = 0;
  const refill = (now: number) => {
    level = Math.min(limits.burst, level + ((now - at) / 1_000) * limits.perSecond);
    at = now;
  };
  return {
    spend(bytes, now) {
      refill(now);
      level -= 1 + Math.floor(bytes / UNIT_BYTES);
    },
    pauseMs(now) {
      refill(now);
      if (level >= 0) return 0;
      const pause = Math.min(MAX_PAUSE_MS, Math.ceil((-level / limits.perSecond) * 1_000));
      level = Math.max(level, -(MAX_PAUSE_MS / 1_000) * limits.perSecond);
      return pause;
    },
  };
}
