/** What becomes of a request that a server sends to its client. */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { JSON_RPC, McpError, type McpExchange } from '#shared/features/servers/mcp.ts';
import type { Lane } from './lane.ts';
import { declaresAsk } from './lane-rules.ts';
import { ASK_METHODS } from './wire/input-required.ts';

export type AskVerdict =
  | { kind: 'forward'; exchange: McpExchange; promote: boolean }
  | { kind: 'answer'; result: JsonObject }
  /** `interactive`: the server should be known to ask. */
  | { kind: 'refuse'; error: McpError; interactive: boolean };

/**
 * Decides without ever guessing: a lane with an owner asks its owner; the shared lane asks only while exactly one
 * session has ever used its process. What the process was not told of, it cannot ask. `via` is the exchange on whose own stream the request came, where that is known.
 */
export function judgeAsk(
  lane: Pick<Lane, 'owner' | 'capabilities' | 'inFlight' | 'severalSessions'>,
  method: string,
  params: JsonObject | undefined,
  via: McpExchange | undefined,
): AskVerdict {
  if (method === 'ping') return { kind: 'answer', result: {} };
  if (!ASK_METHODS.has(method)) return refuse(`No client answers ${method}.`, false);
  if (!declaresAsk(lane.capabilities, method, params))
    return refuse(`Support for ${method} was not declared to this server.`, true);
  const waiting = [...lane.inFlight];
  if (waiting.length === 0 && method === 'roots/list') return { kind: 'answer', result: { roots: [] } };
  const exchange = via ?? waiting.at(-1);
  if (!exchange) return refuse('No client is waiting for this server.', false);
  if (lane.owner === undefined && lane.severalSessions)
    return refuse('Several clients share this process, so none of them can be asked.', true);
  if (!declaresAsk(exchange.caller.capabilities, method, params))
    return refuse(`The client does not support ${method}.`, lane.owner === undefined);
  return { kind: 'forward', exchange, promote: lane.owner === undefined };
}

const refuse = (message: string, interactive: boolean): AskVerdict => ({
  kind: 'refuse',
  error: new McpError(JSON_RPC.methodNotFound, message),
  interactive,
});
