import { runBridge } from '#main/features/endpoint/bridge.ts';
import { describeDataDir } from '#main/platform/data-dir.ts';
import { checkSocketFolder } from '#main/platform/socket-folder.ts';
import type { Cli } from './cli.ts';
import { notRunning } from './connection.ts';

const AWAY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'EACCES']);

/** Carries MCP between this process's stdin and stdout and the running node, until either ends. */
export async function bridgeStdio(cli: Cli, profile: string | undefined): Promise<void> {
  const socketPath = describeDataDir(cli.dataDir()).mcpSocket;
  checkSocketFolder(socketPath);
  try {
    await runBridge({ socketPath, input: cli.io.stdin, output: cli.io.stdout, profile });
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    throw AWAY.has(cause.code ?? '') ? notRunning(cli.dataDir(), cause) : error;
  }
}
