/**
 * Whether this node serves peers now. A person's pause is kept and survives restarts; what the machine is reason for is
 * told by a shell, again and again, and forgotten with the process.
 */
import {
  type Conditions,
  type conditionsContract,
  type MachineFacts,
  type Pause,
  pauseReasons,
} from '#shared/features/node/conditions.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Log } from '#main/platform/log.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';
import type { Settings } from '../features/settings/index.ts';
import type { nodeSettings } from './settings.ts';

export const conditionsMigrations: readonly Migration[] = [
  {
    slice: 'conditions',
    version: 1,
    up: `CREATE TABLE node_pause (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      until INTEGER
    ) STRICT`,
  },
];

export interface ConditionsEvents {
  /** Peers are served again, or no longer. */
  sharingChanged: { paused: boolean };
  /** The machine woke up. */
  resumed: object;
  changed: object;
}

export interface NodeConditions extends EventSource<ConditionsEvents>, Closeable {
  read(): Conditions;
  isPaused(): boolean;
  handlers: Handlers<typeof conditionsContract>;
}

export interface ConditionsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  settings: Pick<Settings<typeof nodeSettings>, 'get' | 'watch'>;
}

export function createConditions({ clock, db, log, settings }: ConditionsDeps): NodeConditions {
  const events = createEmitter<ConditionsEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const store = createPauseStore(db);
  let machine: MachineFacts = {};
  let pause = store.read();
  let wasPaused: boolean | undefined;
  let timer: Timer | undefined;

  const reasons = () =>
    pauseReasons(pause, machine, {
      pauseOnMetered: settings.get('sharing.pauseOnMetered'),
      pauseOnBattery: settings.get('sharing.pauseOnBattery'),
    });
  const isPaused = () => reasons().length > 0;

  function read(): Conditions {
    const why = reasons();
    return {
      sharing: why.length > 0 ? 'paused' : 'on',
      reasons: why,
      machine,
      ...(pause?.until === undefined ? {} : { until: pause.until }),
    };
  }

  function tell(): Conditions {
    const paused = isPaused();
    if (wasPaused !== undefined && paused !== wasPaused) events.emit('sharingChanged', { paused });
    wasPaused = paused;
    events.emit('changed', {});
    return read();
  }

  function setPause(next: Pause | undefined): Conditions {
    store.write(next);
    pause = next;
    schedule();
    return tell();
  }

  /** Looks again at the end of the pause; the wall clock decides, since the machine may have slept meanwhile. */
  function schedule(): void {
    timer?.cancel();
    timer = undefined;
    if (pause?.until === undefined) return;
    const left = pause.until - clock.now();
    if (left <= 0) return void setPause(undefined);
    timer = clock.after(Math.min(left, LOOK_AGAIN_MS), schedule);
  }

  function report(facts: MachineFacts): Conditions {
    const woke = machine.suspended === true && facts.suspended === false;
    machine = { ...machine, ...facts };
    const now = tell();
    if (woke) events.emit('resumed', {});
    return now;
  }

  schedule();
  wasPaused = isPaused();
  const stops = [
    settings.watch('sharing.pauseOnMetered', () => void tell()),
    settings.watch('sharing.pauseOnBattery', () => void tell()),
  ];

  return {
    on: events.on,
    read,
    isPaused,
    handlers: {
      'node.conditions': (_input, { signal }) =>
        watch(signal, read, (changed) => events.on('changed', changed)),
      'node.pauseSharing': ({ forMs }) => setPause(forMs === undefined ? {} : { until: clock.now() + forMs }),
      'node.resumeSharing': () => setPause(undefined),
      'node.reportMachine': report,
    },
    close() {
      timer?.cancel();
      stops.forEach((stop) => stop());
    },
  };
}

/** Timers do not run while a machine sleeps: the end of a pause is looked for this often. */
const LOOK_AGAIN_MS = 60_000;

function createPauseStore(db: Database) {
  const select = db.prepare('SELECT until FROM node_pause');
  const insert = db.prepare('INSERT OR REPLACE INTO node_pause (only, until) VALUES (1, ?)');
  const remove = db.prepare('DELETE FROM node_pause');
  return {
    read(): Pause | undefined {
      const row = select.get() as { until: number | null } | undefined;
      return row && (row.until === null ? {} : { until: row.until });
    },
    write(pause: Pause | undefined): void {
      if (pause) insert.run(pause.until ?? null);
      else remove.run();
    },
  };
}
