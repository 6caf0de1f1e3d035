/** Work of the node that takes a while, in one place: who does it reports here, the tray of tasks watches. */
import type { TaskProgress, TaskRunner, TaskView, tasksContract } from '#shared/features/node/tasks.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { watch } from '#shared/kernel/watch.ts';

export interface TaskBoard extends TaskRunner {
  list(): TaskView[];
  handlers: Handlers<typeof tasksContract>;
  /** Calls everything off. */
  close(): void;
}

/** Tasks that have ended and are still shown; older ones are forgotten. */
const MAX_ENDED = 50;
/** Tasks under way at a time; slices bound their own work far below this. */
const MAX_UNDERWAY = 200;
/** A task that reported nothing for this long is shown as stalled. */
const STALLED_MS = 15_000;
/** Watchers are told at most this often. */
const WATCH_INTERVAL_MS = 250;

interface Task {
  view: TaskView;
  controller: AbortController;
  movedAt: number;
}

export function createTaskBoard({ clock, newId }: { clock: Clock; newId: () => string }): TaskBoard {
  const tasks = new Map<string, Task>();
  const events = createEmitter<{ changed: object }>();
  const changed = () => events.emit('changed', {});
  const isUnderway = ({ view }: Task) => view.endedAt === undefined;
  const stalls = clock.every(STALLED_MS, markStalled);

  function markStalled(): void {
    for (const task of tasks.values()) {
      if (task.view.state !== 'active' || clock.now() - task.movedAt < STALLED_MS) continue;
      task.view = { ...task.view, state: 'stalled' };
      changed();
    }
  }

  function begin({ kind, subject, cancellable = true }: Parameters<TaskRunner['run']>[0]): Task {
    if ([...tasks.values()].filter(isUnderway).length >= MAX_UNDERWAY) throw tooMany();
    const startedAt = clock.now();
    const view: TaskView = {
      id: newId(),
      kind,
      ...(subject === undefined ? {} : { subject }),
      state: 'active',
      startedAt,
      cancellable,
    };
    const task = { view, controller: new AbortController(), movedAt: startedAt };
    tasks.set(view.id, task);
    changed();
    return task;
  }

  function end(task: Task, outcome: Partial<TaskView>): void {
    task.view = { ...task.view, ...outcome, endedAt: clock.now(), cancellable: false };
    const ended = [...tasks.values()].filter((item) => !isUnderway(item));
    for (const { view } of ended.slice(0, -MAX_ENDED)) tasks.delete(view.id);
    changed();
  }

  const progressOf = (task: Task): TaskProgress => ({
    signal: task.controller.signal,
    report(progress) {
      if (!isUnderway(task)) return;
      task.movedAt = clock.now();
      task.view = { ...task.view, state: 'active', ...progress };
      changed();
    },
  });

  const list = () => [...tasks.values()].map(({ view }) => view);

  return {
    list,
    async run(about, work) {
      const task = begin(about);
      const callOff = () => task.controller.abort(about.signal?.reason);
      if (about.signal?.aborted) callOff();
      about.signal?.addEventListener('abort', callOff, { once: true });
      try {
        const result = await work(progressOf(task));
        end(task, { state: 'done' });
        return result;
      } catch (error) {
        end(
          task,
          task.controller.signal.aborted
            ? { state: 'cancelled' }
            : { state: 'failed', fault: faultOf(error) },
        );
        throw error;
      } finally {
        about.signal?.removeEventListener('abort', callOff);
      }
    },
    handlers: {
      async *'tasks.watch'(_input, { signal }) {
        for await (const items of watch(signal, list, (listener) => events.on('changed', listener))) {
          yield { items };
          await sleep(clock, WATCH_INTERVAL_MS, signal).catch(() => undefined);
        }
      },
      'tasks.cancel': ({ id }) => {
        const task = tasks.get(id);
        if (!task?.view.cancellable) throw notCancellable();
        task.controller.abort();
        return {};
      },
      'tasks.dismiss': ({ id }) => {
        for (const task of [...tasks.values()])
          if (!isUnderway(task) && (id === undefined || task.view.id === id)) tasks.delete(task.view.id);
        changed();
        return {};
      },
    },
    close() {
      stalls.cancel();
      for (const task of tasks.values()) if (isUnderway(task)) task.controller.abort();
    },
  };
}

const tooMany = (): AppError =>
  new AppError('tasks.too_many', 'Too much is under way already.', {
    advice: 'Wait until something has ended, or call something off.',
    retryable: true,
  });

const notCancellable = (): AppError =>
  new AppError('tasks.not_cancellable', 'This has ended already, or cannot be called off.', {
    advice: 'Wait until it ends.',
  });

/** With its facts, but not what a program wrote last: all who may look see tasks, and only owners see logs. */
function faultOf(error: unknown): TaskView['fault'] {
  const { advice, code, details = {}, message } = toErrorShape(error);
  const { lastWords: _, ...facts } = details;
  return { code, message, advice, ...(Object.keys(facts).length > 0 ? { details: facts } : {}) };
}
