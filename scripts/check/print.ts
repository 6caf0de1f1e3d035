import { formatViolation } from './part.ts';
import type { PartResult } from './run.ts';

/** Prints what a part found, then one line about the part. */
export function printPart({ part, violations, tookMs }: PartResult): void {
  const seconds = (tookMs / 1000).toFixed(1);
  const outcome = violations.length === 0 ? 'ok' : `${violations.length} wrong`;
  for (const violation of violations) console.log(formatViolation(violation));
  console.log(`${part.name.padEnd(10)} ${outcome.padEnd(10)} ${seconds.padStart(5)} s  ${part.proves}`);
}
