/**
 * Private keys and secrets in one file, mode 0600. Every change writes the whole file anew and atomically, so that a
 * kill at any time leaves the old or the new. With a passphrase the file is sealed (argon2id, AES-256-GCM); without one
 * its mode is all that protects it: whoever reads the disk or a copy of it has the keys.
 */
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import { describeFileError, PRIVATE_FILE, writeFileAtomic } from './files.ts';
import {
  formatPlainFile,
  formatSealedFile,
  isSealed,
  type KeyEntries,
  MAX_KEYSTORE_BYTES,
  parseKeysFile,
  plainEntries,
  unsealEntries,
  wrongPassphrase,
} from './keystore-file.ts';
import { derivePassphraseKey, newKdf, type PassphraseKey, sameSecret } from './passphrase.ts';

export type { KeyEntries } from './keystore-file.ts';

/** Named secrets, `<slice>/<name>`. All changes are on disk when the call returns. */
export interface Keystore {
  /** Whether the file needs a passphrase at start. */
  readonly passphraseProtected: boolean;
  /** A copy, or undefined. */
  get(name: string): Uint8Array | undefined;
  set(name: string, value: Uint8Array): void;
  delete(name: string): void;
  /** Several changes in one write: all or none survive a kill. `undefined` deletes. */
  update(changes: Record<string, Uint8Array | undefined>): void;
  /** Names with that prefix, sorted. */
  names(prefix?: string): string[];
  /** Throws `keystore.passphrase_needed` or `keystore.wrong_passphrase`; passes at once where none is set. */
  checkPassphrase(passphrase: string | undefined): void;
  /** Sets, changes or (empty) removes the passphrase. Check the current one first. */
  setPassphrase(next: string): void;
}

export interface KeystoreOptions {
  file: string;
  passphrase?: string;
  random: Random;
}

/**
 * Opens the keystore, an empty one where there is no file yet (it is written with the first secret, and sealed where a
 * passphrase is given). A passphrase given for an open file seals it. Throws `keystore.passphrase_needed`,
 * `keystore.wrong_passphrase`, `keystore.corrupt`, `keystore.newer` or `storage.unreadable`; an unreadable file is never
 * overwritten.
 */
export function openKeystore({ file, passphrase, random }: KeystoreOptions): Keystore {
  const opened = existsSync(file) ? readKeystore(file, passphrase) : createKeystore(random, passphrase);
  let { entries, key } = opened;

  function commit(next: KeyEntries, nextKey: PassphraseKey | undefined): void {
    const text = nextKey ? formatSealedFile(next, nextKey, random.bytes(12)) : formatPlainFile(next);
    if (text.length > MAX_KEYSTORE_BYTES) throw tooLarge();
    writeFileAtomic(file, text, PRIVATE_FILE);
    entries = next;
    key = nextKey;
  }

  function update(changes: Record<string, Uint8Array | undefined>): void {
    const next: KeyEntries = new Map(entries);
    for (const [name, value] of Object.entries(changes))
      if (value) next.set(name, value.slice());
      else next.delete(name);
    commit(next, key);
  }

  if (passphrase && !key) commit(entries, derivePassphraseKey(passphrase, newKdf(random.bytes(16))));

  return {
    get passphraseProtected() {
      return key !== undefined;
    },
    get: (name) => entries.get(name)?.slice(),
    set: (name, value) => update({ [name]: value }),
    delete: (name) => update({ [name]: undefined }),
    update,
    names: (prefix = '') => [...entries.keys()].filter((name) => name.startsWith(prefix)).sort(),
    checkPassphrase(given) {
      if (!key) return;
      if (given === undefined) throw passphraseNeeded();
      if (!sameSecret(derivePassphraseKey(given, key.kdf).check, key.check)) throw wrongPassphrase();
    },
    setPassphrase(next) {
      commit(entries, next === '' ? undefined : derivePassphraseKey(next, newKdf(random.bytes(16))));
    },
  };
}

/** The secret of that name, made of random bytes where there is none yet. */
export function ensureSecret(keystore: Keystore, name: string, length: number, random: Random): Uint8Array {
  const known = keystore.get(name);
  if (known) return known;
  const fresh = random.bytes(length);
  keystore.set(name, fresh);
  return fresh;
}

interface Opened {
  entries: KeyEntries;
  key: PassphraseKey | undefined;
}

function createKeystore(random: Random, passphrase: string | undefined): Opened {
  const key = passphrase ? derivePassphraseKey(passphrase, newKdf(random.bytes(16))) : undefined;
  return { entries: new Map(), key };
}

function readKeystore(path: string, passphrase: string | undefined): Opened {
  const file = parseKeysFile(readText(path), path);
  if (!isSealed(file)) return { entries: plainEntries(file), key: undefined };
  if (passphrase === undefined) throw passphraseNeeded();
  return unsealEntries(file, passphrase, path);
}

/** Also takes back rights that others were given by a careless copy. */
function readText(path: string): string {
  try {
    const { mode, size } = statSync(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) chmodSync(path, PRIVATE_FILE);
    return size > MAX_KEYSTORE_BYTES ? '' : readFileSync(path, 'utf8');
  } catch (error) {
    throw describeFileError(error, path);
  }
}

const passphraseNeeded = (): AppError =>
  new AppError('keystore.passphrase_needed', 'The keys are protected by a passphrase.', {
    advice: 'Give it with TOOLSWARM_PASSPHRASE, --passphrase-file, or in the window that asks for it.',
  });

const tooLarge = (): AppError =>
  new AppError('keystore.full', 'Too many secrets are stored.', {
    advice: 'Remove servers whose secrets are no longer needed.',
  });
