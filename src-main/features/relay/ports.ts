/** What the relay needs of the world, as injected functions: it routes and checks, and owns none of these. */
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import type { SealWish } from '#shared/features/relay/seal-wishes.ts';
import type { Preference } from '#shared/features/relay/choosing.ts';
import type { Manner } from '#shared/features/relay/manner.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { ChainRule, GrantTerms } from '#shared/features/access/rules.ts';
import type { AccessRule } from '../access/index.ts';

export interface LocalServers {
  /** The server as a target for calls, or undefined where there is none of that name. */
  target(server: string): McpTarget | undefined;
  sessionEnded(session: string): void;
}

export interface RelayOptions {
  /** Ends a call that shows no sign of life for this long (milliseconds). */
  idleTimeoutMs(): number;
  /** Largest result accepted or sent, 64 MiB at most. */
  maxResultBytes(): number;
  /** Whether arguments and results are kept in the record of calls. */
  keepPayloads(): boolean;
  retentionMs(): number;
  /** Calls of peers that run at the same time. */
  maxRunning(): number;
  /** Calls of peers that wait for a place, of all providers together. */
  maxWaiting(): number;
  /** Whether calls of an own tool are sealed. */
  sealPolicy(server: string, tool: string): SealPolicy;
  /** Whether providers are told which AI client calls. */
  tellClient(): boolean;
  /** What is wanted of calls that leave this node. */
  seal(): SealWish;
  /** Every limit that fits a call of a peer. */
  limitsOf(visit: Pick<Visit, 'providerId' | 'server' | 'tool' | 'grant'>): readonly ScopedLimit[];
  /** All limits, to show what is used of them. Default: none. */
  limits?(): readonly ScopedLimit[];
  /** Whether the operator knows a provider; strangers wait behind. Default: all are known. */
  isKnown?(provider: ProviderId): boolean;
  /** Whether results are kept that may be given again. */
  cache(): boolean;
  /** What counts beside latency where several nodes offer a tool. */
  preference(): Preference;
}

/** A call of a peer that asks to be let in; access has been granted already. */
export interface Visit {
  providerId: ProviderId;
  peerId: PeerId;
  server: string;
  tool: string;
  requestBytes: number;
  /** Id of the grant that it is made under. */
  grant?: string | undefined;
  manner: Manner;
}

/** A place for one call that runs. */
export interface Place {
  /** Gives it back; the second time does nothing. */
  release(used: { responseBytes: number; failed: boolean }): void;
}

/** Limits how much of what peers ask runs here. */
export interface Door {
  /**
   * Waits for a place. Rejects with `relay.rate_limited`, `relay.too_late` or `relay.busy`, each with
   * `details.retryAfterMs`, or with `relay.cancelled` where the signal aborts.
   */
  enter(visit: Visit, signal: AbortSignal): Promise<Place>;
}

export type MayCall = (
  provider: ProviderId,
  server: string,
  tool: string,
  network: NetworkId,
) => Result<{ grant?: GrantTerms }, AccessRule>;

/** Judges the chain that a call comes through: its parties, the origin first, or the rule that refuses it. */
export type JudgeChain = (
  via: readonly string[],
  call: { provider: ProviderId; server: string; tool: string },
) => Result<readonly ProviderId[], ChainRule>;
