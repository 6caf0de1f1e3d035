/** Reads sums of usage by what they are asked for. */
import type {
  UsageAnswer,
  UsageFilter,
  UsageGroup,
  UsageItem,
  UsageSums,
} from '#shared/features/metrics/usage.ts';
import type { Database } from '../../../platform/sqlite.ts';
import { dateOf, OTHERS, REFUSED } from './keys.ts';

/**
 * What each group keeps apart besides the direction. A tool belongs to whom it was called at: of calls of peers that is
 * always this node.
 */
const OWNER = "CASE WHEN direction = 'outgoing' THEN provider ELSE '' END";
const GROUPS: Record<UsageGroup, Readonly<Record<string, string>>> = {
  day: { day: 'day' },
  provider: { provider: 'provider' },
  client: { client: 'client' },
  server: { provider: OWNER, server: 'server' },
  tool: { provider: OWNER, server: 'server', tool: 'tool' },
  each: { day: 'day', provider: 'provider', client: 'client', server: 'server', tool: 'tool' },
};

const SUMS = `coalesce(sum(calls), 0) AS calls, coalesce(sum(errors), 0) AS errors, coalesce(sum(cached), 0) AS cached,
  coalesce(sum(request_bytes), 0) AS requestBytes, coalesce(sum(response_bytes), 0) AS responseBytes,
  coalesce(sum(duration_ms), 0) AS durationMs`;

interface Row extends UsageSums {
  direction: UsageItem['direction'];
  day?: number;
  provider?: string;
  client?: string;
  server?: string;
  tool?: string;
}

export function queryUsage(
  db: Database,
  today: number,
  { by, days, limit, ...filter }: UsageFilter & { by: UsageGroup; days: number; limit: number },
): UsageAnswer {
  const from = today - days + 1;
  const { values, where } = conditionsOf(from, filter);
  const names = GROUPS[by];
  const columns = Object.entries(names).map(([name, sql]) => `${sql} AS ${name}`);
  const groups = ['direction', ...Object.values(names)].join(', ');
  const order = names['day'] ? 'day DESC, calls DESC' : 'calls DESC';
  const rows = db
    .prepare(
      `SELECT direction, ${columns.join(', ')}, ${SUMS} FROM usage_days ${where} GROUP BY ${groups} ORDER BY ${order} LIMIT ?`,
    )
    .all(...values, limit + 1) as Row[];
  const total = db.prepare(`SELECT ${SUMS} FROM usage_days ${where}`).get(...values) as UsageSums;
  return {
    from: dateOf(from),
    to: dateOf(today),
    items: rows.slice(0, limit).map(itemOf),
    total: rounded(total),
    more: rows.length > limit,
  };
}

function conditionsOf(from: number, filter: UsageFilter): { where: string; values: unknown[] } {
  const wanted = {
    direction: filter.direction,
    provider: filter.providerId,
    client: filter.client,
    server: filter.server,
    tool: filter.tool,
  };
  const named = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return {
    where: ['WHERE day >= ?', ...named.map(([column]) => `${column} = ?`)].join(' AND '),
    values: [from, ...named.map(([, value]) => value)],
  };
}

function itemOf({ client, day, direction, provider, server, tool, ...sums }: Row): UsageItem {
  const kind = kindOf({ direction, provider, server });
  return {
    ...(day === undefined ? {} : { day: dateOf(day) }),
    direction,
    ...(provider ? { providerId: provider } : {}),
    ...(client ? { client } : {}),
    ...(server && !kind ? { server } : {}),
    ...(tool ? { tool } : {}),
    ...(kind ? { kind } : {}),
    ...rounded(sums),
  };
}

/** Where sums are not by server, a peer without a name is all that are not kept apart. */
function kindOf({ direction, provider, server }: Pick<Row, 'direction' | 'provider' | 'server'>) {
  if (server === OTHERS) return 'others';
  if (server === REFUSED) return 'refused';
  return server === undefined && provider === '' && direction !== 'local' ? 'others' : undefined;
}

const rounded = (sums: UsageSums): UsageSums => ({ ...sums, durationMs: Math.round(sums.durationMs) });
