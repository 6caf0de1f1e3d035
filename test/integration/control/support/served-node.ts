import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { controlSocketPath, serveControlSocket } from '#main/node/serve-contract.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { type Asked, createMemoryNode } from './node-handlers.ts';

export interface ServedNode {
  dataDir: string;
  socket: Closeable;
  asked: Asked[];
  end(): Promise<void>;
}

/** The contract in memory behind a real control socket on a data folder of its own. */
export async function serveMemoryNode(): Promise<ServedNode> {
  const dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-cli-'));
  const { handlers, asked } = createMemoryNode({ pid: 4711, dataDir: '/data' });
  const socket = await serveControlSocket(controlSocketPath(dataDir), {
    contract,
    handlers,
    version: CONTRACT_VERSION,
    clock: systemClock,
    log: silentLog,
  });
  return {
    dataDir,
    socket,
    asked,
    async end() {
      await socket.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
