/** What only the shell can see of the machine, told to the node: battery, sleep, a line that is paid by volume. */
import type { PowerMonitor } from 'electron';
import type { MachineFacts } from '#shared/features/node/conditions.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { Log } from '#main/platform/log.ts';
import type { DesktopHost } from './node-host.ts';

export interface PowerDeps {
  host: DesktopHost;
  monitor: Pick<PowerMonitor, 'on' | 'off' | 'isOnBatteryPower'>;
  readMetered: () => Promise<boolean | undefined>;
  clock: Clock;
  log: Log;
}

/** A change of the line is no event anywhere: it is looked for. */
const LOOK_EVERY_MS = 60_000;

export function watchPower({ host, monitor, readMetered, clock, log }: PowerDeps): Closeable {
  let facts: MachineFacts = { onBattery: monitor.isOnBatteryPower(), suspended: false };

  function report(part: MachineFacts): void {
    facts = { ...facts, ...part };
    if (host.state().state !== 'running') return;
    host
      .client()
      ['node.reportMachine'](facts)
      .catch((error: unknown) => {
        // A node that just went away is told again when it is back.
        log.debug({ err: error }, 'the node was not told of the machine');
      });
  }

  async function look(): Promise<void> {
    const metered = await readMetered();
    if (metered !== undefined && metered !== facts.metered) report({ metered });
  }

  const handlers = {
    suspend: () => report({ suspended: true }),
    resume: () => {
      report({ suspended: false, onBattery: monitor.isOnBatteryPower() });
      void look();
    },
    'on-battery': () => report({ onBattery: true }),
    'on-ac': () => report({ onBattery: false }),
  };
  const names = Object.keys(handlers) as Array<keyof typeof handlers>;
  for (const name of names) monitor.on(name as 'suspend', handlers[name]);
  let wasRunning = false;
  const release = host.subscribe(({ state }) => {
    if (state === 'running' && !wasRunning) report({});
    wasRunning = state === 'running';
  });
  const timer = clock.every(LOOK_EVERY_MS, () => void look());
  void look();
  return {
    close() {
      release();
      timer.cancel();
      for (const name of names) monitor.off(name as 'suspend', handlers[name]);
    },
  };
}
