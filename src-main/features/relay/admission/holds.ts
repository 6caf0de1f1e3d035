/** How long calls of a tool hold their place: what a call still needs when its turn comes. */

/** Tools that are remembered; the one that ended longest ago goes first. */
const MAX_TOOLS = 1_000;
const WEIGHT = 0.05;
/** Calls of one tool differ, and the answer has a way to go. */
const SPARE = 1.25;
/**
 * What is refused because it would take too long is not measured either: the estimate shrinks a little each time, so that a
 * tool that was slow once is tried again.
 */
const DOUBT = 0.999;

export interface Holds {
  /** A call has held its place for so many milliseconds. */
  ended(tool: string, ms: number): void;
  /** Milliseconds that a call should have left when it begins; 0 where nothing is known of the tool. */
  needed(tool: string): number;
  /** A call was refused for what was expected of its tool. */
  doubt(tool: string): void;
}

export function createHolds(): Holds {
  /** Decayed milliseconds; the tool that ended last stands last. */
  const holds = new Map<string, number>();
  return {
    ended(tool, ms) {
      const before = holds.get(tool) ?? ms;
      holds.delete(tool);
      holds.set(tool, before + WEIGHT * (ms - before));
      if (holds.size > MAX_TOOLS) holds.delete(holds.keys().next().value as string);
    },
    needed: (tool) => (holds.get(tool) ?? 0) * SPARE,
    doubt(tool) {
      const hold = holds.get(tool);
      if (hold !== undefined) holds.set(tool, hold * DOUBT);
    },
  };
}
