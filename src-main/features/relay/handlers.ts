import type { relayContract } from '#shared/features/relay/contract.ts';
import type { cacheContract } from '#shared/features/relay/caching.ts';
import type { Load, loadContract } from '#shared/features/relay/load.ts';
import { withFreshIdentity } from '#shared/features/relay/masking.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import { McpError, type McpCaller, type McpExchange } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import { follow } from '#shared/kernel/watch.ts';
import { createCallNews } from './call-news.ts';
import type { Relay } from './index.ts';

/** Calls that a slow watcher may fall behind before it misses some; all are in the store. */
const WATCH_CAPACITY = 1000;

/** Who calls when the operator tries a tool: a client that cannot be asked anything. */
const OPERATOR: McpCaller = {
  era: 'legacy',
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'toolswarm', version: '1' },
  session: 'operator',
  principal: 'local',
};

export function createRelayHandlers(
  relay: Relay,
  deps: { clock: Clock; nameOf(provider: ProviderId): string | undefined },
): Handlers<typeof relayContract & typeof loadContract & typeof cacheContract> {
  const { clock } = deps;
  const desk = createCallNews({ clock });
  return {
    async 'tools.call'({ arguments: args, freshIdentity, id, key, timeoutMs }, { signal }) {
      const expired = new AbortController();
      const timer = clock.after(timeoutMs, () => expired.abort());
      const news = key === undefined ? undefined : desk.open(key);
      const plain = { arguments: args as JsonObject, ...(key === undefined ? {} : WITH_PROGRESS) };
      const params = freshIdentity ? withFreshIdentity(plain) : plain;
      const exchange = operatorExchange(
        AbortSignal.any([signal, expired.signal]),
        clock.monotonic(),
        news?.notify,
      );
      try {
        return { result: await relay.callTool(id, params, exchange) };
      } catch (error) {
        throw expired.signal.aborted ? relayError('relay.timeout') : asAppError(error);
      } finally {
        news?.end();
        timer.cancel();
      }
    },
    'tools.callNews': ({ key }, { signal }) => desk.follow(key, signal),
    'invocations.list': (page) => ({ items: relay.invocations.list(page) }),
    'invocations.get': ({ id }) => relay.invocations.get(id),
    'invocations.uses': () => ({
      items: relay.invocations.uses().map((use) => {
        const name = deps.nameOf(use.providerId);
        return name === undefined ? use : { ...use, providerName: name };
      }),
    }),
    'invocations.erase': ({ before }) => ({ erased: relay.invocations.erase(before) }),
    'relay.cache': () => relay.cache.state(),
    'relay.clearCache'() {
      relay.cache.clear();
      return relay.cache.state();
    },
    'relay.load': (_input, { signal }) => watchLoad(relay, deps, signal),
    'invocations.watch': (_input, { signal }) => follow(signal, WATCH_CAPACITY, relay.onInvocation),
  };
}

const LOAD_INTERVAL_MS = 1_000;

async function* watchLoad(
  relay: Relay,
  { clock, nameOf }: { clock: Clock; nameOf(provider: ProviderId): string | undefined },
  signal: AbortSignal,
): AsyncIterable<Load> {
  let shown = '';
  while (!signal.aborted) {
    const { queues, ...load } = relay.load();
    const now = { ...load, queues: queues.map((queue) => withName(queue, nameOf(queue.providerId))) };
    const state = JSON.stringify(now);
    if (state !== shown) yield now;
    shown = state;
    await sleep(clock, LOAD_INTERVAL_MS, signal).catch(() => undefined);
  }
}

const withName = (queue: Load['queues'][number], name: string | undefined) =>
  name === undefined ? queue : { ...queue, name };

/** Servers tell progress to those who ask for it. */
const WITH_PROGRESS = { _meta: { progressToken: 'operator' } };

const operatorExchange = (
  signal: AbortSignal,
  arrivedAt: number,
  notify: McpExchange['notify'] = () => undefined,
): McpExchange => ({
  caller: OPERATOR,
  signal,
  arrivedAt,
  notify,
  ask: ({ method }) => Promise.reject(new McpError(-32601, `The operator’s trial cannot answer ${method}.`)),
});

/** A JSON-RPC error of the server, said to a person. */
function asAppError(error: unknown): unknown {
  if (!(error instanceof McpError)) return error;
  return new AppError(
    'relay.server_error',
    `The server answered with error ${error.code}: ${error.message}`,
    {
      advice: 'Look at the arguments, and at the server’s log.',
      ...(error.data === undefined ? {} : { details: { data: error.data } }),
    },
  );
}
