/** Who this node and its provider are: name, ids, recovery phrase. */
import { lazy } from 'react';

export { IdentityCard } from './parts/identity-card.tsx';
export { RecoveryPhraseDialog } from './parts/dialogs.ts';
export { createIdentityFeature, IdentityProvider, useIdentity } from './store.ts';

/** A part of the settings: recovery phrase, passphrase, a new key. */
export const KeysCard = lazy(async () => ({ default: (await import('./parts/keys-card.tsx')).KeysCard }));
