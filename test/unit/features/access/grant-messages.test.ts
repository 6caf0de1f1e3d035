import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeGrantsMessage,
  encodeGrantsMessage,
  grantsAnswerSchema,
  type GrantsRequest,
  grantsRequestSchema,
} from '#shared/features/access/grant-messages.ts';
import { AppError } from '#shared/kernel/errors.ts';

const isNightly = process.env['TOOLSWARM_TEST_PROFILE'] === 'nightly';
const numRuns = isNightly ? 50_000 : 1_000;

const requests = fc.oneof(
  fc.constant<GrantsRequest>({ t: 'mine' }),
  fc.constant<GrantsRequest>({ t: 'changed' }),
  fc.record({
    t: fc.constant('ask' as const),
    server: fc.constantFrom('notes', 'files'),
    tools: fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 5 }),
    words: fc.string({ maxLength: 100 }),
  }),
);

describe('messages about grants', () => {
  it('come back as they were sent', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(decodeGrantsMessage(grantsRequestSchema, encodeGrantsMessage(request))).toEqual(request);
      }),
    );
  });

  it('are refused with a code, whatever comes', () => {
    const altered = fc
      .tuple(requests, fc.nat(200), fc.integer({ min: 1, max: 255 }))
      .map(([request, at, flip]) => {
        const bytes = encodeGrantsMessage(request).slice();
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ flip;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), altered), (bytes) => {
        for (const schema of [grantsRequestSchema, grantsAnswerSchema])
          try {
            decodeGrantsMessage(schema, bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
      }),
      { numRuns },
    );
  });
});
