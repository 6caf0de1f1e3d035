/**
 * Values of secrets. Each version of a server's configuration has a vault of its own, which the database names: so a
 * change of several secrets takes effect with the configuration that needs them, in one step, and what a kill leaves
 * behind is found and removed at the next start.
 */
import { toHex } from '#shared/kernel/bytes.ts';
import type { Random } from '#shared/kernel/random.ts';

/** Values of secrets; the keystore stands behind it. */
export interface SecretsPort {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  delete(key: string): void;
  keys(): string[];
}

export interface Vaults {
  get(vault: string, name: string): string | undefined;
  /** Names of the secrets in it, sorted. */
  names(vault: string): string[];
  /** Keeps the values under a new name, which it returns. */
  create(server: string, values: Readonly<Record<string, string>>): string;
  drop(vault: string): void;
  /** Removes every vault but these. */
  sweep(known: ReadonlySet<string>): void;
}

/** Keys of other parts of this slice begin with it; no server's name does. */
export const RESERVED = '~';

export function createVaults(deps: { secrets: SecretsPort; random: Random }): Vaults {
  const { secrets } = deps;
  const vaultOf = (key: string) => key.slice(0, key.indexOf('/'));
  const removeWhere = (unwanted: (vault: string) => boolean) => {
    for (const key of secrets.keys())
      if (!key.startsWith(RESERVED) && unwanted(vaultOf(key))) secrets.delete(key);
  };
  return {
    get: (vault, name) => secrets.get(`${vault}/${name}`),
    names: (vault) =>
      secrets.keys().flatMap((key) => (vaultOf(key) === vault ? [key.slice(vault.length + 1)] : [])),
    create(server, values) {
      const vault = `${server}${RESERVED}${toHex(deps.random.bytes(8))}`;
      for (const [name, value] of Object.entries(values)) secrets.set(`${vault}/${name}`, value);
      return vault;
    },
    drop: (vault) => removeWhere((found) => found === vault),
    sweep: (known) => removeWhere((found) => !known.has(found)),
  };
}
