/** Usage of a node of some months: two consumers, a provider, one busy and one quiet tool, and a stranger who was refused. */
import type { UsageAnswer, UsageGroup, UsageItem, usageContract } from '#shared/features/metrics/usage.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { ANNA, BORIS, type World } from '../world.ts';

const DAY_MS = 86_400_000;
/** Days for which the world has usage. */
const DAYS = 90;

type Kept = UsageItem & { day: string };
type Source = Pick<UsageItem, 'direction'> & Partial<UsageItem>;

const SOURCES: ReadonlyArray<[source: Source, calls: number, bytes: number, ms: number]> = [
  [
    { direction: 'incoming', providerId: BORIS, providerName: 'Борис', server: 'everything', tool: 'echo' },
    46,
    430,
    9,
  ],
  [
    {
      direction: 'incoming',
      providerId: ANNA,
      providerName: 'Anna’s workshop',
      server: 'everything',
      tool: 'get-sum',
    },
    17,
    210,
    14,
  ],
  [
    {
      direction: 'outgoing',
      providerId: ANNA,
      providerName: 'Anna’s workshop',
      client: 'claude-desktop',
      server: 'weather',
      tool: 'forecast',
    },
    23,
    5_200,
    81,
  ],
  [{ direction: 'local', client: 'cursor', server: 'everything', tool: 'echo' }, 31, 640, 4],
  [
    {
      direction: 'incoming',
      providerId: 'z6MktSpamSpamSpamSpamSpamSpamSpamSpamSpamSpamSpa',
      kind: 'refused',
    },
    2,
    90,
    1,
  ],
];

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function keptAt(now: number): Kept[] {
  return Array.from({ length: DAYS }, (_, ago) => ago).flatMap((ago) =>
    SOURCES.map(([source, calls, bytes, ms], place): Kept => {
      const wave = Math.max(0, Math.round(calls * (1 + 0.7 * Math.sin((ago + 3 * place) / 4))));
      return {
        ...source,
        day: dateOf(now - ago * DAY_MS),
        calls: wave,
        errors: source.kind === 'refused' ? wave : Math.floor(wave / 29),
        cached: source.direction === 'outgoing' ? Math.floor(wave / 4) : 0,
        requestBytes: wave * 180,
        responseBytes: wave * bytes,
        durationMs: wave * ms,
      };
    }).filter((one) => one.calls > 0),
  );
}

const NAMES: Record<UsageGroup, ReadonlyArray<keyof UsageItem>> = {
  day: ['day'],
  provider: ['providerId', 'providerName'],
  client: ['client'],
  server: ['server', 'kind'],
  tool: ['server', 'tool', 'kind'],
  each: ['day', 'providerId', 'providerName', 'client', 'server', 'tool', 'kind'],
};

const NOTHING = { calls: 0, errors: 0, cached: 0, requestBytes: 0, responseBytes: 0, durationMs: 0 };

function add<Sums extends typeof NOTHING>(to: Sums, from: typeof NOTHING): Sums {
  for (const name of Object.keys(NOTHING) as Array<keyof typeof NOTHING>) to[name] += from[name];
  return to;
}

export function answerUsage(world: World, clock: Clock): Handlers<typeof usageContract> {
  let erased = false;
  return {
    'usage.query'({ by, days, direction, limit, providerId, tool }): UsageAnswer {
      const now = clock.now();
      const from = dateOf(now - (days - 1) * DAY_MS);
      const kept = (erased || world.calls.length === 0 ? [] : keptAt(now)).filter(
        (one) =>
          one.day >= from &&
          (direction === undefined || one.direction === direction) &&
          (providerId === undefined || one.providerId === providerId) &&
          (tool === undefined || one.tool === tool),
      );
      const groups = new Map<string, UsageItem>();
      for (const one of kept) {
        const names = Object.fromEntries(
          NAMES[by].flatMap((name) => (one[name] === undefined ? [] : [[name, one[name]]])),
        );
        const key = JSON.stringify([one.direction, names]);
        groups.set(key, add(groups.get(key) ?? { direction: one.direction, ...names, ...NOTHING }, one));
      }
      const items = [...groups.values()].sort((a, b) =>
        by === 'day' ? (b.day ?? '').localeCompare(a.day ?? '') : b.calls - a.calls,
      );
      const total = kept.reduce((sum, one) => add(sum, one), { ...NOTHING });
      return { from, to: dateOf(now), items: items.slice(0, limit), total, more: items.length > limit };
    },
    'usage.erase'() {
      erased = true;
      return { erased: DAYS * SOURCES.length };
    },
  };
}
