/** A thread that keeps 128 calls under way: over HTTP as AI clients do, or over a port as a window does. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import {
  type MessagePortLike,
  channelInParts,
  channelOverMessagePort,
  createClient,
} from '#shared/kernel/rpc/index.ts';
import { connectRaw } from '../support/http-client.ts';
import { type Call } from '../support/load.ts';
import { CONCURRENCY } from './loop.ts';

interface Order {
  tool: { id: string; name: string };
  durationMs: number;
  http?: { url: string; token: string };
  port?: MessagePort;
}

const MESSAGE = 'x'.repeat(1024);

async function callOf({ tool, http, port }: Order): Promise<Call> {
  if (http) {
    const client = await connectRaw(http.url, http.token, CONCURRENCY);
    return () => client.call('tools/call', { name: tool.name, arguments: { message: MESSAGE } });
  }
  const channel = channelInParts(channelOverMessagePort(port as unknown as MessagePortLike));
  const node = createClient(contract, channel, { version: CONTRACT_VERSION });
  return () => node['tools.call']({ id: tool.id, arguments: { message: MESSAGE } });
}

parentPort?.once('message', (order: Order) => void obey(order));

async function obey(order: Order): Promise<void> {
  const call = await callOf(order);
  await call();
  parentPort?.postMessage('begun');
  const until = performance.now() + order.durationMs;
  let calls = 0;
  const worker = async () => {
    while (performance.now() < until) {
      await call();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  parentPort?.postMessage(calls);
}
