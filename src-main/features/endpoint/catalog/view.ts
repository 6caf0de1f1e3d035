/** The catalog as the clients of one profile see it. Immutable; a change of the catalog makes another one. */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import {
  type CatalogMode,
  catalogModeOf,
  estimateTokens,
  isMetaTool,
  type MetaToolName,
} from '#shared/features/clients/budget.ts';
import { isAlwaysListed, showsServer, showsTool } from '#shared/features/clients/profile-rules.ts';
import { isObject } from '#shared/features/endpoint/messages.ts';
import { namesWithoutPrefix, promptNameFor } from '#shared/features/endpoint/names.ts';
import { type ParamHeader, paramHeadersOf } from '#shared/features/endpoint/param-headers.ts';
import { META } from '#shared/features/endpoint/protocol.ts';
import { templateMatcher } from '#shared/features/endpoint/uri-template.ts';
import type { Era } from '../faults.ts';
import type { CatalogServer, CatalogSource, CatalogTool, Profile, WaitingTool } from '../ports.ts';
import { jsonBytes, listedBytes } from './cost.ts';
import { mergeInstructions } from './instructions.ts';
import { metaTools } from './meta/definitions.ts';
import { createPages, type Pages } from './pages.ts';

export type ListKind = 'tools' | 'prompts' | 'resources' | 'resourceTemplates';

/** A prompt's server and its name there. */
export interface PromptOwner {
  server: string;
  own: string;
}

/** What a client reads of the tools of its profile. */
export interface Listing {
  mode: CatalogMode;
  /** Tools of the profile, and what reading all of them would cost, in tokens. */
  tools: number;
  tokens: number;
  /** What is listed of them, the tools for finding tools included. */
  listed: { tools: number; tokens: number };
  /** Names of those that are listed in either mode. */
  alwaysListed: readonly string[];
}

export interface CatalogView {
  readonly profile: string;
  readonly instructions: string;
  readonly listing: Listing;
  /** Every tool of the profile, listed or not, by its name in this view. */
  readonly tools: ReadonlyMap<string, CatalogTool>;
  tool(name: string): CatalogTool | undefined;
  /** A tool that this profile showed under this name and that waits for its operator. */
  waiting(name: string): WaitingTool | undefined;
  /** The name here of a tool with this full id. */
  nameOf(id: string): string | undefined;
  /** A tool as it is listed, or would be. */
  definition(name: string, era: Era): JsonObject | undefined;
  /** The tool for finding tools that a call of this name means; where all are listed, a real tool of its name comes first. */
  meta(name: string): MetaToolName | undefined;
  /** Full ids of tools that fit, the best first, whether or not this profile shows them. */
  find: CatalogSource['find'];
  prompt(name: string): PromptOwner | undefined;
  /** The server to read a URI from: who lists it, else whose template fits, else the only one that has resources. */
  ownerOf(uri: string): string | undefined;
  /** The server that a template, as listed, belongs to. */
  ownerOfTemplate(template: string): string | undefined;
  /** Servers that declared a capability. */
  serversWith(capability: string): readonly string[];
  /** Arguments of a tool that travel in headers as well. */
  paramHeaders(tool: CatalogTool): readonly ParamHeader[];
  list(kind: ListKind, era: Era): Pages;
}

export interface ViewOptions {
  pageItems: number;
  /** Our own `Implementation`, which modern results carry. */
  serverInfo: JsonObject;
}

