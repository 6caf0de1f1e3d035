/**
 * Every tool of the directory beside what the operator decided about it: its state, the definition that his pin chooses,
 * the words it is found by. Kept up to date tool by tool, as offers come and go.
 */
import { type Approval, approvalOf } from '#shared/features/registry/approval.ts';
import type { RuledTool } from '#shared/features/registry/approval-rules.ts';
import { pinHolds } from '#shared/features/registry/pin-rules.ts';
import {
  haystackOf,
  isInCatalog,
  labelOf,
  type Sortable,
  sortTools,
  type ToolSort,
} from '#shared/features/registry/query.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import { conflictWarnings, isDeceptive, type Resemblance } from '#shared/features/registry/conflicts.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Log } from '../../platform/log.ts';
import type { Conflicts } from './conflicts.ts';
import type { Decisions } from './decisions.ts';
import { type Directory, type DirectoryTool, noteOn, type Offer, tagsOf } from './directory.ts';
import type { Keepsakes } from './keepsakes.ts';
import type { CatalogNames } from './names.ts';
import type { RulesStore } from './rules-store.ts';
import { wordsFor } from './views.ts';
import type { Versions } from './versions.ts';

export interface ShelvedTool extends Sortable {
  /** The definition that the catalog means: the newest, or the one that a pin chooses. */
  entry: DirectoryTool;
  /** Id of the rule that decided. */
  rule: string | undefined;
  pin: ToolView['pin'];
  /** Version of the newest definition, where a pin keeps another. */
  newest: string | undefined;
  /** What its names are like, the best known first. */
  resembles: readonly Resemblance[];
  /** What to know before approving it, beyond its own words. */
  conflicts: readonly string[];
}

export interface Shelf {
  get(key: string): ShelvedTool | undefined;
  all(): readonly ShelvedTool[];
  sorted(sort: ToolSort): readonly ShelvedTool[];
  /** Looks again at these tools, or at all; what the directory changed is looked at anyway. */
  refresh(keys?: Iterable<string>): void;
  /** Grows whenever a tool came, went or changed. */
  version(): number;
}

export interface ShelfDeps {
  db: Database;
  log: Log;
  directory: Directory;
  decisions: Decisions;
  names: CatalogNames;
  keepsakes: Keepsakes;
  rules: RulesStore;
  versions: Versions;
  conflicts: Conflicts;
  /** Told of the tools that were looked at again. */
  looked?(keys: Iterable<string>): void;
  /** Whether a provider was found to sign two things under one number. */
  isFlagged(provider: ProviderId): boolean;
}

