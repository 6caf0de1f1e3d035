/** What the page shows, written into its address: `/activity/+outcome=error&text=read/<id of the open call>`. */
import { directionSchema, type Invocation, outcomeSchema } from '#shared/features/relay/contract.ts';

export const periods = ['any', 'hour', 'day', 'week'] as const;
export type Period = (typeof periods)[number];

export interface Filter {
  direction?: Invocation['direction'] | undefined;
  outcome?: Invocation['outcome'] | undefined;
  server?: string | undefined;
  tool?: string | undefined;
  client?: string | undefined;
  providerId?: string | undefined;
  period: Period;
  text: string;
}

export const everyCall: Filter = { period: 'any', text: '' };

const names = ['server', 'tool', 'client', 'providerId'] as const;

/** No id of a call begins with a plus. */
export const isView = (part: string | undefined): part is string => part?.startsWith('+') ?? false;

/** Parts that mean nothing are left aside. */
export function readView(part: string | undefined): Filter {
  if (!isView(part)) return everyCall;
  const given = new URLSearchParams(part.slice(1));
  const oneOf = <Value extends string>(name: string, values: readonly Value[]): Value | undefined =>
    values.find((value) => value === given.get(name));
  return compact({
    direction: oneOf('direction', directionSchema.options),
    outcome: oneOf('outcome', outcomeSchema.options),
    period: oneOf('period', periods) ?? 'any',
    text: given.get('text') ?? '',
    ...Object.fromEntries(names.map((name) => [name, given.get(name) || undefined])),
  });
}

export function activityPath(filter: Filter, id?: string): string {
  const given = new URLSearchParams();
  const parts: Array<[name: string, value: string | undefined]> = Object.entries(filter);
  for (const [name, value] of parts)
    if (value && !(name === 'period' && value === 'any')) given.set(name, value);
  const view = given.size > 0 ? `+${given.toString()}` : '';
  return ['/activity', view, id].filter(Boolean).join('/');
}

/** Without the parts that ask for nothing. */
export const compact = (filter: Filter): Filter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as unknown as Filter;

export const isFiltered = (filter: Filter): boolean => activityPath(filter) !== activityPath(everyCall);
