/** Bytes from nowhere, and messages that are nearly right: every decoder gives a message or a known fault, never more. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeInventoryReply,
  decodeProof,
  decodeProofsReply,
  decodeRangesReply,
  decodeRecordsReply,
  decodeRecordsRequest,
  decodeTextsReply,
  encodeRecordsMessage,
} from '#shared/features/records/messages.ts';
import { readErasure } from '#shared/features/records/texts.ts';
import { type CborValue, decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createManualClock } from '#test/support/clock.ts';
import { createRecordsNodes } from '#test/support/records/nodes.ts';

const isNightly = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly';
/** Cases of each of the three properties: 2,400 together, 102,000 in a night. */
const numRuns = isNightly ? 34_000 : 800;
const timeout = isNightly ? 1_800_000 : 60_000;

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const bound = fc.tuple(fc.maxSafeNat(), fc.uint8Array({ maxLength: 32 }));
const print = fc.uint8Array({ minLength: 16, maxLength: 16 });
const name = fc.string({ maxLength: 40 });
const record = fc.uint8Array({ maxLength: 200 });
const filter = fc.record(
  { types: fc.array(name), facets: fc.array(name), providers: fc.array(name), maxBytes: fc.nat() },
  { requiredKeys: [] },
);
const question = fc.oneof(
  fc.tuple(bound, bound, fc.constant(1), print),
  fc.tuple(bound, bound, fc.constant(2), hash),
);
const answer = fc.oneof(
  fc.constant([0]),
  fc.tuple(fc.constant(1), fc.array(fc.tuple(bound, print), { minLength: 1, maxLength: 16 })),
  fc.tuple(fc.constant(2), hash),
  fc.tuple(fc.constant(3), hash, record, bound),
);
const message = fc.oneof(
  fc.record({ op: fc.constant('inventory'), after: name, own: fc.boolean() }),
  fc.record({ op: fc.constant('ranges'), filter, ranges: fc.array(question, { maxLength: 5 }) }),
  fc.record({
    op: fc.constantFrom('fetch', 'push', 'texts'),
    hashes: fc.array(hash),
    records: fc.array(record),
    commitments: fc.array(hash),
  }),
  fc.record({ op: fc.constant('get'), type: name, keys: fc.array(name) }),
  fc.record({ op: fc.constant('proofs'), known: fc.uint8Array({ maxLength: 64 }) }),
  fc.record({ op: fc.constant('withdraw'), records: fc.array(fc.record({ type: name, key: name })) }),
  fc.record({ answers: fc.array(answer, { maxLength: 5 }) }),
  fc.record({ records: fc.array(record) }),
  fc.record({ proofs: fc.array(fc.tuple(record, record)) }),
  fc.record({ texts: fc.array(fc.record({ salt: print, text: name })) }),
);
/** Encoded messages, some with a byte changed, cut off, or with bytes behind. */
const nearly = fc
  .tuple(message, fc.nat(), fc.nat(255), fc.constantFrom('whole', 'changed', 'cut', 'longer'))
  .map(([value, place, byte, harm]) => {
    let bytes: Uint8Array;
    try {
      bytes = encodeRecordsMessage(value as CborValue);
    } catch {
      // Text that has no UTF-8 form cannot be sent either.
      bytes = Uint8Array.of(byte);
    }
    if (harm === 'cut') return bytes.slice(0, place % (bytes.length + 1));
    if (harm === 'longer') return Uint8Array.of(...bytes, byte);
    if (harm === 'changed') bytes[place % bytes.length] = byte;
    return bytes;
  });
const anything = fc.oneof(
  { arbitrary: nearly, weight: 4 },
  { arbitrary: fc.uint8Array({ maxLength: 300 }), weight: 1 },
);

const CODES = ['kernel.malformed', 'records.malformed', 'records.bad_erasure'];
const decoders = [
  decodeRecordsRequest,
  decodeInventoryReply,
  decodeRecordsReply,
  decodeRangesReply,
  decodeProofsReply,
  decodeProof,
  decodeTextsReply,
  (bytes: Uint8Array) => readErasure(decodeCbor(bytes)),
];

describe('decoders', () => {
  it('give a message or refuse with a code', { timeout }, () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        for (const decode of decoders)
          try {
            encodeCbor(decode(bytes) as CborValue);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
            expect(CODES).toContain((error as AppError).code);
          }
      }),
      { numRuns },
    );
  });
});

describe('a node', () => {
  async function scene() {
    const clock = createManualClock();
    const world = createRecordsNodes(clock, { bytes: (n) => new Uint8Array(n), float: () => 0.5 });
    const [victim, hostile] = [world.add('victim'), world.add('hostile')];
    await world.meet(victim, hostile);
    return { clock, victim, hostile };
  }

  it('answers or refuses whatever it is asked, and stores none of it', { timeout }, async () => {
    const { clock, hostile, victim } = await scene();
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        clock.advance(20 * 60_000);
        try {
          await hostile.call(victim, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).code).toMatch(/^(records|kernel)\./);
        }
      }),
      { numRuns },
    );
    expect(victim.notes()).toEqual([]);
  });

  it('takes no record that was changed on its way', { timeout }, async () => {
    const { clock, hostile, victim } = await scene();
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (place, flip) => {
        clock.advance(20 * 60_000);
        const { bytes } = hostile.sign({ name: 'x', body: 'y' });
        const changed = bytes.slice();
        changed[place % bytes.length] = (changed[place % bytes.length] as number) ^ flip;
        await hostile.call(victim, encodeRecordsMessage({ op: 'push', records: [changed] }));
        expect(victim.notes()).toEqual([]);
      }),
      { numRuns },
    );
    expect(victim.refused).toHaveLength(numRuns);
  });
});
