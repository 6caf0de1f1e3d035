import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { NodeClient } from '#shared/contract.ts';
import type { NodeHostState } from '#shared/features/desktop/host.ts';
import { silentLog } from '#main/platform/log.ts';
import type { DesktopHost } from '#main/shells/desktop/node-host.ts';
import { watchPower } from '#main/shells/desktop/power.ts';
import { createManualClock } from '#test/support/clock.ts';

function setUp(metered: { now: boolean | undefined } = { now: undefined }) {
  const told: unknown[] = [];
  const listeners = new Set<(state: NodeHostState) => void>();
  let state: NodeHostState = { host: 'child', state: 'starting' };
  const node = { 'node.reportMachine': (facts: unknown) => Promise.resolve(void told.push(facts)) };
  const host = {
    state: () => state,
    client: () => node as unknown as NodeClient,
    subscribe: (listener: (state: NodeHostState) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as DesktopHost;
  const battery = { is: false };
  const monitor = Object.assign(new EventEmitter(), { isOnBatteryPower: () => battery.is });
  const clock = createManualClock();
  const watching = watchPower({
    host,
    monitor: monitor as never,
    readMetered: () => Promise.resolve(metered.now),
    clock,
    log: silentLog,
  });
  const become = (next: NodeHostState['state']) => {
    state = { host: 'child', state: next };
    for (const listener of listeners) listener(state);
  };
  return { told, become, battery, monitor, clock, watching, listeners };
}

it('a node that starts is told how the machine is, and again when it comes back', () => {
  const { told, become, monitor } = setUp();
  monitor.emit('on-battery');
  expect(told).toEqual([]);
  become('running');
  become('running');
  expect(told).toEqual([{ onBattery: true, suspended: false }]);
  become('stopped');
  become('running');
  expect(told).toHaveLength(2);
});

it('sleep and waking are told at once', () => {
  const { told, become, monitor, battery } = setUp();
  become('running');
  monitor.emit('suspend');
  battery.is = true;
  monitor.emit('resume');
  expect(told.slice(1)).toEqual([
    { onBattery: false, suspended: true },
    { onBattery: true, suspended: false },
  ]);
});

it('a line that becomes metered is noticed, and told once', async () => {
  const metered = { now: false as boolean | undefined };
  const { told, become, clock } = setUp(metered);
  await Promise.resolve();
  become('running');
  metered.now = true;
  clock.advance(120_000);
  await new Promise(setImmediate);
  expect(told.filter((facts) => (facts as { metered?: boolean }).metered === true)).toHaveLength(1);
});

it('nothing is left behind', () => {
  const { watching, monitor, listeners, clock, told } = setUp();
  void watching.close();
  clock.advance(600_000);
  expect(monitor.eventNames()).toEqual([]);
  expect(listeners.size).toBe(0);
  expect(told).toEqual([]);
});
