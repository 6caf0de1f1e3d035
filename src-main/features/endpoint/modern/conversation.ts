/**
 * One call of a modern client to a server, over as many rounds as the server's questions need. A question ends the
 * round: the client gets it as `input_required` and answers it by calling again.
 */
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { McpError, type McpCaller, type McpMessage } from '#shared/features/servers/mcp.ts';
import { capabilitiesFor, missingCapabilities } from '#shared/features/endpoint/client-capabilities.ts';
import { isObject } from '#shared/features/endpoint/messages.ts';
import { CODES } from '#shared/features/endpoint/protocol.ts';
import { type Call, createCall, type Outlet } from '../call.ts';
import { busy, methodNotFound } from '../faults.ts';

/** How a round ended. */
export type Round =
  | { kind: 'result'; result: JsonObject }
  | { kind: 'fault'; fault: unknown }
  | { kind: 'asked' };

export interface Conversation {
  readonly call: Call;
  /** The questions that wait, as `inputRequests`. */
  questions(): JsonObject;
  /** Takes the answers of a retry; questions without a usable answer are put again. */
  answer(responses: JsonObject): void;
  /** Resolves when the server answered, or when it asks something. */
  round(): Promise<Round>;
}

export interface ConversationOptions {
  caller: McpCaller;
  params: JsonObject;
  arrivedAt: number | undefined;
  logLevel: string | undefined;
  outlet: Outlet;
  /** Methods whose result may be `input_required`. */
  canAsk: boolean;
  send(call: Call): Promise<JsonObject>;
  clock: Clock;
  gatherMs: number;
  maxAsks: number;
}

interface Question {
  request: McpMessage;
  resolve(response: JsonObject): void;
  reject(error: Error): void;
}

export function startConversation(options: ConversationOptions): Conversation {
  const { caller, clock } = options;
  const questions = new Map<string, Question>();
  let asked = 0;
  let gathering: Timer | undefined;
  let outcome: Round | undefined;
  let wake: ((round: Round) => void) | undefined;

  function settle(round: Round): void {
    outcome ??= round;
    gathering?.cancel();
    wake?.(outcome);
  }

  /** Questions that come at about the same time go to the client together. */
  function gather(): void {
    gathering ??= clock.after(options.gatherMs, () => {
      gathering = undefined;
      if (questions.size > 0) wake?.({ kind: 'asked' });
    });
  }

  function ask(request: McpMessage, asking: Call): Promise<JsonObject> {
    const refusal = whyNot(request);
    if (refusal) {
      // A client that cannot be asked gets to know what it would have to declare, instead of half a result.
      settle({ kind: 'fault', fault: refusal });
      asking.abort('the client cannot be asked');
      return Promise.reject(refusal);
    }
    if (questions.size >= options.maxAsks) return Promise.reject(busy('questions to one client'));
    return new Promise((resolve, reject) => {
      if (asking.signal.aborted) return reject(asking.signal.reason as Error);
      questions.set(`ask-${(asked += 1)}`, { request, resolve, reject });
      gather();
    });
  }

  function whyNot({ method, params }: McpMessage): McpError | undefined {
    const required = capabilitiesFor(method, params);
    if (!required || !options.canAsk) return methodNotFound(method);
    const missing = missingCapabilities(required, caller.capabilities);
    return missing && lacking(missing);
  }

  const call = createCall({
    caller,
    params: options.params,
    arrivedAt: options.arrivedAt,
    logLevel: () => options.logLevel ?? 'none',
    outlet: options.outlet,
    ask,
  });
  call.signal.addEventListener('abort', () => {
    for (const { reject } of questions.values()) reject(call.signal.reason as Error);
    questions.clear();
  });

  options.send(call).then(
    (result) => settle(checked(result, caller.capabilities)),
    (fault: unknown) => settle({ kind: 'fault', fault }),
  );

  return {
    call,
    questions: () =>
      Object.fromEntries(
        [...questions].map(([key, { request }]) => [
          key,
          { method: request.method, params: request.params ?? {} },
        ]),
      ),
    answer(responses) {
      for (const [key, { resolve }] of questions) {
        const response = Object.hasOwn(responses, key) ? responses[key] : undefined;
        if (!isObject(response)) continue;
        questions.delete(key);
        resolve(response);
      }
    },
    round() {
      if (outcome) return Promise.resolve(outcome);
      if (questions.size > 0) gather();
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
  };
}

/** A modern server's own questions pass, as far as the client said that it takes them. */
function checked(result: JsonObject, declared: JsonObject): Round {
  if (result['resultType'] !== 'input_required' || !isObject(result['inputRequests']))
    return { kind: 'result', result };
  for (const question of Object.values(result['inputRequests'])) {
    const method = isObject(question) && typeof question['method'] === 'string' ? question['method'] : '';
    const params = isObject(question) && isObject(question['params']) ? question['params'] : undefined;
    const required = capabilitiesFor(method, params);
    const missing = required && missingCapabilities(required, declared);
    if (missing) return { kind: 'fault', fault: lacking(missing) };
  }
  return { kind: 'result', result };
}

const lacking = (missing: JsonObject): McpError =>
  new McpError(
    CODES.missingCapability,
    `The client would have to declare these capabilities: ${Object.keys(missing).join(', ')}`,
    { requiredCapabilities: missing },
  );
