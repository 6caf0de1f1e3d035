import { describe, expect, it } from 'vitest';
import { apiTokenMigrations } from '#main/node/api-tokens.ts';
import { createOperators } from '#main/node/operators.ts';
import { webSessionMigrations } from '#main/node/web-sessions.ts';
import { createManualClock } from '#test/support/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createSeededRandom } from '#test/support/random.ts';

function createWorld() {
  const db = memoryDatabase(webSessionMigrations, apiTokenMigrations);
  const clock = createManualClock();
  const random = createSeededRandom('operators');
  const { apiTokens, handlers, webSessions } = createOperators({ db, clock, random });
  const context = { signal: new AbortController().signal };
  return {
    apiTokens,
    clock,
    webSessions,
    list: async () => (await handlers['operators.list']({}, context)).items,
    revoke: async (id: string) => handlers['operators.revoke']({ id }, context),
    token: async () =>
      handlers['api.tokens.create']({ name: 'books', scope: 'read', role: 'finance' }, context),
  };
}

describe('operators of a node', () => {
  it('are links, then sessions with the role of their link, and tokens', async () => {
    const { clock, list, token, webSessions } = createWorld();
    const link = webSessions.mintLink({ role: 'read-only', name: 'Bea' });
    expect(await list()).toMatchObject([{ kind: 'link', name: 'Bea', role: 'read-only' }]);
    clock.advance(1);
    const cookie = webSessions.redeem(link)!;
    clock.advance(1);
    await token();
    expect(await list()).toMatchObject([
      { kind: 'token', name: 'books', role: 'finance' },
      { kind: 'session', name: 'Bea', role: 'read-only' },
    ]);
    clock.advance(100_000);
    expect(webSessions.identify(cookie)).toMatchObject({ name: 'Bea', role: 'read-only' });
    expect((await list())[1]).toMatchObject({ lastUsedAt: clock.now() });
  });

  it('are the owner where nothing else was said', () => {
    const { webSessions } = createWorld();
    expect(webSessions.identify(webSessions.redeem(webSessions.mintLink())!)?.role).toBe('owner');
  });

  it('end at once: links, sessions and tokens', async () => {
    const { apiTokens, list, revoke, token, webSessions } = createWorld();
    const cookie = webSessions.redeem(webSessions.mintLink({ role: 'finance' }))!;
    const link = webSessions.mintLink();
    const session = webSessions.identify(cookie)!;
    const { token: secret } = await token();
    const holder = apiTokens.authenticate(secret)!;
    for (const { id } of await list()) await revoke(id);
    expect(await list()).toEqual([]);
    expect(session.ended.aborted && holder.ended.aborted).toBe(true);
    expect(webSessions.identify(cookie)).toBeUndefined();
    expect(webSessions.redeem(link)).toBeUndefined();
    expect(apiTokens.authenticate(secret)).toBeUndefined();
    await expect(revoke('s1')).rejects.toMatchObject({ code: 'operators.unknown' });
  });

  it('are told when their session gives way to newer ones', () => {
    const { clock, webSessions } = createWorld();
    const first = webSessions.identify(webSessions.redeem(webSessions.mintLink())!)!;
    for (let others = 0; others < 64; others += 1) {
      clock.advance(1);
      webSessions.redeem(webSessions.mintLink());
    }
    expect(first.ended.aborted).toBe(true);
  });
});
