/** Gateways that others use, installed into a folder of their own and run as their manuals say. */
import { execFile, spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BenchClient, connectSse, connectStreamable } from './clients.ts';

const VERSIONS = { 'mcp-hub': '4.2.1', 'mcp-proxy': '6.7.19', supergateway: '4.0.0' };
export type PeerName = keyof typeof VERSIONS;

export interface RunningPeer {
  pid: number;
  connect(connections: number): Promise<BenchClient>;
  stop(): void;
}

/** Installs the gateways into `folder`, from the registry that npm is set to. */
export async function installPeers(folder: string): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const packages = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', ...flags, ...packages], { cwd: folder });
}

export async function startPeer(name: PeerName, folder: string, server: string[]): Promise<RunningPeer> {
  const port = await freePort();
  const bin = join(folder, 'node_modules', '.bin', name);
  const child = spawn(process.execPath, [bin, ...argumentsOf(name, port, folder, server)], {
    stdio: ['ignore', 'ignore', 'ignore'],
    detached: true,
  });
  const url = `http://127.0.0.1:${port}/mcp`;
  const connect = (connections: number): Promise<BenchClient> =>
    name === 'mcp-hub'
      ? connectSse({ url, tool: 'echo__echo' }, connections)
      : connectStreamable({ url, tool: 'echo' }, connections);
  const stop = (): void => {
    // Its own group: some gateways leave their children behind.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  try {
    await whenServing(connect);
  } catch (error) {
    stop();
    throw new Error(`${name} does not serve`, { cause: error });
  }
  return { pid: child.pid as number, connect, stop };
}

function argumentsOf(name: PeerName, port: number, folder: string, server: string[]): string[] {
  const [command = '', ...args] = server;
  switch (name) {
    case 'mcp-hub': {
      const config = join(folder, 'hub.json');
      writeFileSync(config, JSON.stringify({ mcpServers: { echo: { command, args } } }));
      return ['--port', String(port), '--config', config];
    }
    case 'mcp-proxy':
      return ['--port', String(port), '--', command, ...args];
    case 'supergateway': {
      const stdio = [command, ...args].join(' ');
      const wanted = ['--outputTransport', 'streamableHttp', '--stateful', '--logLevel', 'none'];
      return ['--stdio', stdio, '--port', String(port), ...wanted];
    }
  }
}

async function whenServing(connect: (connections: number) => Promise<BenchClient>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const client = await connect(1);
      await client.call();
      return client.close();
    } catch (error) {
      if (attempt === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
