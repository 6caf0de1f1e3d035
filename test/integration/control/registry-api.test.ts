/** The official registry API over the real web server, browsed by hand and by this program's own reader of registries. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { centralMigrations, createCentral } from '#main/features/registry/index.ts';
import { createRegistryListing } from '#main/node/registry-listing.ts';
import { createTaskBoard } from '#main/node/tasks.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { listedName, type ListedServer } from '#shared/features/registry/server-json.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { serverListSchema, serverResponseSchema } from '#test/support/server-json.ts';
import { ask, startWeb } from './support/web.ts';

const provider = providerIdOf(new Uint8Array(32).fill(7));
const server = (name: string, more: Partial<ListedServer> = {}): ListedServer => ({
  provider,
  providerName: 'Ada',
  server: name,
  version: '1.0.0',
  title: name.toUpperCase(),
  description: `Does ${name}.`,
  tags: [],
  tools: [{ name: 'run', fingerprint: 'a'.repeat(64) }],
  nodes: 1,
  issuedAt: 1,
  private: false,
  ...more,
});

let web: Awaited<ReturnType<typeof startWeb>>;
let servers: ListedServer[];
let listing: ReturnType<typeof createRegistryListing>;
let isOn: boolean;
let db: Database;
let board: ReturnType<typeof createTaskBoard>;

beforeEach(async () => {
  isOn = true;
  servers = Array.from({ length: 250 }, (_, at) => server(`tool-${at}`));
  const deps = { servers: () => servers, mcpUrl: () => 'http://127.0.0.1:7420/mcp', clock };
  listing = createRegistryListing(deps);
  web = await startWeb({ registry: { isOn: () => isOn, versions: listing.versions } });
  db = memoryDatabase(centralMigrations);
  let ids = 0;
  board = createTaskBoard({ clock, newId: () => String(++ids) });
});

afterEach(async () => {
  board.close();
  db.close();
  await web.end();
});

function publish(next: ListedServer[]): void {
  servers = next;
  listing.refresh();
}

const get = async (path: string, headers: Record<string, string> = {}) => {
  const { body, ...answer } = await ask(web.origin, path, { headers });
  return { ...answer, json: body === '' ? undefined : (JSON.parse(body) as never) };
};
const list = async (query = '', headers?: Record<string, string>) => {
  const { json } = await get(`/v0.1/servers${query}`, headers);
  const page = serverListSchema.parse(json);
  return { names: page.servers.map((item) => item.server.name.split('/')[1]), ...page };
};
const pathOf = (name: string, version = '') =>
  `/v0.1/servers/${encodeURIComponent(listedName(provider, name))}/versions${version}`;

it('gives pages as the description of the API has them, each server once', async () => {
  const all: Array<string | undefined> = [];
  let cursor: string | undefined;
  do {
    const page = await list(`?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    expect(page.metadata.count).toBe(page.servers.length);
    all.push(...page.names);
    cursor = page.metadata.nextCursor;
  } while (cursor);
  expect(new Set(all).size).toBe(250);
  expect((await list()).servers).toHaveLength(30);
  expect((await list('?search=TOOL-24')).names).toHaveLength(11);
});

it('gives all versions of a server, one of them, and the latest', async () => {
  publish([server('files', { version: '1.9.0' }), server('files', { version: '1.10.0' })]);
  const { json } = await get(pathOf('files'));
  expect(serverListSchema.parse(json).servers.map((item) => item.server.version)).toEqual([
    '1.10.0',
    '1.9.0',
  ]);
  const latest = serverResponseSchema.parse((await get(pathOf('files', '/latest'))).json);
  expect(latest.server).toMatchObject({ version: '1.10.0', title: 'FILES' });
  const older = serverResponseSchema.parse((await get(pathOf('files', '/1.9.0'))).json);
  expect(older._meta['io.modelcontextprotocol.registry/official'].isLatest).toBe(false);
  expect((await list('?version=latest')).names).toEqual(['files']);
  for (const path of [
    pathOf('nobody'),
    pathOf('files', '/3.0.0'),
    '/v0.1/servers/%zz/versions',
    '/v0.1/other',
  ])
    expect(await get(path)).toMatchObject({ status: 404, json: { error: 'Server not found.' } });
});

it('is off unless switched on, for this machine, for reading, and for no page of a browser', async () => {
  isOn = false;
  expect(await get('/v0.1/servers')).toMatchObject({ status: 404, json: { code: 'api.registry_off' } });
  isOn = true;
  expect((await get('/v0.1/servers', { host: 'registry.example' })).status).toBe(421);
  expect((await get('/v0.1/servers', { origin: 'https://example.org' })).status).toBe(421);
  const posted = await ask(web.origin, '/v0.1/servers', { method: 'POST', body: '{}' });
  expect(posted).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  const { headers } = await get('/v0.1/servers');
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

it('tells what is not for everyone only to a token that may read', async () => {
  publish([server('open'), server('secret', { private: true })]);
  expect((await list()).names).toEqual(['open']);
  expect((await get(pathOf('secret'))).status).toBe(404);
  const authorization = `Bearer ${web.token('read')}`;
  expect((await list('', { authorization })).names).toEqual(['open', 'secret']);
  expect((await get('/v0.1/servers', { authorization: 'Bearer nobody' })).status).toBe(401);
});

it('says that nothing changed to whoever names what he has', async () => {
  const first = await get('/v0.1/servers');
  const { etag = '' } = first.headers;
  publish(servers.map((one) => ({ ...one, issuedAt: 2 })));
  expect(await get('/v0.1/servers', { 'if-none-match': etag })).toMatchObject({
    status: 304,
    json: undefined,
  });
  publish([server('new')]);
  expect((await get('/v0.1/servers', { 'if-none-match': etag })).status).toBe(200);
});

it.each([
  'limit=0',
  'limit=101',
  'limit=x',
  'cursor=%2F',
  'updated_since=yesterday',
  'include_deleted=maybe',
])('refuses %s with the name of what is wrong', async (query) => {
  const { json, status } = await get(`/v0.1/servers?${query}`);
  expect(status).toBe(400);
  expect(json).toMatchObject({
    error: expect.stringContaining(query.split('=')[0] ?? ''),
    code: 'api.malformed',
  });
});

it('is read by our own reader of registries: all at first, then what changed, came and went', async () => {
  const context = { signal: new AbortController().signal };
  const { handlers } = createCentral({ db, clock, tasks: board }, { url: () => web.origin });
  const sync = () => handlers['central.sync']({ olderThanMs: 0 }, context);
  expect(await sync()).toEqual({ read: 250, count: 250 });
  const [, , ...rest] = servers;
  publish([server('tool-0', { version: '2.0.0' }), ...rest, server('late')]);
  expect(await sync()).toMatchObject({ count: 250 });
  const find = async (text: string) =>
    (await handlers['central.list']({ text, offset: 0, limit: 10 }, context)).items;
  expect(await find(listedName(provider, 'late'))).toMatchObject([{ kinds: ['remote'], status: 'active' }]);
  expect((await find('TOOL-0'))[0]).toMatchObject({ version: '2.0.0' });
  expect(() => handlers['central.show']({ name: listedName(provider, 'tool-1') }, context)).toThrow(
    expect.objectContaining({ code: 'central.unknown' }),
  );
});
