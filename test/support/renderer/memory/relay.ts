import type { CallNews, Invocation, LastUse, relayContract } from '#shared/features/relay/contract.ts';
import type { cacheContract } from '#shared/features/relay/caching.ts';
import type { loadContract } from '#shared/features/relay/load.ts';
import type { Hop, HopName } from '#shared/features/relay/hops.ts';
import { sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { callTool } from '../tool-calls.ts';
import { invocationOf } from '../views.ts';
import type { World } from '../world.ts';
import { find, type Memory } from './memory.ts';

const STEPS = 5;

export function answerRelay(
  memory: Memory,
): Handlers<typeof relayContract & typeof loadContract & typeof cacheContract> {
  const { world, clock, calls, toolOf } = memory;
  return {
    'tools.call': async ({ id, arguments: given }, { signal }) => {
      const { view } = toolOf(id);
      const startedAt = clock.now();
      const result = await callTool(view.name, given, { clock, signal });
      const call = { ...invocationOf(world, view, startedAt, clock.now() - startedAt), toolId: view.id };
      world.calls.unshift(call);
      world.payloads.set(call.id, {
        request: JSON.stringify({ arguments: given, name: view.name }),
        response: JSON.stringify(result),
      });
      calls.changed();
      return { result };
    },
    'tools.callNews': async function* (_, { signal }) {
      for (let step = 1; step <= STEPS && !signal.aborted; step++) {
        await sleep(clock, 150, signal).catch(() => undefined);
        const news: CallNews = { t: 'progress', progress: step, total: STEPS, message: `Step ${step}` };
        yield news;
      }
    },
    'relay.cache': () => world.cache,
    'relay.clearCache'() {
      world.cache = { ...world.cache, entries: 0, bytes: 0 };
      return world.cache;
    },
    'relay.load': (_, { signal }) => memory.live.follow(() => ({ ...world.load }), signal),
    'invocations.list': ({ limit, ...filter }) => ({
      items: world.calls.filter((call) => fits(call, filter)).slice(0, limit),
    }),
    'invocations.get': ({ id }) => {
      const call = find(world.calls, (item) => item.id === id, 'This call');
      return { ...call, hops: hopsOf(call), ...world.payloads.get(id) };
    },
    'invocations.uses': () => ({ items: usesIn(world) }),
    'invocations.erase': ({ before = Number.POSITIVE_INFINITY }) => {
      const kept = world.calls.filter(({ startedAt }) => startedAt >= before);
      const erased = world.calls.length - kept.length;
      world.calls = kept;
      calls.changed();
      return { erased };
    },
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

type Filter = Parameters<Handlers<typeof relayContract>['invocations.list']>[0];

function fits(call: Invocation, filter: Omit<Filter, 'limit'>): boolean {
  const equal = ['direction', 'outcome', 'server', 'tool', 'client', 'providerId'] as const;
  const { before, beforeId, since, text } = filter;
  const words = [call.server, call.tool, call.client, call.providerId, call.code].join(' ').toLowerCase();
  return (
    equal.every((key) => filter[key] === undefined || filter[key] === call[key]) &&
    (before === undefined ||
      call.startedAt < before ||
      (beforeId !== undefined && call.startedAt === before && call.id < beforeId)) &&
    (since === undefined || call.startedAt >= since) &&
    (text === undefined || words.includes(text.toLowerCase()))
  );
}

/** Shares of the time that the hops of a call take, in hundredths. */
const SHARES: Record<Invocation['direction'], ReadonlyArray<[hop: HopName, share: number]>> = {
  local: [
    ['endpoint', 4],
    ['queue', 2],
    ['start', 0],
    ['tool', 94],
  ],
  outgoing: [
    ['endpoint', 3],
    ['check', 2],
    ['connect', 6],
    ['network', 30],
    ['peerCheck', 2],
    ['peerQueue', 4],
    ['peerTool', 50],
    ['verify', 3],
  ],
  incoming: [
    ['check', 4],
    ['queue', 6],
    ['tool', 90],
  ],
};

/** A call that failed for lack of an answer has nothing from the other side. */
function hopsOf({ code, direction, durationMs }: Invocation): Hop[] {
  const silent = direction === 'outgoing' && code !== undefined;
  const shares = silent
    ? ([
        ['endpoint', 2],
        ['check', 1],
        ['connect', 7],
        ['remote', 90],
      ] as const)
    : SHARES[direction];
  return shares.map(([hop, share]) => ({ hop, ms: (durationMs * share) / 100 }));
}

function usesIn(world: World): LastUse[] {
  const answered = world.calls.filter(
    ({ direction, outcome }) => direction === 'incoming' && (outcome === 'ok' || outcome === 'tool_error'),
  );
  const pairs = Map.groupBy(answered, ({ providerId, server, tool }) =>
    JSON.stringify([server, tool, providerId]),
  );
  return [...pairs.values()].flatMap((calls) => {
    const [{ providerId = '', server, startedAt: at, tool } = { server: '', startedAt: 0 }] = calls;
    return [{ server, providerId, at, calls: calls.length, ...(tool === undefined ? {} : { tool }) }];
  });
}
