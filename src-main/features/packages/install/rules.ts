/** Pure decisions about what is installed. */
import type { PackageManifest } from '#shared/features/packages/manifest.ts';
import type { PackageSettings } from '#shared/features/packages/views.ts';
import type { Generation } from './generations.ts';

/**
 * The generation to go back to: the one that is named, else the newest before the current one that was another state.
 * Steps back are no states of their own: going back twice goes back further.
 *
 * @param history of one package, newest first
 */
export function goBackTo(
  history: readonly Generation[],
  current: Generation,
  named: number | undefined,
): Generation | undefined {
  const from = current.goneBackTo ?? current.generation;
  const target = history.find(({ generation, goneBackTo }) =>
    named === undefined ? generation < from && goneBackTo === undefined : generation === named,
  );
  return target?.generation === current.generation ? undefined : target;
}

/** When a generation stopped being in force: what was given from then on goes with going back to it. */
export const endedAt = (history: readonly Generation[], { generation }: Generation): number | undefined =>
  history.filter((later) => later.generation > generation).at(-1)?.at;

/** Settings that the next version still has; secrets are kept apart. */
export const keptSettings = (
  { user_config: declared }: PackageManifest,
  before: PackageSettings,
): PackageSettings =>
  Object.fromEntries(
    Object.entries(before).filter(([name]) => declared[name] !== undefined && !declared[name].sensitive),
  );
