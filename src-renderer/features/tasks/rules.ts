/** How far work is, how fast it goes and how long it will take, from what the node reported one after the other. */
import type { TaskState, TaskView } from '#shared/features/node/tasks.ts';

/** How much was done at a moment. */
export interface Sample {
  at: number;
  done: number;
}

export interface Measure {
  /** 0–1; absent while nobody knows the whole. */
  part?: number;
  /** In the task’s unit per second, over the last few seconds; absent while it cannot be told. */
  rate?: number;
  /** Until the end, at this rate (ms). */
  leftMs?: number;
}

/** Rates are those of this long: shorter ones jump, longer ones lag. */
const WINDOW_MS = 10_000;
/** Samples of one task: at four reports a second, the whole window. */
const MAX_SAMPLES = 40;
/** A rate over less than this says nothing. */
const SHORTEST_MS = 800;
/** Times beyond a day are guesses, not forecasts. */
const LONGEST_LEFT_MS = 86_400_000;

/** Adds what the task reports now; a count that went back begins anew (another phase of the work). */
export function sample(samples: readonly Sample[], task: TaskView, now: number): Sample[] {
  if (task.done === undefined) return [];
  const last = samples.at(-1);
  const kept = last && task.done < last.done ? [] : samples.filter(({ at }) => now - at <= WINDOW_MS);
  return [...kept, { at: now, done: task.done }].slice(-MAX_SAMPLES);
}

export function measure(task: TaskView, samples: readonly Sample[]): Measure {
  const { done, total, state } = task;
  if (done === undefined) return {};
  const part = total === undefined || total <= 0 ? undefined : Math.min(1, done / total);
  const [first, last] = [samples[0], samples.at(-1)];
  const took = first && last ? last.at - first.at : 0;
  const rate =
    state === 'active' && first && last && took >= SHORTEST_MS
      ? ((last.done - first.done) / took) * 1000
      : undefined;
  const leftMs =
    rate !== undefined && rate > 0 && total !== undefined ? ((total - done) / rate) * 1000 : undefined;
  return {
    ...(part === undefined ? {} : { part }),
    ...(rate === undefined ? {} : { rate }),
    ...(leftMs === undefined || leftMs > LONGEST_LEFT_MS ? {} : { leftMs: Math.max(0, leftMs) }),
  };
}

const ENDS: ReadonlySet<TaskState> = new Set(['done', 'failed', 'cancelled']);
export const isUnderway = (task: Pick<TaskView, 'state'>): boolean => !ENDS.has(task.state);

/** What is under way first, in the order it began; then what ended, the newest first. */
export const inOrder = (tasks: readonly TaskView[]): TaskView[] => [
  ...tasks.filter(isUnderway).toSorted((a, b) => a.startedAt - b.startedAt),
  ...tasks.filter((task) => !isUnderway(task)).toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)),
];

export interface Summary {
  underway: number;
  failed: number;
  /** 0–1 over all that know their whole; absent where none does. */
  part?: number;
}

export function summarize(tasks: readonly TaskView[]): Summary {
  const underway = tasks.filter(isUnderway);
  const parts = underway.flatMap((task) => measure(task, []).part ?? []);
  const sum = parts.reduce((total, part) => total + part, 0);
  return {
    underway: underway.length,
    failed: tasks.filter(({ state }) => state === 'failed').length,
    ...(parts.length === 0 || parts.length < underway.length ? {} : { part: sum / parts.length }),
  };
}

/** Tasks whose state a listener has not heard of yet. Progress alone is not worth interrupting anybody for. */
export function news(before: readonly TaskView[], now: readonly TaskView[]): TaskView[] {
  const known = new Map(before.map(({ id, state }) => [id, state]));
  return now.filter(
    ({ id, state }) =>
      known.get(id) !== state && state !== 'queued' && !(known.has(id) && state === 'active'),
  );
}

/** Kinds of work that have words; of others the kind itself is shown. */
export const taskKinds = {
  'central.sync': 'centralSync',
  'recovery.backup': 'backup',
  'recovery.restore': 'restore',
  'node.diagnostics': 'diagnostics',
  'network.check': 'networkCheck',
  'network.join': 'networkJoin',
  'network.leave': 'networkLeave',
  'clients.prove': 'clientsProve',
  'packages.install': 'packagesInstall',
  'packages.fetch': 'packagesFetch',
  'packages.verify': 'packagesVerify',
  'packages.check': 'packagesCheck',
  'packages.publish': 'packagesPublish',
} as const;
export type TaskKind = keyof typeof taskKinds;
export const isKnownKind = (kind: string): kind is TaskKind => Object.hasOwn(taskKinds, kind);
