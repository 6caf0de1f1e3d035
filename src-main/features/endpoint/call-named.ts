import type { McpExchange } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { invalidParams } from './faults.ts';
import type { CallRouter, CatalogTool, WaitingTool } from './ports.ts';

/** A tool that waits for its operator is called once he said yes. */
export async function callNamed(
  router: CallRouter,
  tool: CatalogTool | WaitingTool,
  params: JsonObject,
  exchange: McpExchange,
): Promise<JsonObject> {
  if ('state' in tool) {
    if (!router.obtain) throw invalidParams(`Unknown tool: ${tool.name}`);
    await router.obtain(tool, params, exchange);
  }
  return router.callTool(tool.id, { ...params, name: tool.tool.name }, exchange);
}
