/** Peers that answer one after another, as far as the world's tools go. */
import type { NetworkAnswer, networkSearchContract } from '#shared/features/registry/network-search.ts';
import { relevanceOf } from '#main/features/registry/lookup/reading.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Memory } from './memory.ts';

/** Between two peers' answers: slow enough to be seen streaming in. */
const ANSWER_MS = 120;

export function answerNetworkSearch({ clock, world }: Memory): Handlers<typeof networkSearchContract> {
  const networksOf = (nodes: readonly string[]) => {
    const networks = world.peers
      .filter(({ peerId }) => nodes.includes(peerId))
      .flatMap((one) => one.networks ?? []);
    return networks.length > 0 ? [...new Set(networks)] : [PUBLIC_NETWORK];
  };

  return {
    async *'tools.searchNetwork'({ limit, text }, { signal }) {
      const found = world.tools
        .filter(({ view }) => view.origin === 'network')
        .map(({ view }) => ({
          ...view,
          relevance: relevanceOf(text, view),
          networks: networksOf(view.nodes),
        }))
        .filter(({ relevance }) => relevance > 0)
        .sort((a, b) => b.relevance - a.relevance)
        .slice(0, limit);
      const providers = [...new Set(found.map(({ providerId }) => providerId))];
      // Three more peers are asked: one says nothing, one answers no searches, one has enough of them; one result is a lie.
      const asked = providers.length + 3;
      const step = (change: Partial<NetworkAnswer>): NetworkAnswer => ({
        ...{ items: [], asked, answered: 0, refused: 0, reasons: {}, off: 0, busy: 0, done: false },
        ...change,
      });
      yield step({});
      for (const [index, providerId] of providers.entries()) {
        await sleep(clock, ANSWER_MS, signal);
        const items = found.filter((view) => view.providerId === providerId);
        yield step({ items, answered: index + 1, off: 1 });
      }
      const answered = providers.length;
      const reasons = answered > 0 ? { other_tool: 1 } : {};
      yield step({ answered, off: 1, busy: 1, reasons, refused: answered > 0 ? 1 : 0, done: true });
    },
  };
}
