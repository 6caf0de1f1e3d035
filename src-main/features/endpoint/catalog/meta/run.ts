/** What the tools for finding tools do. `call_tool` is no second way to a server: it takes the one that direct calls take. */
import { z } from 'zod';
import { isMetaTool, type MetaToolName } from '#shared/features/clients/budget.ts';
import { isClaimed } from '#shared/features/registry/claims.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import type { McpExchange } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { callNamed } from '../../call-named.ts';
import type { CallRouter, CatalogTool } from '../../ports.ts';
import type { CatalogView } from '../view.ts';
import { DEFAULT_FOUND, MAX_FOUND, MAX_NAME, MAX_QUERY } from './definitions.ts';
import { nearNames } from './near.ts';

/** Tools that the search is asked for: it finds also those of the catalog that this client's profile does not show. */
const SEARCHED = 2000;
/** Characters of a description in a list of results. */
const LINE = 160;
/** Servers that are named where nothing was found. */
const NAMED_SERVERS = 30;

const name = z.string().min(1).max(MAX_NAME);
const schemas = {
  find_tools: z.object({
    query: z.string().trim().min(1).max(MAX_QUERY),
    limit: z.number().int().min(1).max(MAX_FOUND).default(DEFAULT_FOUND),
  }),
  describe_tool: z.object({ name }),
  call_tool: z.object({ name, arguments: z.record(z.string(), z.unknown()).default({}) }),
};

/**
 * Runs one of them for a client.
 *
 * @param params of the client's `tools/call`, its `_meta` included.
 * Throws `endpoint.bad_arguments`, `endpoint.unknown_tool`, and what a direct call of the tool throws.
 */
export async function runMetaTool(
  { router, view }: { router: CallRouter; view: CatalogView },
  meta: MetaToolName,
  params: JsonObject,
  exchange: McpExchange,
): Promise<JsonObject> {
  switch (meta) {
    case 'find_tools': {
      const { limit, query } = read('find_tools', params);
      return findTools(view, query, limit);
    }
    case 'describe_tool': {
      const { name: wanted } = read('describe_tool', params);
      const { server } = toolNamed(view, wanted);
      const tool = view.definition(wanted, exchange.caller.era) as JsonObject;
      return structured({ tool, server: serverName(server) });
    }
    case 'call_tool': {
      const { arguments: given, name: wanted } = read('call_tool', params);
      const tool = view.waiting(wanted) ?? toolNamed(view, wanted);
      return callNamed(router, tool, { ...params, arguments: given as JsonObject }, exchange);
    }
  }
}

async function findTools(view: CatalogView, query: string, limit: number): Promise<JsonObject> {
  const names = (await view.find(query, SEARCHED)).map((id) => view.nameOf(id)).filter(isKnown);
  const tools = names.slice(0, limit).map((listedAs) => inOneLine(listedAs, toolNamed(view, listedAs)));
  return structured({
    tools,
    more: names.length > tools.length,
    ...(tools.length > 0 ? {} : { advice: nothingFound(view) }),
  });
}

const isKnown = (listedAs: string | undefined): listedAs is string => listedAs !== undefined;

function inOneLine(listedAs: string, { server, tool }: CatalogTool): JsonObject {
  const words = stripHidden(tool.description ?? tool.title ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  return {
    name: listedAs,
    description: words.length > LINE ? `${words.slice(0, LINE - 1).toWellFormed()}…` : words,
    server: serverName(server),
    readOnly: isClaimed('readOnly', tool.annotations),
  };
}

/** Without its provider, whose key tells a model nothing. */
const serverName = (server: string): string => server.slice(server.lastIndexOf('/') + 1);

function nothingFound(view: CatalogView): string {
  const servers = [...new Set([...view.tools.values()].map(({ server }) => serverName(server)))];
  if (servers.length === 0)
    return 'This catalog has no tools yet; the operator can add servers or approve some.';
  const named = servers.slice(0, NAMED_SERVERS).join(', ');
  return `No tool fits. Try other or fewer words. There are tools of: ${named}${servers.length > NAMED_SERVERS ? ', …' : ''}.`;
}

function toolNamed(view: CatalogView, wanted: string): CatalogTool {
  const tool = view.tools.get(wanted);
  if (tool) return tool;
  if (isMetaTool(wanted))
    throw new AppError('endpoint.bad_arguments', `${wanted} is called directly, not through another tool.`, {
      advice: `Call ${wanted} itself.`,
    });
  const near = nearNames(wanted, view.tools.keys());
  throw new AppError(
    'endpoint.unknown_tool',
    `There is no tool “${stripHidden(wanted).slice(0, 64)}” in this catalog.`,
    {
      advice: `${near.length > 0 ? `Did you mean ${near.join(', ')}? Otherwise look` : 'Look'} for it with find_tools.`,
      details: { near },
    },
  );
}

function read<Name extends MetaToolName>(meta: Name, params: JsonObject): z.output<(typeof schemas)[Name]> {
  const parsed = schemas[meta].safeParse(params['arguments'] ?? {});
  if (parsed.success) return parsed.data as z.output<(typeof schemas)[Name]>;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'arguments';
  throw new AppError('endpoint.bad_arguments', `${meta}: ${where}: ${issue?.message ?? 'not valid'}.`, {
    advice: ADVICE[meta],
    details: { field: where },
  });
}

const ADVICE: Readonly<Record<MetaToolName, string>> = {
  find_tools: 'Give a query of a few words, for example {"query":"read file"}.',
  describe_tool:
    'Give the name of a tool, for example {"name":"files_read_file"}; find_tools knows the names.',
  call_tool:
    'Give the name of a tool and its arguments as an object, for example {"name":"files_read_file","arguments":{"path":"a.txt"}}.',
};

/** What a program reads as structure, a model reads as text. */
const structured = (content: JsonObject): JsonObject => ({
  content: [{ type: 'text', text: JSON.stringify(content) }],
  structuredContent: content,
});
