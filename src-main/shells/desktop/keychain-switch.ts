/** Turning the protection by the keychain on and off, with the node that owns the keystore. */
import type { NodeClient } from '#shared/contract.ts';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Keychain } from './keychain.ts';

/** 256 bits: nobody types it, nobody guesses it. */
const PASSPHRASE_BYTES = 32;

export interface SwitchDeps {
  keychain: Keychain;
  node: () => NodeClient;
  random: Random;
}

/**
 * A kill between the two steps is harmless: a keystore that is still open is sealed with the passphrase that the next
 * start is given. Throws `desktop.no_keychain`, `keystore.wrong_passphrase`, `desktop.passphrase_needed`.
 * @param given the present passphrase, as a person typed it.
 */
export async function protectByKeychain(
  { keychain, node, random }: SwitchDeps,
  given?: string,
): Promise<void> {
  const { passphraseProtected } = await node()['identity.get']({});
  if (passphraseProtected) return holdPresent(keychain, node(), given);
  const passphrase = toBase64Url(random.bytes(PASSPHRASE_BYTES));
  keychain.hold(passphrase, 'program');
  try {
    await node()['identity.setPassphrase']({ next: passphrase });
  } catch (error) {
    // Only a node that says so has not taken it: what was lost may be the answer alone, and then nobody else knows it.
    if (await isStillOpen(node())) keychain.release();
    throw error;
  }
}

const isStillOpen = async (node: NodeClient): Promise<boolean> => {
  try {
    return !(await node['identity.get']({})).passphraseProtected;
  } catch {
    // A node that is gone says nothing; the next start is given the passphrase and settles it.
    return false;
  }
};

async function holdPresent(keychain: Keychain, node: NodeClient, given: string | undefined): Promise<void> {
  const passphrase = given ?? keychain.known();
  if (passphrase === undefined) throw passphraseNeeded();
  // Setting it to itself proves that it is the right one.
  await node['identity.setPassphrase']({ current: passphrase, next: passphrase });
  keychain.hold(passphrase, 'person');
}

/** A passphrase that was made for this goes with it; a person's own stays on the keystore. */
export async function leaveKeychain({ keychain, node }: SwitchDeps): Promise<void> {
  const { holds } = keychain.view();
  if (!holds) return;
  if (holds === 'program') {
    const passphrase = keychain.known();
    if (passphrase === undefined) throw passphraseNeeded();
    await node()['identity.setPassphrase']({ current: passphrase, next: '' });
  }
  keychain.release();
}

const passphraseNeeded = (): AppError =>
  new AppError(
    'desktop.passphrase_needed',
    'The keys are protected by a passphrase that is not known here.',
    {
      advice: 'Type the present passphrase.',
    },
  );
