/** Who this node and its provider are: name, ids, recovery phrase. */
export { IdentityCard } from './parts/identity-card.tsx';
export { RecoveryPhraseDialog } from './parts/recovery-phrase-dialog.tsx';
export { createIdentityFeature, IdentityProvider, useIdentity } from './store.ts';
