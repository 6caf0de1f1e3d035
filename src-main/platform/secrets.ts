/** Text secrets of a slice (environment values and headers of servers, say) in the keystore, under a prefix of its own. */
import { fromUtf8, utf8 } from '#shared/kernel/bytes.ts';
import type { Keystore } from './keystore.ts';

/** Every change is on disk, atomically, when the call returns. */
export interface Secrets {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  /** Does nothing where there is no such key. */
  delete(key: string): void;
  /** Sorted. */
  keys(): string[];
}

/** @param prefix `servers`, say: keys lie in the keystore as `secrets/servers/<key>`. */
export function createSecrets(keystore: Keystore, prefix: string): Secrets {
  const root = `secrets/${prefix}/`;
  return {
    get(key) {
      const bytes = keystore.get(root + key);
      return bytes && fromUtf8(bytes);
    },
    set: (key, value) => keystore.set(root + key, utf8(value)),
    delete(key) {
      if (keystore.get(root + key)) keystore.delete(root + key);
    },
    keys: () => keystore.names(root).map((name) => name.slice(root.length)),
  };
}
