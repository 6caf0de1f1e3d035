import type { Contract, ContractClient } from '../contract.ts';
import type { AppError } from '../errors.ts';
import { onAbort } from './abort.ts';
import type { Channel } from './channel.ts';
import { type OpenCall, cancelled, openStream } from './client-stream.ts';
import {
  CANCEL,
  CREDIT,
  type CallId,
  HELLO,
  MAX_OPEN_CALLS,
  MAX_REQUEST_LENGTH,
  type Reply,
  disconnected,
  errorOf,
  helloSchema,
  noticeText,
  readReply,
  requestText,
  tooLarge,
  tooManyCalls,
  versionMismatch,
} from './messages.ts';

export interface ClientOptions {
  /** The version of the contract this program was built with (`CONTRACT_VERSION`). */
  version: number;
}

export interface CallOptions {
  signal?: AbortSignal;
}

/** Untyped calls over one channel; `createClient` and the reconnecting client give it the contract's types. */
export interface Connection {
  /** Resolves once the node said that it speaks the same version; calls may be made before. */
  ready: Promise<void>;
  call(method: string, params: unknown, options?: CallOptions): Promise<unknown>;
  /** Each iteration opens a stream of its own. */
  subscribe(method: string, params: unknown, options?: CallOptions): AsyncIterable<unknown>;
}

/**
 * The caller's side of a contract over one channel. Calls reject with `AppError`: the node's own, or
 * `contract.disconnected`, `contract.cancelled`, `contract.version`, `contract.too_large`, `contract.too_many_calls`.
 * Close the channel to end it.
 */
export function createClient<C extends Contract>(
  contract: C,
  channel: Channel,
  options: ClientOptions,
): ContractClient<C> {
  return typedClient(contract, createConnection(channel, options));
}

/** Gives a connection the names and types of a contract. */
export function typedClient<C extends Contract>(
  contract: C,
  { call, subscribe }: Pick<Connection, 'call' | 'subscribe'>,
): ContractClient<C> {
  const methods = Object.entries(contract).map(([name, { kind }]) => {
    const perform = kind === 'stream' ? subscribe : call;
    return [name, (params: unknown, options?: CallOptions) => perform(name, params, options)];
  });
  return Object.fromEntries(methods) as ContractClient<C>;
}

export function createConnection(channel: Channel, { version }: ClientOptions): Connection {
  const calls = new Map<CallId, OpenCall>();
  let lastId = 0;
  let ended: AppError | undefined;

  channel.onMessage((text) => {
    try {
      receive(readReply(text));
    } catch (error) {
      channel.close(error as AppError);
    }
  });
  channel.onClose((reason) => {
    ended = reason ?? disconnected();
    for (const open of calls.values()) open.fail(ended);
    calls.clear();
  });
  const ready = hello();
  // Calls and the channel's listeners are told as well; not everyone who calls waits for `ready`.
  ready.catch(() => undefined);
  return { ready, call, subscribe };

  function receive(reply: Reply): void {
    if ('method' in reply) return calls.get(reply.params.id)?.item?.(reply.params.item);
    if (reply.id === null) return channel.close('error' in reply ? errorOf(reply) : undefined);
    const open = calls.get(reply.id);
    calls.delete(reply.id);
    if ('error' in reply) open?.fail(errorOf(reply));
    else open?.result(reply.result);
  }

  /** The answer is judged as it arrives, before any other: a node of another version is not listened to further. */
  function hello(): Promise<void> {
    return new Promise((resolve, reject) => {
      start(
        HELLO,
        { version },
        {
          result(value) {
            const answer = helloSchema.safeParse(value);
            const spoken = answer.success ? answer.data.version : 0;
            if (spoken === version) resolve();
            else refuse(versionMismatch(spoken, version));
          },
          fail: refuse,
        },
      );
      function refuse(error: AppError): void {
        reject(error);
        channel.close(error);
      }
    });
  }

  /** Sends a request and registers who hears of its outcome. Throws where it cannot be sent. */
  function start(method: string, params: unknown, open: OpenCall): CallId {
    if (ended) throw ended;
    if (calls.size >= MAX_OPEN_CALLS) throw tooManyCalls();
    const id = ++lastId;
    const text = requestText(id, method, params);
    if (text.length > MAX_REQUEST_LENGTH) throw tooLarge(MAX_REQUEST_LENGTH);
    calls.set(id, open);
    channel.send(text);
    return id;
  }

  function cancel(id: CallId): void {
    if (calls.delete(id)) channel.send(noticeText(CANCEL, { id }));
  }

  function call(method: string, params: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(cancelled(signal));
    return new Promise((resolve, reject) => {
      let release = () => {};
      const id = start(method, params, {
        result(value) {
          release();
          resolve(value);
        },
        fail(error) {
          release();
          reject(error);
        },
      });
      release = onAbort(signal, () => {
        cancel(id);
        reject(cancelled(signal));
      });
    });
  }

  function subscribe(method: string, params: unknown, { signal }: CallOptions = {}): AsyncIterable<unknown> {
    const begin = (open: OpenCall) => {
      const id = start(method, params, open);
      return {
        grant(items: number) {
          if (calls.has(id)) channel.send(noticeText(CREDIT, { id, items }));
        },
        cancel: () => cancel(id),
      };
    };
    return { [Symbol.asyncIterator]: () => openStream(begin, signal) };
  }
}
