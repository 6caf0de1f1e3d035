/** What the registry offers to the slices on its right, and what it needs of those on its left. */
import type { Share } from '#shared/features/access/contract.ts';
import type { CertifiedNode } from '#shared/features/registry/entry.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import type { FieldChange } from '#shared/features/registry/diff.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import type { EventSource } from '#shared/kernel/events.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Network } from '../p2p/index.ts';
import type { Records } from '../records/index.ts';
import type { LocalServer, PublishingNode } from './publisher.ts';

export interface RegistryEvents {
  /** Something in the directory or in decisions changed. */
  changed: { revision: number };
  /** What AI clients see changed. */
  catalogChanged: { revision: number };
}

/** A tool as the catalog shows it to AI clients. */
export interface CatalogEntry {
  name: string;
  tool: Tool;
  /** Local server name, or `provider/server`. */
  server: string;
  id: string;
}

/** Everything the relay needs to call a tool. */
export interface CallableTool {
  id: string;
  provider: ProviderId;
  server: string;
  tool: Tool;
  fingerprint: string;
  local: boolean;
  /** Nodes of the provider that offer exactly this tool. */
  nodes: PeerId[];
  /** Multiaddrs under which they may be dialled, each ending in its `/p2p/…`. */
  addresses: string[];
  state: ToolView['state'];
}

export interface Counts {
  revision: number;
  catalog: number;
  network: number;
  pending: number;
  changed: number;
}

export interface Registry extends EventSource<RegistryEvents> {
  start(): void;
  stop(): Promise<void>;
  setLocalServer(server: string, local: LocalServer): void;
  removeLocalServer(server: string): void;
  /** What a local server offers, as last told. */
  localOffers(server: string): ServerOffers | undefined;
  /** Throws `registry.manifest_too_large` where so much of a server cannot be shared. */
  checkShareable(server: string, tools: string[] | undefined): void;
  /** Makes the published entry of a server match its share; ends it where that cannot be done. */
  setShare(server: string, share: Share | undefined): void;
  /** Own servers whose entries are out. */
  published(): string[];
  list(scope: 'catalog' | 'local' | 'network' | 'all'): ToolView[];
  search(text: string, limit: number): ToolView[];
  /** Throws `registry.unknown_tool` or `registry.ambiguous`. */
  show(id: string): ToolView & { tool: Tool; diff?: FieldChange[] };
  /**
   * Throws `registry.already_local`, `registry.say_whose` where nothing says which provider's tool is meant (anybody can
   * call his tool so), or `registry.changed_meanwhile` where `fingerprint` is not the present one.
   */
  approve(id: string, fingerprint?: string): ToolView;
  reject(id: string): ToolView;
  alias(id: string, alias: string): ToolView;
  /** A provider goes by a new key: decisions, names and aliases of his tools follow. */
  follow(from: ProviderId, to: ProviderId): void;
  catalog(): readonly CatalogEntry[];
  /** Throws as `show` does. */
  callable(id: string): CallableTool;
  /** A tool of an own server by its own name, or undefined. */
  localTool(server: string, tool: string): CallableTool | undefined;
  counts(): Counts;
  /** What a provider calls himself, where an entry told; made safe to show. */
  providerName(provider: ProviderId): string | undefined;
  /** Tells watchers that reachability may have changed. */
  touch(): void;
}

export interface RegistryDeps {
  db: Database;
  records: Records;
  network: Network;
  clock: Clock;
  verify: Verify;
  log: Log;
  node: PublishingNode;
  /** Verifies a node certificate; throws `AppError` where it does not hold. */
  certified: (certificate: Uint8Array) => CertifiedNode;
}

export interface RegistryOptions {
  maySee(provider: ProviderId, server: string): boolean;
  /** Whether a provider means something to the operator: strangers must not take the room that it needs. */
  concerns(provider: ProviderId): boolean;
  /** Whether a local server can take calls. */
  isLocalReachable(server: string): boolean;
  /** Whether a connected peer takes calls now, as far as it told. Default: it does. */
  isServing?(peerId: PeerId): boolean;
}
