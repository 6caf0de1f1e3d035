/** Pure decisions of the pages about access. */
import type { z } from 'zod';
import type { AccessRequestView, grantsContract } from '#shared/features/access/grants-contract.ts';
import type { Limit, LimitScope, ScopedLimit } from '#shared/features/access/limits.ts';
import { isProviderId } from '#shared/kernel/ids.ts';

/** What a person has typed into the dialog that gives access. */
export interface GrantDraft {
  to: string;
  server: string;
  /** `undefined`: all that are shared. */
  tools: readonly string[] | undefined;
  days: string;
  /** Empty: as many as he likes. */
  calls: string;
  note: string;
  /** By tool: JSON Schema as text; what is empty is none. */
  args: Readonly<Record<string, string>>;
}

export const emptyGrant: GrantDraft = {
  to: '',
  server: '',
  tools: undefined,
  days: '30',
  calls: '',
  note: '',
  args: {},
};

export const draftOf = ({ provider, server, tools }: AccessRequestView): GrantDraft => ({
  ...emptyGrant,
  to: provider,
  server,
  tools: tools.length > 0 ? tools : undefined,
});

export type GrantProblem = 'to' | 'server' | 'tools' | 'days' | 'calls';

/** What of it will not do. */
export function grantProblems({ calls, days, server, to, tools }: GrantDraft): GrantProblem[] {
  const problems: Array<GrantProblem | false> = [
    !isProviderId(to.trim()) && 'to',
    server === '' && 'server',
    tools?.length === 0 && 'tools',
    !(isWhole(days) && Number(days) >= 1 && Number(days) <= 400) && 'days',
    calls.trim() !== '' &&
      !(isWhole(calls) && Number(calls) >= 1 && Number(calls) <= 1_000_000_000) &&
      'calls',
  ];
  return problems.filter((problem) => problem !== false);
}

const isWhole = (text: string): boolean => /^\d{1,10}$/.test(text.trim());

type Terms = Omit<z.input<(typeof grantsContract)['access.grant']['input']>, 'to' | 'server'>;

/** The terms of a draft without problems. */
export function termsOf({ args, calls, days, note, tools }: GrantDraft): Terms {
  const kept = Object.entries(args).filter(
    ([tool, schema]) => schema.trim() !== '' && (!tools || tools.includes(tool)),
  );
  return {
    days: Number(days),
    note: note.trim(),
    ...(tools ? { tools: [...tools] } : {}),
    ...(calls.trim() === '' ? {} : { calls: Number(calls) }),
    ...(kept.length > 0 ? { args: Object.fromEntries(kept) } : {}),
  };
}

/** Numbers of any limit, in the order in which they are read. */
const COMMON_NUMBERS = ['concurrent', 'callsPerMinute', 'kibInPerMinute', 'kibOutPerMinute'] as const;
/** Those of a server beside them. */
const SERVER_NUMBERS = ['cpuSecondsPerMinute', 'memoryMib'] as const;
export const LIMIT_NUMBERS = [...COMMON_NUMBERS, ...SERVER_NUMBERS] as const satisfies ReadonlyArray<
  keyof Limit
>;
export type LimitNumber = (typeof LIMIT_NUMBERS)[number];

/** Numbers that a limit of such a scope can have. */
export const numbersOf = (kind: LimitScope['kind']): readonly LimitNumber[] =>
  kind === 'server' ? LIMIT_NUMBERS : COMMON_NUMBERS;

/** The least and the most that each may be. */
export const LIMIT_BOUNDS: Record<LimitNumber, { least: number; most: number }> = {
  concurrent: { least: 1, most: 100_000 },
  callsPerMinute: { least: 1, most: 1_000_000 },
  kibInPerMinute: { least: 1, most: 1_000_000 },
  kibOutPerMinute: { least: 1, most: 1_000_000 },
  cpuSecondsPerMinute: { least: 1, most: 6_000 },
  memoryMib: { least: 8, most: 1_048_576 },
};

export interface LimitDraft {
  kind: LimitScope['kind'];
  provider: string;
  server: string;
  tool: string;
  /** Id of a grant that was made here. */
  grant: string;
  numbers: Readonly<Record<LimitNumber, string>>;
}

export const limitDraftOf = (limit: ScopedLimit | undefined): LimitDraft => {
  const scope = limit?.scope;
  const text = (name: LimitNumber) => String(limit?.[name] ?? '');
  return {
    kind: scope?.kind ?? 'provider',
    provider: scope?.kind === 'provider' ? scope.provider : '',
    server: scope?.kind === 'server' || scope?.kind === 'tool' ? scope.server : '',
    tool: scope?.kind === 'tool' ? scope.tool : '',
    grant: scope?.kind === 'grant' ? scope.grant : '',
    numbers: {
      concurrent: text('concurrent'),
      callsPerMinute: text('callsPerMinute'),
      kibInPerMinute: text('kibInPerMinute'),
      kibOutPerMinute: text('kibOutPerMinute'),
      cpuSecondsPerMinute: text('cpuSecondsPerMinute'),
      memoryMib: text('memoryMib'),
    },
  };
};

export type LimitProblem = 'provider' | 'server' | 'tool' | 'grant' | 'none' | LimitNumber;

export function limitProblems({ grant, kind, numbers, provider, server, tool }: LimitDraft): LimitProblem[] {
  const problems: Array<LimitProblem | false> = [
    kind === 'provider' && !isProviderId(provider.trim()) && 'provider',
    (kind === 'server' || kind === 'tool') && server === '' && 'server',
    kind === 'tool' && tool === '' && 'tool',
    kind === 'grant' && grant === '' && 'grant',
    numbersOf(kind).every((name) => numbers[name].trim() === '') && 'none',
    ...numbersOf(kind).map((name) => !isGood(name, numbers[name].trim()) && name),
  ];
  return problems.filter((problem) => problem !== false);
}

function isGood(name: LimitNumber, text: string): boolean {
  const { least, most } = LIMIT_BOUNDS[name];
  return text === '' || (isWhole(text) && Number(text) >= least && Number(text) <= most);
}

/** The limit of a draft without problems. */
export function limitOf({ grant, kind, numbers, provider, server, tool }: LimitDraft): ScopedLimit {
  const scopes: Record<LimitScope['kind'], LimitScope> = {
    all: { kind: 'all' },
    each: { kind: 'each' },
    provider: { kind: 'provider', provider: provider.trim() },
    server: { kind: 'server', server },
    tool: { kind: 'tool', server, tool },
    grant: { kind: 'grant', grant },
  };
  const given = numbersOf(kind).filter((name) => numbers[name].trim() !== '');
  return { scope: scopes[kind], ...Object.fromEntries(given.map((name) => [name, Number(numbers[name])])) };
}

/** General scopes first, then by name. */
export const byScope = (limits: readonly ScopedLimit[]): ScopedLimit[] => {
  const order: ReadonlyArray<LimitScope['kind']> = ['all', 'each', 'provider', 'server', 'tool', 'grant'];
  return limits.toSorted(
    (a, b) =>
      order.indexOf(a.scope.kind) - order.indexOf(b.scope.kind) ||
      JSON.stringify(a.scope).localeCompare(JSON.stringify(b.scope)),
  );
};
