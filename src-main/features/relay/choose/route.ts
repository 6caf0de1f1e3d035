/**
 * Takes a call to one of the nodes that offer its tool, and on to the next where that one cannot: nodes with a connection
 * first, then those that can be dialled. Whether a call may be made again is decided by what failed (`retrying.ts`).
 */
import { relayError } from '#shared/features/relay/errors.ts';
import { isOfInstance, isRepeatable, mayRetry } from '#shared/features/relay/retrying.ts';
import { createRetryBudgets } from './retry-budgets.ts';
import { McpError } from '#shared/features/servers/mcp.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Network, PeerInfo } from '../../p2p/index.ts';
import type { CallableTool } from '../../registry/index.ts';
import type { Attempt, Candidate, Instances } from './instances.ts';

/** Connections that are sought for a tool with several nodes, so that there is a choice. */
const CONNECTIONS_WANTED = 3;
/** A node that was not met is sought again after this. */
const SEEK_AGAIN_MS = 60_000;
const MAX_SOUGHT = 1_000;
/** The only node of a tool is given a moment before it is asked again. */
const SAME_AGAIN_MS = 150;

export interface Routed<T> {
  value: T;
  peerId: PeerId;
}

export interface RouteCall<T> {
  tool: CallableTool;
  signal: AbortSignal;
  /** A node is being chosen; then `sending` begins. */
  choosing(): void;
  send(peerId: PeerId): Promise<T>;
  /** Whether something of the present attempt has reached the client. */
  told(): boolean;
}

export interface Router {
  /** Rejects with what the last attempt failed with. */
  route<T>(call: RouteCall<T>): Promise<Routed<T>>;
}

interface RouterDeps {
  network: Network;
  clock: Clock;
  instances: Instances;
  isServing(peerId: PeerId): boolean;
}

export function createRouter({ clock, instances, isServing, network }: RouterDeps): Router {
  const budgets = createRetryBudgets();
  /** Nodes that were dialled for the sake of choice, and when. */
  const sought = new Map<PeerId, number>();

  const connected = ({ nodes }: CallableTool): PeerInfo[] => {
    const peers = network.peers().filter(({ peerId }) => nodes.includes(peerId));
    const serving = peers.filter(({ peerId }) => isServing(peerId));
    // One that said it does not serve is asked where nobody else is there: it may have changed its mind.
    return serving.length > 0 ? serving : peers;
  };

  /** More nodes of the provider are met while calls go on: what one of them cannot do, another can. */
  function seekMore({ nodes }: CallableTool, met: readonly PeerInfo[]): void {
    if (nodes.length < 2 || met.length >= Math.min(CONNECTIONS_WANTED, nodes.length)) return;
    const now = clock.monotonic();
    const next = nodes.find(
      (node) =>
        !met.some(({ peerId }) => peerId === node) && (sought.get(node) ?? -Infinity) + SEEK_AGAIN_MS <= now,
    );
    if (next === undefined) return;
    sought.delete(next);
    sought.set(next, now);
    if (sought.size > MAX_SOUGHT) sought.delete(sought.keys().next().value as PeerId);
    // Whether it works shows with the next call; until then there is one node fewer to choose from.
    network.dial(next).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
  }

  async function choose(tool: CallableTool, tried: ReadonlySet<PeerId>, signal: AbortSignal) {
    const met = connected(tool);
    seekMore(tool, met);
    const candidates = met.filter(({ peerId }) => !tried.has(peerId)).map(candidateOf);
    const best = instances.choose(tool.id, candidates);
    if (best) return best;
    const dialled = await dial(tool, new Set([...tried, ...met.map(({ peerId }) => peerId)]), signal);
    if (dialled) return instances.attempt(tool.id, dialled);
    // All that are left are shut: better to try one that failed than to fail without trying.
    const [last] = candidates;
    if (last) return instances.attempt(tool.id, last.peerId);
    throw relayError('relay.unreachable');
  }

  /** Nothing was sent yet, so trying one after the other is safe. */
  async function dial({ addresses, nodes }: CallableTool, without: ReadonlySet<PeerId>, signal: AbortSignal) {
    const isLeft = (target: string) => ![...without].some((peerId) => target.endsWith(peerId));
    for (const target of [...nodes, ...addresses].filter(isLeft)) {
      try {
        return (await network.dial(target, signal)).peerId;
      } catch (error) {
        if (signal.aborted) throw relayError('relay.cancelled');
        if (!(error instanceof AppError)) throw error;
      }
    }
    return undefined;
  }

  /** Ends the attempt in the books, and says whether to go on with another. */
  function judge(error: unknown, attempt: Attempt, number: number, call: RouteCall<unknown>): boolean {
    const { code, retryable, retryAfterMs } = failureOf(error);
    if (call.signal.aborted || !isOfInstance(code)) attempt.calledOff();
    else if (retryAfterMs !== undefined) attempt.heldBack(retryAfterMs);
    else attempt.ended('failed');
    const repeatable = isRepeatable(call.tool.tool);
    return (
      !call.signal.aborted && mayRetry({ code, retryable, attempt: number, told: call.told(), repeatable })
    );
  }

  return {
    async route(call) {
      const tried = new Set<PeerId>();
      budgets.fresh(call.tool.id);
      for (let number = 1; ; number++) {
        call.choosing();
        const attempt = await choose(call.tool, tried, call.signal);
        try {
          const value = await call.send(attempt.peerId);
          attempt.ended('ok');
          return { value, peerId: attempt.peerId };
        } catch (error) {
          if (!judge(error, attempt, number, call) || !budgets.take(call.tool.id)) throw error;
          tried.add(attempt.peerId);
          if (!(await goOn(call.tool, tried, error))) throw error;
        }
      }
    },
  };

  /** Whether there is anybody left to ask. The one node of a tool is asked again only where the connection was lost. */
  async function goOn(tool: CallableTool, tried: Set<PeerId>, error: unknown): Promise<boolean> {
    if (tool.nodes.some((node) => !tried.has(node))) return true;
    if (failureOf(error).code !== 'relay.unreachable') return false;
    tried.clear();
    await sleep(clock, SAME_AGAIN_MS);
    return true;
  }
}

const candidateOf = ({ latencyMs, peerId }: PeerInfo): Candidate => ({ peerId, roundTripMs: latencyMs });

function failureOf(error: unknown): { code: string; retryable: boolean; retryAfterMs?: number } {
  if (error instanceof McpError) return { code: `mcp.${error.code}`, retryable: false };
  if (!(error instanceof AppError)) return { code: 'internal', retryable: false };
  const after = error.details?.['retryAfterMs'];
  return {
    code: error.code,
    retryable: error.retryable,
    ...(typeof after === 'number' && after >= 0 ? { retryAfterMs: after } : {}),
  };
}
