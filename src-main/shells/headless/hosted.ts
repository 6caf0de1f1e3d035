/** A node for the program that started this process: it starts when told to, and ends with the channel between the two. */
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import type { StartPhase } from '#shared/features/desktop/host.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import {
  type Channel,
  MAX_REQUEST_LENGTH,
  acceptOver,
  channelInParts,
  serve,
} from '#shared/kernel/rpc/index.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { NodeOptions } from '#main/node/create-node.ts';
import { HOSTING, HOSTING_VERSION, type HostingState, NODE, hostingContract } from '#main/node/hosting.ts';
import { type HostedNode, hostNode, hostUnlocked } from './host.ts';

/** A node that its host starts and reaches over one channel. */
export interface HostedRun {
  /** Resolves when the node has stopped in order: the channel ended, or somebody asked. Rejects where stopping failed. */
  ended: Promise<void>;
}

/**
 * Serves `hostingContract` and the node's contract over `carrier`. A node that cannot start says why to who asked for
 * it, and waits for another order.
 */
export function runHosted(options: NodeOptions, carrier: Channel): HostedRun {
  const events = createEmitter<{ changed: object; stopped: { fault?: Error } }>();
  const lines = new Set<Closeable>();
  let state: HostingState = { state: 'waiting' };
  let node: HostedNode | undefined;
  let starting: Promise<void> | undefined;
  let isEnding = false;
  /** What opened the keys at the start. */
  let held: string | undefined;

  const ended = new Promise<void>((resolve, reject) => {
    const end = () => void stop().then(resolve, reject);
    events.on('stopped', ({ fault }) => {
      if (fault) reject(fault);
      end();
    });
    carrier.onClose(end);
  });
  const handlers: Handlers<typeof hostingContract> = {
    'hosting.start': async ({ passphrase }) => {
      if (state.state !== 'waiting') throw startedBefore();
      starting = start({ ...options, passphrase: passphrase ?? options.passphrase });
      await starting;
      return {};
    },
    'hosting.watch': (_input, { signal }) =>
      watch(
        signal,
        () => state,
        (changed) => events.on('changed', changed),
      ),
  };
  acceptOver(carrier, (channel, label) => {
    if (label === HOSTING) serve(hostingContract, handlers, channel, { version: HOSTING_VERSION });
    else if (label === NODE && node) serveNode(node, channel);
    else channel.close(notRunning());
  });
  return { ended };

  function setState(next: HostingState): void {
    state = next;
    events.emit('changed', {});
  }

  async function start(wanted: NodeOptions, host = hostNode): Promise<void> {
    try {
      const fresh = await host(wanted, onPhase);
      if (isEnding) return await fresh.stop();
      node = fresh;
    } catch (error) {
      setState({ state: 'waiting' });
      throw error;
    }
    setState({ state: 'running' });
    held = wanted.passphrase ?? held;
    void node.asked.then((wish) => {
      if (wish === 'stop') events.emit('stopped', {});
      else void restart({ ...wanted, passphrase: held });
    });
  }

  /** The same node on the same ports, with whatever changed in it. One that does not come back ends the process. */
  async function restart(wanted: NodeOptions): Promise<void> {
    const ports = node?.ports;
    try {
      await stopNode();
      if (isEnding) return;
      const { passphrase, ...rest } = { ...wanted, ...ports };
      starting = start(rest, (open, tell) => hostUnlocked(open, passphrase, tell));
      await starting;
    } catch (error) {
      events.emit('stopped', { fault: error as Error });
    }
  }

  function onPhase(phase: StartPhase): void {
    setState({ state: 'starting', phase });
  }

  function serveNode({ handlers: nodeHandlers, log }: HostedNode, channel: Channel): void {
    const line = channelInParts(channel, { maxLength: MAX_REQUEST_LENGTH });
    const served = serve(contract, nodeHandlers, line, {
      version: CONTRACT_VERSION,
      onFault: (error, method) => log.error({ err: error, method }, 'a call failed unexpectedly'),
    });
    lines.add(served);
    line.onClose(() => lines.delete(served));
  }

  async function stopNode(): Promise<void> {
    const running = node;
    node = undefined;
    for (const line of [...lines]) void line.close();
    await running?.stop();
  }

  async function stop(): Promise<void> {
    isEnding = true;
    // What is half open cannot be closed in order. Why it failed was told to who asked for it.
    await starting?.catch(() => undefined);
    await stopNode();
    carrier.close();
  }
}

const startedBefore = (): AppError =>
  new AppError('hosting.started', 'This node was told to start before.', {
    advice: 'Watch its state instead.',
  });

const notRunning = (): AppError =>
  new AppError('contract.unreachable', 'The node is not running.', {
    advice: 'Start it first.',
    retryable: true,
  });
