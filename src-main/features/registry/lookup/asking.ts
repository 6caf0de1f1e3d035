/**
 * Asks the network for tools in words: connected peers at once, then, where they do not know enough, whoever the index
 * names for the question's capabilities. Answers are merged as they come; each tool is shown only once its entry's
 * signature and its manifest's hash were verified here.
 */
import {
  type Doubt,
  type Hit,
  MAX_HITS,
  MAX_SEARCH_ANSWER,
  type NetworkAnswer,
  readHits,
  SEARCH_PROTOCOL,
  searchRequest,
} from '#shared/features/registry/network-search.ts';
import type { Filterable } from '#shared/features/registry/query.ts';
import type { ToolView } from '#shared/features/registry/view.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Log } from '../../../platform/log.ts';
import type { Network } from '../../p2p/index.ts';
import type { StoredRecord } from '../../records/index.ts';
import type { EntryFetcher } from './fetching.ts';
import { createSlots, shuffled, within } from './flow.ts';
import type { FoundEntry, Lookup } from './lookup.ts';
import { createMerging, type Declined } from './merging.ts';
import { type Question, readQuestion } from './question.ts';
import type { Refusals } from './refusals.ts';

/** Connected peers that are asked, all at once. */
const MAX_NEIGHBOURS = 20;
/** A peer's answer, and the proof of one of its entries, may each take this long. */
const PEER_MS = 5000;
/** The index is asked when neighbours had this long. */
const HEAD_START_MS = 250;
/** All that the index names is looked up within this time: it may name peers that never answer, hundreds of them. */
const INDEX_MS = 30_000;
/** Entries confirmed at a time, of all peers and of one. */
const PARALLEL_PROOFS = 16;
const PARALLEL_PROOFS_PER_PEER = 3;
/** A peer that was wrong so often in its answer is not read further. */
const PATIENCE = 8;
/** Entries that one capability brings at most. */
const ENTRIES_PER_CAPABILITY = 10;

/** What peers that answer no search say. */
const DECLINED: Readonly<Record<string, Declined>> = {
  'registry.search_off': 'off',
  'registry.search_busy': 'busy',
};

export interface AskingDeps {
  network: Network;
  fetcher: EntryFetcher;
  lookup: Lookup;
  refusals: Refusals;
  clock: Clock;
  random: Random;
  log: Log;
  /** Fetches what is missing of an entry's tools from the peer, verifies and lists them. Rejects where it cannot. */
  obtain(key: string, peer: PeerId, signal: AbortSignal): Promise<void>;
  /** The fingerprint of a tool as this entry has it, or undefined. */
  fingerprintIn(entry: string, tool: string): string | undefined;
  /** The tools that an entry has. */
  toolsIn(entry: string): string[];
  /** The tool as it is known now and where its entry is shared, or undefined where it is not listed any more. */
  see(
    entry: string,
    tool: string,
  ): { view: ToolView; filterable: Filterable; networks: NetworkId[] } | undefined;
}

export type SearchNetwork = (
  text: string,
  limit: number,
  signal: AbortSignal,
) => AsyncIterable<NetworkAnswer>;

export function createSearchNetwork(deps: AskingDeps): SearchNetwork {
  return async function* searchNetwork(text, limit, signal) {
    const left = new AbortController();
    const merging = createMerging(limit);
    const both = AbortSignal.any([signal, left.signal, merging.full]);
    void ask(deps, readQuestion(text), merging, both)
      .catch((error: unknown) => {
        if (!both.aborted) deps.log.error({ err: error }, 'a search of the network broke off');
      })
      .finally(merging.end);
    try {
      for await (const answer of watch(signal, merging.take, merging.onChanged)) {
        yield answer;
        if (answer.done) return;
      }
    } finally {
      left.abort(new AppError('p2p.cancelled', 'Nobody waits for the answer any more.'));
    }
  };
}

type Merging = ReturnType<typeof createMerging>;

