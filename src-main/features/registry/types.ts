/** What the registry offers to the slices on its right, and what it needs of those on its left. */
import type { CriticalTool } from '#shared/features/registry/critical.ts';
import type { Caching } from '#shared/features/access/caching.ts';
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import type { Share } from '#shared/features/access/contract.ts';
import type { CertifiedNode } from '#shared/features/registry/entry.ts';
import type { KnownVersion, ToolView } from '#shared/features/registry/contract.ts';
import type { ListedServer } from '#shared/features/registry/server-json.ts';
import type { NetworkAnswer } from '#shared/features/registry/network-search.ts';
import type { DecisionPreview, Selection, Verdict } from '#shared/features/registry/curation.ts';
import type { Understood } from '#shared/features/registry/search-view.ts';
import type { ToolCounts, ToolFilter, ToolSort } from '#shared/features/registry/query.ts';
import type { Pin } from '#shared/features/registry/pin.ts';
import type { Resemblance } from '#shared/features/registry/conflicts.ts';
import type { FieldChange } from '#shared/features/registry/diff.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import type { ApprovalRule } from '#shared/features/registry/approval-rules.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import type { EventSource } from '#shared/kernel/events.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { ShownDecision } from './decisions.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Network } from '../p2p/index.ts';
import type { Records } from '../records/index.ts';
import type { Curation } from './curation.ts';
import type { Lookups } from './lookup/index.ts';
import type { Boosts } from './search/index.ts';
import type { LocalServer, PublishingNode } from './publisher.ts';

export interface RegistryEvents {
  /** Something in the directory or in decisions changed. */
  changed: { revision: number };
  /** What AI clients see changed. */
  catalogChanged: { revision: number };
  /** The operator decided about a tool, or changed a rule. */
  policyChanged: object;
}

/** A tool that was in the catalog before it changed, or before its approval was taken back. */
export interface WaitingEntry extends Omit<CatalogEntry, 'favourite'> {
  provider: ProviderId;
  fingerprint: string;
  state: 'changed' | 'pending';
}

/** What the operator said of tools of others, as other nodes of his provider share it. */
export interface RegistryPolicy {
  rules(): readonly ApprovalRule[];
  /** Throws `registry.too_many_rules`. */
  setRules(rules: readonly ApprovalRule[]): void;
  /** By key of the tool. */
  decisions(): ReadonlyMap<string, ShownDecision>;
  /** Without a decision the tool is undecided again. It need not be known here. */
  setDecision(tool: string, decision: ShownDecision | undefined): void;
}

/** A tool as the catalog shows it to AI clients. */
export interface CatalogEntry {
  name: string;
  tool: Tool;
  /** Local server name, or `provider/server`. */
  server: string;
  id: string;
  /** Marked by the operator. */
  favourite: boolean;
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
  /** How long its results hold, as its provider says. */
  caching?: Caching | undefined;
  /** Whose server it is, where its provider shares it on. */
  origin?: { provider: ProviderId; server: string } | undefined;
  /** Whether its calls are sealed, as its provider says. */
  seal?: SealPolicy | undefined;
}

export interface Counts {
  revision: number;
  catalog: number;
  network: number;
  pending: number;
  changed: number;
}

/** One tool with everything that is known of it. */
export interface ToolDetail extends ToolView {
  tool: Tool;
  diff?: FieldChange[];
  breaking?: string[];
  versions?: KnownVersion[];
  resembles?: Resemblance[];
}

/** A window of the tools that fit a filter. */
export interface ToolQuery {
  filter: ToolFilter;
  /** Where it is not given, words decide: relevance first. */
  sort?: ToolSort | undefined;
  descending: boolean;
  offset: number;
  limit: number;
}

export interface QueriedTools {
  items: ToolView[];
  total: number;
  all: number;
  revision: number;
  counts: ToolCounts;
  /** How the text of the filter was understood; absent without one. */
  understood?: Understood;
}

/** What can be done to many tools, or kept of one; see {@link Curation}. */
type Curated = Pick<Curation, 'undo' | 'rules' | 'previewRule' | 'addRule' | 'removeRule' | 'reorderRules'>;

