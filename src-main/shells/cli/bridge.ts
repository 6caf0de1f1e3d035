import { runBridge } from '#main/features/endpoint/bridge.ts';
import { describeDataDir } from '#main/platform/data-dir.ts';
import { checkSocketFolder } from '#main/platform/socket-folder.ts';
import type { Cli } from './cli.ts';

/** Carries MCP between this process's stdin and stdout and the running node, until either ends. */
export async function bridgeStdio({ dataDir, io }: Cli, profile: string | undefined): Promise<void> {
  const socketPath = describeDataDir(dataDir()).mcpSocket;
  checkSocketFolder(socketPath);
  await runBridge({ socketPath, input: io.stdin, output: io.stdout, errors: io.stderr, profile });
}
