/** The bridge to a centralized registry, against a server of a thousand entries that speaks the official API. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CentralState } from '#shared/features/registry/central.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { centralMigrations, createCentral } from '#main/features/registry/index.ts';
import { createTaskBoard } from '#main/node/tasks.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import {
  type CentralRegistryServer,
  publishMany,
  startCentralRegistry,
} from '#test/support/central-registry.ts';
import { memoryDatabase } from '#test/support/database.ts';

const SERVERS = 1_000;

let registry: CentralRegistryServer;
let db: Database;
let url: string;
let central: ReturnType<typeof createCentral>['handlers'];
let board: ReturnType<typeof createTaskBoard>;

const context = { signal: new AbortController().signal };
const sync = (olderThanMs = 0) => central['central.sync']({ olderThanMs }, context);
const list = async (part: Partial<Parameters<(typeof central)['central.list']>[0]> = {}) =>
  central['central.list']({ text: '', offset: 0, limit: 500, ...part }, context);

async function state(): Promise<CentralState> {
  for await (const now of central['central.watch']({}, context)) return now;
  throw new Error('the stream ended');
}

function build(): void {
  let ids = 0;
  board = createTaskBoard({ clock, newId: () => String(++ids) });
  central = createCentral({ db, clock, tasks: board }, { url: () => url }).handlers;
}

beforeEach(async () => {
  registry = await startCentralRegistry(publishMany(SERVERS));
  url = registry.url;
  db = memoryDatabase(centralMigrations);
  build();
});

afterEach(async () => {
  board.close();
  db.close();
  await registry.close();
});

it('asks nothing before it is wanted, then reads all servers, the latest version of each', async () => {
  expect(await state()).toEqual({ url, count: 0, syncing: false });
  expect(registry.asked).toHaveLength(0);
  expect(await sync()).toEqual({ read: SERVERS, count: SERVERS });
  expect(registry.asked).toHaveLength(SERVERS / 100);
  const { items, total } = await list({ limit: 3 });
  expect(total).toBe(SERVERS);
  expect(items.map(({ version }) => version)).toEqual(['1.1.0', '1.1.0', '1.1.0']);
  expect((await state()).syncedAt).toBeGreaterThan(0);
});

it('reads only what changed since: new, updated, deprecated and deleted servers', async () => {
  await sync();
  const later = new Date(Date.UTC(2026, 5, 1)).toISOString();
  const [updated, deprecated, deleted] = registry.versions.filter(({ isLatest }) => isLatest);
  if (!updated || !deprecated || !deleted) throw new Error('too few');
  registry.versions.push(
    { ...updated, server: { ...updated.server, version: '2.0.0' }, updatedAt: later },
    {
      server: { name: 'org.example/new', version: '1.0.0', description: 'Fresh' },
      status: 'active',
      updatedAt: later,
      isLatest: true,
    },
  );
  updated.isLatest = false;
  Object.assign(deprecated, { status: 'deprecated', updatedAt: later });
  Object.assign(deleted, { status: 'deleted', updatedAt: later });
  registry.asked.length = 0;
  expect(await sync()).toEqual({ read: 4, count: SERVERS });
  expect(registry.asked).toHaveLength(1);
  expect((await list({ text: updated.server.name })).items[0]).toMatchObject({ version: '2.0.0' });
  expect((await list({ text: deprecated.server.name })).items[0]).toMatchObject({ status: 'deprecated' });
  expect(() => central['central.show']({ name: deleted.server.name }, context)).toThrow(
    expect.objectContaining({ code: 'central.unknown' }),
  );
  registry.asked.length = 0;
  expect((await sync()).read).toBe(0);
});

it('is not kept from later changes by an entry from the future', async () => {
  const [first] = registry.versions;
  if (!first) throw new Error('too few');
  const fromFuture = { ...first, server: { ...first.server, name: 'org.example/future' } };
  registry.versions.push({ ...fromFuture, updatedAt: '9999-01-01T00:00:00.000Z', isLatest: true });
  await sync();
  const updatedAt = new Date(Date.UTC(2026, 5, 1)).toISOString();
  registry.versions.push({
    ...first,
    server: { ...first.server, name: 'org.example/later' },
    updatedAt,
    isLatest: true,
  });
  await sync();
  expect((await list({ text: 'org.example/later' })).total).toBe(1);
});

it('finds by words in names and descriptions, names first, and by the way a server runs', async () => {
  await sync();
  expect((await list({ text: 'NUMBER 997.' })).items.map(({ name }) => name)).toEqual([
    'io.github.maker-47/tool-997',
  ]);
  expect((await list({ text: 'tool-100' })).items[0]?.name).toBe('io.github.maker-0/tool-100');
  expect((await list({ kind: 'remote' })).total).toBe(SERVERS / 4);
  expect((await list({ text: '100%_\\' })).total).toBe(0);
  expect((await list({ offset: 990 })).items).toHaveLength(10);
});

it('gives the server.json as it was published', async () => {
  await sync();
  const shown = await central['central.show']({ name: 'io.github.maker-0/tool-0' }, context);
  expect(JSON.parse(shown.serverJson)).toEqual(registry.versions[1]?.server);
});

it('goes on where a reading was cut off, after a restart too', async () => {
  registry.instead = failAfter(registry, 3);
  await expect(sync()).rejects.toMatchObject({ code: 'central.refused', retryable: true });
  expect(await state()).toMatchObject({ count: 300, fault: { code: 'central.refused' } });
  expect((await state()).syncedAt).toBeUndefined();
  registry.instead = undefined;
  registry.asked.length = 0;
  build();
  expect(await sync()).toEqual({ read: 700, count: SERVERS });
  expect(registry.asked).toHaveLength(7);
  expect((await state()).fault).toBeUndefined();
});

it('begins anew when the registry no longer knows the cursor', async () => {
  registry.instead = failAfter(registry, 2);
  await expect(sync()).rejects.toThrow();
  registry.instead = undefined;
  registry.versions = publishMany(SERVERS).filter(({ server }) => !server.name.endsWith('/tool-1'));
  registry.versions = registry.versions.filter(({ server }) => !/maker-(0|1|10)\//.test(server.name));
  await sync();
  expect(await state()).toMatchObject({ syncing: false });
  expect((await list({ limit: 1 })).total).toBeGreaterThanOrEqual(registry.versions.length / 2);
});

it('keeps a young copy, shares one reading, and drops the copy of another registry', async () => {
  const [first, second] = await Promise.all([sync(), sync()]);
  expect(second).toEqual(first);
  expect(registry.asked).toHaveLength(10);
  expect(await sync(3_600_000)).toEqual({ read: 0, count: SERVERS });
  const other = await startCentralRegistry(publishMany(5));
  url = other.url;
  expect((await state()).syncedAt).toBeUndefined();
  expect(await sync(3_600_000)).toEqual({ read: 5, count: 5 });
  await other.close();
});

it('says how far it is, and can be called off', async () => {
  registry.instead = () => undefined; // never answers
  const reading = sync();
  const [task] = board.list();
  expect(task).toMatchObject({ kind: 'central.sync', cancellable: true, state: 'active' });
  await board.handlers['tasks.cancel']({ id: task?.id ?? '' }, context);
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  expect(board.list()[0]).toMatchObject({ state: 'cancelled' });
  expect((await state()).fault).toBeUndefined();
});

it.each([
  ['no JSON', 200, '<html>', 'central.malformed'],
  ['another form', 200, '{"servers":"all"}', 'central.malformed'],
  ['too many requests', 429, '{}', 'central.refused'],
  ['a redirection', 302, '', 'central.unreachable'],
])('says what is wrong with a registry that answers %s', async (_, status, body, code) => {
  registry.instead = (_request, response) =>
    response.writeHead(status, { location: 'https://example.org/' }).end(body);
  await expect(sync()).rejects.toMatchObject({ code, advice: expect.stringMatching(/\w/) });
  expect((await list()).total).toBe(0);
});

it('leaves out items that are no listing, and keeps the others', async () => {
  const good = registry.versions[1];
  registry.instead = (_request, response) =>
    response.end(
      JSON.stringify({
        servers: [
          { server: { name: 'no slash', version: '1' } },
          null,
          { server: { name: 'a/b', version: '1', description: 'x'.repeat(300_000) } },
          { server: good?.server },
        ],
      }),
    );
  expect(await sync()).toEqual({ read: 1, count: 1 });
});

it.each(['http://example.org', 'ftp://127.0.0.1', 'nonsense'])('refuses the address %s', async (address) => {
  url = address;
  await expect(sync()).rejects.toMatchObject({ code: 'central.url' });
});

/** The registry itself for some pages, then a fault of its own. */
function failAfter(server: CentralRegistryServer, pages: number): CentralRegistryServer['instead'] {
  let left = pages;
  return (request, response) => {
    if (left-- > 0) server.handle(request, response);
    else response.writeHead(503).end();
  };
}
