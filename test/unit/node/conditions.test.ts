import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type MachineFacts, type PauseReason, pauseReasons } from '#shared/features/node/conditions.ts';
import { conditionsMigrations, createConditions } from '#main/node/conditions.ts';
import { watchMachine } from '#main/node/machine-watch.ts';
import { nodeSettings } from '#main/node/settings.ts';
import { createSettings } from '#main/features/settings/index.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function settings() {
  const folder = mkdtempSync(join(tmpdir(), 'toolswarm-conditions-'));
  folders.push(folder);
  return createSettings(
    { file: join(folder, 'settings.json'), env: {}, flags: {}, log: silentLog },
    nodeSettings,
  );
}

const HOUR = 3_600_000;
const context = { signal: new AbortController().signal };

function world(db: Database = memoryDatabase(conditionsMigrations), clock = createVirtualClock()) {
  const wishes = settings();
  const conditions = createConditions({ db, clock, log: silentLog, settings: wishes });
  const told: boolean[] = [];
  conditions.on('sharingChanged', ({ paused }) => told.push(paused));
  return { clock, conditions, db, told, wishes, ...conditions.handlers };
}

describe('pausing', () => {
  it('is a person’s to begin and to end, and is told once each', async () => {
    const node = world();
    expect(await node['node.pauseSharing']({}, context)).toMatchObject({
      sharing: 'paused',
      reasons: ['person'],
    });
    await node['node.pauseSharing']({}, context);
    expect(node.conditions.isPaused()).toBe(true);
    expect(await node['node.resumeSharing']({}, context)).toMatchObject({ sharing: 'on', reasons: [] });
    expect(node.told).toEqual([true, false]);
  });

  it('ends by itself when its time is over', async () => {
    const node = world();
    await node['node.pauseSharing']({ forMs: 2 * HOUR }, context);
    await node.clock.advance(2 * HOUR - 1000);
    expect(node.conditions.isPaused()).toBe(true);
    await node.clock.advance(1000);
    expect(node.conditions.read()).toMatchObject({ sharing: 'on' });
    expect(node.conditions.read()).not.toHaveProperty('until');
  });

  it('survives a restart when a person asked for it; what the machine was reason for does not', async () => {
    const before = world();
    await before['node.pauseSharing']({ forMs: HOUR }, context);
    await before['node.reportMachine']({ metered: true }, context);
    await before.conditions.close();
    const after = world(before.db, before.clock);
    expect(after.conditions.read()).toMatchObject({ reasons: ['person'], machine: {} });
    await after.conditions.close();
    await after.clock.advance(2 * HOUR);
    expect(world(before.db, before.clock).conditions.isPaused()).toBe(false);
  });

  it('follows the machine as far as the settings say, and at once when they change', async () => {
    const node = world();
    await node['node.reportMachine']({ onBattery: true }, context);
    expect(node.conditions.isPaused()).toBe(false);
    node.wishes.set('sharing.pauseOnBattery', true);
    expect(node.conditions.read().reasons).toEqual(['battery']);
    await node['node.reportMachine']({ metered: true }, context);
    expect(node.conditions.read().reasons).toEqual(['metered', 'battery']);
    await node['node.resumeSharing']({}, context);
    expect(node.conditions.isPaused()).toBe(true);
    await node['node.reportMachine']({ onBattery: false, metered: false }, context);
    expect(node.told).toEqual([true, false]);
  });

  it('tells when the machine woke up, and only then', async () => {
    const node = world();
    let woke = 0;
    node.conditions.on('resumed', () => woke++);
    await node['node.reportMachine']({ suspended: false }, context);
    await node['node.reportMachine']({ suspended: true }, context);
    expect(node.conditions.read().reasons).toEqual(['suspended']);
    await node['node.reportMachine']({ suspended: false }, context);
    expect(woke).toBe(1);
  });

  it('streams the present state, then each change', async () => {
    const node = world();
    const stop = new AbortController();
    const states = node['node.conditions']({}, { signal: stop.signal })[Symbol.asyncIterator]();
    expect((await states.next()).value).toMatchObject({ sharing: 'on' });
    await node['node.pauseSharing']({}, context);
    expect((await states.next()).value).toMatchObject({ sharing: 'paused' });
    stop.abort();
  });

  it('has a reason exactly when one of its causes holds', () => {
    const facts = fc.record({
      onBattery: fc.option(fc.boolean(), { nil: undefined }),
      metered: fc.option(fc.boolean(), { nil: undefined }),
      suspended: fc.option(fc.boolean(), { nil: undefined }),
    }) as fc.Arbitrary<MachineFacts>;
    const wishes = fc.record({ pauseOnMetered: fc.boolean(), pauseOnBattery: fc.boolean() });
    fc.assert(
      fc.property(fc.boolean(), facts, wishes, (person, machine, wanted) => {
        const reasons = new Set<PauseReason>(pauseReasons(person ? {} : undefined, machine, wanted));
        expect(reasons.has('person')).toBe(person);
        expect(reasons.has('suspended')).toBe(machine.suspended === true);
        expect(reasons.has('metered')).toBe(machine.metered === true && wanted.pauseOnMetered);
        expect(reasons.has('battery')).toBe(machine.onBattery === true && wanted.pauseOnBattery);
      }),
    );
  });
});

describe('the watch on the machine', () => {
  it('notices new addresses and sleep, and nothing else', async () => {
    const clock = createVirtualClock();
    let addresses = ['192.0.2.7'];
    let ahead = 0;
    const seen: string[] = [];
    const watch = watchMachine({
      clock: { ...clock, now: () => clock.now() + ahead },
      addresses: () => addresses,
      onDisturbed: (what) => seen.push(what),
    });
    await clock.advance(60_000);
    expect(seen).toEqual([]);
    addresses = ['198.51.100.4', '192.0.2.7'];
    await clock.advance(5000);
    expect(seen).toEqual(['addresses']);
    ahead = HOUR;
    await clock.advance(10_000);
    expect(seen).toEqual(['addresses', 'slept']);
    await watch.close();
    addresses = [];
    await clock.advance(60_000);
    expect(seen).toHaveLength(2);
  });
});
