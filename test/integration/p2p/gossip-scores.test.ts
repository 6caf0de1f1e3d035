/** Gossip forgets who passes on what listeners reject, and holds nothing else against anybody. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '#shared/kernel/bytes.ts';
import { createLibp2pNetwork, type GossipVerdict, type Libp2pNetwork } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createHarness, type Harness } from '#test/support/network/harness.ts';

const TOPIC = '/toolswarm/test/1';
/** Of gossipsub: nothing is taken from a peer below it. */
const GRAYLIST = -80;

let world: Harness;
beforeEach(() => {
  world = createHarness(systemClock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
});
afterEach(() => world.close());

/** Subscribed to the topic, connected, and known to the other end as a subscriber. */
async function speakerTo(listener: Libp2pNetwork): Promise<Libp2pNetwork> {
  const speaker = (await world.node()) as Libp2pNetwork;
  speaker.subscribe(TOPIC, () => 'accept');
  await speaker.dial(listener.addresses()[0] ?? '');
  return speaker;
}

it('whoever sends invalid messages is not heard any more; honest and ignored ones are', async () => {
  const listener = (await world.node()) as Libp2pNetwork;
  const heard = new Map<string, number>();
  const VERDICTS: Record<string, GossipVerdict> = { bad: 'reject', known: 'ignore', good: 'accept' };
  listener.subscribe(TOPIC, (message, from) => {
    heard.set(from, (heard.get(from) ?? 0) + 1);
    return VERDICTS[fromUtf8(message).split(' ')[0] ?? ''] ?? 'reject';
  });
  const [liar, repeater, honest] = [
    await speakerTo(listener),
    await speakerTo(listener),
    await speakerTo(listener),
  ];

  /** Each waits until it was heard: messages before the subscription is known reach nobody. */
  async function say(speaker: Libp2pNetwork, word: string, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const before = heard.get(speaker.peerId) ?? 0;
      await speaker.announce(TOPIC, utf8(`${word} ${i} of ${speaker.peerId}`));
      await world.until(`${word} ${i} is heard`, () => (heard.get(speaker.peerId) ?? 0) > before);
    }
  }

  await world.until('all are met', () => listener.peers().length === 3);
  await knowEachOther([liar, repeater, honest], heard);
  await say(honest, 'good', 12);
  await say(repeater, 'known', 12);
  for (let i = 0; i < 12; i++) await liar.announce(TOPIC, utf8(`bad ${i}`));
  await world.until('the liar is forgotten', () => listener.gossipScore(liar.peerId) < GRAYLIST);
  expect(listener.gossipScore(honest.peerId)).toBe(0);
  expect(listener.gossipScore(repeater.peerId)).toBe(0);

  const before = heard.get(liar.peerId);
  await liar.announce(TOPIC, utf8('good, for once'));
  await say(honest, 'good again', 3);
  expect(heard.get(liar.peerId)).toBe(before);
});

/** Says something harmless until it is heard. */
async function knowEachOther(speakers: readonly Libp2pNetwork[], heard: Map<string, number>): Promise<void> {
  for (const speaker of speakers)
    for (let i = 0; !heard.has(speaker.peerId); i++) {
      await speaker.announce(TOPIC, utf8(`good ${i} morning from ${speaker.peerId}`));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
