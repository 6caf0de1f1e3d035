import type { Contract, ContractClient } from '../contract.ts';
import type { Closeable } from '../disposables.ts';
import { type CallOptions, typedClient } from './client.ts';
import { type Connect, type ConnectionState, type LinkOptions, createLink } from './link.ts';
import { resumingStream } from './resuming-stream.ts';

export interface ReconnectingClient<C extends Contract> extends Closeable {
  client: ContractClient<C>;
  getState(): ConnectionState;
  /** Calls `listener` after each change of the state until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /** Tries to connect at once instead of waiting. */
  retry(): void;
  /** Ends the connection, all calls and all streams, for good. */
  close(): void;
}

/**
 * A client that keeps its connection: it reconnects with growing, jittered pauses. While it is away, queries and
 * commands are refused with `contract.disconnected` (retryable; nothing is ever sent twice), and streams wait: they
 * subscribe anew by themselves and go on yielding. Every stream of the contract says the present state first, so
 * nothing is missed. Where trying again makes no sense (`contract.version`), everything ends with that error.
 */
export function createReconnectingClient<C extends Contract>(
  contract: C,
  connect: Connect,
  options: LinkOptions,
): ReconnectingClient<C> {
  const link = createLink(connect, options);
  const client = typedClient(contract, {
    async call(method, params, callOptions: CallOptions = {}) {
      const connection = await link.connection('impatient', callOptions.signal);
      return connection.call(method, params, callOptions);
    },
    subscribe: (method, params, { signal }: CallOptions = {}) => ({
      [Symbol.asyncIterator]: () =>
        resumingStream(async (ownSignal) => {
          const connection = await link.connection('patient', ownSignal);
          return connection.subscribe(method, params, { signal: ownSignal })[Symbol.asyncIterator]();
        }, signal),
    }),
  });
  return {
    client,
    getState: link.getState,
    subscribe: link.subscribe,
    retry: link.retry,
    close: link.close,
  };
}
