/** Provider nodes in processes of their own, a consumer that calls them, and what calls cost both. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

export const MESSAGE = 'x'.repeat(1000);
export const AT_ONCE = 128;
const CALLS = 6_000;

export interface Served {
  child: ChildProcess;
  address: string;
}

export async function serve(options: object): Promise<Served> {
  const child = fork(new URL('./policy-server.ts', import.meta.url), [JSON.stringify(options)], {
    stdio: 'inherit',
  });
  const [{ address }] = (await once(child, 'message')) as [{ address: string }];
  return { child, address };
}

/** A consumer that is connected to these providers' nodes and has approved their tool. */
export async function consume(served: readonly Served[]): Promise<{ node: MeshNode; id: string }> {
  const node = await startMeshNode({ bootstrap: served.map(({ address }) => address) });
  for (const { child } of served) child.send({ share: node.providerId });
  const tool = await until(() => node.registry.list('network').find(({ name }) => name === 'echo'));
  node.registry.approve(tool.id);
  await until(() => node.registry.callable(tool.id).nodes.length === served.length || undefined);
  await until(() => node.network.peers().length === served.length || undefined);
  return { node, id: tool.id };
}

/** Microseconds of processor time since this was last asked. */
async function cpuOf({ child }: Served): Promise<number> {
  child.send({});
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: number }];
  return cpu;
}

export interface Load {
  perSecond: number;
  /** Microseconds of all processes per call. */
  cpuPerCall: number;
  /** Microseconds of the providers' nodes per call. */
  served: number;
  /** Milliseconds, in order. */
  latencies: number[];
  failed: number;
}

export async function load(
  call: () => Promise<unknown>,
  served: readonly Served[],
  calls = CALLS,
  atOnce = AT_ONCE,
) {
  const latencies: number[] = [];
  let [left, failed] = [calls, 0];
  await Promise.all(served.map(cpuOf));
  const [own, begun] = [process.cpuUsage(), performance.now()];
  const work = async () => {
    while (left-- > 0) {
      const at = performance.now();
      await call().catch(() => failed++);
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = (performance.now() - begun) / 1000;
  const { system, user } = process.cpuUsage(own);
  const others = await Promise.all(served.map(cpuOf));
  const cpu = others.reduce((sum, one) => sum + one, user + system);
  const outcome: Load = {
    perSecond: calls / seconds,
    cpuPerCall: cpu / calls,
    served: (cpu - user - system) / calls,
    latencies: latencies.sort((a, b) => a - b),
    failed,
  };
  return outcome;
}

export const at = ({ latencies }: Load, share: number) =>
  latencies[Math.floor(latencies.length * share)] ?? 0;

export const relayed = ({ id, node }: { node: MeshNode; id: string }) => {
  const params = { name: 'echo', arguments: { message: MESSAGE } };
  return () => node.relay.callTool(id, params, testExchange().exchange);
};
