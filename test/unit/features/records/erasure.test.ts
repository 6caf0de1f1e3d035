/** Proof against those who contradict themselves is passed on; what somebody takes back is gone everywhere, bytes and all. */
import { describe, expect, it } from 'vitest';
import { encodeRecordsMessage } from '#shared/features/records/messages.ts';
import { commitmentOf, type SaltedText } from '#shared/features/records/texts.ts';
import { createManualClock } from '#test/support/clock.ts';
import { createRecordsNodes, NOTE, type RecordsNode } from '#test/support/records/nodes.ts';

const random = { bytes: (length: number) => new Uint8Array(length), float: () => 0.5 };

function scene(options?: { gossips?: boolean }) {
  const clock = createManualClock();
  return { clock, ...createRecordsNodes(clock, random, options) };
}
const silent = { gossips: false };
/** Whether a text is anywhere in a node's database, deleted rows and free pages included. */
const holds = (node: RecordsNode, text: string) => node.db.serialize().includes(Buffer.from(text));
const push = (from: RecordsNode, to: RecordsNode, ...records: Uint8Array[]) =>
  from.call(to, encodeRecordsMessage({ op: 'push', records }));

describe('two records under one number', () => {
  it('convict their signer also where only one of them, or none, ever came', async () => {
    const { add, meet } = scene(silent);
    const [liar, a, b, late] = [add('liar'), add('a'), add('b'), add('late')];
    const [one, two] = [liar.sign({ name: 'x', body: 'one' }), liar.sign({ name: 'x', body: 'two' })];
    await meet(liar, a);
    await meet(liar, b);
    await push(liar, a, one.bytes);
    await push(liar, b, two.bytes);
    const found: string[] = [];
    a.records.on('equivocationFound', ({ owner }) => found.push(owner));
    expect([a.notes(), b.notes()]).toEqual([['x'], ['x']]);
    await meet(a, b);
    expect(found).toEqual([liar.providerId]);
    expect([a.notes(), b.notes()]).toEqual([[], []]);
    await meet(b, late);
    expect(late.records.equivocations()).toMatchObject([
      { owner: liar.providerId, key: liar.key('x'), seq: 1 },
    ]);
    await push(b, late, one.bytes);
    expect(late.notes()).toEqual([]);
  });

  it('are gossiped as proof, once', async () => {
    const { add, meet } = scene();
    const nodes = ['a', 'b', 'c', 'd'].map((name) => add(name));
    const liar = add('liar');
    for (const node of nodes.slice(1)) await meet(nodes[0] as RecordsNode, node);
    await meet(liar, nodes[0] as RecordsNode);
    await push(liar, nodes[0] as RecordsNode, liar.sign({ name: 'x' }).bytes);
    await push(liar, nodes[0] as RecordsNode, liar.sign({ name: 'x', body: 'other' }).bytes);
    for (const node of nodes) expect(node.records.equivocations()).toHaveLength(1);
  });

  it('that prove nothing are refused', async () => {
    const { add, meet } = scene();
    const [a, liar, honest] = [add('a'), add('liar'), add('honest')];
    await meet(a, honest);
    await meet(liar, a);
    const pairs = [
      [honest.sign({ name: 'x' }), honest.sign({ name: 'x' })],
      [honest.sign({ name: 'x' }), honest.sign({ name: 'y' })],
      [honest.sign({ name: 'x' }), honest.sign({ name: 'x', seq: 2 })],
      [honest.sign({ name: 'x', private: true }), honest.sign({ name: 'x', private: true, body: 'b' })],
    ];
    const served = add('server');
    await meet(served, a);
    for (const [first, second] of pairs)
      served.db
        .prepare('INSERT OR REPLACE INTO record_equivocations VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        .run(NOTE, `${Math.random()}`, honest.providerId, 1, first?.bytes, second?.bytes, 1, 'public');
    await meet(served, a);
    expect(a.refused).toEqual(pairs.map(() => 'records.no_proof'));
    expect(a.records.equivocations()).toEqual([]);
  });

  it('leave nothing of their words once their signer ended the key; that they were signed stays', async () => {
    const { add, meet } = scene(silent);
    const [author, node] = [add('author'), add('node')];
    await meet(author, node);
    const word = 'a-word-that-was-regretted';
    await push(author, node, author.sign({ name: 'x', body: word }).bytes);
    await push(author, node, author.sign({ name: 'x', body: `${word}-twice` }).bytes);
    expect(holds(node, word)).toBe(true);
    await push(author, node, author.sign({ name: 'x', seq: 2, ends: true }).bytes);
    expect(holds(node, word)).toBe(false);
    expect(node.records.equivocations()).toMatchObject([
      { owner: author.providerId, first: new Uint8Array(0) },
    ]);
  });
});

describe('texts beside records', () => {
  const text: SaltedText = { salt: new Uint8Array(16).fill(7), text: 'Lives at Nowhere Lane 5' };
  const commitment = commitmentOf(text);
  const post = (node: RecordsNode) =>
    node.records.publish(NOTE, node.sign({ name: 'x', texts: [commitment] }), { texts: [text] });

  it('travel with them, and are believed only where they fit', async () => {
    const { add, meet } = scene(silent);
    const [author, a, b] = [add('author'), add('a'), add('b')];
    post(author);
    await meet(author, a);
    await meet(a, b);
    expect(b.records.texts(NOTE, author.key('x'))).toEqual([{ commitment, text: text.text, erased: false }]);
  });

  it('are gone everywhere once their owner takes them back, and the record still verifies', async () => {
    const { add, meet, settle } = scene();
    const [author, a, b, late] = [add('author'), add('a'), add('b'), add('late')];
    post(author);
    await meet(author, a);
    await meet(a, b);
    expect([holds(author, text.text), holds(a, text.text), holds(b, text.text)]).toEqual([true, true, true]);
    author.records.erase([commitment]);
    await settle();
    for (const node of [author, a, b]) {
      expect(holds(node, text.text)).toBe(false);
      expect(node.records.texts(NOTE, author.key('x'))).toEqual([{ commitment, erased: true }]);
    }
    expect(b.notes()).toEqual(['x']);
    // Who kept a copy does not bring it back, and who comes late gets the record without it.
    a.db.prepare('UPDATE record_texts SET salt = ?, text = ?').run(text.salt, text.text);
    await meet(a, late);
    await meet(a, b);
    expect(late.notes()).toEqual(['x']);
    expect(holds(late, text.text)).toBe(false);
    expect(holds(b, text.text)).toBe(false);
  });

  it('are taken back by their owner alone', async () => {
    const { add, meet, settle } = scene();
    const [author, a, enemy] = [add('author'), add('a'), add('enemy')];
    post(author);
    await meet(author, a);
    await meet(enemy, a);
    enemy.records.erase([commitment]);
    await settle();
    expect(a.records.texts(NOTE, author.key('x'))).toEqual([{ commitment, text: text.text, erased: false }]);
  });

  it('go with their record', async () => {
    const { add, clock, meet } = scene(silent);
    const [author, a] = [add('author'), add('a')];
    post(author);
    await meet(author, a);
    await author.records.stop();
    clock.advance(50 * 3_600_000);
    expect(holds(a, text.text)).toBe(false);
  });
});
