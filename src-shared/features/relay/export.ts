/** The record of calls as files for other programs: CSV by RFC 4180, or a JSON list. Times are ISO 8601 in UTC. */
import { csvLine } from '../../kernel/csv.ts';
import type { Invocation } from './contract.ts';
import { failingHop } from './hops.ts';

export type ExportFormat = 'csv' | 'json';

const COLUMNS = [
  'started',
  'direction',
  'outcome',
  'code',
  'failed_at',
  'method',
  'server',
  'tool',
  'client',
  'provider',
  'peer',
  'duration_ms',
  'request_bytes',
  'response_bytes',
  'id',
] as const;

type Row = Record<(typeof COLUMNS)[number], string | number | undefined>;

/** One call as a flat row, the same in both formats. */
export const exportRow = (call: Invocation): Row => ({
  started: new Date(call.startedAt).toISOString(),
  direction: call.direction,
  outcome: call.outcome,
  code: call.code,
  failed_at: call.outcome === 'ok' ? undefined : failingHop(call),
  method: call.method,
  server: call.server,
  tool: call.tool,
  client: call.client,
  provider: call.providerId,
  peer: call.peerId,
  duration_ms: call.durationMs,
  request_bytes: call.requestBytes,
  response_bytes: call.responseBytes,
  id: call.id,
});

/** An export in parts, so that long ones never stand in memory twice. */
export interface Exporter {
  begin(): string;
  part(calls: readonly Invocation[]): string;
  end(): string;
}

export const createExporter = (format: ExportFormat): Exporter => (format === 'csv' ? csv() : json());

const csv = (): Exporter => ({
  begin: () => csvLine(COLUMNS),
  part: (calls) =>
    calls
      .map(exportRow)
      .map((row) => csvLine(COLUMNS.map((column) => row[column])))
      .join(''),
  end: () => '',
});

function json(): Exporter {
  let first = true;
  return {
    begin: () => '[',
    part: (calls) =>
      calls
        .map((call) => {
          const text = `${first ? '\n' : ',\n'}  ${JSON.stringify(exportRow(call))}`;
          first = false;
          return text;
        })
        .join(''),
    end: () => '\n]\n',
  };
}
