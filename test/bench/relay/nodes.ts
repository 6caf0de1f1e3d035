/** What more nodes of one provider bring: each in a process of its own, each with as many calls as one alone. */
import { searchRequest, SEARCH_PROTOCOL } from '#shared/features/registry/network-search.ts';
import { median } from '../support/load.ts';
import { atLeast, type Figure, round, table } from '../support/report.ts';
import { consume, load, type Load, relayed, serve } from './providers.ts';

const COUNTS = [1, 2, 4];
const ROUNDS = 3;
/** For each node. */
const CALLS = 3_000;
const AT_ONCE = 32;
/** Of so many calls one is a question to the directory of a node; a node answers each peer one a second. */
const CALLS_PER_QUESTION = 600;

/** All nodes of a scene take turns with those of the others, so that a busy moment hits all alike. */
export async function measureNodes(): Promise<Figure[]> {
  const scenes = [];
  for (const count of COUNTS) scenes.push(await sceneOf(count));
  const rounds: Load[][] = [];
  for (let index = 0; index <= ROUNDS; index++) {
    const one: Load[] = [];
    for (const scene of scenes) one.push(await scene.measure());
    // The first round warms up.
    if (index > 0) rounds.push(one);
  }
  for (const scene of scenes) await scene.stop();
  const served = COUNTS.map((_, index) => median(rounds.map((one) => one[index]?.served ?? 0)));
  const failed = rounds.flat().reduce((sum, one) => sum + one.failed, 0);
  console.log('\nCalls of 1 KiB and questions to the directory, over several nodes of one provider\n');
  console.log(
    table(
      ['nodes', 'calls per CPU second of the nodes', 'calls/s'],
      COUNTS.map((count, index) => [
        count,
        round(1e6 / (served[index] ?? 0)),
        round(median(rounds.map((one) => one[index]?.perSecond ?? 0))),
      ]),
    ),
  );
  console.log(`\nfailed: ${failed}`);
  return COUNTS.slice(1).map((count, index) =>
    atLeast(
      `relay.nodes-${count}`,
      (served[0] ?? 0) / (served[index + 1] ?? 1),
      '× linear, calls per CPU second of the nodes',
      0.85,
    ),
  );
}

async function sceneOf(count: number) {
  const root = Array.from({ length: 32 }, (_, index) => index + count);
  const served = await Promise.all(Array.from({ length: count }, () => serve({ root })));
  const { id, node } = await consume(served);
  const call = relayed({ id, node });
  let made = 0;
  const question = searchRequest({ op: 'tools', text: 'say it back', limit: 5, hops: 0 });
  /** Questions go to the nodes in turn. */
  const ask = async () => {
    const peers = node.network.peers();
    const peer = peers[(made / CALLS_PER_QUESTION) % peers.length];
    await node.network.call(peer?.peerId ?? '', SEARCH_PROTOCOL, question).response;
  };
  return {
    measure: () =>
      load(
        () => (++made % CALLS_PER_QUESTION === 0 ? ask() : call()),
        served,
        CALLS * count,
        AT_ONCE * count,
      ),
    async stop() {
      await node.stop();
      for (const { child } of served) child.disconnect();
    },
  };
}
