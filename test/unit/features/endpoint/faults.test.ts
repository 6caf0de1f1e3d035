import { expect, it } from 'vitest';
import { answerFault } from '#main/features/endpoint/faults.ts';
import { silentLog } from '#main/platform/log.ts';
import { ERROR_META } from '#shared/features/endpoint/protocol.ts';
import { relayError } from '#shared/features/relay/errors.ts';

const refusal = relayError('relay.rate_limited', undefined, { retryAfterMs: 1_500 });
const facts = { code: 'relay.rate_limited', retryable: true, details: { retryAfterMs: 1_500 } };

it.each(['legacy', 'modern'] as const)('a %s client reads when to come back', (era) => {
  expect(answerFault(refusal, 'tools/call', era, silentLog)).toMatchObject({
    result: { isError: true, _meta: { [ERROR_META]: facts } },
  });
  expect(answerFault(refusal, 'resources/read', era, silentLog)).toMatchObject({
    error: { code: -32603, data: facts },
  });
});
