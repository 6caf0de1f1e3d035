import type { relayContract } from '#shared/features/relay/contract.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import { McpError, type McpCaller, type McpExchange } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { follow } from '#shared/kernel/watch.ts';
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

export function createRelayHandlers(relay: Relay, deps: { clock: Clock }): Handlers<typeof relayContract> {
  return {
    async 'tools.call'({ arguments: args, id, timeoutMs }, { signal }) {
      const expired = new AbortController();
      const timer = deps.clock.after(timeoutMs, () => expired.abort());
      try {
        const exchange = operatorExchange(AbortSignal.any([signal, expired.signal]));
        return { result: await relay.callTool(id, { arguments: args as JsonObject }, exchange) };
      } catch (error) {
        throw expired.signal.aborted ? relayError('relay.timeout') : asAppError(error);
      } finally {
        timer.cancel();
      }
    },
    'invocations.list': (filter) => ({ items: relay.invocations(filter) }),
    'invocations.watch': (_input, { signal }) => follow(signal, WATCH_CAPACITY, relay.onInvocation),
  };
}

const operatorExchange = (signal: AbortSignal): McpExchange => ({
  caller: OPERATOR,
  signal,
  notify: () => undefined,
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
