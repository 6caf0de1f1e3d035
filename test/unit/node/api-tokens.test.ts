import { describe, expect, it } from 'vitest';
import type { ApiScope } from '#shared/features/node/contract.ts';
import { apiTokenMigrations, createApiTokens } from '#main/node/api-tokens.ts';
import { createManualClock } from '#test/support/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createSeededRandom } from '#test/support/random.ts';

function createWorld() {
  const db = memoryDatabase(apiTokenMigrations);
  const clock = createManualClock();
  const tokens = createApiTokens({ db, clock, random: createSeededRandom('tokens') });
  const context = { signal: new AbortController().signal };
  const create = async (name: string, scope: ApiScope = 'read') =>
    tokens.handlers['api.tokens.create']({ name, scope, role: 'owner' }, context);
  const list = async () => (await tokens.handlers['api.tokens.list']({}, context)).items;
  const revoke = async (id: string) => tokens.handlers['api.tokens.revoke']({ id }, context);
  return { db, clock, tokens, create, list, revoke };
}

describe('API tokens', () => {
  it('open what their scope says, until they are revoked', async () => {
    const { tokens, create, revoke } = createWorld();
    const read = await create('script');
    const operate = await create('robot', 'operate');
    expect(tokens.authenticate(read.token)).toMatchObject({ id: read.id, scope: 'read', role: 'owner' });
    expect(tokens.authenticate(operate.token)).toMatchObject({ id: operate.id, scope: 'operate' });
    await revoke(read.id);
    expect(tokens.authenticate(read.token)).toBeUndefined();
    expect(tokens.authenticate(operate.token)).toBeDefined();
  });

  it('are kept as hashes only', async () => {
    const { db, create } = createWorld();
    const { token } = await create('script');
    const secret = token.split('_')[2]!;
    const stored = JSON.stringify(db.prepare('SELECT * FROM api_tokens').all());
    expect(stored).not.toContain(secret);
  });

  it.each([
    ['', 'nothing'],
    ['ts_', 'a prefix'],
    [`ts_${'0'.repeat(16)}_${'A'.repeat(43)}`, 'an unknown id'],
    ["ts_' OR 1=1 --_x", 'SQL'],
  ])('are not mistaken for %j (%s)', async (text) => {
    const { tokens, create } = createWorld();
    await create('script');
    expect(tokens.authenticate(text)).toBeUndefined();
  });

  it('do not open with another token’s secret, or one letter wrong', async () => {
    const { tokens, create } = createWorld();
    const [, idA, secretA] = (await create('a')).token.split('_');
    const [, , secretB] = (await create('b')).token.split('_');
    expect(tokens.authenticate(`ts_${idA}_${secretB}`)).toBeUndefined();
    const wrong = `${secretA!.slice(0, -1)}${secretA!.endsWith('A') ? 'B' : 'A'}`;
    expect(tokens.authenticate(`ts_${idA}_${wrong}`)).toBeUndefined();
  });

  it('are listed without their secrets, with the minute of their last use', async () => {
    const { clock, tokens, create, list } = createWorld();
    const { id, token, createdAt } = await create('script');
    expect(await list()).toEqual([{ id, name: 'script', scope: 'read', role: 'owner', createdAt }]);
    clock.advance(5_000);
    tokens.authenticate(token);
    const first = clock.now();
    clock.advance(5_000);
    tokens.authenticate(token);
    expect(await list()).toEqual([
      { id, name: 'script', scope: 'read', role: 'owner', createdAt, lastUsedAt: first },
    ]);
  });

  it('are bounded in number', async () => {
    const { create } = createWorld();
    for (let count = 0; count < 256; count += 1) await create(`t${count}`);
    await expect(create('one more')).rejects.toMatchObject({ code: 'api.too_many_tokens' });
  });

  it('cannot be revoked twice', async () => {
    const { create, revoke } = createWorld();
    const { id } = await create('script');
    await revoke(id);
    await expect(revoke(id)).rejects.toMatchObject({ code: 'api.unknown_token' });
  });
});
