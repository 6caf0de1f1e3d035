/** Which words say how the system stands. Pure. */
import type { KeychainView, UpdatesView } from '#shared/features/desktop/system.ts';

export function keychainWords({ holds }: KeychainView) {
  if (holds === 'person') return 'desktop:keychain.onPerson';
  return holds === 'program' ? 'desktop:keychain.onProgram' : 'desktop:keychain.off';
}

/** The names under which people know the stores; another one stays as the system calls it. */
const STORES: Readonly<Record<string, string>> = {
  keychain: 'Keychain',
  dpapi: 'Windows',
  gnome_libsecret: 'GNOME Keyring',
  kwallet: 'KWallet',
  kwallet5: 'KWallet',
  kwallet6: 'KWallet',
};

export const keychainName = (backend: string): string => STORES[backend] ?? backend;

export const updatesWords = ({ state, checkedAt }: UpdatesView) =>
  state === 'idle' && checkedAt === undefined
    ? 'desktop:updates.never'
    : (`desktop:updates.${state}` as const);
