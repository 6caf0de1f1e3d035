/**
 * A modern server cannot send requests: it answers `input_required` and expects the call again, with the answers. For
 * a caller of an earlier revision those input requests become ordinary server→client requests.
 */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { JSON_RPC, McpError, type McpExchange, type McpMessage } from '#shared/features/servers/mcp.ts';
import { isObject } from './messages.ts';

/** A server that still wants more after this many rounds is taken to be broken. */
const MAX_ROUNDS = 10;
/** Input requests in one round. */
const MAX_INPUTS = 32;

/** Server→client requests that exist in both eras. */
export const ASK_METHODS: ReadonlySet<string> = new Set([
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
]);

/**
 * Sends `message` until its result is complete. `send` makes one round; `requestState` is echoed byte for byte and
 * never looked into. Rejects with what `ask` rejected with, or `servers.protocol`.
 */
export async function fulfilInputs(
  message: McpMessage,
  exchange: McpExchange,
  send: (round: McpMessage) => Promise<JsonObject>,
): Promise<JsonObject> {
  let result = await send(message);
  for (let round = 0; result['resultType'] === 'input_required'; round += 1) {
    const { inputRequests, requestState } = result;
    if (round >= MAX_ROUNDS || (inputRequests === undefined && requestState === undefined))
      throw endless(message.method);
    const params: JsonObject = { ...message.params };
    if (isObject(inputRequests)) params['inputResponses'] = await askAll(inputRequests, exchange);
    if (requestState !== undefined) params['requestState'] = requestState;
    result = await send({ method: message.method, params });
  }
  const { resultType, ...complete } = result;
  return complete;
}

async function askAll(inputRequests: JsonObject, exchange: McpExchange): Promise<JsonObject> {
  const entries = Object.entries(inputRequests);
  if (entries.length > MAX_INPUTS)
    throw new McpError(JSON_RPC.internalError, 'The server asked for too much at once.');
  const answers = await Promise.all(
    entries.map(async ([key, request]) => {
      const method = isObject(request) ? request['method'] : undefined;
      if (!isObject(request) || typeof method !== 'string' || !ASK_METHODS.has(method))
        throw new McpError(
          JSON_RPC.methodNotFound,
          `The server asked for ${JSON.stringify(method)}, which no client knows.`,
        );
      const params = isObject(request['params']) ? { params: request['params'] } : {};
      return [key, await exchange.ask({ method, ...params })] as const;
    }),
  );
  return Object.fromEntries(answers);
}

const endless = (method: string): AppError =>
  new AppError('servers.protocol', `The server kept asking for input on ${method} and never finished.`, {
    advice: 'Report this to the author of the server.',
  });
