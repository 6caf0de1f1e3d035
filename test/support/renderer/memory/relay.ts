import type { relayContract } from '#shared/features/relay/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { callTool } from '../tool-calls.ts';
import { invocationOf } from '../views.ts';
import type { Memory } from './memory.ts';

export function answerRelay(memory: Memory): Handlers<typeof relayContract> {
  const { world, clock, calls, toolOf } = memory;
  return {
    'tools.call': async ({ id, arguments: given }, { signal }) => {
      const { view } = toolOf(id);
      const startedAt = clock.now();
      const result = await callTool(view.name, given, { clock, signal });
      world.calls.unshift(invocationOf(world, view, startedAt, clock.now() - startedAt));
      calls.changed();
      return { result };
    },
    'invocations.list': ({ limit, direction, outcome }) => ({
      items: world.calls
        .filter(
          (item) => (!direction || item.direction === direction) && (!outcome || item.outcome === outcome),
        )
        .slice(0, limit),
    }),
    'invocations.watch': async function* (_, { signal }) {
      const seen = new Set(world.calls.map(({ id }) => id));
      for await (const items of calls.follow(() => world.calls, signal)) {
        for (const item of items.filter(({ id }) => !seen.has(id))) {
          seen.add(item.id);
          yield item;
        }
      }
    },
  };
}
