/** Whether a peer that proved its key may come in: its certificate must hold and speak of that very key. */
import type { Verify } from '#shared/kernel/envelope.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import {
  type Certificate,
  type CertificateFault,
  verifyCertificate,
} from '#shared/features/identity/rules.ts';
import type { Log } from '#main/platform/log.ts';
import type { NodeListBook } from './node-lists.ts';
import type { RotationBook } from './rotation-book.ts';

/** Fits `Admit` of the network port; `label` is what the provider calls that node. */
export type Admission =
  | { ok: true; providerId: ProviderId; label: string; expiresAt: number }
  | { ok: false; code: string; message: string };

export interface AdmissionDeps {
  clock: Clock;
  verify: Verify;
  log: Log;
  rotations: Pick<RotationBook, 'current' | 'note'>;
  lists: Pick<NodeListBook, 'isRemoved' | 'names'>;
}

const FAULTS: Record<CertificateFault, string> = {
  malformed: 'The certificate cannot be read.',
  bad_signature: 'The certificate was altered or forged.',
  wrong_provider: 'The certificate was not signed by the provider it names.',
  not_yet_valid: 'The certificate is from the future; one of the two clocks is wrong.',
  expired: 'The certificate has expired; the peer must renew it.',
  bad_lifetime: 'The certificate claims an impossible lifetime.',
  bad_rotations: 'The certificate carries rotations that do not lead to its provider.',
};

const refuse = (code: string, message: string): Admission => ({ ok: false, code, message });

/**
 * For whom the node of a verified certificate serves today. A list that the new key of a provider signed vouches for its
 * nodes whose certificates are still of the old one. Codes: `identity.superseded`, `identity.node_removed`.
 */
export function judgeNode(
  certificate: Certificate,
  { lists, rotations }: Pick<AdmissionDeps, 'lists'> & { rotations: Pick<RotationBook, 'current'> },
): { ok: true; providerId: ProviderId } | { ok: false; code: string; message: string } {
  const providerId = rotations.current(certificate.providerId);
  if (providerId !== certificate.providerId && !lists.names(providerId, certificate.peerId))
    return {
      ok: false,
      code: 'identity.superseded',
      message: 'The provider has replaced this key by a new one.',
    };
  if (providerId === certificate.providerId && lists.isRemoved(certificate))
    return { ok: false, code: 'identity.node_removed', message: 'The provider has taken this node out.' };
  return { ok: true, providerId };
}

/**
 * Codes: `identity.bad_certificate`, `identity.expired_certificate`, `identity.clock_skew`, `identity.wrong_node` (a
 * certificate of another node), and those of {@link judgeNode}.
 */
export function createAdmit({ clock, verify, log, lists, rotations }: AdmissionDeps) {
  return (peerId: PeerId, bytes: Uint8Array): Admission => {
    const now = clock.now();
    const verified = verifyCertificate(bytes, { now, verify });
    if (!verified.ok) return refuse(codeOf(verified.reason), FAULTS[verified.reason]);
    const certificate = verified.value;
    if (certificate.peerId !== peerId)
      return refuse('identity.wrong_node', 'The certificate belongs to another node.');
    const judged = judgeNode(certificate, { lists, rotations });
    if (!judged.ok) return judged;
    learnCarried(certificate, now);
    const { label, expiresAt } = certificate;
    return { ok: true, providerId: judged.providerId, label, expiresAt };
  };

  function learnCarried({ rotations: carried, providerId }: Certificate, now: number): void {
    for (const rotation of carried) {
      const outcome = rotations.note(rotation, now);
      if (outcome === 'conflict' || outcome === 'cycle' || outcome === 'full')
        log.warn({ providerId, from: rotation.from, outcome }, 'a rotation is not believed');
    }
  }
}

function codeOf(fault: CertificateFault): string {
  if (fault === 'expired') return 'identity.expired_certificate';
  if (fault === 'not_yet_valid') return 'identity.clock_skew';
  return 'identity.bad_certificate';
}
