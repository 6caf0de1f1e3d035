import type { NodeClient } from '#shared/contract.ts';
import { createExporter, type ExportFormat } from '#shared/features/relay/export.ts';
import type { InvocationFilter } from '#shared/features/relay/contract.ts';

/** Calls asked for at a time. */
const PAGE = 1000;
/** More than the node keeps. */
const MOST_CALLS = 250_000;

/** Reads every call that fits, a page at a time, and resolves with the file. `onProgress` hears how many there are so far. */
export async function collectExport(
  node: NodeClient,
  filter: InvocationFilter,
  format: ExportFormat,
  { onProgress, signal }: { onProgress(calls: number): void; signal: AbortSignal },
): Promise<{ file: Blob; calls: number }> {
  const exporter = createExporter(format);
  const parts: BlobPart[] = [exporter.begin()];
  let calls = 0;
  let cursor: { before?: number; beforeId?: string } = {};
  while (calls < MOST_CALLS) {
    const { items } = await node['invocations.list']({ ...filter, ...cursor, limit: PAGE }, { signal });
    parts.push(exporter.part(items));
    calls += items.length;
    onProgress(calls);
    const last = items.at(-1);
    if (!last || items.length < PAGE) break;
    cursor = { before: last.startedAt, beforeId: last.id };
  }
  parts.push(exporter.end());
  const type = format === 'csv' ? 'text/csv;charset=utf-8' : 'application/json';
  return { file: new Blob(parts, { type }), calls };
}
