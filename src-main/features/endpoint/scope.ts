/** What a client's token lets it do here: each request needs a scope, and what is not known to be harmless needs all. */
import { allows, type TokenScope } from '#shared/features/clients/token-scopes.ts';
import { isObject, type RpcRequest } from '#shared/features/endpoint/messages.ts';
import { isClaimed } from '#shared/features/registry/claims.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { CatalogView } from './catalog/view.ts';
import type { CatalogTool } from './ports.ts';

const NEEDED: Readonly<Record<string, TokenScope>> = {
  ping: 'list',
  'server/discover': 'list',
  'tools/list': 'list',
  'prompts/list': 'list',
  'resources/list': 'list',
  'resources/templates/list': 'list',
  'prompts/get': 'read',
  'resources/read': 'read',
  'resources/subscribe': 'read',
  'resources/unsubscribe': 'read',
  'completion/complete': 'read',
  'logging/setLevel': 'read',
};

/** Throws `endpoint.scope` where the token does not reach as far as the request. */
export function requireScope(
  given: TokenScope | undefined,
  view: CatalogView,
  { method, params }: Pick<RpcRequest, 'method' | 'params'>,
): void {
  if (given === undefined || given === 'call') return;
  const needed = method === 'tools/call' ? neededForTool(view, params) : neededFor(method);
  if (!allows(given, needed)) throw outOfScope(given, needed);
}

const neededFor = (method: string): TokenScope =>
  (Object.hasOwn(NEEDED, method) ? NEEDED[method] : undefined) ?? 'call';

function neededForTool(view: CatalogView, params: JsonObject | undefined): TokenScope {
  const name = params?.['name'];
  if (typeof name !== 'string') return 'call';
  const meta = view.meta(name);
  if (!meta) return neededForCall(view.tool(name));
  if (meta !== 'call_tool') return 'list';
  const given = params?.['arguments'];
  const inner = isObject(given) ? given['name'] : undefined;
  return neededForCall(typeof inner === 'string' ? view.tools.get(inner) : undefined);
}

/** A tool's word for itself is all there is; the operator approved the very tool that says so. */
const neededForCall = (tool: CatalogTool | undefined): TokenScope =>
  tool && isClaimed('readOnly', tool.tool.annotations) ? 'read' : 'call';

const outOfScope = (given: TokenScope, needed: TokenScope): AppError =>
  new AppError(
    'endpoint.scope',
    `This needs a token with the scope “${needed}”; the client’s has “${given}”.`,
    {
      advice: `Ask the person for a token with the scope “${needed}”: it is made on the page of clients, or by toolswarm clients create --scope ${needed}.`,
      details: { scope: given, needed },
    },
  );
