import type { PeerInfo, RpcExchange } from '../network.ts';

/**
 * A class for once: the signal is made only where a handler asks for it, and an accessor on every new object would cost
 * more than the call. The functions are bound, so that handlers may take the exchange apart.
 */
export class Exchange implements RpcExchange {
  readonly peer: PeerInfo;
  readonly send: RpcExchange['send'];
  readonly onMessage: RpcExchange['onMessage'];
  readonly #signal: () => AbortSignal;

  constructor(
    peer: PeerInfo,
    signal: () => AbortSignal,
    send: RpcExchange['send'],
    onMessage: RpcExchange['onMessage'],
  ) {
    this.peer = peer;
    this.#signal = signal;
    this.send = send;
    this.onMessage = onMessage;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}
