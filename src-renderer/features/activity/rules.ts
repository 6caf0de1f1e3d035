/** Pure decisions of the page: which calls fit, how lists grow together, how a waterfall is drawn. */
import type { Invocation, InvocationFilter } from '#shared/features/relay/contract.ts';
import type { Hop, HopName } from '#shared/features/relay/hops.ts';
import type { Filter, Period } from './address.ts';

const HOUR_MS = 3_600_000;
const PERIOD_MS: Record<Exclude<Period, 'any'>, number> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
};

/** The filter as the node takes it. */
export function queryOf({ period, text, ...rest }: Filter, now: number): InvocationFilter {
  return {
    ...rest,
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(period === 'any' ? {} : { since: now - PERIOD_MS[period] }),
  };
}

/** Whether a call that has just ended belongs into the list. */
export function fits(call: Invocation, { period: _period, text, ...wanted }: Filter): boolean {
  const words = [call.server, call.tool, call.client, call.providerId, call.code].join('\n').toLowerCase();
  return (
    Object.entries(wanted).every(
      ([name, value]) => value === undefined || call[name as keyof Invocation] === value,
    ) && words.includes(text.trim().toLowerCase())
  );
}

/** Newest first, each call once, no more than `most`. */
export function joinCalls(
  newer: readonly Invocation[],
  older: readonly Invocation[],
  most: number,
): Invocation[] {
  const known = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !known.has(id))]
    .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
    .slice(0, most);
}

export interface Bar {
  hop: HopName;
  ms: number;
  /** Where the bar stands in the whole, 0–1. */
  from: number;
  to: number;
  /** The second half of the network, which is drawn after what the provider did. */
  rest?: { from: number; to: number };
}

/**
 * The bars of a waterfall. The way there and the way back are one duration, since clocks of two machines are not
 * compared: half of it is drawn before what the provider did, half after.
 */
export function barsOf(hops: readonly Hop[]): Bar[] {
  const whole = hops.reduce((sum, { ms }) => sum + ms, 0) || 1;
  const bars: Bar[] = [];
  /** The bar whose second half is still to be drawn, and how long that is. */
  let halved: { bar: Bar; ms: number } | undefined;
  let at = 0;
  const take = (ms: number) => {
    const from = at / whole;
    at += ms;
    return { from, to: at / whole };
  };
  const goBack = () => {
    if (halved) halved.bar.rest = take(halved.ms);
    halved = undefined;
  };
  hops.forEach(({ hop, ms }, index) => {
    if (!isFar(hop)) goBack();
    const splits = hop === 'network' && isFar(hops[index + 1]?.hop);
    const bar: Bar = { hop, ms, ...take(splits ? ms / 2 : ms) };
    if (splits) halved = { bar, ms: ms / 2 };
    bars.push(bar);
  });
  goBack();
  return bars;
}

const isFar = (hop: HopName | undefined): boolean => hop?.startsWith('peer') ?? false;

/** What was sent, where it is kept whole. */
export function keptArguments(request: string | undefined): Record<string, unknown> | undefined {
  if (request === undefined || request.endsWith('…')) return undefined;
  const params = JSON.parse(request) as { arguments?: Record<string, unknown> };
  return params.arguments ?? {};
}

/** Names that occur in calls, for the choices of a filter; the chosen one is among them even when no call has it. */
export function namesIn(
  calls: readonly Invocation[],
  field: 'server' | 'tool' | 'client' | 'providerId',
  chosen: string | undefined,
): string[] {
  const names = new Set(calls.flatMap((call) => call[field] ?? []));
  if (chosen !== undefined) names.add(chosen);
  return [...names].sort((a, b) => a.localeCompare(b)).slice(0, MOST_NAMES);
}

/** More choices than this nobody reads; words find the rest. */
const MOST_NAMES = 200;

/** `provider/server/tool`, which stays when version and fingerprint move on. */
export const stemOf = (id: string): string => id.split(/[@#]/, 1)[0] ?? id;
