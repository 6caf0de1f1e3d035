/** Texts come with their records where both ends can do that, and are asked for soon where a record was only announced. */
import { describe, expect, it } from 'vitest';
import {
  decodeRecordsReply,
  encodeRecordsMessage,
  TEXTS_ALONG_FEATURE,
} from '#shared/features/records/messages.ts';
import { commitmentOf } from '#shared/features/records/texts.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import { createManualClock } from '#test/support/clock.ts';
import { createRecordsNodes, NOTE, type RecordsNode } from '#test/support/records/nodes.ts';

const random = { bytes: (length: number) => new Uint8Array(length), float: () => 0.5 };
const given = { salt: new Uint8Array(16).fill(3), text: 'some words' };
const along = { features: [TEXTS_ALONG_FEATURE] };

function scene(options?: { gossips?: boolean }) {
  const clock = createManualClock();
  const nodes = createRecordsNodes(clock, random, options);
  return {
    clock,
    ...nodes,
    async wait(ms: number) {
      clock.advance(ms);
      await nodes.settle();
    },
  };
}

const publish = (author: RecordsNode, networks?: string[]) => {
  const note = author.sign({ name: 'x', texts: [commitmentOf(given)] });
  author.records.publish(NOTE, note, { texts: [given], ...(networks ? { networks } : {}) });
  return note;
};
const textAt = (node: RecordsNode, author: RecordsNode) => node.records.texts(NOTE, author.key('x'))[0]?.text;
const countOf = (node: RecordsNode, operation: string) =>
  node.asked.filter((asked) => asked === operation).length;
const seekingAt = (node: RecordsNode) =>
  node.records.on('stored', ({ key, type }) => node.records.seekTexts(type, key));

describe('texts of what was announced', () => {
  it('are asked of its node soon, and tell that they came', async () => {
    const { add, meet, wait } = scene();
    const [author, node] = [add('author'), add('node')];
    await meet(author, node);
    await wait(4000);
    seekingAt(node);
    const came: string[] = [];
    node.records.on('textCame', ({ key }) => came.push(key));
    publish(author);
    expect(textAt(node, author)).toBeUndefined();
    await wait(500);
    expect(textAt(node, author)).toBe('some words');
    expect(came).toEqual([author.key('x')]);
    await wait(30_000);
    expect(countOf(author, 'texts')).toBe(1);
  });

  it('come from others where their node is not met, once these have them', async () => {
    const { add, meet, wait } = scene();
    const [author, between, node] = [add('author'), add('between'), add('node')];
    await meet(author, between);
    await meet(between, node);
    await wait(4000);
    [between, node].forEach(seekingAt);
    publish(author);
    await wait(300);
    await wait(2000);
    expect([textAt(between, author), textAt(node, author)]).toEqual(['some words', 'some words']);
    expect(countOf(author, 'texts')).toBe(1);
  });

  it('are asked for in no network in which the record was not said', async () => {
    const { add, meet, part, wait } = scene();
    const [author, elsewhere, node] = [add('author'), add('elsewhere'), add('node')];
    await meet(author, node, 'a');
    await meet(elsewhere, node, 'b');
    await wait(4000);
    seekingAt(node);
    const asked = elsewhere.asked.length;
    publish(author, ['a']);
    part(author, node);
    await wait(1000);
    await wait(10_000);
    await wait(60_000);
    expect(textAt(node, author)).toBeUndefined();
    expect(elsewhere.asked.slice(asked)).not.toContain('texts');
  });

  it('that nobody has are asked for four times; those that were taken back not at all', async () => {
    const { add, meet, wait } = scene();
    const [author, node] = [add('author'), add('node')];
    await meet(author, node);
    await wait(4000);
    seekingAt(node);
    author.records.publish(NOTE, author.sign({ name: 'x', texts: [commitmentOf(given)] }));
    for (let second = 0; second < 120; second++) await wait(1000);
    expect(countOf(author, 'texts')).toBe(4);
    author.records.erase([commitmentOf(given)]);
    node.records.seekTexts(NOTE, author.key('x'));
    await wait(1000);
    expect(countOf(author, 'texts')).toBe(4);
  });
});

describe('texts along', () => {
  it('come in the answer that brings the records where both ends have the feature', async () => {
    const { add, meet } = scene({ gossips: false });
    const [author, node] = [add('author', along), add('node', along)];
    publish(author);
    await meet(author, node);
    expect(textAt(node, author)).toBe('some words');
    expect(countOf(author, 'texts')).toBe(0);
  });

  it.each([
    ['who is asked', {}, along],
    ['who asks', along, {}],
  ])('are asked for by themselves where %s lacks it', async (_who, authors, nodes) => {
    const { add, meet } = scene({ gossips: false });
    const [author, node] = [add('author', authors), add('node', nodes)];
    publish(author);
    await meet(author, node);
    expect(textAt(node, author)).toBe('some words');
    expect(countOf(author, 'texts')).toBe(1);
  });

  it('are not given to those who ask without having it, and only of what they may see', async () => {
    const { add, meet } = scene({ gossips: false });
    const [author, old, other] = [add('author', along), add('old'), add('other', along)];
    await meet(author, old, 'a');
    await meet(author, other, 'b');
    const note = publish(author, ['a']);
    const asking = encodeRecordsMessage({ op: 'fetch', hashes: [sha256Bytes(note.bytes)], texts: true });
    const answerTo = async (node: RecordsNode) => decodeRecordsReply(await node.call(author, asking));
    expect(await answerTo(old)).toEqual({ records: [note.bytes] });
    expect(await answerTo(other)).toEqual({ records: [], texts: [] });
  });
});
