/**
 * Owns the node: starts it, watches it, starts it again after a crash, and stops it.
 *
 * Invariants: at most one run lives at a time, and it is over before the next begins; whether a node that ended is
 * started again follows from what was asked for last (`wanted`) and from `restartPause`; after `close` nothing is left.
 */
import { CONTRACT_VERSION, contract } from '#shared/contract.ts';
import type { HostKind, NodeHostState, StartPhase } from '#shared/features/desktop/host.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import {
  type Channel,
  channelInParts,
  channelOverMessagePort,
  createReconnectingClient,
  joinChannels,
} from '#shared/kernel/rpc/index.ts';
import type { Log } from '#main/platform/log.ts';
import { RECOVERED_MS, isCrash, restartPause, silent } from './node-host-rules.ts';
import type { DesktopHost, PassphraseKeeper } from './node-host.ts';
import type { NodeRun, RunNode } from './node-run.ts';
import { type Patience, createStartWatch } from './start-watch.ts';

export interface DesktopHostDeps {
  /** How a node of our own runs. */
  run: RunNode;
  kind: Exclude<HostKind, 'attached'>;
  /** How another's is used. */
  attach: RunNode;
  passphrases: PassphraseKeeper;
  clock: Clock;
  random: Random;
  log: Log;
  patience?: Patience;
}

interface Plan {
  kind: HostKind;
  run: RunNode;
  /** What a person has just typed. */
  passphrase?: string;
}

/** A run that is the present one; another takes its place only after it is over. */
interface Life {
  kind: HostKind;
  run: NodeRun;
  /** Monotonic ms at which it first ran. */
  upSince?: number;
  /** Why it was given up. */
  fault?: AppError;
}