export function createView(
  profile: Profile,
  source: Pick<CatalogSource, 'find' | 'waiting'> & {
    tools: readonly CatalogTool[];
    servers: readonly CatalogServer[];
  },
  options: ViewOptions,
  before?: CatalogMode,
): CatalogView {
  const servers = source.servers
    .filter(({ server }) => showsServer(profile, server))
    .sort((a, b) => (a.server < b.server ? -1 : 1));
  const tools = namedTools(
    source.tools.filter((tool) => showsTool(profile, tool)),
    profile.prefix,
  );
  const listing = listingOf(profile, tools, before);
  const prompts = namedPrompts(servers, profile.prefix);
  const resources = firstOf(servers, 'resources', 'uri');
  const templates = firstOf(servers, 'resourceTemplates', 'uriTemplate');
  const matchers = [...templates].flatMap(([template, { server }]) => {
    const matches = templateMatcher(template);
    return matches ? [{ server, matches }] : [];
  });
  const withResources = servers.filter(({ offers }) => isObject(offers.capabilities['resources']));
  const params = new Map<string, readonly ParamHeader[]>();
  const lists = new Map<string, Pages>();
  let ids: Map<string, string> | undefined;

  const definition = (name: string, era: Era): JsonObject | undefined => {
    const known = tools.get(name);
    return known && listedTool({ ...known.tool, name } as JsonObject, era);
  };

  function listedTools(era: Era): JsonObject[] {
    const names = listing.mode === 'full' ? tools.keys() : listing.alwaysListed;
    const found = [...names].map((name) => definition(name, era)).filter((tool) => tool !== undefined);
    return listing.mode === 'full' ? found : [...Object.values(metaTools), ...found];
  }

  function items(kind: ListKind, era: Era): JsonObject[] {
    switch (kind) {
      case 'tools':
        return listedTools(era);
      case 'prompts':
        return [...prompts].map(([name, { prompt }]) => ({ ...prompt, name }));
      case 'resources':
        return [...resources.values()].map(({ item }) => item);
      case 'resourceTemplates':
        return [...templates.values()].map(({ item }) => item);
    }
  }

  return {
    profile: profile.name,
    instructions: mergeInstructions(servers, listing),
    listing,
    tools,
    tool: (name) => tools.get(name),
    waiting(name) {
      if (tools.has(name) || !source.waiting) return undefined;
      const shown = source.waiting().filter((tool) => showsTool(profile, tool));
      return namedTools(shown, profile.prefix).get(name);
    },
    nameOf(id) {
      ids ??= new Map([...tools].map(([name, tool]) => [tool.id, name]));
      return ids.get(id);
    },
    definition,
    meta: (name) => (isMetaTool(name) && (listing.mode === 'search' || !tools.has(name)) ? name : undefined),
    find: source.find,
    prompt: (name) => prompts.get(name),
    ownerOf(uri) {
      const owner = resources.get(uri)?.server ?? matchers.find(({ matches }) => matches(uri))?.server;
      return owner ?? (withResources.length === 1 ? withResources[0]?.server : undefined);
    },
    ownerOfTemplate: (template) => templates.get(template)?.server,
    serversWith: (capability) =>
      servers.filter(({ offers }) => isObject(offers.capabilities[capability])).map(({ server }) => server),
    paramHeaders(tool) {
      const known = params.get(tool.name) ?? paramHeadersOf(tool.tool.inputSchema as JsonObject);
      params.set(tool.name, known);
      return known;
    },
    list(kind, era) {
      const key = `${era} ${kind}`;
      const extra = era === 'modern' ? modernListMembers(options.serverInfo) : {};
      const pages = lists.get(key) ?? createPages(kind, items(kind, era), extra, options.pageItems);
      lists.set(key, pages);
      return pages;
    },
  };
}

/** What every modern list result says besides its items: complete, and to be asked for again next time. */
export const modernListMembers = (serverInfo: JsonObject): JsonObject => ({
  ttlMs: 0,
  cacheScope: 'private',
  resultType: 'complete',
  _meta: { [META.serverInfo]: serverInfo },
});

const META_BYTES = jsonBytes(Object.values(metaTools));

function listingOf(
  profile: Profile,
  tools: ReadonlyMap<string, CatalogTool>,
  before: CatalogMode | undefined,
): Listing {
  const bytes = (names: Iterable<string>): number => {
    let sum = 0;
    for (const name of names) sum += listedBytes((tools.get(name) as CatalogTool).tool, name);
    return sum;
  };
  const alwaysListed = [...tools]
    .filter(([name, tool]) => !isMetaTool(name) && isAlwaysListed(profile, tool))
    .map(([name]) => name);
  const tokens = estimateTokens(bytes(tools.keys()));
  const mode = catalogModeOf({ choice: profile.catalog, budget: profile.budget, tokens, before });
  const listed =
    mode === 'full'
      ? { tools: tools.size, tokens }
      : {
          tools: Object.keys(metaTools).length + alwaysListed.length,
          tokens: estimateTokens(META_BYTES + bytes(alwaysListed)),
        };
  return { mode, tools: tools.size, tokens, listed, alwaysListed };
}

function namedTools<Tool extends CatalogTool>(tools: readonly Tool[], prefix: boolean): Map<string, Tool> {
  const names = prefix
    ? tools.map((tool) => tool.name)
    : namesWithoutPrefix(tools.map((tool) => ({ own: tool.tool.name, full: tool.name })));
  return new Map(tools.map((tool, at) => [names[at] as string, tool]));
}

function namedPrompts(
  servers: readonly CatalogServer[],
  prefix: boolean,
): Map<string, PromptOwner & { prompt: JsonObject }> {
  const all = servers.flatMap(({ server, offers }) =>
    offers.prompts.map((prompt) => ({
      server,
      own: prompt.name,
      full: promptNameFor(server, prompt.name),
      prompt: prompt as JsonObject,
    })),
  );
  const names = prefix ? all.map((prompt) => prompt.full) : namesWithoutPrefix(all);
  return new Map(all.map((prompt, at) => [names[at] as string, prompt]));
}

/** The items of all servers by their URI; where two servers have the same one, the first by name keeps it. */
function firstOf(
  servers: readonly CatalogServer[],
  list: 'resources' | 'resourceTemplates',
  key: 'uri' | 'uriTemplate',
): Map<string, { server: string; item: JsonObject }> {
  const found = new Map<string, { server: string; item: JsonObject }>();
  for (const { server, offers } of servers)
    for (const item of offers[list] as JsonObject[]) {
      const uri = item[key] as string;
      if (!found.has(uri)) found.set(uri, { server, item });
    }
  return found;
}

/** `execution` is no word of the modern era. */
function listedTool(tool: JsonObject, era: Era): JsonObject {
  if (era === 'legacy' || !('execution' in tool)) return tool;
  const { execution, ...rest } = tool;
  return rest;
}
