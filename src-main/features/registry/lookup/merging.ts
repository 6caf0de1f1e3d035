/** Answers of many peers become one stream of steps: each tool once, again only when it is seen better than before. */
import type { Doubt, FoundTool, NetworkAnswer } from '#shared/features/registry/network-search.ts';
import type { PeerId } from '#shared/kernel/ids.ts';

export type Declined = 'off' | 'busy';

export interface Merging {
  asked(peer: PeerId): void;
  answered(peer: PeerId): void;
  /** The peer said why it gives no answer. */
  declined(peer: PeerId, why: Declined): void;
  refused(reason: Doubt, times: number): void;
  found(tool: FoundTool): void;
  end(): void;
  /** What is new since this was last asked, best first. Steps that nobody read fold into one. */
  take(): NetworkAnswer;
  onChanged(changed: () => void): () => void;
  /** Aborts once as many tools were found as are wanted. */
  readonly full: AbortSignal;
}

/** Of the tools that are kept, one provider's before all are heard: who answers first must not be all that is seen. */
const SHARE = 0.25;
const LEAST_SHARE = 3;

/** @param limit tools that are kept; more are not wanted. */
export function createMerging(limit: number): Merging {
  const shown = new Map<string, FoundTool>();
  const fresh = new Map<string, FoundTool>();
  /** Beyond a provider's share, at most `limit`: they are shown where there is room in the end. */
  const spare = new Map<string, FoundTool>();
  const share = Math.max(LEAST_SHARE, Math.floor(limit * SHARE));
  const ofProvider = new Map<string, number>();
  const asked = new Set<PeerId>();
  const answered = new Set<PeerId>();
  const declined = { off: new Set<PeerId>(), busy: new Set<PeerId>() };
  const reasons: Partial<Record<Doubt, number>> = {};
  const full = new AbortController();
  const listeners = new Set<() => void>();
  let refused = 0;
  let done = false;
  const changed = () => listeners.forEach((listener) => listener());

  function note(peers: Set<PeerId>, peer: PeerId): void {
    if (peers.has(peer)) return;
    peers.add(peer);
    changed();
  }

  function show(tool: FoundTool): void {
    shown.set(tool.id, tool);
    fresh.set(tool.id, tool);
  }

  return {
    full: full.signal,
    asked: (peer) => note(asked, peer),
    answered: (peer) => note(answered, peer),
    declined: (peer, why) => note(declined[why], peer),
    refused(reason, times) {
      if (times === 0) return;
      reasons[reason] = (reasons[reason] ?? 0) + times;
      refused += times;
      changed();
    },
    found(tool) {
      const before = shown.get(tool.id);
      if (before ? !isBetter(tool, before) : shown.size >= limit) return;
      const count = ofProvider.get(tool.providerId) ?? 0;
      if (!before && count >= share) {
        if (spare.has(tool.id) || spare.size < limit) spare.set(tool.id, tool);
        return;
      }
      if (!before) ofProvider.set(tool.providerId, count + 1);
      show(tool);
      changed();
      if (shown.size >= limit) full.abort();
    },
    end() {
      for (const tool of [...spare.values()].sort(byRelevance)) if (shown.size < limit) show(tool);
      spare.clear();
      done = true;
      changed();
    },
    take() {
      const items = [...fresh.values()].sort(byRelevance);
      fresh.clear();
      const [off, busy] = [declined.off.size, declined.busy.size];
      const counts = { asked: asked.size, answered: answered.size, refused, off, busy };
      return { items, ...counts, reasons: { ...reasons }, done };
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The id names the fingerprint: two of one id differ only in who offers the tool, where, and whether it can be reached. */
const isBetter = (tool: FoundTool, before: FoundTool): boolean =>
  (tool.reachable && !before.reachable) ||
  tool.nodes.length > before.nodes.length ||
  tool.networks.length > before.networks.length;

const byRelevance = (a: FoundTool, b: FoundTool): number =>
  b.relevance - a.relevance || (a.id < b.id ? -1 : 1);
