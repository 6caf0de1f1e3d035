/** One life of a node, however it is hosted: from the order to start until it is gone. */
import type { StartPhase } from '#shared/features/desktop/host.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { Channel } from '#shared/kernel/rpc/index.ts';

export interface RunOptions {
  /** Opens the keystore where it is protected. */
  passphrase?: string | undefined;
  /** What the node is doing now; also when it builds itself anew while it runs. */
  onPhase(phase: StartPhase | 'running'): void;
}

export interface NodeEnd {
  /** Why it ended, where nobody asked for it. */
  fault?: AppError;
}

export interface NodeRun {
  /** Process id, where it is a process that this one started. */
  readonly pid: number | undefined;
  /** Resolves when the node runs. Rejects with `AppError` where it cannot; it is not gone before `ended` says so. */
  readonly ready: Promise<void>;
  /** Resolves when nothing of it is left. Never rejects. */
  readonly ended: Promise<NodeEnd>;
  /** A line to the node's contract, in parts; closed where the node does not run. */
  open(): Channel;
  /** Ends it in order, by force where that takes too long. Resolves with `ended`; idempotent. */
  stop(): Promise<void>;
}

export type RunNode = (options: RunOptions) => NodeRun;
