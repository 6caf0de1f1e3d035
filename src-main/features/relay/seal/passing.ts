/** What a node sees and does of sealed calls that it brings on unread. */
import type { Clear } from '#shared/features/relay/sealing.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { RpcExchange } from '../../p2p/index.ts';
import type { TakenRequest } from './opener.ts';

/** A call that is brought on, as far as it can be read here. */
export const requestPassing = ({ at, fingerprint, manner, tool }: Clear & { at: string }): TakenRequest => ({
  server: at,
  tool,
  fingerprint,
  manner,
  params: {},
  caller: { era: 'modern', protocolVersion: '', capabilities: {}, session: 'sealed' },
  sealed: true,
});

/** The exchange, ended by another signal as well. */
export const withSignal = (rpc: RpcExchange, signal: AbortSignal): RpcExchange => ({
  peer: rpc.peer,
  signal,
  send: (message) => rpc.send(message),
  onMessage: (listener) => rpc.onMessage(listener),
});

export const isOfTransport = (error: unknown): boolean =>
  error instanceof AppError && error.code.startsWith('p2p.');
