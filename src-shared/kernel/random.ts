/** Chance as an argument: the system's generator on a real node, a seeded one in simulation. */
export interface Random {
  /** `length` unpredictable bytes (on a real node: cryptographically secure). */
  bytes(length: number): Uint8Array;
  /** A float in [0, 1), for jitter and sampling; never for secrets. */
  float(): number;
}

/** A duration spread evenly over ±`share` of itself, so that many nodes do not act in step. */
export function jitter(random: Random, durationMs: number, share: number): number {
  return Math.round(durationMs * (1 + (random.float() * 2 - 1) * share));
}
