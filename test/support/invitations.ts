/** A provider with one node, whose invitations are as real as any. */
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { signCertificate } from '#shared/features/identity/rules.ts';
import { type NewInvitation, writeInvitation } from '#shared/features/p2p/invitation.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';

export const verify = createVerify();

export function inviter(seed = 1, issuedAt = 1_800_000_000_000) {
  const root = createSigner(new Uint8Array(32).fill(seed));
  const node = createSigner(new Uint8Array(32).fill(seed + 100));
  const certificate = signCertificate(root, {
    nodePublicKey: node.publicKey,
    label: `node ${seed}`,
    seq: 1,
    issuedAt,
    rotations: [],
  });
  return {
    root,
    node,
    certificate,
    providerId: providerIdOf(root.publicKey),
    peerId: peerIdOf(node.publicKey),
    issuedAt,
    write: (change: Partial<NewInvitation> = {}) =>
      writeInvitation(
        {
          certificate,
          addresses: ['/ip4/192.0.2.7/tcp/7422', '/ip6/2001:db8::7/tcp/7422'],
          issuedAt,
          expiresAt: issuedAt + 86_400_000,
          ...change,
        },
        node,
      ),
  };
}
