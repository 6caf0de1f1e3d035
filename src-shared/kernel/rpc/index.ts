/**
 * Calls of a contract over a channel.
 *
 * ```ts
 * const [here, there] = createChannelPair();
 * serve(contract, handlers, there, { version: CONTRACT_VERSION });
 * const client = createClient(contract, here, { version: CONTRACT_VERSION });
 * await client['servers.list']({});
 * for await (const status of client['node.watch']({}, { signal })) show(status);
 * ```
 *
 * Invariants: a call ends exactly once, with its result, the node's error, or `contract.disconnected`; a stream's
 * sender never runs ahead of its reader by more than `STREAM_CREDIT` items; a channel carries at most
 * `MAX_OPEN_CALLS` open calls; when it closes, everything on both sides ends.
 */
export type { Channel } from './channel.ts';
export { createChannelListeners } from './channel.ts';
export { type IpcProcessLike, channelOverProcess } from './child-process.ts';
export { type ClientOptions, createClient } from './client.ts';
export { type CheckedCall, checkCall } from './dispatch.ts';
export { joinChannels } from './join.ts';
export type { Connect, ConnectionState } from './link.ts';
export { type ChannelPairOptions, createChannelPair } from './memory.ts';
export { type MessagePortLike, channelOverMessagePort } from './message-port.ts';
export {
  MAX_OPEN_CALLS,
  MAX_REQUEST_LENGTH,
  MAX_RESPONSE_LENGTH,
  STREAM_CREDIT,
  errorShapeSchema,
  tooManyCalls,
} from './messages.ts';
export { type ChannelOpener, MAX_CHANNELS, acceptOver, openOver } from './multiplex.ts';
export { channelInParts } from './parts.ts';
export { type PumpTarget, pump } from './pump.ts';
export { type ReconnectingClient, createReconnectingClient } from './reconnecting-client.ts';
export { type ServeOptions, serve } from './serve.ts';
export { type WebSocketLike, channelOverWebSocket, openWebSocketChannel } from './web-socket.ts';
