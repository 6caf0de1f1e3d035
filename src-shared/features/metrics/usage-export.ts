/** Usage as files for other programs: CSV by RFC 4180, or a JSON list. */
import { csvLine } from '../../kernel/csv.ts';
import type { UsageItem } from './usage.ts';

const COLUMNS = [
  'day',
  'direction',
  'kind',
  'provider',
  'provider_name',
  'client',
  'server',
  'tool',
  'calls',
  'errors',
  'cached',
  'request_bytes',
  'response_bytes',
  'duration_ms',
] as const;

type Row = Record<(typeof COLUMNS)[number], string | number | undefined>;

/** One sum as a flat row, the same in both formats. */
const usageRow = (item: UsageItem): Row => ({
  day: item.day,
  direction: item.direction,
  kind: item.kind,
  provider: item.providerId,
  provider_name: item.providerName,
  client: item.client,
  server: item.server,
  tool: item.tool,
  calls: item.calls,
  errors: item.errors,
  cached: item.cached,
  request_bytes: item.requestBytes,
  response_bytes: item.responseBytes,
  duration_ms: item.durationMs,
});

export function exportUsage(items: readonly UsageItem[], format: 'csv' | 'json'): string {
  const rows = items.map(usageRow);
  if (format === 'json') return `${JSON.stringify(rows, null, 2)}\n`;
  return csvLine(COLUMNS) + rows.map((row) => csvLine(COLUMNS.map((column) => row[column]))).join('');
}
