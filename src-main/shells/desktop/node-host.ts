/** What the window's program knows of its node: start, stop, state, and lines to it. */
import type { NodeClient } from '#shared/contract.ts';
import type { NodeHostState } from '#shared/features/desktop/host.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { MessagePortLike } from '#shared/kernel/rpc/index.ts';

/** Keeps the passphrase of the keystore for the next start: in memory, or in the system's keychain. */
export interface PassphraseKeeper {
  /** The passphrase that is known; undefined where none is needed or nobody gave one yet. */
  recall(): Promise<string | undefined>;
  /** A passphrase that a person gave and that opened the keystore. */
  keep(passphrase: string): Promise<void>;
}

export interface DesktopHost extends Closeable {
  state(): NodeHostState;
  /** Calls `listener` after each change of the state until the returned function is called. */
  subscribe(listener: (state: NodeHostState) => void): () => void;
  /** Starts the node; resolves once it runs, at once if it does. Rejects with the `AppError` that the state shows. */
  start(): Promise<void>;
  /** Stops it in order, by force where that takes too long. Resolves when it is gone; it stays stopped. */
  stop(): Promise<void>;
  /** Starts with this passphrase, and has it kept where it was right. Rejects as `start` does. */
  unlock(passphrase: string): Promise<void>;
  /** Uses the node that somebody else runs on the data folder. Rejects with `node.not_running` where there is none. */
  attach(): Promise<void>;
  /**
   * The node's contract for the program itself (tray, notifications). Streams resume by themselves across restarts;
   * queries and commands reject with `contract.disconnected` while the node is away.
   */
  client(): NodeClient;
  /** Joins a window's port to the node for as long as both last. Closes it at once where the node does not run. */
  connectWindow(port: MessagePortLike): void;
  /** Stops the node (an attached one keeps running) and ends everything. */
  close(): Promise<void>;
}
