import { describe, expect, it } from 'vitest';
import { relayMigrations } from '#main/features/relay/index.ts';
import { createInvocations, MAX_FAILED_INCOMING } from '#main/features/relay/invocations.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Invocation } from '#shared/features/relay/contract.ts';
import { memoryDatabase } from '#test/support/database.ts';

const call = (id: number, change: Partial<Invocation> = {}): Invocation => ({
  id: String(id),
  direction: 'incoming',
  startedAt: Date.now(),
  durationMs: 1,
  outcome: 'error',
  code: 'access.not_shared',
  method: 'tools/call',
  server: 'files',
  requestBytes: 0,
  responseBytes: 0,
  ...change,
});

describe('the record of calls', () => {
  it('is not filled by a stranger who is refused again and again, nor does he push out other calls', async () => {
    const db = memoryDatabase(relayMigrations);
    const deps = { db, clock: systemClock, log: silentLog };
    const invocations = createInvocations(deps, { retentionMs: () => 3_600_000 });
    invocations.add(call(0, { direction: 'local', outcome: 'ok', startedAt: Date.now() - 1000 }));
    for (let id = 1; id <= MAX_FAILED_INCOMING * 2; id++) {
      invocations.add(call(id));
      if (id % 5000 === 0) invocations.list({ limit: 1 });
    }
    const { rows } = db.prepare('SELECT count(*) AS rows FROM invocations').get() as { rows: number };
    expect(rows).toBeLessThanOrEqual(MAX_FAILED_INCOMING + 10_001);
    expect(invocations.list({ limit: 10, direction: 'local' })).toHaveLength(1);
    await invocations.close();
  });
});
