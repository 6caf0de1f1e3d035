/** Everything that can be wrong with a record: what each node must refuse, and the reason it counts. */
import { ENTRY_TYPE } from '#shared/features/registry/entry.ts';
import { MAX_LIFETIME_MS } from '#shared/features/records/rules.ts';
import { type CborValue, decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { seal } from '#shared/kernel/envelope.ts';
import { entryOf, signedEntry } from './hostile.ts';
import { createSimIdentity, type SimIdentity } from './identity.ts';
import { HOUR } from './world.ts';

export interface Malformation {
  name: string;
  bytes: Uint8Array;
  /** The reason that is counted; absent where a node may say nothing, since the record is merely of no use. */
  reason?: string;
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

const parts = (bytes: Uint8Array) => decodeCbor(bytes) as [string, Uint8Array, Uint8Array, Uint8Array];

/** The identity is hostile, but its keys are real. */
export function malformations(hostile: SimIdentity, now: number): Malformation[] {
  const valid = signedEntry(hostile, now);
  const [type, payload, key, signature] = parts(valid);
  const other = createSimIdentity('hostile/other', now);
  const sealed = (change: Record<string, unknown>): Uint8Array =>
    seal(ENTRY_TYPE, { ...entryOf(hostile, now), ...change } as unknown as CborValue, hostile.signer).bytes;
  return [
    { name: 'nothing at all', bytes: new Uint8Array(0), reason: 'kernel.malformed' },
    { name: 'noise', bytes: new Uint8Array(300).fill(0xa5), reason: 'kernel.malformed' },
    { name: 'half a record', bytes: valid.subarray(0, valid.length >> 1), reason: 'kernel.malformed' },
    { name: 'a byte too many', bytes: Uint8Array.of(...valid, 0), reason: 'kernel.malformed' },
    { name: 'five thousand bytes', bytes: sealed({ pad: 'x'.repeat(5000) }), reason: 'records.too_large' },
    {
      name: 'an altered payload',
      bytes: encodeCbor([type, flipped(payload, 40), key, signature]),
      reason: 'kernel.bad_signature',
    },
    {
      name: 'an altered signature',
      bytes: encodeCbor([type, payload, key, flipped(signature, 3)]),
      reason: 'kernel.bad_signature',
    },
    {
      name: 'somebody else’s key',
      bytes: encodeCbor([type, payload, other.signer.publicKey, signature]),
      reason: 'kernel.bad_signature',
    },
    {
      name: 'a key of small order',
      bytes: encodeCbor([type, payload, new Uint8Array(32), signature]),
      reason: 'kernel.bad_signature',
    },
    {
      name: 'a short signature',
      bytes: encodeCbor([type, payload, key, signature.subarray(1)]),
      reason: 'kernel.malformed',
    },
    {
      name: 'another type',
      bytes: seal('entry/9', entryOf(hostile, now) as unknown as CborValue, hostile.signer).bytes,
      reason: 'records.unknown_kind',
    },
    { name: 'a nest of lists', bytes: nested(200), reason: 'kernel.malformed' },
    { name: 'an indefinite list', bytes: Uint8Array.of(0x9f, 0x01, 0xff), reason: 'kernel.malformed' },
    {
      name: 'signed by another node',
      bytes: sealed({ cert: other.certificate }),
      reason: 'registry.wrong_signer',
    },
    {
      name: 'a certificate that is noise',
      bytes: sealed({ cert: new Uint8Array(80).fill(7) }),
      reason: 'identity.bad_certificate',
    },
    { name: 'no name', bytes: sealed({ name: '' }), reason: 'registry.bad_entry' },
    { name: 'a name that is a path', bytes: sealed({ name: '../../etc' }), reason: 'registry.bad_entry' },
    { name: 'a sequence of zero', bytes: sealed({ seq: 0 }), reason: 'registry.bad_entry' },
    {
      name: 'a manifest hash that is short',
      bytes: sealed({ manifest: new Uint8Array(31) }),
      reason: 'registry.bad_entry',
    },
    {
      name: 'far too many tags',
      bytes: sealed({ tags: Array.from({ length: 17 }, (_, n) => `t${n}`) }),
      reason: 'registry.bad_entry',
    },
    { name: 'private, but gossiped', bytes: sealed({ private: true }), reason: 'records.private_relayed' },
    { name: 'expired', bytes: sealed({ name: 'expired', iat: now - 50 * HOUR, exp: now - HOUR }) },
    { name: 'from the future', bytes: sealed({ name: 'future', iat: now + HOUR, exp: now + 2 * HOUR }) },
    { name: 'for ever', bytes: sealed({ name: 'ever', exp: now + 2 * MAX_LIFETIME_MS }) },
    { name: 'over before it began', bytes: sealed({ name: 'never', exp: 0 }) },
  ];
}

/** Lists in lists, which a decoder without a bound would follow to the end of its stack. */
function nested(depth: number): Uint8Array {
  const bytes = new Uint8Array(depth + 1).fill(0x81);
  bytes[depth] = 0;
  return bytes;
}
