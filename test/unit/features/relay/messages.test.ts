import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { approximateBytes } from '#main/features/relay/index.ts';
import { RELAY_ERRORS } from '#shared/features/relay/errors.ts';
import {
  callRequestSchema,
  consumerMessageSchema,
  decodeMessage,
  encodeMessage,
  providerMessageSchema,
} from '#shared/features/relay/messages.ts';

const request = {
  server: 'files',
  tool: 'read',
  fingerprint: 'a'.repeat(64),
  params: {
    name: 'read',
    arguments: { path: 'x' },
    _meta: { progressToken: 7, 'com.example/unknown': true },
  },
  caller: {
    era: 'legacy' as const,
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {} },
    session: 's1',
  },
};

describe('call messages', () => {
  it('survive the way, unknown fields of params included', () => {
    expect(decodeMessage(callRequestSchema, encodeMessage(request))).toEqual(request);
  });

  it('never throw anything but relay.malformed on hostile bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          for (const schema of [callRequestSchema, consumerMessageSchema, providerMessageSchema])
            try {
              decodeMessage(schema, bytes);
            } catch (error) {
              expect(error).toMatchObject({ code: 'relay.malformed' });
            }
        },
      ),
    );
  });
});

describe('approximateBytes', () => {
  it('is close to the size as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const exact = JSON.stringify(value).length;
        const guess = approximateBytes(value as never);
        expect(guess).toBeGreaterThan(exact / 8 - 1);
        expect(guess).toBeLessThan(exact * 8 + 8);
      }),
    );
  });
});

describe('the table of errors', () => {
  it('is what the documentation says', () => {
    const page = readFileSync(new URL('../../../../docs/protocol/errors.md', import.meta.url), 'utf8');
    for (const [code, row] of Object.entries(RELAY_ERRORS))
      expect(page).toContain(
        `| \`${code}\` | ${row.message} | ${row.advice} | ${row.retryable ? 'yes' : 'no'} |`,
      );
  });
});

it('refuses what is nested so deep that handling it would exhaust the stack', () => {
  const nested = (depth: number) =>
    new TextEncoder().encode(
      JSON.stringify(request).replace('"path":"x"', `"path":${'['.repeat(depth)}${']'.repeat(depth)}`),
    );
  expect(decodeMessage(callRequestSchema, nested(100))).toMatchObject({ tool: 'read' });
  for (const depth of [200, 1_000_000])
    expect(() => decodeMessage(callRequestSchema, nested(depth))).toThrow(
      expect.objectContaining({ code: 'relay.malformed' }),
    );
});
