/** One tool looked at closely: what it was, what changed, what breaks. */
import { breakingChanges } from '#shared/features/registry/breaking.ts';
import type { KnownVersion } from '#shared/features/registry/contract.ts';
import { diffTools, type FieldChange } from '#shared/features/registry/diff.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Decisions } from './decisions.ts';
import type { Directory } from './directory.ts';
import type { Keepsakes } from './keepsakes.ts';
import type { RulesStore } from './rules-store.ts';
import type { ShelvedTool } from './shelf.ts';
import type { Versions } from './versions.ts';

export interface Inspection {
  /** What changed since the tool was approved or pinned; empty where it is in use. */
  changes(tool: ShelvedTool): { diff?: FieldChange[]; breaking?: string[] };
  /** Newest first. */
  versions(tool: ShelvedTool): { versions?: KnownVersion[] };
  /** Throws `registry.unknown_version`. */
  compare(tool: ShelvedTool, before: string, after: string): { changes: FieldChange[]; breaking: string[] };
}

export function createInspection(deps: {
  decisions: Decisions;
  directory: Directory;
  keepsakes: Keepsakes;
  rules: RulesStore;
  versions: Versions;
}): Inspection {
  const { decisions, directory, keepsakes, rules, versions } = deps;

  /** What the operator or a rule of his last agreed to. */
  function agreedTo({ key, pin }: ShelvedTool): Tool | undefined {
    if (pin && !pin.holds) return keepsakes.pin(key)?.anchor;
    const decision = decisions.get(key);
    if (decision) return decision.shown;
    const admitted = rules.admission(key);
    return admitted && versions.definition(key, admitted.fingerprint);
  }

  function definition({ entry, key }: ShelvedTool, fingerprint: string): Tool {
    const found =
      (entry.fingerprint === fingerprint ? entry.tool : undefined) ??
      directory.offers(key).find((offer) => offer.fingerprint === fingerprint)?.tool ??
      versions.definition(key, fingerprint);
    if (found) return found;
    throw new AppError('registry.unknown_version', 'This version of the tool is not kept any more.', {
      advice: 'Compare others; `toolswarm tools show` lists those that are known.',
    });
  }

  return {
    changes(tool) {
      const before = tool.state === 'changed' ? agreedTo(tool) : undefined;
      if (!before) return {};
      return { diff: diffTools(before, tool.entry.tool), breaking: breakingChanges(before, tool.entry.tool) };
    },
    versions({ entry, key }) {
      const seen = versions.list(key);
      if (seen.length === 0) return {};
      const approved = [decisions.get(key), rules.admission(key)].map((one) => one?.fingerprint);
      const nodesOf = (fingerprint: string) =>
        directory
          .offers(key)
          .filter((offer) => offer.fingerprint === fingerprint)
          .map((offer) => offer.listing.peer);
      return {
        versions: seen.map((one) => ({
          ...one,
          nodes: nodesOf(one.fingerprint),
          current: one.fingerprint === entry.fingerprint,
          approved: approved.includes(one.fingerprint),
        })),
      };
    },
    compare(tool, before, after) {
      const [first, second] = [definition(tool, before), definition(tool, after)];
      return { changes: diffTools(first, second), breaking: breakingChanges(first, second) };
    },
  };
}