export function createShelf(deps: ShelfDeps): Shelf {
  const { conflicts, db, decisions, directory, isFlagged, keepsakes, log, names, rules, versions } = deps;
  const tools = new Map<string, ShelvedTool>();
  const sorted = new Map<ToolSort, readonly ShelvedTool[]>();
  let all: readonly ShelvedTool[] | undefined;
  let version = 0;
  /** Tools whose change could not be written yet; bounded as the directory is. */
  let owed: ReadonlySet<string> = new Set();
  /** `provider/` or `provider/server/` of tools to look at again; bounded likewise. */
  const affected = new Set<string>();

  const look = db.transaction((keys: Iterable<string>) => {
    for (const key of keys) {
      const tool = shelve(key);
      if (tool) tools.set(key, tool);
      else tools.delete(key);
    }
  });

  /** A name that came or went makes others more or less suspicious; they are looked at until that succeeded. */
  function withAffected(keys: Iterable<string>): Iterable<string> {
    for (const servers of conflicts.catchUp()) affected.add(servers);
    if (affected.size === 0) return keys;
    const isAffected = (key: string) => {
      const [provider, server] = key.split('/', 2);
      return affected.has(`${provider}/`) || affected.has(`${provider}/${server}/`);
    };
    return new Set([...keys, ...[...directory.keys()].filter(isAffected)]);
  }

  function refresh(keys: Iterable<string>): void {
    const looked = [...withAffected(keys)];
    look(looked);
    affected.clear();
    deps.looked?.(looked);
    sorted.clear();
    all = undefined;
    version++;
  }

  /**
   * What came and went since the last look. Reading must go on where nothing can be written (a full disk): what could
   * not be looked at is still owed, and what was known is shown until then.
   */
  function catchUp(): void {
    const touched = new Set([...owed, ...directory.takeTouched()]);
    if (touched.size === 0) return;
    try {
      refresh(touched);
      owed = new Set();
    } catch (error) {
      if (owed.size === 0) log.error({ err: error, tools: touched.size }, 'changed tools could not be noted');
      owed = touched;
    }
  }

  function shelve(key: string): ShelvedTool | undefined {
    const newest = directory.get(key);
    if (!newest) return undefined;
    const entry = chosen(key, newest);
    const pin = keepsakes.pin(key);
    const holds = !pin || pinHolds(pin, offerOf(entry));
    const resembles = conflicts.of(entry);
    const approval = approve(key, entry, holds, isDeceptive(resembles));
    keep(key, newest, entry);
    const { listing, tool } = entry;
    const words = wordsFor(tool, listing.providerName);
    const alias = names.aliasOf(key);
    const catalogName = isInCatalog(approval.state)
      ? names.of(key, listing.server, tool.name)
      : names.given(key);
    return {
      key,
      entry,
      state: approval.state,
      rule: approval.rule?.id,
      pin: pin && { kind: pin.kind, value: pin.value, holds },
      newest: entry.fingerprint === newest.fingerprint ? undefined : newest.listing.version,
      resembles,
      conflicts: [...conflictWarnings(resembles), ...(isFlagged(listing.provider) ? ['equivocation'] : [])],
      providerId: listing.provider,
      providerName: words.providerName,
      server: listing.server,
      tags: tagsOf(listing, tool.name),
      annotations: tool.annotations,
      origin: listing.local ? 'local' : 'network',
      favourite: keepsakes.isFavourite(key),
      reachable: false,
      label: labelOf({ alias, ...words }),
      haystack: haystackOf([
        alias,
        catalogName,
        words.text,
        listing.server,
        words.providerName,
        ...tagsOf(listing, tool.name),
        noteOn(listing.notes, tool.name)?.note,
        listing.notes?.category,
      ]),
    };
  }

  /** Of what the nodes of a provider offer, what a pin accepts, and of that rather what was let in already. */
  function chosen(key: string, newest: DirectoryTool): DirectoryTool {
    const pin = keepsakes.pin(key);
    if (!pin) return newest;
    const isPinned = (offer: Offer) => pinHolds(pin, { ...offer, version: offer.listing.version });
    const letIn = [decisions.get(key)?.fingerprint, rules.admission(key)?.fingerprint, pin.fingerprint];
    const isLetIn = (offer: Offer) => isPinned(offer) && letIn.includes(offer.fingerprint);
    return directory.get(key, isLetIn) ?? directory.get(key, isPinned) ?? newest;
  }

  function approve(key: string, entry: DirectoryTool, holds: boolean, isSuspicious: boolean): Approval {
    const tool = ruledTool(entry);
    const facts = {
      isLocal: entry.listing.local && !entry.listing.packaged,
      tool,
      decision: decisions.get(key),
      admitted: rules.admission(key)?.fingerprint,
      pinHolds: holds,
      isSuspicious,
    };
    const approval = approvalOf({ ...facts, rules: rules.list() });
    if (!approval.isNewlyAdmitted || !approval.rule) return approval;
    const isNoted = rules.admit(key, { fingerprint: tool.fingerprint, rule: approval.rule.id });
    return isNoted ? approval : approvalOf({ ...facts, rules: [] });
  }

  /** Remembers what tools were that mean something here. */
  function keep(key: string, newest: DirectoryTool, entry: DirectoryTool): void {
    const { local } = entry.listing;
    const matters = local || decisions.get(key) || rules.admission(key) || keepsakes.pin(key);
    if (!matters && !keepsakes.isFavourite(key)) return;
    if (newest.fingerprint !== entry.fingerprint) versions.note(key, offerOf(newest));
    versions.note(key, offerOf(entry));
  }

  return {
    get(key) {
      catchUp();
      return tools.get(key);
    },
    all() {
      catchUp();
      all ??= [...tools.values()];
      return all;
    },
    sorted(sort) {
      catchUp();
      const known = sorted.get(sort) ?? sortTools(this.all(), sort);
      sorted.set(sort, known);
      return known;
    },
    refresh(keys) {
      catchUp();
      refresh(keys ?? [...directory.keys()]);
    },
    version() {
      catchUp();
      return version;
    },
  };
}

export const isUsed = ({ state }: ShelvedTool): boolean => isInCatalog(state);

export const offerOf = ({ fingerprint, listing, tool }: DirectoryTool) => ({
  tool,
  fingerprint,
  version: listing.version,
});

export const ruledTool = ({ fingerprint, listing, tool }: DirectoryTool): RuledTool => ({
  provider: listing.provider,
  server: listing.server,
  tags: tagsOf(listing, tool.name),
  annotations: tool.annotations,
  fingerprint,
});