export function createDesktopHost(deps: DesktopHostDeps): DesktopHost {
  const { clock, log, passphrases } = deps;
  const own: Plan = { kind: deps.kind, run: deps.run };
  const listeners = new Set<(state: NodeHostState) => void>();
  let state: NodeHostState = { host: deps.kind, state: 'stopped' };
  let life: Life | undefined;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  let wanted = false;
  let crashes = 0;
  let pause: Timer | undefined;
  const link = createReconnectingClient(contract, connect, {
    clock,
    random: deps.random,
    version: CONTRACT_VERSION,
  });

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start: () => want(own),
    unlock: (passphrase) => want({ ...own, passphrase }),
    attach: () => want({ kind: 'attached', run: deps.attach }),
    stop,
    client: () => link.client,
    connectWindow(port) {
      const channel = channelOverMessagePort(port);
      if (life && state.state === 'running') joinChannels(channel, life.run.open());
      else channel.close(notRunning());
    },
    async close() {
      await stop();
      link.close();
    },
  };

  function setState(next: Omit<NodeHostState, 'host'>): void {
    state = { host: life?.kind ?? deps.kind, ...next, ...(life?.run.pid ? { pid: life.run.pid } : {}) };
    log.info({ host: { ...state } }, `the node is ${state.state}`);
    for (const listener of [...listeners]) listener(state);
    if (state.state === 'running') link.retry();
  }

  function connect(): Promise<Channel> {
    if (!life || state.state !== 'running') return Promise.reject(notRunning());
    return Promise.resolve(channelInParts(life.run.open()));
  }

  function want(plan: Plan): Promise<void> {
    wanted = true;
    if (stopping) return stopping.then(() => (wanted ? begin(plan) : Promise.reject(stoppedMeanwhile())));
    return begin(plan);
  }

  function begin(plan: Plan): Promise<void> {
    if (life?.upSince !== undefined) return Promise.resolve();
    starting ??= launch(plan).finally(() => {
      starting = undefined;
    });
    return starting;
  }

  async function launch({ kind, run, passphrase }: Plan): Promise<void> {
    pause?.cancel();
    const known = passphrase ?? (kind === 'attached' ? undefined : await passphrases.recall());
    if (stopping) throw stoppedMeanwhile();
    const mine = give(kind, run, known);
    try {
      await mine.run.ready;
      up(mine);
    } catch (error) {
      const fault = mine.fault ?? asFault(error);
      await lose(mine, fault);
      throw fault;
    }
    if (passphrase !== undefined) await passphrases.keep(passphrase);
  }

  /** Gives the node its life, and sees to what becomes of it. */
  function give(kind: HostKind, run: RunNode, passphrase: string | undefined): Life {
    const phases = createStartWatch(
      clock,
      {
        onSlow: () => setState({ ...state, slow: true }),
        onGivenUp: (phase) => void lose(mine, silent(phase)),
      },
      deps.patience,
    );
    const early: Array<StartPhase | 'running'> = [];
    let onPhase = (phase: StartPhase | 'running') => void early.push(phase);
    const mine: Life = { kind, run: run({ passphrase, onPhase: (phase) => onPhase(phase) }) };
    life = mine;
    onPhase = (phase) => {
      phases.enter(life !== mine || phase === 'running' ? undefined : phase);
      if (life !== mine || stopping) return;
      if (phase !== 'running') setState({ state: 'starting', phase });
      else if (mine.upSince !== undefined) setState({ state: 'running' });
    };
    early.forEach((phase) => onPhase(phase));
    void mine.run.ended.then(({ fault }) => {
      phases.enter(undefined);
      if (mine.upSince !== undefined) void lose(mine, fault);
    });
    return mine;
  }

  function up(mine: Life): void {
    if (life !== mine || stopping) return;
    mine.upSince = clock.monotonic();
    setState({ state: 'running' });
  }

  /** The end of a life that nobody asked to end here. Without a fault somebody stopped the node from elsewhere. */
  async function lose(mine: Life, fault: AppError | undefined): Promise<void> {
    if (life !== mine || stopping) return;
    if (fault) mine.fault = fault;
    await mine.run.stop();
    if (life !== mine || stopping) return;
    life = undefined;
    if (fault) return failed(fault, clock.monotonic() - (mine.upSince ?? clock.monotonic()));
    wanted = false;
    setState({ state: 'stopped' });
  }

  function failed(fault: AppError, ranMs: number): void {
    crashes = isCrash(fault) && ranMs < RECOVERED_MS ? crashes + 1 : 1;
    const pauseMs = wanted ? restartPause(fault, crashes) : undefined;
    if (pauseMs === undefined) return setState({ state: 'failed', fault: toErrorShape(fault) });
    pause = clock.after(pauseMs, () => {
      // Why it failed again is in the state.
      begin(own).catch(() => undefined);
    });
    setState({ state: 'failed', fault: toErrorShape(fault), restartsAt: clock.now() + pauseMs });
  }

  function stop(): Promise<void> {
    wanted = false;
    pause?.cancel();
    stopping ??= halt(starting).finally(() => {
      stopping = undefined;
    });
    return stopping;
  }

  async function halt(begun: Promise<void> | undefined): Promise<void> {
    const mine = life;
    if (mine || begun) {
      // In the next tick: until then `stopping` is not set, and who hears of the state may ask for another.
      await Promise.resolve();
      setState({ state: 'stopping' });
    }
    await mine?.run.stop();
    await begun?.catch(() => undefined);
    await life?.run.stop();
    life = undefined;
    setState({ state: 'stopped' });
  }
}

const asFault = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('desktop.node_not_started', 'The node could not be started.', {
        advice: 'Install the application again; a part of it is missing or damaged.',
        cause: error,
      });

const notRunning = (): AppError =>
  new AppError('contract.unreachable', 'The node is not running.', { advice: 'Start it.', retryable: true });

const stoppedMeanwhile = (): AppError =>
  new AppError('desktop.node_stopped', 'The node was stopped before it had started.', {
    advice: 'Start it again when it is wanted.',
    retryable: true,
  });