async function ask(
  deps: AskingDeps,
  question: Question,
  merging: Merging,
  signal: AbortSignal,
): Promise<void> {
  if (question.text === '') return;
  const proofs = createSlots(PARALLEL_PROOFS);
  const around = [...new Set(deps.network.peers().map(({ peerId }) => peerId))];
  const neighbours = shuffled(around, deps.random).slice(0, MAX_NEIGHBOURS).map(askPeer);
  const all = Promise.all(neighbours);
  await Promise.race([all, sleep(deps.clock, HEAD_START_MS, signal)]);
  await Promise.all([all, askIndex()]);

  async function askPeer(peer: PeerId): Promise<void> {
    merging.asked(peer);
    let hits: Hit[];
    try {
      hits = await within(deps.clock, PEER_MS, signal, (limited) => hitsOf(peer, limited));
    } catch (error) {
      noteSilence(peer, error);
      return;
    }
    merging.answered(peer);
    await proveAll(peer, hits);
  }

  async function hitsOf(peer: PeerId, limited: AbortSignal): Promise<Hit[]> {
    const request = searchRequest({ op: 'tools', text: question.text, limit: MAX_HITS, hops: 0 });
    const { response } = deps.network.call(peer, SEARCH_PROTOCOL, request, {
      signal: limited,
      timeoutMs: PEER_MS,
      maxResponseBytes: MAX_SEARCH_ANSWER,
    });
    return readHits(await response);
  }

  function noteSilence(peer: PeerId, error: unknown): void {
    if (signal.aborted) return;
    const code = error instanceof AppError ? error.code : '';
    const why = DECLINED[code];
    if (why) merging.declined(peer, why);
    if (['registry.bad_search', 'kernel.malformed'].includes(code)) refuse('malformed', peer);
    // Older nodes know no searches, and an operator may answer none.
    else deps.log.debug({ peer, error: String(error) }, 'a peer did not answer a search');
  }

  function refuse(reason: Exclude<Doubt, 'unproven'>, peer: PeerId, times = 1): void {
    deps.refusals.note(reason, peer, times);
    merging.refused(reason, times);
  }

  /** Entry by entry, the peer's best first; one that is wrong again and again is not read to its end. */
  async function proveAll(peer: PeerId, hits: readonly Hit[]): Promise<void> {
    const lanes = createSlots(PARALLEL_PROOFS_PER_PEER);
    let wrong = 0;
    const prove = async (group: readonly Hit[]) => {
      if (wrong >= PATIENCE) return refuse('wrong_too_often', peer, group.length);
      wrong += await proofs.run(() => proveHits(peer, group), signal);
    };
    await Promise.all(groupedByEntry(hits).map((group) => lanes.run(() => prove(group), signal)));
  }

  /** How many hits of one entry were wrong. */
  async function proveHits(peer: PeerId, hits: readonly Hit[]): Promise<number> {
    const [first] = hits;
    const record = first && (await proven(peer, (limited) => deps.fetcher.verified(peer, first, limited)));
    if (!record) {
      merging.refused('unproven', hits.length);
      return hits.length;
    }
    // Own tools are not found in the network.
    if (record.own) return 0;
    if (!(await isListed(peer, record))) {
      merging.refused('no_manifest', hits.length - 1);
      return hits.length;
    }
    return hits.filter((hit) => !show(hit, peer)).length;
  }

  async function proven<T>(peer: PeerId, work: (limited: AbortSignal) => Promise<T>): Promise<T | undefined> {
    try {
      return await within(deps.clock, PEER_MS, signal, work);
    } catch (error) {
      signal.throwIfAborted();
      deps.log.debug({ peer, error: String(error) }, 'an entry that a peer named could not be had');
      return undefined;
    }
  }

  async function isListed(peer: PeerId, { key }: StoredRecord): Promise<boolean> {
    const had = await proven(peer, async (limited) => {
      await deps.obtain(key, peer, limited);
      return true;
    });
    if (!had) refuse('no_manifest', peer);
    return had === true;
  }

  function show({ fingerprint, key, tool }: Hit, peer: PeerId): boolean {
    if (deps.fingerprintIn(key, tool) !== toHex(fingerprint)) {
      refuse('other_tool', peer);
      return false;
    }
    if (isFound(key, tool)) return true;
    refuse('beside_the_point', peer);
    return false;
  }

  /** Shows a verified tool, unless it has nothing to do with the question. */
  function isFound(entry: string, tool: string): boolean {
    const seen = deps.see(entry, tool);
    // It went in this very moment: nobody's fault.
    if (!seen) return true;
    const { filterable, networks, view } = seen;
    const relevance = question.fits(filterable, view.version) ? question.relevance(view) : 0;
    if (relevance > 0) merging.found({ ...view, relevance, networks });
    return relevance > 0;
  }

  async function askIndex(): Promise<void> {
    const late = new AbortController();
    const timer = deps.clock.after(INDEX_MS, () => late.abort());
    const limited = AbortSignal.any([signal, late.signal]);
    try {
      for (const capability of question.capabilities) await askIndexFor(capability, limited);
    } catch (error) {
      if (!limited.aborted) throw error;
    } finally {
      timer.cancel();
    }
  }

  async function askIndexFor(capability: string, limited: AbortSignal): Promise<void> {
    if (limited.aborted) return;
    const onPeer = (peer: PeerId, step: 'asked' | 'answered') => merging[step](peer);
    const options = { signal: limited, limit: ENTRIES_PER_CAPABILITY, onPeer };
    const shown: Promise<void>[] = [];
    for await (const found of deps.lookup.byCapability(capability, options)) {
      const showing = proofs.run(() => showFitting(found), limited);
      // Nobody may be left to wait for it when the search is over.
      shown.push(
        showing.catch((error: unknown) => {
          if (!limited.aborted) throw error;
        }),
      );
    }
    await Promise.all(shown);
  }

  /** Of an entry that was found by its capabilities, the tools that fit the question. */
  async function showFitting({ peer, record }: FoundEntry): Promise<void> {
    if (record.own || !(await isListed(peer, record))) return;
    for (const tool of deps.toolsIn(record.key)) isFound(record.key, tool);
  }
}

function groupedByEntry(hits: readonly Hit[]): Hit[][] {
  const groups = new Map<string, Hit[]>();
  for (const hit of hits.toSorted((a, b) => b.score - a.score)) {
    const id = `${hit.key}\n${toHex(hit.hash)}`;
    groups.set(id, [...(groups.get(id) ?? []), hit]);
  }
  return [...groups.values()];
}
