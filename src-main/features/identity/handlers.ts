import type { identityContract } from '#shared/features/identity/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Identity } from './identity.ts';

/** Serves `identity.*`. */
export function createIdentityHandlers(identity: Identity): Handlers<typeof identityContract> {
  const afterwards = (change: () => void) => {
    change();
    return identity.view();
  };
  return {
    'identity.get': () => identity.view(),
    'identity.setProfile': ({ displayName }) => afterwards(() => identity.setDisplayName(displayName)),
    'identity.revealRecoveryPhrase': ({ passphrase }) => ({ words: identity.recoveryPhrase(passphrase) }),
    'identity.confirmRecoveryPhrase': ({ answers }) =>
      afterwards(() => identity.confirmRecoveryPhrase(answers)),
    'identity.rotate': ({ passphrase }) => afterwards(() => identity.rotate(passphrase)),
    'identity.setPassphrase': ({ current, next }) => afterwards(() => identity.setPassphrase(current, next)),
  };
}
