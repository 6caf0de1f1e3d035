/** Roles of operators at the doors of the node: HTTP, server-sent events and the dashboard's WebSocket. */
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CONTRACT_VERSION, type NodeContract, contract } from '#shared/contract.ts';
import { holds, ROLES, type Role } from '#shared/features/node/roles.ts';
import { createClient, openWebSocketChannel } from '#shared/kernel/rpc/index.ts';
import { roleNeeded } from '#shared/least-role.ts';
import { scopeNeeded } from '#main/node/api-scopes.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { ask, startWeb } from './support/web.ts';

const names = Object.keys(contract) as Array<keyof NodeContract>;
let site: Awaited<ReturnType<typeof startWeb>>;
beforeEach(async () => {
  site = await startWeb({
    handlers: {
      async *'tools.watch'(_, { signal }) {
        yield { revision: 1, catalog: 0, network: 0, pending: 0, changed: 0 };
        await once(signal, 'abort');
      },
    },
  });
});
afterEach(() => site.end());

/** The code of the answer; `ok` where it is none. What the caller may not do is refused before its input is looked at. */
async function codeOverHttp(name: string, token: string, body = '[]'): Promise<string> {
  const answer = await ask(site.origin, `/api/v1/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
  return (JSON.parse(answer.body) as { error?: { code: string } }).error?.code ?? 'ok';
}

const expected = (name: string, role: Role): string => {
  if (!scopeNeeded(name)) return 'api.in_person_only';
  return holds(role, roleNeeded(name)) ? 'contract.invalid_input' : 'api.role_too_low';
};

async function openPage(role: Role) {
  const token = new URL(site.web.openLink({ role, name: 'Bea' })).hash.slice('#t='.length);
  const { headers } = await ask(site.origin, '/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: site.origin },
    body: JSON.stringify({ token }),
  });
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const socket = new WebSocket(`${site.origin.replace('http', 'ws')}/rpc`, {
    headers: { cookie, origin: site.origin },
  });
  const closed = once(socket, 'close');
  const channel = await openWebSocketChannel(socket as never, { clock });
  return { cookie, closed, node: createClient(contract, channel, { version: CONTRACT_VERSION }) };
}

describe('over HTTP', () => {
  it('every call is answered to every role as the table says', async () => {
    const tokens = new Map(ROLES.map((role) => [role, site.token('operate', role)]));
    for (const role of ROLES)
      for (const name of names)
        expect([name, role, await codeOverHttp(name, tokens.get(role)!)]).toEqual([
          name,
          role,
          expected(name, role),
        ]);
    expect(site.asked).toEqual([]);
  });

  it('neither the scope nor the role of a token makes up for the other, whatever the input', async () => {
    const held = fc.record({ scope: fc.constantFrom('read', 'operate'), role: fc.constantFrom(...ROLES) });
    await fc.assert(
      fc.asyncProperty(held, fc.constantFrom(...names), fc.json(), async ({ scope, role }, name, body) => {
        const needed = scopeNeeded(name);
        const may = needed && (scope === 'operate' || needed === 'read') && holds(role, roleNeeded(name));
        fc.pre(!may);
        expect(await codeOverHttp(name, site.token(scope, role), body)).toMatch(
          /^api\.(in_person_only|scope|role_too_low)$/,
        );
      }),
      { numRuns: 60 },
    );
    expect(site.asked).toEqual([]);
  });

  it('a token is told who it is, and its streams end with it', async () => {
    const token = site.token('read', 'finance');
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const me = await ask(site.origin, '/api/v1/operators.me', { method: 'POST', headers, body: '{}' });
    const id = token.split('_')[1]!;
    expect(JSON.parse(me.body)).toEqual({ ok: true, data: { id, name: 'test', role: 'finance' } });
    const stream = ask(site.origin, '/api/v1/tools.watch', { method: 'POST', headers, body: '{}' });
    while (!site.asked.length && site.tokens.list()[0]?.lastUsedAt === undefined) await Promise.resolve();
    site.tokens.revoke(id);
    expect((await stream).body).toContain('api.unauthorized');
  });
});

describe('over the WebSocket of a dashboard', () => {
  it.each(ROLES)('a session of the role %s may make the calls of its role alone', async (role) => {
    const { node } = await openPage(role);
    expect(await node['operators.me']({})).toMatchObject({ name: 'Bea', role });
    const calls = node as unknown as Record<string, (input: unknown) => Promise<unknown>>;
    for (const name of names.filter((each) => contract[each].kind !== 'stream'))
      if (!holds(role, roleNeeded(name)))
        await expect(calls[name]!({}), name).rejects.toMatchObject({
          code: 'api.role_too_low',
          details: { needed: roleNeeded(name), held: role },
        });
    expect(site.asked).toEqual([]);
  });

  it.each(['servers.followLogs', 'tools.callNews', 'node.doctor', 'clients.prove'])(
    'the stream %s is refused to who may not see what it tells',
    async (name) => {
      const { node } = await openPage('finance');
      const streams = node as unknown as Record<string, (input: unknown) => AsyncIterable<unknown>>;
      await expect(streams[name]!({})[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'api.role_too_low',
      });
    },
  );

  it('closes at once when the session is revoked, which opens nothing any more', async () => {
    const page = await openPage('read-only');
    const owner = await openPage('owner');
    const { items } = await owner.node['operators.list']({});
    await owner.node['operators.revoke']({ id: items.find(({ role }) => role === 'read-only')!.id });
    await page.closed;
    const { status } = await ask(site.origin, '/session', { headers: { cookie: page.cookie } });
    expect(status).toBe(401);
    expect(await owner.node['operators.me']({})).toMatchObject({ role: 'owner' });
  });
});
