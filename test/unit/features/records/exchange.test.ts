/** What connected nodes tell each other about records: complete, only what is wanted, only where it belongs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordsMigrations } from '#main/features/records/index.ts';
import { openDatabase } from '#main/platform/sqlite.ts';
import { encodeRecordsMessage } from '#shared/features/records/messages.ts';
import type { RecordMeta } from '#shared/features/records/rules.ts';
import { seal } from '#shared/kernel/envelope.ts';
import { createManualClock } from '#test/support/clock.ts';
import { NOTE, createRecordsNodes, type RecordsNode } from '#test/support/records/nodes.ts';

const random = { bytes: (length: number) => new Uint8Array(length), float: () => 0.5 };
const HOUR = 3_600_000;

function scene(options?: { gossips?: boolean }) {
  const clock = createManualClock();
  return { clock, ...createRecordsNodes(clock, random, options) };
}
const silent = { gossips: false };
const write = (node: RecordsNode, name: string, more: Partial<Parameters<RecordsNode['sign']>[0]> = {}) =>
  node.records.publish(NOTE, node.sign({ name, ...more }));

describe('a node that joins late', () => {
  it('gets everything by ranges, from whoever has it', async () => {
    const { add, meet } = scene(silent);
    const [a, b, c] = [add('a'), add('b'), add('c')];
    for (let n = 0; n < 200; n++) write(a, `n${n}`, { iat: 1_799_999_000_000 + n });
    await meet(a, b);
    await meet(b, c);
    expect(c.notes()).toHaveLength(200);
    expect(b.asked).toContain('ranges');
  });

  it('reads peers of the version before by their inventory, and is read by them', async () => {
    const { add, meet } = scene(silent);
    const [old, young] = [add('old', { isOld: true }), add('young')];
    write(old, 'from-old');
    write(young, 'from-young');
    await meet(old, young);
    expect([old.notes(), young.notes()]).toEqual([
      ['from-old', 'from-young'],
      ['from-old', 'from-young'],
    ]);
    expect([...old.asked, ...young.asked]).not.toContain('ranges');
  });

  it('is complete after a partition, withdrawn and ended ones included', async () => {
    const { add, clock, meet, part, settle } = scene(silent);
    const [a, b, c] = [add('a'), add('b'), add('c')];
    write(a, 'kept');
    write(a, 'ended');
    write(a, 'dropped');
    await meet(a, b);
    await meet(b, c);
    expect(c.notes()).toEqual(['dropped', 'ended', 'kept']);
    part(a, b);
    write(a, 'ended', { seq: 2, ends: true });
    a.records.drop(NOTE, a.key('dropped'));
    write(c, 'other-side');
    await meet(a, b);
    expect(b.notes()).toEqual(['kept']);
    for (let round = 0; round < 2; round++) {
      clock.advance(6 * 60_000);
      await settle();
    }
    expect(b.notes()).toEqual(['kept', 'other-side']);
    expect(a.notes()).toEqual(['kept', 'other-side']);
    // What is dropped without a trace lives on where its node is not met, until it expires.
    expect(c.notes()).toEqual(['dropped', 'kept', 'other-side']);
  });
});

describe('private records', () => {
  it('reach those who may see them from their node alone, and are not told of to others', async () => {
    const { add, meet } = scene(silent);
    const may = new Set<string>();
    const a = add('a', { maySee: (provider) => may.has(provider) });
    const [friend, stranger] = [add('friend'), add('stranger')];
    may.add(friend.providerId);
    write(a, 'secret', { private: true });
    await meet(a, friend);
    await meet(a, stranger);
    await meet(friend, stranger);
    expect(friend.notes()).toEqual(['secret']);
    expect(stranger.notes()).toEqual([]);
    may.clear();
    a.records.reshare(`${a.key('secret')}/private`, NOTE);
    await Promise.resolve();
    expect(friend.notes()).toEqual([]);
  });
});

describe('networks', () => {
  it('keep their records to themselves until these are heard elsewhere too', async () => {
    const { add, meet } = scene(silent);
    const [author, both, inside, outside] = [add('author'), add('both'), add('inside'), add('outside')];
    author.records.publish(NOTE, author.sign({ name: 'inner' }), { networks: ['0123456789abcdef'] });
    await meet(author, both, '0123456789abcdef');
    await meet(both, inside, '0123456789abcdef');
    await meet(both, outside);
    await meet(author, outside);
    expect(both.records.get(NOTE, author.key('inner'))?.networks).toEqual(['0123456789abcdef']);
    expect(inside.notes()).toEqual(['inner']);
    expect(outside.notes()).toEqual([]);
    author.records.publish(NOTE, author.sign({ name: 'inner', seq: 2 }), {
      networks: ['0123456789abcdef', 'public'],
    });
    await meet(author, both, '0123456789abcdef');
    await meet(author, both);
    expect(both.records.get(NOTE, author.key('inner'))?.networks).toEqual(['0123456789abcdef', 'public']);
    both.records.leave('0123456789abcdef');
    expect(both.records.get(NOTE, author.key('inner'))?.networks).toEqual(['public']);
  });
});

describe('fetch', () => {
  it('asks one peer by key or by hash, and returns what is verified and in force', async () => {
    const { add, meet } = scene(silent);
    const [a, b] = [
      add('a', { isOld: true }),
      add('b', { interest: () => ({ types: [] }), concerns: () => true }),
    ];
    await meet(a, b);
    write(a, 'one');
    write(a, 'two');
    const { hash } = a.records.get(NOTE, a.key('two')) ?? { hash: new Uint8Array(32) };
    const found = await b.records.fetch(a.peerId, { type: NOTE, keys: [a.key('one')], hashes: [hash] });
    expect(found.map(({ key }) => key).sort()).toEqual([a.key('one'), a.key('two')]);
    expect(await b.records.fetch(a.peerId, { type: NOTE, keys: ['nobody/nothing'] })).toEqual([]);
    await expect(b.records.fetch('nobody', { type: NOTE, keys: [] })).rejects.toThrow();
  });
});

describe('an interest', () => {
  it('limits what is compared and taken: by tag, by provider, by size', async () => {
    const { add, meet } = scene();
    const a = add('a');
    const byTag = add('by-tag', { interest: () => ({ facets: ['tag:files'] }) });
    const byProvider = add('by-provider', { interest: () => ({ providers: ['somebody else'] }) });
    const bySize = add('by-size', { interest: () => ({ maxBytes: 3000 }) });
    for (let n = 0; n < 20; n++)
      write(a, `n${n}`, { tags: n % 2 ? ['files'] : [], iat: 1_799_999_000_000 + n });
    const b = add('b');
    await meet(a, b);
    for (const node of [byTag, byProvider, bySize]) await meet(b, node);
    expect(byTag.notes()).toHaveLength(10);
    expect(byProvider.notes()).toEqual([]);
    expect(bySize.notes().length).toBeGreaterThan(2);
    expect(bySize.notes().length).toBeLessThan(15);
    expect(bySize.notes()).toContain('n19');
    expect(byTag.refused).toEqual([]);
    // What gossip brings is not wanted either, which is nobody's fault.
    write(a, 'more');
    expect(byTag.refused).toEqual(['records.not_wanted']);
  });
});

describe('clocks and ends', () => {
  it('records too far ahead are taken once their time has come, expired ones never', async () => {
    const { add, clock, meet, settle } = scene(silent);
    const [a, b] = [add('a'), add('b')];
    const now = clock.now();
    write(a, 'ahead', { iat: now + HOUR });
    write(a, 'gone', { iat: now - HOUR, exp: now + 1000 });
    clock.advance(2000);
    await meet(a, b);
    expect(b.notes()).toEqual([]);
    expect(b.ignored).toEqual([]);
    clock.advance(2 * HOUR);
    await settle();
    clock.advance(6 * 60_000);
    await settle();
    expect(b.notes()).toContain('ahead');
  });

  it('own records are signed anew before they end, each at its own time, also after a restart', async () => {
    const { add, clock } = scene(silent);
    const a = add('a');
    for (let n = 0; n < 20; n++) write(a, `n${n}`);
    clock.advance(11 * HOUR);
    await a.restart();
    const seqs = a.records.own().map(({ seq }) => seq);
    expect(new Set(seqs)).toEqual(new Set([1, 2]));
    clock.advance(4 * HOUR);
    expect(a.records.own().every(({ seq }) => seq === 2)).toBe(true);
  });

  it('records that were stored before their time was noted are dated', async () => {
    const { add, meet } = scene(silent);
    const [a, b] = [add('a'), add('b')];
    write(a, 'old');
    a.db.prepare('UPDATE records SET issued_at = 0').run();
    await a.restart();
    await meet(a, b);
    expect(b.notes()).toEqual(['old']);
  });
});

describe('peers', () => {
  it('that know kinds which this node does not are heard all the same', async () => {
    const { add, meet } = scene(silent);
    const [young, old] = [add('young'), add('old')];
    young.records.register({
      type: 'later/1',
      topic: 'test/later',
      read: ({ value }) => ({ ...(value as unknown as RecordMeta), private: false, tombstone: false }),
      renew: () => undefined,
    });
    const now = 1_800_000_000_000;
    for (let n = 0; n < 50; n++) {
      const later = { key: `${young.providerId}/${n}`, owner: young.providerId, seq: 1 };
      const payload = { ...later, issuedAt: now, expiresAt: now + HOUR };
      young.records.publish('later/1', seal('later/1', payload, young.signer));
    }
    write(young, 'note');
    await meet(young, old);
    expect(old.notes()).toEqual(['note']);
    expect(new Set(old.refused)).toEqual(new Set(['records.unknown_kind']));
    expect(old.ignored).toEqual([]);
    expect(old.refused).toHaveLength(50);
  });

  it('that ask too often wait, and that tell nonsense are not heard for a time', async () => {
    const { add, clock, meet } = scene(silent);
    const [victim, rude] = [add('victim'), add('rude')];
    await meet(victim, rude);
    const ask = () => rude.call(victim, encodeRecordsMessage({ op: 'inventory', after: '' }));
    const answers = await Promise.allSettled(Array.from({ length: 120 }, ask));
    const refusal = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(refusal.reason).toMatchObject({ code: 'records.too_many', retryable: true });
    clock.advance(10_000);
    await ask();
    for (let n = 0; n < 10; n++)
      await expect(rude.call(victim, Uint8Array.of(n))).rejects.toMatchObject({
        code: expect.stringMatching(/malformed/),
      });
    await expect(ask()).rejects.toMatchObject({ code: 'records.ignored' });
    expect([victim.ignored, victim.disconnected]).toEqual([[rude.peerId], [rude.peerId]]);
    clock.advance(11 * 60_000);
    await ask();
  });
});

describe('a database of the version before', () => {
  it('is brought up with its records, which are compared like all others', async () => {
    const { add, meet } = scene(silent);
    const [a, b] = [add('a'), add('b')];
    write(a, 'kept');
    const row = a.db.prepare('SELECT * FROM records').get() as Record<string, unknown>;
    const file = join(await mkdtemp(join(tmpdir(), 'records-')), 'node.sqlite');
    const before = openDatabase({ file, migrations: recordsMigrations.slice(0, 1), now: 0 });
    const columns = [
      'type',
      'key',
      'owner',
      'seq',
      'hash',
      'expires_at',
      'private',
      'tombstone',
      'own',
      'bytes',
    ];
    before
      .prepare(`INSERT INTO records (${columns.join()}) VALUES (${columns.map(() => '?').join()})`)
      .run(...columns.map((column) => row[column]));
    before.close();
    const after = openDatabase({ file, migrations: recordsMigrations, now: 1 });
    await a.restart(after);
    await meet(a, b);
    expect(b.notes()).toEqual(['kept']);
    expect(after.prepare('SELECT issued_at FROM records').pluck().get()).toBe(row['issued_at']);
    await a.records.stop();
    after.close();
    await rm(dirname(file), { recursive: true });
  });
});
