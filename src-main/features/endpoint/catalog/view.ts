/** The catalog as the clients of one profile see it. Immutable; a change of the catalog makes another one. */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { showsServer, showsTool } from '#shared/features/clients/profile-rules.ts';
import { isObject } from '#shared/features/endpoint/messages.ts';
import { namesWithoutPrefix, promptNameFor } from '#shared/features/endpoint/names.ts';
import { type ParamHeader, paramHeadersOf } from '#shared/features/endpoint/param-headers.ts';
import { META } from '#shared/features/endpoint/protocol.ts';
import { templateMatcher } from '#shared/features/endpoint/uri-template.ts';
import type { Era } from '../faults.ts';
import type { CatalogServer, CatalogTool, Profile } from '../ports.ts';
import { mergeInstructions } from './instructions.ts';
import { createPages, type Pages } from './pages.ts';

export type ListKind = 'tools' | 'prompts' | 'resources' | 'resourceTemplates';

/** A prompt's server and its name there. */
export interface PromptOwner {
  server: string;
  own: string;
}

export interface CatalogView {
  readonly profile: string;
  readonly instructions: string;
  tool(name: string): CatalogTool | undefined;
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
  source: { tools: readonly CatalogTool[]; servers: readonly CatalogServer[] },
  options: ViewOptions,
): CatalogView {
  const servers = source.servers
    .filter(({ server }) => showsServer(profile, server))
    .sort((a, b) => (a.server < b.server ? -1 : 1));
  const tools = namedTools(
    source.tools.filter((tool) => showsTool(profile, tool)),
    profile.prefix,
  );
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

  function items(kind: ListKind, era: Era): JsonObject[] {
    switch (kind) {
      case 'tools':
        return [...tools].map(([name, { tool }]) => listedTool({ ...tool, name } as JsonObject, era));
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
    instructions: mergeInstructions(servers),
    tool: (name) => tools.get(name),
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

function namedTools(tools: readonly CatalogTool[], prefix: boolean): Map<string, CatalogTool> {
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