export interface Registry extends EventSource<RegistryEvents>, Curated {
  previewDecision(verdict: Verdict, which: Selection): Promise<DecisionPreview>;
  /** Rejects with `registry.changed_meanwhile` where the tools are not those that were previewed. */
  decide(verdict: Verdict, which: Selection, digest: string): Promise<{ count: number; undo: number }>;
  readonly policy: RegistryPolicy;
  start(): void;
  stop(): Promise<void>;
  setLocalServer(server: string, local: LocalServer): void;
  removeLocalServer(server: string): void;
  /** A server of another provider that is shared on under this name: published as own, in the catalog as what it is. */
  setPassedOn(server: string, local: LocalServer | undefined): void;
  /** What a local server offers, as last told. */
  localOffers(server: string): ServerOffers | undefined;
  /** Throws `registry.manifest_too_large` where so much of a server cannot be shared. */
  checkShareable(server: string, tools: string[] | undefined): void;
  /** Makes the published entry of a server match its share; ends it where that cannot be done. */
  setShare(server: string, share: Share | undefined): void;
  /** Own servers whose entries are out. */
  published(): string[];
  list(scope: 'catalog' | 'local' | 'network' | 'all'): ToolView[];
  /** The part of all tools that a person looks at; cheap, whatever their number. */
  query(query: ToolQuery): Promise<QueriedTools>;
  /**
   * The best for what a person wrote, the best first. Rejects with `registry.search_failed`.
   *
   * @param scope `catalog`: what the network offers beside the catalog neither is found nor takes a place of what is in it.
   */
  search(text: string, limit: number, scope?: 'catalog'): Promise<ToolView[]>;
  /** The same, with how it was understood. */
  ask(text: string, limit: number): Promise<{ items: ToolView[]; understood: Understood }>;
  /** Asks peers, to whom the words are shown; yields as answers come, ends when all answered or the signal aborts. */
  searchNetwork(text: string, limit: number, signal: AbortSignal): AsyncIterable<NetworkAnswer>;
  /** Who shares what, as the distributed index and then the signed entries tell. */
  readonly lookup: Lookups['lookup'];
  /** Throws `registry.unknown_tool` or `registry.ambiguous`. */
  show(id: string): ToolDetail;
  /** Between two known definitions of a tool. Throws `registry.unknown_version`. */
  compare(id: string, before: string, after: string): { changes: FieldChange[]; breaking: string[] };
  /**
   * Throws `registry.already_local`, `registry.say_whose` where nothing says which provider's tool is meant (anybody can
   * call his tool so), `registry.pin_first` where its pin does not hold, or `registry.changed_meanwhile` where `fingerprint`
   * is not the present one.
   */
  approve(id: string, fingerprint?: string): ToolView;
  reject(id: string): ToolView;
  alias(id: string, alias: string): ToolView;
  /** Throws `registry.bad_pin`. */
  pin(id: string, pin?: Pin): ToolView;
  unpin(id: string): ToolView;
  favourite(id: string, favourite: boolean): ToolView;
  /** Instances of the tool that must live; 0 ends it. Throws `registry.too_many_critical`. */
  setCritical(id: string, min: number): ToolView;
  /** Tools that are watched over, those that lack instances first. */
  critical(): CriticalTool[];
  /** A provider goes by a new key: decisions, names and aliases of his tools follow. */
  follow(from: ProviderId, to: ProviderId): void;
  catalog(): readonly CatalogEntry[];
  /** Tools with a name in the catalog that are not in it until the operator decides anew. */
  waiting(): readonly WaitingEntry[];
  /** Throws as `show` does. */
  callable(id: string): CallableTool;
  /** A tool of an own server by its own name, or undefined. */
  localTool(server: string, tool: string): CallableTool | undefined;
  /** Servers of others, at each version that some node of theirs runs. */
  servers(): ListedServer[];
  counts(): Counts;
  /** What a provider calls himself, where an entry told; made safe to show. */
  providerName(provider: ProviderId): string | undefined;
  /** Looks again at every tool: whom the operator knows, or who was found to equivocate, changed. */
  reconsider(): void;
  /** Tells watchers that reachability may have changed. */
  touch(): void;
}

export interface RegistryDeps {
  db: Database;
  records: Records;
  network: Network;
  clock: Clock;
  random: Random;
  verify: Verify;
  log: Log;
  node: PublishingNode;
  /** Verifies a node certificate; throws `AppError` where it does not hold. */
  certified: (certificate: Uint8Array) => CertifiedNode;
}

/** What a chain says of a server that is shared on. */
export interface PassedOn {
  /** The origin first, who serves it last. */
  parties: readonly ProviderId[];
  /** Its name at the origin. */
  server: string;
}

export interface RegistryOptions {
  maySee(provider: ProviderId, server: string): boolean;
  /** Whether a provider means something to the operator: strangers must not take the room that it needs. */
  concerns(provider: ProviderId): boolean;
  /** Whether the operator marked a provider as known to him: his names are not to be imitated. Default: nobody. */
  isKnown?(provider: ProviderId): boolean;
  /** Whether a provider was found to sign two things under one number. Default: nobody. */
  isFlagged?(provider: ProviderId): boolean;
  /** Whether a local server can take calls. */
  isLocalReachable(server: string): boolean;
  /** The parties of a chain of grants that ends with a provider and holds. Default: no chain does. */
  partiesOf?(via: readonly string[], provider: ProviderId): PassedOn | undefined;
  /** Whether peers' searches are answered. Default: they are. */
  answersSearches?(): boolean;
  /** What is known of a tool besides its words; orders what fits equally well. Default: nothing. */
  boosts?(key: string): Boosts;
  /** Whether a connected peer takes calls now, as far as it told. Default: it does. */
  isServing?(peerId: PeerId): boolean;
}
