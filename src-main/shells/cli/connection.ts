import { CONTRACT_VERSION, type NodeClient, contract } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { MAX_RESPONSE_LENGTH, createClient } from '#shared/kernel/rpc/index.ts';
import { describeDataDir } from '#main/platform/data-dir.ts';
import { channelOverSocket, connectSocket } from '#main/platform/socket-channel.ts';
import { checkSocketFolder } from '#main/platform/socket-folder.ts';

export interface NodeConnection {
  node: NodeClient;
  close(): void;
}

/** Connects to the node that runs on `dataDir`. Rejects with `cli.not_running`. */
export async function connectToNode(dataDir: string): Promise<NodeConnection> {
  const path = describeDataDir(dataDir).controlSocket;
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
