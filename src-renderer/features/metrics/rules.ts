/** Pure decisions of the page: how sums become lines of a chart and rows of a table. */
import type { UsageItem } from '#shared/features/metrics/usage.ts';
import type { Load } from '#shared/features/relay/load.ts';

export const views = ['sums', 'load'] as const;
export type View = (typeof views)[number];
export const viewOf = (part: string | undefined): View => views.find((view) => view === part) ?? 'sums';

/** What can be read on the page; everything apart is for files. */
export const groups = ['provider', 'client', 'server', 'tool', 'day'] as const;
export type Group = (typeof groups)[number];

export const periods = ['7', '30', '90', '365'] as const;
export type PeriodDays = (typeof periods)[number];

export const directions = ['', 'incoming', 'outgoing', 'local'] as const;

const DAY_MS = 86_400_000;
/** Days are those of UTC; their noon falls on the same date nearly everywhere. */
const noonOf = (day: string): number => Date.parse(day) + DAY_MS / 2;

export interface Series {
  /** A moment of each day, oldest first. */
  times: number[];
  local: number[];
  outgoing: number[];
  incoming: number[];
  errors: number[];
}

/** Calls of every day from the first to the last, days without any included. */
export function seriesOf(items: readonly UsageItem[], from: string, to: string): Series {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
  const zeros = () => Array.from({ length: count }, () => 0);
  const series: Series = {
    times: Array.from({ length: count }, (_, index) => noonOf(from) + index * DAY_MS),
    local: zeros(),
    outgoing: zeros(),
    incoming: zeros(),
    errors: zeros(),
  };
  for (const { calls, day = '', direction, errors } of items) {
    const at = Math.round((Date.parse(day) - Date.parse(from)) / DAY_MS);
    if (!(at >= 0 && at < count)) continue;
    series[direction][at] = (series[direction][at] ?? 0) + calls;
    series.errors[at] = (series.errors[at] ?? 0) + errors;
  }
  return series;
}

export const columns = ['who', 'calls', 'errors', 'sent', 'answered', 'mean', 'time'] as const;
export type SortColumn = (typeof columns)[number];

export const meanMs = ({ calls, durationMs }: Pick<UsageItem, 'calls' | 'durationMs'>): number =>
  calls === 0 ? 0 : durationMs / calls;

/** @param nameOf what a row is called, in words. */
export function sortItems(
  items: readonly UsageItem[],
  column: SortColumn,
  descending: boolean,
  nameOf: (item: UsageItem) => string,
): UsageItem[] {
  const numberOf: Record<Exclude<SortColumn, 'who'>, (item: UsageItem) => number> = {
    calls: (item) => item.calls,
    errors: (item) => item.errors,
    sent: (item) => item.requestBytes,
    answered: (item) => item.responseBytes,
    mean: meanMs,
    time: (item) => item.durationMs,
  };
  const order = (a: UsageItem, b: UsageItem): number =>
    column === 'who' ? nameOf(a).localeCompare(nameOf(b)) : numberOf[column](a) - numberOf[column](b);
  return items.toSorted((a, b) => (descending ? order(b, a) : order(a, b)));
}

/** One row of a table by what it sums. */
export const keyOf = (item: UsageItem): string =>
  [item.direction, item.day, item.providerId, item.client, item.server, item.tool, item.kind].join(' ');

export type LoadState = 'quiet' | 'busy' | 'limited' | 'waiting' | 'overloaded';

/** Half of the queue filled is more than a moment's rush. */
const OVERLOADED = 0.5;

export function loadState({
  maxRunning,
  maxWaiting,
  running,
  waiting,
}: Omit<Load, 'limits' | 'queues' | 'refused'>): LoadState {
  // Calls wait beside free places where a limit lets no more of theirs run at once.
  if (waiting > 0 && running < maxRunning) return 'limited';
  if (waiting > 0) return waiting >= OVERLOADED * maxWaiting ? 'overloaded' : 'waiting';
  return running > 0 ? 'busy' : 'quiet';
}
