/** A provider brought back from its 24 words alone: same root key, new node key, nothing else. */
import { existsSync } from 'node:fs';
import { openDataDir } from '#main/platform/data-dir.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type ProviderId, providerIdOf } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { entropyOfPhrase } from '#shared/features/identity/phrase.ts';
import { NODE_KEY, ROOT_KEY, rootSigner } from './keys.ts';

export interface RecoverOptions {
  words: readonly string[];
  /** Data folder without keys; made where it is missing. */
  dataDir: string;
  random: Random;
  /** Seals the new keystore. */
  passphrase?: string;
}

/** Throws `identity.bad_phrase`, `identity.exists` where the folder has keys already, or `storage.…`. */
export function recoverIdentity(options: RecoverOptions): { providerId: ProviderId } {
  const { dataDir, random, passphrase } = options;
  const entropy = entropyOfPhrase(options.words);
  const { keysFile } = openDataDir(dataDir);
  if (existsSync(keysFile))
    throw new AppError('identity.exists', 'This data folder already has keys.', {
      advice: 'Recover into another folder, or move keys.json away first.',
    });
  const keystore = openKeystore({ file: keysFile, random, ...(passphrase ? { passphrase } : {}) });
  keystore.update({ [ROOT_KEY]: entropy, [NODE_KEY]: random.bytes(32) });
  return { providerId: providerIdOf(rootSigner(entropy).publicKey) };
}
