/**
 * The contract of the node to the outside: the control socket for programs of this user, and HTTP with tokens for
 * everything else. The window and the browser have channels of their own, made by their shells.
 */
export { controlSocketPath, mcpSocketPath } from '#main/platform/socket-paths.ts';
export { type ControlSocketDeps, serveControlSocket } from './control-socket.ts';
