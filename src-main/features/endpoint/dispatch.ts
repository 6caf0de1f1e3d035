/** The methods that both eras have: the lists of the catalog, and the requests that go to one of its servers. */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { McpError, type McpExchange } from '#shared/features/servers/mcp.ts';
import { isObject } from '#shared/features/endpoint/messages.ts';
import { CODES, META } from '#shared/features/endpoint/protocol.ts';
import { runMetaTool } from './catalog/meta/run.ts';
import type { CatalogView, ListKind } from './catalog/view.ts';
import { type Era, invalidParams } from './faults.ts';
import { callNamed } from './call-named.ts';
import type { CallRouter } from './ports.ts';

const LISTS: Record<string, ListKind> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
};

/** Bytes of a prepared list. Throws `McpError` for a bad cursor; `undefined` for other methods. */
export function listResult(
  view: CatalogView,
  method: string,
  params: JsonObject | undefined,
  era: Era,
): Buffer | undefined {
  const kind = Object.hasOwn(LISTS, method) ? LISTS[method] : undefined;
  return kind && view.list(kind, era).page(params?.['cursor']);
}

/** Requests that go to a server, in both eras. */
export const FORWARDED = new Set(['tools/call', 'prompts/get', 'resources/read', 'completion/complete']);

/** Sends a request to the server it belongs to, under the server's own names. */
export function forward(
  router: CallRouter,
  view: CatalogView,
  method: string,
  params: JsonObject,
  exchange: McpExchange,
): Promise<JsonObject> {
  switch (method) {
    case 'tools/call': {
      const meta = view.meta(named(params));
      if (meta) return runMetaTool({ router, view }, meta, params, exchange);
      const tool = view.tool(named(params)) ?? view.waiting(named(params));
      if (!tool) throw invalidParams(`Unknown tool: ${named(params).slice(0, 200)}`);
      if (params['arguments'] !== undefined && !isObject(params['arguments']))
        throw invalidParams('The arguments of a tool are an object.');
      return callNamed(router, tool, params, exchange);
    }
    case 'prompts/get': {
      const prompt = view.prompt(named(params));
      if (!prompt) throw invalidParams(`Unknown prompt: ${named(params).slice(0, 200)}`);
      return router.request(prompt.server, { method, params: { ...params, name: prompt.own } }, exchange);
    }
    case 'completion/complete': {
      const { server, ref } = completionTarget(view, params['ref']);
      return router.request(server, { method, params: { ...params, ref } }, exchange);
    }
    default:
      return router.request(resourceOwner(view, params, exchange.caller.era), { method, params }, exchange);
  }
}

/** The server of `params.uri`. Throws -32602 without one, resource-not-found where nobody has it. */
export function resourceOwner(view: CatalogView, params: JsonObject | undefined, era: Era): string {
  const uri = params?.['uri'];
  if (typeof uri !== 'string') throw invalidParams('A resource is named by its uri.');
  const owner = view.ownerOf(uri);
  if (owner !== undefined) return owner;
  const message = `Resource not found: ${uri.slice(0, 500)}`;
  throw era === 'modern'
    ? invalidParams(message, { uri })
    : new McpError(CODES.resourceNotFound, message, { uri });
}

function completionTarget(
  view: CatalogView,
  ref: JsonValue | undefined,
): { server: string; ref: JsonObject } {
  if (isObject(ref) && ref['type'] === 'ref/prompt' && typeof ref['name'] === 'string') {
    const prompt = view.prompt(ref['name']);
    if (prompt) return { server: prompt.server, ref: { ...ref, name: prompt.own } };
    throw invalidParams(`Unknown prompt: ${ref['name'].slice(0, 200)}`);
  }
  if (isObject(ref) && ref['type'] === 'ref/resource' && typeof ref['uri'] === 'string') {
    const server = view.ownerOfTemplate(ref['uri']) ?? view.ownerOf(ref['uri']);
    if (server !== undefined) return { server, ref };
    throw invalidParams(`Unknown resource: ${ref['uri'].slice(0, 500)}`);
  }
  throw invalidParams('A completion refers to a prompt (ref/prompt) or a resource (ref/resource).');
}

function named(params: JsonObject): string {
  const name = params['name'];
  if (typeof name === 'string') return name;
  throw invalidParams('The name is missing.');
}

/** A server's result as a legacy client knows it. */
export function legacyResult(result: JsonObject): JsonObject {
  if (result['resultType'] === undefined) return result;
  if (result['resultType'] !== 'complete') throw unexpectedResult(result['resultType']);
  const { resultType, ...rest } = result;
  return rest;
}

/** A server's result as a modern client demands it: typed, with its origin, and with cache hints where reads have them. */
export function modernResult(method: string, result: JsonObject, serverInfo: JsonObject): JsonObject {
  const complete: JsonObject = { ...result, resultType: result['resultType'] ?? 'complete' };
  const meta = isObject(result['_meta']) ? result['_meta'] : undefined;
  if (meta?.[META.serverInfo] === undefined) complete['_meta'] = { ...meta, [META.serverInfo]: serverInfo };
  if (method !== 'resources/read' || complete['resultType'] !== 'complete') return complete;
  const { ttlMs, cacheScope } = result;
  complete['ttlMs'] = Number.isSafeInteger(ttlMs) && (ttlMs as number) >= 0 ? (ttlMs as number) : 0;
  complete['cacheScope'] = cacheScope === 'public' ? 'public' : 'private';
  return complete;
}

const unexpectedResult = (type: unknown): AppError =>
  new AppError(
    'endpoint.unexpected_result',
    `The server answered with a result of type ${String(type).slice(0, 40)}.`,
    {
      advice: 'Its answer cannot be shown to this client; try a client of a newer revision.',
    },
  );
