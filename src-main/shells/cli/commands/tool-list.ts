import type { ToolView } from '#shared/features/registry/contract.ts';
import { oneLine, shorten, table, yesNo } from '../printable.ts';

/** Tools as a table, one a line. */
export function toolTable(items: readonly ToolView[], empty = 'No tools.'): string {
  const rows = items.map((tool) => [
    tool.alias ?? tool.catalogName ?? tool.name,
    tool.state,
    tool.origin === 'local' ? 'this machine' : tool.providerName || tool.providerId,
    yesNo(tool.reachable),
    shorten(oneLine(tool.title ?? tool.description ?? ''), 60),
    tool.origin === 'network' && !tool.catalogName ? `${tool.providerId}/${tool.server}/${tool.name}` : '',
  ]);
  return table(['NAME', 'STATE', 'FROM', 'REACHABLE', 'ABOUT', 'ID'], rows, empty);
}
