/** Tests of a simulated world: the seed of a failure is told, and repeats it. */
import { randomUUID } from 'node:crypto';
import { it } from 'vitest';

export const isNightly = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly';

/**
 * A test that gets its seed: always the same in `npm test`, a new one each night, `TOOLSWARM_SIM_SEED` where it is set.
 * @param timeoutMs of real time; generous, since what is measured is virtual.
 */
export function simulation(
  name: string,
  run: (seed: string) => Promise<void>,
  timeoutMs: number = 240_000 * (isNightly ? 10 : 1),
): void {
  const seed = process.env['TOOLSWARM_SIM_SEED'] ?? (isNightly ? randomUUID() : 'daily');
  it(
    name,
    async () => {
      try {
        await run(seed);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        throw new Error(`${said}\nTOOLSWARM_SIM_SEED=${seed} repeats this run exactly.`, { cause: error });
      }
    },
    timeoutMs,
  );
}
