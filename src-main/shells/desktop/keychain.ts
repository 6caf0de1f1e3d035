/**
 * The keystore's passphrase in the keychain of the system. The node knows nothing of keychains: it is given a passphrase
 * at its start, as from a person. What is sealed here is that passphrase, either the person's own or one that was made
 * for this.
 *
 * Nobody is locked out: a passphrase is sealed, and read back, before the keystore takes it; one that can no longer be
 * unsealed (another machine, another account) is asked for like any other, and the 24 words recover the identity.
 */
import { join } from 'node:path';
import type { KeychainView } from '#shared/features/desktop/system.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Log } from '#main/platform/log.ts';
import { readSealed, removeSealed, writeSealed } from './keychain-file.ts';
import type { PassphraseKeeper } from './node-host.ts';

/** The part of Electron's `safeStorage` that is used. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
  /** Linux only. */
  getSelectedStorageBackend?(): string;
}

export interface Keychain extends PassphraseKeeper {
  view(): KeychainView;
  /** The passphrase that is known now: held here, or given by a person since the start. */
  known(): string | undefined;
  /** Seals a passphrase. Throws `desktop.no_keychain` where nothing protects it, and leaves everything as it was. */
  hold(passphrase: string, made: 'person' | 'program'): void;
  /** Forgets what is sealed; the person is asked again at the next start where the keystore has a passphrase. */
  release(): void;
}

export interface KeychainDeps {
  dataDir: string;
  safeStorage: SafeStorage;
  platform: NodeJS.Platform;
  log: Log;
}

export function createKeychain({ dataDir, safeStorage, platform, log }: KeychainDeps): Keychain {
  const file = join(dataDir, 'keychain.json');
  let inMemory: string | undefined;
  let held = readHeld();

  function readHeld() {
    try {
      return readSealed(file);
    } catch (error) {
      log.warn({ err: error, file }, 'the sealed passphrase could not be read');
      return undefined;
    }
  }

  function unsealed(): string | undefined {
    if (!held) return undefined;
    try {
      return safeStorage.decryptString(held.sealed);
    } catch (error) {
      log.warn({ err: error }, 'the keychain does not open the passphrase; the person is asked for it');
      return undefined;
    }
  }

  const known = () => inMemory ?? unsealed();
  const store = () => describeStore(safeStorage, platform);

  function hold(passphrase: string, made: 'person' | 'program'): void {
    if (store().level !== 'system') throw noKeychain();
    const sealed = safeStorage.encryptString(passphrase);
    // A keychain that cannot give back what it took would lock the person out at the next start.
    if (safeStorage.decryptString(sealed) !== passphrase) throw noKeychain();
    writeSealed(file, { made, sealed });
    held = { made, sealed };
    inMemory = passphrase;
  }

  return {
    view: () => ({ ...store(), ...(held ? { holds: held.made } : {}) }),
    known,
    hold,
    release() {
      removeSealed(file);
      held = undefined;
      // Given once more, it would seal the keys that were just opened for good, and nobody would know it.
      inMemory = undefined;
    },
    recall: () => Promise.resolve(known()),
    keep(passphrase) {
      inMemory = passphrase;
      // Another passphrase than the sealed one opened the keystore: somebody changed it elsewhere.
      if (held && store().level === 'system' && unsealed() !== passphrase) hold(passphrase, 'person');
      return Promise.resolve();
    },
  };
}

/** What Electron uses on Linux where it finds no keyring: a key that stands in its source. */
const WEAK_BACKENDS = new Set(['basic_text', 'unknown']);

function describeStore(
  safeStorage: SafeStorage,
  platform: NodeJS.Platform,
): Pick<KeychainView, 'level' | 'backend'> {
  const backend =
    platform === 'linux'
      ? (safeStorage.getSelectedStorageBackend?.() ?? 'unknown')
      : platform === 'darwin'
        ? 'keychain'
        : 'dpapi';
  if (WEAK_BACKENDS.has(backend)) return { level: 'weak', backend };
  return { level: safeStorage.isEncryptionAvailable() ? 'system' : 'none', backend };
}

const noKeychain = (): AppError =>
  new AppError('desktop.no_keychain', 'This system has no keychain that could protect the keys.', {
    advice:
      'Install and unlock a keyring (GNOME Keyring or KWallet), sign in again, or set a passphrase instead.',
  });
