/** One running request of a client: the way back to it, and the way to end it. */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import type { McpCaller, McpExchange, McpMessage } from '#shared/features/servers/mcp.ts';
import { isObject, notificationText } from '#shared/features/endpoint/messages.ts';
import { passesLevel } from '#shared/features/endpoint/protocol.ts';

/** Where messages for the client go that precede the answer of its request. */
export interface Outlet {
  send(text: string): void;
}

export interface CallOptions {
  caller: McpCaller;
  params: JsonObject | undefined;
  /** Monotonic ms at which the request had arrived. */
  arrivedAt?: number | undefined;
  /** Least level of log messages the client wants; `none`: it wants none, `undefined`: the server decides. */
  logLevel(): string | 'none' | undefined;
  outlet: Outlet;
  ask(request: McpMessage, call: Call): Promise<JsonObject>;
}

export interface Call extends McpExchange {
  readonly caller: McpCaller;
  /** Sends a message now; while the call is parked there is nobody to hear it. */
  send(text: string): void;
  /** A parked call goes on on the stream of its client's retry, which has a progress token of its own. */
  move(outlet: Outlet | undefined, params?: JsonObject): void;
  abort(reason: string): void;
  /** The answer is on its way: nothing may follow it. */
  end(): void;
}

/** Made for every call: no accessors, since each object with some gets a hidden class of its own in V8, at 15 µs a call. */
export function createCall(options: CallOptions): Call {
  const controller = new AbortController();
  let outlet: Outlet | undefined = options.outlet;
  let token = progressTokenOf(options.params);
  let ended = false;

  function allowed({ method, params: said }: McpMessage): McpMessage | undefined {
    if (method === 'notifications/progress')
      return token === undefined ? undefined : { method, params: { ...said, progressToken: token } };
    if (method !== 'notifications/message') return undefined;
    const threshold = options.logLevel();
    if (threshold === 'none') return undefined;
    return threshold === undefined || passesLevel(said?.['level'], threshold)
      ? { method, params: said ?? {} }
      : undefined;
  }

  const call: Call = {
    caller: options.caller,
    arrivedAt: options.arrivedAt,
    send: (text) => outlet?.send(text),
    move(next, params) {
      outlet = next;
      if (next) token = progressTokenOf(params);
    },
    signal: controller.signal,
    notify(notification) {
      const message = ended ? undefined : allowed(notification);
      if (message) outlet?.send(notificationText(message.method, message.params));
    },
    ask: (request) => options.ask(request, call),
    abort: (reason) => controller.abort(new Error(reason)),
    end() {
      ended = true;
    },
  };
  return call;
}

function progressTokenOf(params: JsonObject | undefined): JsonValue | undefined {
  const meta = params?.['_meta'];
  return isObject(meta) ? meta['progressToken'] : undefined;
}
