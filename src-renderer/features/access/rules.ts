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

/** Numbers of a limit, in the order in which they are read. */
export const LIMIT_NUMBERS = [
  'concurrent',
  'callsPerMinute',
  'kibInPerMinute',
  'kibOutPerMinute',
] as const satisfies ReadonlyArray<keyof Limit>;
export type LimitNumber = (typeof LIMIT_NUMBERS)[number];

/** The largest that each may be. */
export const LIMIT_MOST: Record<LimitNumber, number> = {
  concurrent: 100_000,
  callsPerMinute: 1_000_000,
  kibInPerMinute: 1_000_000,
  kibOutPerMinute: 1_000_000,
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
    LIMIT_NUMBERS.every((name) => numbers[name].trim() === '') && 'none',
    ...LIMIT_NUMBERS.map((name) => {
      const text = numbers[name].trim();
      const good = text === '' || (isWhole(text) && Number(text) >= 1 && Number(text) <= LIMIT_MOST[name]);
      return !good && name;
    }),
  ];
  return problems.filter((problem) => problem !== false);
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
  const given = LIMIT_NUMBERS.filter((name) => numbers[name].trim() !== '');
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
