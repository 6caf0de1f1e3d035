import { beforeEach, expect, it } from 'vitest';
import { createRegistryListing } from '#main/node/registry-listing.ts';
import { pageOf, pageQuerySchema } from '#shared/features/registry/registry-pages.ts';
import type { ListedServer } from '#shared/features/registry/server-json.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';

const provider = providerIdOf(new Uint8Array(32).fill(7));
const server = (name: string, version = '1.0.0'): ListedServer => ({
  provider,
  providerName: 'Ada',
  server: name,
  version,
  title: name,
  description: `Does ${name}.`,
  tags: [],
  tools: [],
  nodes: 1,
  issuedAt: 1,
  private: false,
});

let now: number;
let servers: ListedServer[];
let listing: ReturnType<typeof createRegistryListing>;

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  servers = [server('a'), server('b')];
  listing = createRegistryListing({
    servers: () => servers,
    mcpUrl: () => 'http://127.0.0.1:1/mcp',
    clock: { now: () => now },
  });
});

function change(next: ListedServer[]) {
  now += 60_000;
  servers = next;
  listing.refresh();
  return listing.versions();
}
const seen = () =>
  listing.versions().map(({ isLatest, name, status, updatedAt, version }) => ({
    name: name.split('/')[1],
    version,
    status,
    isLatest,
    at: (updatedAt - Date.UTC(2026, 0, 1)) / 60_000,
  }));

it('looks again only when something changed, and what is as it was keeps its time', () => {
  const first = listing.versions();
  servers = [];
  expect(listing.versions()).toBe(first);
  change([{ ...server('a'), issuedAt: 99 }, server('b')]);
  expect(seen().map(({ at }) => at)).toEqual([0, 0]);
  change([{ ...server('a'), description: 'Does more.' }, server('b')]);
  expect(seen().map(({ at }) => at)).toEqual([2, 0]);
});

it('tells of what went as deleted, and of what came back as new', () => {
  listing.versions();
  change([server('a')]);
  expect(seen()[1]).toEqual({ name: 'b', version: '1.0.0', status: 'deleted', isLatest: true, at: 1 });
  change([server('a')]);
  expect(seen()[1]?.at).toBe(1);
  change([server('a'), server('b')]);
  expect(seen()[1]).toMatchObject({ status: 'active', at: 3 });
});

it('has one latest version of each name, whatever went', () => {
  change([server('a', '1.9.0'), server('a', '1.10.0')]);
  change([server('a', '1.10.0')]);
  change([server('a', '1.11.0')]);
  const latest = seen().filter(({ isLatest, name }) => isLatest && name === 'a');
  expect(latest).toEqual([{ name: 'a', version: '1.11.0', status: 'active', isLatest: true, at: 3 }]);
});

it('gives each item once, page by page, whatever comes and goes between the pages', () => {
  change(Array.from({ length: 25 }, (_, at) => server(`s${at}`)));
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const query = pageQuerySchema.parse({ limit: '10', ...(cursor ? { cursor } : {}) });
    const page = pageOf(listing.versions(), query) as {
      servers: Array<{ server: { name: string } }>;
      metadata: { nextCursor?: string };
    };
    names.push(...page.servers.map((item) => item.server.name));
    cursor = page.metadata.nextCursor;
    change([...servers.slice(2), server(`a${now}`)]);
  } while (cursor);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(20);
});
