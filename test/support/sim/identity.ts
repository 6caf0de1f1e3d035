/** Keys and certificates of simulated nodes, drawn from the world's seed. */
import { createHash } from 'node:crypto';
import { createSigner } from '#main/platform/crypto.ts';
import { signCertificate } from '#shared/features/identity/rules.ts';
import type { Signer } from '#shared/kernel/envelope.ts';
import { type PeerId, type ProviderId, peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';

export interface SimIdentity {
  root: Signer;
  signer: Signer;
  nodeSeed: Uint8Array;
  providerId: ProviderId;
  peerId: PeerId;
  certificate: Uint8Array;
}

const seedOf = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest());

/** @param provider whose node it is; a provider of its own unless somebody else's name is given. */
export function createSimIdentity(name: string, issuedAt: number, provider = name): SimIdentity {
  const root = createSigner(seedOf(`${provider}/root`));
  const nodeSeed = seedOf(`${name}/node`);
  const signer = createSigner(nodeSeed);
  return {
    root,
    signer,
    nodeSeed,
    providerId: providerIdOf(root.publicKey),
    peerId: peerIdOf(signer.publicKey),
    certificate: signCertificate(root, {
      nodePublicKey: signer.publicKey,
      label: 'simulated',
      seq: 1,
      issuedAt,
      rotations: [],
    }),
  };
}
