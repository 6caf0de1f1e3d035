/** Every fault that the peer-to-peer slice raises: one table, so that codes, sentences and advice stay together. */
import { AppError } from '../../kernel/errors.ts';

interface Fault {
  message: string;
  advice: string;
  retryable: boolean;
}

export const p2pFaults = {
  'p2p.unreachable': {
    message: 'The peer cannot be reached.',
    advice: 'Check that the other node runs and that its address is right; it is tried again by itself.',
    retryable: true,
  },
  'p2p.unproven': {
    message: 'The peer did not prove its key on this connection.',
    advice: 'Somebody may stand between: the connection was dropped, and the peer is met another way.',
    retryable: true,
  },
  'p2p.timeout': {
    message: 'The peer did not answer in time.',
    advice: 'Try again, or allow more time for this call.',
    retryable: true,
  },
  'p2p.cancelled': {
    message: 'The call was cancelled.',
    advice: 'Nothing needs to be done.',
    retryable: false,
  },
  'p2p.call_over': {
    message: 'The call has already ended.',
    advice: 'Send messages only while the call is open.',
    retryable: false,
  },
  'p2p.too_large': {
    message: 'The message is larger than allowed.',
    advice: 'Ask for less at once, or raise the limit on the side that refuses.',
    retryable: false,
  },
  'p2p.busy': {
    message: 'The peer has too much to do at the moment.',
    advice: 'Try again in a moment, with fewer calls at once.',
    retryable: true,
  },
  'p2p.unknown_protocol': {
    message: 'The peer does not offer this protocol.',
    advice: 'Update the older of the two nodes.',
    retryable: false,
  },
  'p2p.protocol_taken': {
    message: 'This protocol is already served.',
    advice: 'Close the earlier handler first.',
    retryable: false,
  },
  'p2p.too_old': {
    message: 'The other node speaks only older versions of the protocol.',
    advice: 'Update the other node.',
    retryable: false,
  },
  'p2p.too_new': {
    message: 'The other node speaks only newer versions of the protocol.',
    advice: 'Update this node.',
    retryable: false,
  },
  'p2p.not_toolswarm': {
    message: 'The peer does not speak this protocol at all.',
    advice: 'Check the address: another program listens there, or a version too far from this one.',
    retryable: false,
  },
  'p2p.blocked': {
    message: 'The peer is blocked.',
    advice: 'Unblock it first if you want to talk to it.',
    retryable: false,
  },
  'p2p.no_hello': {
    message: 'The peer did not introduce itself in time.',
    advice: 'Try again; if it happens again, the other program is no Toolswarm node.',
    retryable: true,
  },
  'p2p.malformed': {
    message: 'The peer sent something that breaks the protocol.',
    advice: 'Update both nodes; if it goes on, block the peer.',
    retryable: false,
  },
  'p2p.flooding': {
    message: 'The peer sent more than it was allowed to.',
    advice: 'Update both nodes; if it goes on, block the peer.',
    retryable: false,
  },
  'p2p.crowded': {
    message: 'The peer holds too many connections to this node.',
    advice: 'Nothing needs to be done; the surplus connections were closed.',
    retryable: true,
  },
  'p2p.disconnected': {
    message: 'The other node ended the connection.',
    advice: 'Connect again if it was not on purpose.',
    retryable: true,
  },
  'p2p.bad_address': {
    message: 'This is not an address of a peer.',
    advice: 'Write it as /ip4/192.0.2.1/tcp/7422/p2p/12D3Koo….',
    retryable: false,
  },
  'p2p.self': {
    message: 'This is the address of this node itself.',
    advice: 'Use the address of another node.',
    retryable: false,
  },
  'p2p.stopped': {
    message: 'The network is not running.',
    advice: 'Start the node first.',
    retryable: true,
  },
  'p2p.port_in_use': {
    message: 'The port for peers is taken by another program.',
    advice: 'End the other program, or start with --listen and another port.',
    retryable: true,
  },
  'p2p.no_index': {
    message: 'No peer that keeps the distributed index could be reached.',
    advice: 'It is tried again later; peers that are connected still learn everything directly.',
    retryable: true,
  },
} as const satisfies Record<string, Fault>;

export type P2pCode = keyof typeof p2pFaults;

/** The fault of that code; `message` replaces the table's sentence where more can be said. */
export function p2pError(code: P2pCode, options: { message?: string; cause?: unknown } = {}): AppError {
  const fault: Fault = p2pFaults[code];
  return new AppError(code, options.message ?? fault.message, {
    advice: fault.advice,
    retryable: fault.retryable,
    ...(options.cause === undefined ? {} : { cause: options.cause }),
  });
}
