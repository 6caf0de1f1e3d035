import type { Place } from '../ports.ts';

/** Gives the place back with what was used of it. */
export async function inPlace<T extends { responseBytes: number }>(
  place: Place,
  work: () => Promise<T>,
): Promise<T> {
  let used = { responseBytes: 0, failed: true };
  try {
    const outcome = await work();
    used = { responseBytes: outcome.responseBytes, failed: false };
    return outcome;
  } finally {
    place.release(used);
  }
}
