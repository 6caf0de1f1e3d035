/** Processor time of work, where the clock on the wall would count what others do on the same cores. */
import { median } from './load.ts';

/** Microseconds of processor time of this process, threads of the crypto pool included. */
export function cpuMicros(): number {
  const { system, user } = process.cpuUsage();
  return user + system;
}

/**
 * Microseconds of processor time that each of these works takes once: they take turns, so that a busy moment hits all alike;
 * the first round warms up, the median of the others counts.
 */
export async function cpuOfEach<Name extends string>(
  works: Record<Name, () => unknown>,
  { rounds, times }: { rounds: number; times: number },
): Promise<Record<Name, number>> {
  const names = Object.keys(works) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++)
    for (const name of names) {
      const begun = cpuMicros();
      for (let time = 0; time < times; time++) await works[name]();
      if (round > 0) samples.get(name)?.push((cpuMicros() - begun) / times);
    }
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}
