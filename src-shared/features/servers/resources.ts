/** What servers use of the machine, and when one uses more than it may. Pure. */
import { z } from 'zod';
import { query } from '../../kernel/contract.ts';

export const serverUsageSchema = z.object({
  server: z.string(),
  /** Processes that run for it. */
  processes: z.number(),
  /** Of one core, over the last seconds: 150 are one and a half cores. Absent at the first look. */
  cpuPercent: z.number().optional(),
  /** Resident memory of its processes and all that they started. */
  memoryBytes: z.number(),
});
export type ServerUsage = z.output<typeof serverUsageSchema>;

export const resourcesContract = {
  'servers.usage': query(
    'What the running servers use of the machine’s processors and memory. Empty on systems that do not tell.',
    z.object({}),
    z.object({ items: z.array(serverUsageSchema) }),
  ),
};

/** What one process tree used up to some moment. */
export interface Sample {
  cpuMs: number;
  memoryBytes: number;
  /** Monotonic ms. */
  at: number;
}

/** Processor time between two looks (ms); a tree whose members vanished unwaited-for seems to have used less than before. */
export const spentBetween = (before: Sample | undefined, now: Sample): number =>
  Math.max(0, now.cpuMs - (before?.cpuMs ?? 0));

/** Looks in a row at which a process must take too much: what is freed at once does no harm. */
const LOOKS = 2;
const MIB = 1 << 20;

/** How often in a row it took too much so far, and whether that is often enough to end it. */
export function judgeMemory(
  before: number,
  { memoryBytes }: Sample,
  memoryMib: number | undefined,
): { looks: number; isTooMuch: boolean } {
  const looks = memoryMib !== undefined && memoryBytes > memoryMib * MIB ? before + 1 : 0;
  return { looks, isTooMuch: looks >= LOOKS };
}
