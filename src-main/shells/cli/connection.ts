import { CONTRACT_VERSION, type NodeClient, contract } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { MAX_RESPONSE_LENGTH, createClient } from '#shared/kernel/rpc/index.ts';
import { describeDataDir } from '#main/platform/data-dir.ts';
import { channelOverSocket, connectSocket } from '#main/platform/socket-channel.ts';
import { checkSocketFolder } from '#main/platform/socket-folder.ts';
import { openControlTunnel, type RemoteOptions } from './remote.ts';

export interface NodeConnection {
  node: NodeClient;
  close(): void;
}

/** Connects to a node on another machine, through a tunnel of ssh. Rejects with `cli.remote_…` or `cli.not_running`. */
export async function connectToRemote(options: RemoteOptions): Promise<NodeConnection> {
  const tunnel = await openControlTunnel(options);
  try {
    const { node, close } = await connectOver(tunnel.socketPath, options.destination);
    return {
      node,
      close() {
        close();
        tunnel.close();
      },
    };
  } catch (error) {
    tunnel.close();
    throw error;
  }
}

/** Connects to the node that runs on `dataDir`. Rejects with `cli.not_running`. */
export const connectToNode = (dataDir: string): Promise<NodeConnection> =>
  connectOver(describeDataDir(dataDir).controlSocket, dataDir);

async function connectOver(path: string, dataDir: string): Promise<NodeConnection> {
  checkSocketFolder(path);
  const socket = await connectSocket(path).catch((error: NodeJS.ErrnoException) => {
    throw notRunning(dataDir, error);
  });
  const channel = channelOverSocket(socket, { maxLineLength: MAX_RESPONSE_LENGTH });
  return {
    node: createClient(contract, channel, { version: CONTRACT_VERSION }),
    close: () => channel.close(),
  };
}

/** The fault of every command that needs a node where none answers. */
const notRunning = (dataDir: string, cause?: NodeJS.ErrnoException): AppError =>
  cause?.code === 'EACCES'
    ? new AppError('cli.not_allowed', `The node on ${dataDir} belongs to another user.`, {
        advice: 'Run this as the user who started the node.',
        cause,
      })
    : new AppError('cli.not_running', `No node is running on ${dataDir}.`, {
        advice: 'Start one with `toolswarm daemon`, or name its folder with --data-dir.',
        retryable: true,
        cause,
      });
