/** A whole node on loopback, in this process, with real servers behind it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNode, type Node } from '#main/node/create-node.ts';
import { declaredServerSchema } from '#shared/features/servers/config.ts';

export interface WholeNode {
  node: Node;
  dataDir: string;
  url: string;
  token: string;
  /** Adds a stdio server that runs a program of this repository on this Node. */
  addServer(name: string, file: string, args?: string[]): Promise<void>;
  /** Stops the node and starts another one on the same folder and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const context = { signal: new AbortController().signal } as never;

export const programPath = (fromRoot: string): string =>
  fileURLToPath(new URL(`../../../${fromRoot}`, import.meta.url));

export async function startWholeNode(): Promise<WholeNode> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whole-node-'));
  const start = async (mcpPort: number): Promise<Node> => {
    const listen = ['/ip4/127.0.0.1/tcp/0'];
    const node = await createNode({ dataDir, listen, mcpPort, webPort: 0, mdns: false, env: {} });
    await node.start();
    return node;
  };
  const node = await start(0);
  const { mcpUrl: url, mcpToken: token } = node.ready();
  const whole: WholeNode = {
    node,
    dataDir,
    url,
    token,
    async addServer(name, file, args = []) {
      const transport = {
        type: 'stdio' as const,
        command: process.execPath,
        args: [programPath(file), ...args],
      };
      const config = declaredServerSchema.parse({ name, transport });
      await whole.node.handlers['servers.add']({ ...config, secretValues: {} }, context);
    },
    async restart() {
      await whole.node.stop();
      whole.node = await start(Number(new URL(url).port));
    },
    async stop() {
      await whole.node.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return whole;
}

/** A profile that shows servers under their own names. */
export async function setBareProfile(node: Node, name: string): Promise<void> {
  await node.handlers['profiles.set']({ name, prefix: false }, context);
}
