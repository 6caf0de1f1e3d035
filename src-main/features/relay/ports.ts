/** What the relay needs of the world, as injected functions: it routes and checks, and owns none of these. */
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import type { NetworkId, ProviderId } from '#shared/kernel/ids.ts';
import type { Result } from '#shared/kernel/result.ts';
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
}

export type MayCall = (
  provider: ProviderId,
  server: string,
  tool: string,
  network: NetworkId,
) => Result<unknown, AccessRule>;
