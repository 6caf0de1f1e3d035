/**
 * The contract of the node to the outside: the control socket for programs of this user, and HTTP with tokens for
 * everything else. The window and the browser have channels of their own, made by their shells.
 */
import { describeDataDir } from '#main/platform/data-dir.ts';

export { type ControlSocketDeps, serveControlSocket } from './control-socket.ts';

/** Where the node of a data folder serves its contract; the same on both sides. */
export const controlSocketPath = (dataDir: string): string => describeDataDir(dataDir).controlSocket;

/** Where the node of a data folder serves MCP to the stdio bridge. */
export const mcpSocketPath = (dataDir: string): string => describeDataDir(dataDir).mcpSocket;
