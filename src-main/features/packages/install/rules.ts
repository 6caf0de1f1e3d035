/** Decisions about what is installed, without effects. */
import type { PackageTransport } from '#shared/features/servers/config.ts';
import type { Vaults } from '../../servers/index.ts';
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
  const isState = ({ goneBackTo, reason }: Generation) => goneBackTo === undefined && reason !== 'pin';
  const target = history.find((one) =>
    named === undefined ? one.generation < from && isState(one) : one.generation === named,
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

/** What a server is called that runs another version beside the current one. */
export const besideName = (server: string, version: string): string => {
  const suffix = `-${version.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 20);
  return `${server.slice(0, 31 - suffix.length)}${suffix}`.replace(/-+$/, '');
};

export const transportOf = ({ generation, package: id, release }: Generation): PackageTransport => ({
  type: 'package',
  package: id,
  release,
  generation,
});

/** Values of the secrets in a vault; those that are named, or all. */
export const secretsIn = (
  vaults: Vaults,
  vault: string,
  names: readonly string[] = vaults.names(vault),
): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = vaults.get(vault, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

/** The wanted name of a server, or the next that is free. */
export function freeName(servers: { has(name: string): boolean }, wanted: string): string {
  if (!servers.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const name = `${wanted.slice(0, 31 - `-${number}`.length)}-${number}`;
    if (!servers.has(name)) return name;
  }
}
