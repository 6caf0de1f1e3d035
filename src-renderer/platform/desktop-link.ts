/** The line to the window's program; loaded only where there is one. */
import type { DesktopBridge, DesktopTarget } from '#shared/features/desktop/bridge.ts';
import { DESKTOP_CONTRACT_VERSION, desktopContract } from '#shared/features/desktop/contract.ts';
import type { DesktopState } from '#shared/features/desktop/host.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import {
  type Connect,
  channelInParts,
  channelOverMessagePort,
  createReconnectingClient,
} from '#shared/kernel/rpc/index.ts';
import type { DesktopLink } from './desktop.ts';

export interface DesktopLinkDeps {
  page: Window;
  bridge: DesktopBridge;
  clock: Clock;
  random: Random;
}

export function createDesktopLink(deps: DesktopLinkDeps): DesktopLink {
  const listeners = new Set<() => void>();
  let state: DesktopState | undefined;
  const connection = createReconnectingClient(desktopContract, connectOverPort(deps, 'desktop'), {
    clock: deps.clock,
    random: deps.random,
    version: DESKTOP_CONTRACT_VERSION,
  });
  const stop = new AbortController();
  void follow();
  return {
    program: connection.client,
    connectToNode: connectOverPort(deps, 'node'),
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      stop.abort();
      connection.close();
    },
  };

  /** The stream resumes by itself; it ends only with the page, or where the program is of another release. */
  async function follow(): Promise<void> {
    try {
      for await (const next of connection.client['desktop.watch']({}, { signal: stop.signal })) {
        state = next;
        for (const listener of [...listeners]) listener();
      }
    } catch (error) {
      if (!stop.signal.aborted) console.error('the window’s program is silent', error);
    }
  }
}

/** Asks for a line each time; one to a node that is not there is closed at once, and asked for again later. */
const connectOverPort =
  (deps: DesktopLinkDeps, target: DesktopTarget): Connect =>
  async (signal) =>
    channelInParts(channelOverMessagePort(await askForPort(deps, target, signal)));

function askForPort(
  { page, bridge, random }: DesktopLinkDeps,
  target: DesktopTarget,
  signal: AbortSignal,
): Promise<MessagePort> {
  const ticket = toHex(random.bytes(16));
  return new Promise((resolve, reject) => {
    const listening = new AbortController();
    const receive = ({ source, data, ports }: MessageEvent<{ toolswarm?: unknown } | null>) => {
      const [port] = ports;
      if (source !== page || data?.toolswarm !== ticket || !port) return;
      listening.abort();
      resolve(port);
    };
    page.addEventListener('message', receive, { signal: listening.signal });
    signal.addEventListener(
      'abort',
      () => {
        listening.abort();
        reject(signal.reason as Error);
      },
      { once: true },
    );
    bridge.connect(target, ticket);
  });
}
