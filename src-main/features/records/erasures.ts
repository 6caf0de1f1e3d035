/** The kind of statements by which an owner takes texts back. */
import {
  ERASE_TOPIC,
  ERASE_TYPE,
  erasureMeta,
  readErasure,
  sealErasure,
} from '#shared/features/records/texts.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Envelope, payloadOf } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { StoredRecord } from './store.ts';
import type { Texts } from './texts.ts';
import type { RecordKind, RecordsDeps } from './types.ts';

/** Undefined where nobody told how certificates are read. */
export function erasureKind(certified: RecordsDeps['certified']): RecordKind | undefined {
  if (!certified) return undefined;
  return {
    type: ERASE_TYPE,
    topic: ERASE_TOPIC,
    read(record) {
      const erasure = readErasure(record.value);
      const node = certified(erasure.cert);
      if (!equalBytes(node.nodePublicKey, record.publicKey))
        throw new AppError('records.bad_erasure', 'The erasure was not signed by the node that it names.', {
          advice: 'Drop it; it is forged.',
        });
      return erasureMeta(erasure, node);
    },
    // It lives as long as any record that was there when it was signed.
    renew: () => undefined,
  };
}

export function signErasure(
  self: RecordsDeps['self'],
  clock: Clock,
  commitments: readonly Uint8Array[],
): Envelope {
  if (self)
    return sealErasure(self.signer, {
      certificate: self.certificate(),
      now: clock.now(),
      texts: commitments,
    });
  throw new AppError('records.cannot_erase', 'This node cannot sign that texts are taken back.', {
    advice: 'Take them back from a node of the provider that published them.',
  });
}

/** Does what a stored statement says. */
export function applyErasure(texts: Texts, record: StoredRecord | undefined): void {
  if (record) texts.erase(record.owner, readErasure(payloadOf(record.bytes)).texts, record.expiresAt);
}
