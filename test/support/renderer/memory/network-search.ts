/** Peers that answer one after another, as far as the world's tools go. */
import type { networkSearchContract } from '#shared/features/registry/network-search.ts';
import { relevanceOf } from '#main/features/registry/lookup/reading.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Memory } from './memory.ts';

/** Between two peers' answers: slow enough to be seen streaming in. */
const ANSWER_MS = 120;

export function answerNetworkSearch({ clock, world }: Memory): Handlers<typeof networkSearchContract> {
  return {
    async *'tools.searchNetwork'({ limit, text }, { signal }) {
      const found = world.tools
        .filter(({ view }) => view.origin === 'network')
        .map(({ view }) => ({ ...view, relevance: relevanceOf(text, view) }))
        .filter(({ relevance }) => relevance > 0)
        .sort((a, b) => b.relevance - a.relevance)
        .slice(0, limit);
      const providers = [...new Set(found.map(({ providerId }) => providerId))];
      // One more peer is asked, and says nothing.
      const asked = providers.length + 1;
      yield { items: [], asked, answered: 0, refused: 0, done: false };
      for (const [index, providerId] of providers.entries()) {
        await sleep(clock, ANSWER_MS, signal);
        const items = found.filter((view) => view.providerId === providerId);
        yield { items, asked, answered: index + 1, refused: 0, done: false };
      }
      yield { items: [], asked, answered: providers.length, refused: 0, done: true };
    },
  };
}
