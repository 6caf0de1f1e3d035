/** Filters of the record of calls, as SQL. */
import type { InvocationFilter } from '#shared/features/relay/contract.ts';

export type InvocationPage = InvocationFilter & { limit: number; beforeId?: string | undefined };

const COLUMNS_WITH_TEXT = ['server', 'tool', 'client', 'provider', 'code'] as const;

/** A `WHERE` clause (empty where nothing is asked for) and the values of its parameters, in order. */
export function conditionsOf(page: InvocationPage): { where: string; values: unknown[] } {
  const { before, beforeId, text } = page;
  const conditions: Array<[sql: string, ...values: unknown[]]> = [
    ...equalities(page),
    ...(page.since === undefined ? [] : [['started_at >= ?', page.since] as [string, unknown]]),
    ...timeCondition(before, beforeId),
    ...(text ? [textCondition(text)] : []),
  ];
  if (conditions.length === 0) return { where: '', values: [] };
  return {
    where: `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`,
    values: conditions.flatMap(([, ...values]) => values),
  };
}

function equalities(page: InvocationPage): Array<[string, unknown]> {
  const wanted = {
    direction: page.direction,
    outcome: page.outcome,
    server: page.server,
    tool: page.tool,
    client: page.client,
    provider: page.providerId,
  };
  return Object.entries(wanted).flatMap(([column, value]) =>
    value === undefined ? [] : [[`${column} = ?`, value] as [string, unknown]],
  );
}

/** Several calls may start in the same millisecond: with the id of the last one seen none of them is missed. */
function timeCondition(
  before: number | undefined,
  beforeId: string | undefined,
): Array<[string, ...unknown[]]> {
  if (before === undefined) return [];
  if (beforeId === undefined) return [['started_at < ?', before]];
  return [['(started_at, id) < (?, ?)', before, beforeId]];
}

function textCondition(text: string): [string, ...unknown[]] {
  const pattern = `%${text.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
  const parts = COLUMNS_WITH_TEXT.map((column) => `${column} LIKE ? ESCAPE '\\'`);
  return [`(${parts.join(' OR ')})`, ...COLUMNS_WITH_TEXT.map(() => pattern)];
}
