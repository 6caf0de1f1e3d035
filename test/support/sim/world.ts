/**
 * A world of simulated nodes, from one seed: the same seed gives the same events to the last byte. Nodes join through a few
 * earlier ones and meet others on walks; they can come and go, and what they complain about is kept.
 */
import type { Log } from '#main/platform/log.ts';
import type { StoredRecord } from '#main/features/records/index.ts';
import { ENTRY_TYPE } from '#shared/features/registry/entry.ts';
import { createSimulatedInternet, type InternetOptions } from '#test/support/network/simulated-internet.ts';
import { createVirtualClock, type VirtualClock } from '#test/support/virtual-clock.ts';
import { createDice, type Dice } from './dice.ts';
import { createSimNode, type SimNode, type SimNodeDeps, type SimNodeSpec } from './node.ts';
import { createSharedWork } from './shared-work.ts';

export interface WorldOptions extends Omit<InternetOptions, 'clock' | 'random'> {
  seed: string;
  /** What every node is unless its own specification says otherwise. */
  node?: SimNodeSpec;
  /** Nodes that join in the same instant while the world grows. Default 50. */
  wave?: number;
}

export interface Churn {
  /** Share of all nodes that leave within an hour. */
  perHour: number;
  /** How long they stay away on average. */
  awayMs: number;
  /** Whether a node may leave at all. */
  mayLeave?(node: SimNode): boolean;
}

export interface World extends SimNodeDeps {
  readonly clock: VirtualClock;
  readonly dice: Dice;
  readonly nodes: SimNode[];
  /** What nodes logged as errors; a world in order has none. */
  readonly complaints: string[];
  /** Adds started nodes that know a few earlier ones. */
  grow(count: number, spec?: SimNodeSpec | ((number: number) => SimNodeSpec)): Promise<SimNode[]>;
  pass(ms: number): Promise<void>;
  /** Lets time pass until `condition` holds; resolves with the virtual ms that took, throws after `limitMs`. */
  until(what: string, condition: () => boolean, limitMs: number, stepMs?: number): Promise<number>;
  up(): SimNode[];
  /** Nodes that run and do not hold that entry in force with at least this sequence. */
  missing(key: string, seq?: number): SimNode[];
  entry(node: SimNode, key: string): StoredRecord | undefined;
  /** Nodes leave and return until the returned function is called. */
  churn(churn: Churn): () => void;
  close(): Promise<void>;
}

/** Earlier nodes that a new one is told of. */
const INVITERS = 3;
const WAVE = 50;
export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

export function createWorld(options: WorldOptions): World {
  const clock = createVirtualClock();
  const dice = createDice(options.seed);
  const internet = createSimulatedInternet({ ...options, clock, random: dice.fork('internet') });
  const complaints: string[] = [];
  const deps = { internet, dice, work: createSharedWork(), log: complainingLog(complaints) };
  const nodes: SimNode[] = [];

  /** Open nodes first of all: the others can hardly be reached by a stranger. */
  function inviters(): string[] {
    const open = nodes.slice(0, 2000).filter((node) => node.isUp);
    return Array.from({ length: Math.min(INVITERS, open.length) }, () => dice.pick(open).address);
  }

  async function add(number: number, spec: SimNodeSpec): Promise<SimNode> {
    const bootstrap = spec.bootstrap ?? [...new Set(inviters())];
    const node = createSimNode(deps, `${options.seed}-${number}`, { ...options.node, ...spec, bootstrap });
    nodes.push(node);
    await node.start();
    return node;
  }

  const entry = (node: SimNode, key: string) => node.records.get(ENTRY_TYPE, key);

  const world: World = {
    ...deps,
    clock,
    nodes,
    complaints,
    async grow(count, spec = {}) {
      const added: SimNode[] = [];
      for (let index = 0; index < count; index++) {
        const number = nodes.length;
        added.push(await add(number, typeof spec === 'function' ? spec(number) : spec));
        if ((index + 1) % (options.wave ?? WAVE) === 0) await clock.advance(SECOND);
      }
      await clock.advance(SECOND);
      return added;
    },
    pass: (ms) => clock.advance(ms),
    async until(what, condition, limitMs, stepMs = SECOND) {
      const startedAt = clock.monotonic();
      while (!condition()) {
        if (clock.monotonic() - startedAt >= limitMs) throw new Error(`waited in vain: ${what}`);
        await clock.advance(stepMs);
      }
      return clock.monotonic() - startedAt;
    },
    up: () => nodes.filter((node) => node.isUp),
    entry,
    missing: (key, seq = 0) =>
      world.up().filter((node) => {
        const stored = entry(node, key);
        return !stored || stored.tombstone || stored.disputed || stored.seq < seq;
      }),
    churn({ awayMs, mayLeave = () => true, perHour }) {
      const chance = dice.fork('churn');
      let going = true;
      const next = () => {
        const everyMs = HOUR / Math.max(1e-9, nodes.length * perHour);
        clock.after(chance.exponential(everyMs), () => {
          if (!going) return;
          const candidates = world.up().filter(mayLeave);
          if (candidates.length > 1) leave(chance.pick(candidates), chance.exponential(awayMs));
          next();
        });
      };
      const leave = (node: SimNode, away: number) => {
        void node.stop();
        clock.after(away, () => void node.start());
      };
      next();
      return () => {
        going = false;
      };
    },
    async close() {
      for (const node of nodes) await node.close();
    },
  };
  return world;
}

/** Errors are kept, everything else is forgotten. */
function complainingLog(complaints: string[]): Log {
  const silent = () => undefined;
  const log = {
    level: 'error',
    error: (facts: unknown, text?: string) => void complaints.push(`${text ?? ''} ${describe(facts)}`),
    fatal: (facts: unknown, text?: string) => void complaints.push(`${text ?? ''} ${describe(facts)}`),
    warn: silent,
    info: silent,
    debug: silent,
    trace: silent,
    child: () => log,
  };
  return log as unknown as Log;
}

const describe = (facts: unknown): string => {
  const error = (facts as { err?: unknown } | undefined)?.err;
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(facts);
};
