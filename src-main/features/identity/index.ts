/**
 * Who we are. A provider is an Ed25519 root key; a node is a key of its own with a certificate signed by the root, so that
 * several nodes can serve one provider and losing a node loses nothing but its certificate.
 *
 *     const identity = createIdentity({ keystore, db, clock, random, log });
 *     identity.self();                       // { providerId: 'z6Mk…', peerId: '12D3KooW…', nodePublicKey }
 *     network.hello(identity.certificate()); // and identity.admit(peerId, certificate) at the other end
 *
 * Invariants: keys never leave the keystore but for the node seed that the transport needs and the 24 words shown to the
 * operator. A data folder that had an identity never silently gets another. The root signs certificates, the list of nodes and
 * rotations, and everything but those works while it is kept elsewhere.
 */
export { type Identity, type IdentityEvents, type IdentityView, createIdentity } from './identity.ts';
export { createIdentityHandlers } from './handlers.ts';
export { type RecoverOptions, recoverIdentity } from './recover.ts';
export { identityMigrations } from './store.ts';
export { NODE_KEY } from './keys.ts';
