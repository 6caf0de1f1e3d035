/**
 * Work that a thousand nodes of one process would all do on the same bytes is done once: signatures and certificates are
 * verified by the real code, and the verdict is remembered by what was verified. It simplifies nothing but the cost.
 */
import { hash } from 'node:crypto';
import { createVerify } from '#main/platform/crypto.ts';
import { type Certificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';

/** Verdicts kept; a world that needs more begins anew. */
const MAX_VERDICTS = 400_000;
const HOUR_MS = 3_600_000;

export interface SharedWork {
  verify: Verify;
  /** Throws `identity.bad_certificate`. */
  certified(certificate: Uint8Array, now: number): Certificate;
}

export function createSharedWork(): SharedWork {
  const strict = createVerify(20_000);
  const verdicts = new Map<string, boolean>();
  const certificates = new Map<string, Certificate>();

  const verify: Verify = (publicKey, signature, message) => {
    const name = hash('sha1', Buffer.concat([publicKey, signature, message]), 'base64');
    const known = verdicts.get(name);
    if (known !== undefined) return known;
    const verdict = strict(publicKey, signature, message);
    if (verdicts.size >= MAX_VERDICTS) verdicts.clear();
    verdicts.set(name, verdict);
    return verdict;
  };

  return {
    verify,
    certified(bytes, now) {
      const name = `${hash('sha1', bytes, 'base64')}${Math.floor(now / HOUR_MS)}`;
      const known = certificates.get(name);
      if (known) return known;
      const read = verifyCertificate(bytes, { now, verify });
      if (!read.ok) throw new AppError('identity.bad_certificate', read.reason);
      if (certificates.size >= MAX_VERDICTS) certificates.clear();
      certificates.set(name, read.value);
      return read.value;
    },
  };
}
