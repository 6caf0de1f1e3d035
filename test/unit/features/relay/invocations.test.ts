import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { relayMigrations } from '#main/features/relay/index.ts';
import { createInvocations, MAX_FAILED_INCOMING } from '#main/features/relay/invocations.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { openDatabase } from '#main/platform/sqlite.ts';
import type { Invocation, InvocationFilter } from '#shared/features/relay/contract.ts';
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

describe('a page of the record', () => {
  const open = () => {
    const invocations = createInvocations(
      { db: memoryDatabase(relayMigrations), clock: systemClock, log: silentLog },
      { retentionMs: () => 3_600_000 },
    );
    return {
      invocations,
      ids: (page: InvocationFilter & { beforeId?: string; limit?: number }) =>
        invocations.list({ limit: 100, ...page }).map(({ id }) => id),
    };
  };

  it('holds what the filter asks for', async () => {
    const { ids, invocations } = open();
    invocations.add(call(1, { tool: 'read', client: 'desk', startedAt: 10 }));
    invocations.add(call(2, { tool: 'write_100%', direction: 'local', outcome: 'ok', startedAt: 20 }));
    invocations.add(
      call(3, { server: 'notes', providerId: 'z6MkAnna', code: 'relay.timeout', startedAt: 30 }),
    );
    expect(ids({})).toEqual(['3', '2', '1']);
    expect(ids({ tool: 'read' })).toEqual(['1']);
    expect(ids({ client: 'desk' })).toEqual(['1']);
    expect(ids({ providerId: 'z6MkAnna' })).toEqual(['3']);
    expect(ids({ server: 'files', since: 15 })).toEqual(['2']);
    expect(ids({ text: 'TIMEOUT' })).toEqual(['3']);
    expect(ids({ text: '%' })).toEqual(['2']);
    expect(ids({ text: '_1' })).toEqual(['2']);
    expect(ids({ direction: 'local', outcome: 'ok' })).toEqual(['2']);
    await invocations.close();
  });

  it('goes on where the last one ended, even within a millisecond', async () => {
    const { ids, invocations } = open();
    for (const id of [1, 2, 3, 4, 5]) invocations.add(call(id, { startedAt: 7 }));
    expect(ids({ limit: 2 })).toEqual(['5', '4']);
    expect(ids({ limit: 2, before: 7, beforeId: '4' })).toEqual(['3', '2']);
    expect(ids({ before: 7 })).toEqual([]);
    await invocations.close();
  });

  it('leaves out what only one call is asked for', async () => {
    const { invocations } = open();
    const told: Invocation[] = [];
    invocations.onAdded((item) => told.push(item));
    invocations.add({ ...call(1), hops: [{ hop: 'tool', ms: 1 }], request: '{}', response: '{"a":1}' });
    expect(invocations.list({ limit: 1 })[0]).toEqual(told[0]);
    expect(told[0]).not.toHaveProperty('hops');
    expect(told[0]).not.toHaveProperty('request');
    expect(invocations.get('1')).toMatchObject({ hops: [{ hop: 'tool', ms: 1 }], response: '{"a":1}' });
    expect(() => invocations.get('2')).toThrow(expect.objectContaining({ code: 'relay.not_recorded' }));
    await invocations.close();
  });

  it('is empty once the record was erased, calls that wait to be written included', async () => {
    const { ids, invocations } = open();
    invocations.add(call(1, { startedAt: 10 }));
    invocations.add(call(2, { startedAt: 20 }));
    expect(invocations.erase(15)).toBe(1);
    expect(ids({})).toEqual(['2']);
    expect(invocations.erase()).toBe(1);
    expect(ids({})).toEqual([]);
    await invocations.close();
  });
});

describe('a record of the first version', () => {
  it('is kept, filtered and shown in detail by the present one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'record-'));
    const file = join(folder, 'node.db');
    const first = openDatabase({ file, migrations: relayMigrations.slice(0, 1), now: 1 });
    const old = { ...call(1, { tool: 'read', client: 'desk' }), request: '{"path":"a"}' };
    first
      .prepare('INSERT INTO invocations VALUES (?, ?, ?, ?, ?, ?)')
      .run(old.id, old.startedAt, old.direction, old.outcome, old.server, JSON.stringify(old));
    first.close();
    const db = openDatabase({ file, migrations: relayMigrations, now: 2 });
    const invocations = createInvocations(
      { db, clock: systemClock, log: silentLog },
      { retentionMs: () => 3_600_000 },
    );
    const { request, ...summary } = old;
    expect(invocations.list({ limit: 5, client: 'desk', text: 'rea' })).toEqual([summary]);
    expect(invocations.get('1')).toEqual({ ...summary, request });
    await invocations.close();
    db.close();
    rmSync(folder, { recursive: true });
  });
});

describe('who used what', () => {
  it('is told by tool and provider, the latest first; refused and own calls do not count', async () => {
    const db = memoryDatabase(relayMigrations);
    const invocations = createInvocations(
      { db, clock: systemClock, log: silentLog },
      { retentionMs: () => 3_600_000 },
    );
    const used = { outcome: 'ok', tool: 'read', providerId: 'anna' } as const;
    invocations.add(call(1, { ...used, startedAt: 10 }));
    invocations.add(call(2, { ...used, startedAt: 30, outcome: 'tool_error' }));
    invocations.add(call(3, { ...used, startedAt: 40, providerId: 'boris' }));
    invocations.add(call(4, { ...used, startedAt: 50, outcome: 'error' }));
    invocations.add(call(5, { ...used, startedAt: 60, direction: 'outgoing' }));
    expect(invocations.uses()).toEqual([
      { server: 'files', tool: 'read', providerId: 'boris', at: 40, calls: 1 },
      { server: 'files', tool: 'read', providerId: 'anna', at: 30, calls: 2 },
    ]);
    await invocations.close();
  });
});
