/** Reads what a server offers, page by page, within bounds; and says what really changed between two readings. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { hintsOf } from '#shared/features/servers/hints.ts';
import { toolSchema } from '#shared/features/registry/tool.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import type { Connection } from './wire/connection.ts';
import { isObject } from './wire/messages.ts';

/** Items of one kind that are read; a server with more is cut off there. */
export const MAX_ITEMS = 20_000;
const MAX_PAGES = 1_000;

interface List {
  method: string;
  key: string;
  /** Whether an item can be used at all. */
  valid(item: JsonObject): boolean;
}

const LISTS = {
  tools: { method: 'tools/list', key: 'tools', valid: (item) => toolSchema.safeParse(item).success },
  prompts: { method: 'prompts/list', key: 'prompts', valid: (item) => isText(item['name']) },
  resources: { method: 'resources/list', key: 'resources', valid: (item) => isText(item['uri']) },
  resourceTemplates: {
    method: 'resources/templates/list',
    key: 'resourceTemplates',
    valid: (item) => isText(item['uriTemplate']),
  },
} satisfies Record<string, List>;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Rejects as the connection does. @param note hears of items that were left out. */
export async function readOffers(
  connection: Connection,
  clock: Clock,
  note: (text: string) => void,
  signal?: AbortSignal,
): Promise<ServerOffers> {
  const lifetimes: number[] = [];
  const read = (list: List, declared: string) =>
    isObject(connection.capabilities[declared]) ? readAll(connection, list, lifetimes, note, signal) : [];
  const tools = await read(LISTS.tools, 'tools');
  const prompts = await read(LISTS.prompts, 'prompts');
  const resources = await read(LISTS.resources, 'resources');
  const resourceTemplates = await read(LISTS.resourceTemplates, 'resources');
  return {
    serverInfo: connection.serverInfo,
    capabilities: connection.capabilities,
    ...(connection.instructions === undefined ? {} : { instructions: connection.instructions }),
    protocolVersion: connection.protocolVersion,
    era: connection.era,
    tools: tools as ServerOffers['tools'],
    prompts: prompts as ServerOffers['prompts'],
    resources: resources as ServerOffers['resources'],
    resourceTemplates: resourceTemplates as ServerOffers['resourceTemplates'],
    listedAt: clock.now(),
    ...(lifetimes.length > 0 ? { ttlMs: Math.min(...lifetimes) } : {}),
  };
}

async function readAll(
  connection: Connection,
  list: List,
  lifetimes: number[],
  note: (text: string) => void,
  signal: AbortSignal | undefined,
): Promise<JsonObject[]> {
  const items: JsonObject[] = [];
  let skipped = 0;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && items.length < MAX_ITEMS; page += 1) {
    const result = await connection.ask(list.method, cursor === undefined ? {} : { cursor }, signal);
    const { ttlMs } = hintsOf(result);
    if (ttlMs > 0) lifetimes.push(ttlMs);
    const found = Array.isArray(result[list.key]) ? (result[list.key] as JsonObject[]) : [];
    for (const item of found) {
      if (isObject(item) && list.valid(item)) items.push(item);
      else skipped += 1;
    }
    const next = result['nextCursor'];
    if (typeof next !== 'string' || next === cursor) break;
    cursor = next;
  }
  if (skipped > 0) note(`${skipped} entries of ${list.method} are not valid and were left out`);
  return items.slice(0, MAX_ITEMS);
}

export interface OffersDifference {
  tools: boolean;
  prompts: boolean;
  resources: boolean;
}

/** Compares contents, not order; `undefined` before means that everything there is is new. */
export function differenceOf(before: ServerOffers | undefined, after: ServerOffers): OffersDifference {
  return {
    tools: !sameItems(before?.tools, after.tools),
    prompts: !sameItems(before?.prompts, after.prompts),
    resources:
      !sameItems(before?.resources, after.resources) ||
      !sameItems(before?.resourceTemplates, after.resourceTemplates),
  };
}

export const sameItems = (before: readonly object[] | undefined, after: readonly object[]): boolean =>
  (before ?? []).length === after.length && fingerprint(before ?? []) === fingerprint(after);

const fingerprint = (items: readonly object[]): string =>
  items
    .map((item) => JSON.stringify(item))
    .sort()
    .join('\n');
