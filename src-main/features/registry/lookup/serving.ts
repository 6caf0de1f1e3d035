/** Answers what peers search: public tools, and private ones that the asker may see; so often, and so much at a time. */
import { ENTRY_TYPE, entryKey, storedEntry } from '#shared/features/registry/entry.ts';
import {
  entriesAnswered,
  type Hit,
  hitsAnswered,
  MAX_HITS,
  readSearchRequest,
  SEARCH_PROTOCOL,
  type SearchRequest,
} from '#shared/features/registry/network-search.ts';
import { type Filterable, haystackOf } from '#shared/features/registry/query.ts';
import { fingerprintOf } from '#shared/features/registry/tool.ts';
import { fromHex, toHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Network, PeerInfo } from '../../p2p/index.ts';
import type { Records, StoredRecord } from '../../records/index.ts';
import { type Directory, type Offer, tagsOf } from '../directory.ts';
import type { Manifests } from '../manifests.ts';
import { createBuckets } from './buckets.ts';
import { createSlots } from './flow.ts';
import { type Question, readQuestion } from './question.ts';

/** What one peer may ask, and all together. */
const PER_PEER = { burst: 20, perSecond: 1 };
const TOGETHER = { burst: 60, perSecond: 20 };
/** Searches that run at a time, and that wait for their turn. */
const PARALLEL = 2;
const MAX_WAITING = 16;
/** Manifests of own entries whose fingerprints are kept at hand. */
const MAX_SHARED = 128;

export interface ServingDeps {
  network: Network;
  records: Records;
  directory: Directory;
  manifests: Manifests;
  clock: Clock;
  self: ProviderId;
  /** Keys (`provider/server/tool`) of the tools here that fit the words, the best first. */
  searchLocal(text: string, limit: number): Promise<readonly string[]>;
  /** Whether a peer may read the manifest of an entry. */
  mayRead(peer: PeerInfo, key: string, hash: Uint8Array): boolean;
  /** Whether the operator lets searches be answered. */
  isAnswering(): boolean;
}

export function serveSearches(deps: ServingDeps): Closeable {
  const { directory, manifests, network, records } = deps;
  const may = createBuckets(deps.clock, PER_PEER, TOGETHER);
  const slots = createSlots(PARALLEL);
  /** What own entries share, by the hash of their manifest: fingerprints by tool. */
  const shared = new Map<string, Map<string, string>>();

  async function answer(payload: Uint8Array, peer: PeerInfo, signal: AbortSignal): Promise<Uint8Array> {
    if (!may(peer.peerId)) throw tooOften();
    const request = readSearchRequest(payload);
    if (request.op === 'entries') return entriesAnswered(ownEntries(request.capability, peer));
    if (!deps.isAnswering())
      throw new AppError('registry.search_off', 'This node answers no searches.', {
        advice: 'Its tools are found by their entries.',
      });
    if (slots.waiting() >= MAX_WAITING) throw tooOften();
    return slots.run(async () => hitsAnswered(await hitsFor(request, peer)), signal);
  }

  const ownEntries = (capability: string, peer: PeerInfo) =>
    records
      .own()
      .filter((record) => record.type === ENTRY_TYPE && !record.private && !record.tombstone)
      .filter(({ networks }) => networks.includes(peer.network))
      .filter(({ bytes }) => capability === '' || storedEntry(bytes).caps?.includes(capability))
      .map(({ hash, key }) => ({ key, hash }));

  async function hitsFor(
    { limit, text }: Extract<SearchRequest, { op: 'tools' }>,
    peer: PeerInfo,
  ): Promise<Hit[]> {
    // Read again: of what is nobody else's business nothing is left in it.
    const question = readQuestion(readQuestion(text).text);
    if (question.openText === '') return [];
    const keys = await deps.searchLocal(question.openText, MAX_HITS);
    return keys
      .flatMap((key) =>
        directory.offers(key).flatMap((offer) => hitOf(offer, peer, scoreOf(offer, question)) ?? []),
      )
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  }

  function hitOf(offer: Offer, peer: PeerInfo, score: number): Hit | undefined {
    const { fingerprint, listing, tool } = offer;
    if (score === 0) return undefined;
    // Its own tools are no news to the asker.
    if (listing.peer === peer.peerId || !isEncodable(tool.name)) return undefined;
    const record = entryBehind(offer).find((one) => isFor(peer, one, offer));
    return (
      record && {
        key: record.key,
        hash: record.hash,
        tool: tool.name,
        fingerprint: fromHex(fingerprint),
        score,
      }
    );
  }

  function entryBehind({ listing: { entry, local, peer, provider, server } }: Offer): StoredRecord[] {
    const keys = local
      ? [entryKey(provider, peer, server, false), entryKey(provider, peer, server, true)]
      : [entry];
    return keys.flatMap((key) => records.get(ENTRY_TYPE, key) ?? []);
  }

  /** What others share in private is told to nobody; what is shared of an own server is what its entry says, no more. */
  function isFor(peer: PeerInfo, record: StoredRecord, { fingerprint, listing, tool }: Offer): boolean {
    const { manifest } = storedEntry(record.bytes);
    if (!manifest || record.disputed || record.expiresAt <= deps.clock.now()) return false;
    if (!deps.mayRead(peer, record.key, manifest)) return false;
    return !listing.local || sharedIn(manifest).get(tool.name) === fingerprint;
  }

  function sharedIn(manifest: Uint8Array): Map<string, string> {
    const id = toHex(manifest);
    const known = shared.get(id);
    if (known) return known;
    const tools = manifests.get(manifest)?.manifest.tools ?? [];
    const read = new Map(tools.map((tool) => [tool.name, fingerprintOf(tool)]));
    if (shared.size >= MAX_SHARED) shared.clear();
    shared.set(id, read);
    return read;
  }

  return network.serve(SEARCH_PROTOCOL, (payload, { peer, signal }) => answer(payload, peer, signal));
}

/** What everybody may know of a tool. The operator's aliases are found by himself alone. */
const publicWords = ({ listing, tool: { description, name, title } }: Offer) => ({
  name,
  title,
  description,
  server: listing.server,
  tags: tagsOf(listing, name),
});

/** By what everybody may know alone: whether a tool is found tells of nothing else. */
function scoreOf(offer: Offer, { fits, relevance }: Question): number {
  const { listing, tool } = offer;
  const words = publicWords(offer);
  const { description, name, server, tags, title } = words;
  const seen: Filterable = {
    providerId: listing.provider,
    providerName: listing.providerName,
    server,
    tags,
    annotations: tool.annotations,
    origin: 'network',
    state: 'pending',
    reachable: true,
    haystack: haystackOf([name, title, description, server, listing.providerName, ...tags]),
  };
  return fits(seen, listing.version) ? relevance(words) : 0;
}

/** A name that begins with a byte order mark has no canonical bytes. */
const isEncodable = (name: string): boolean => name.isWellFormed() && !name.startsWith('\ufeff');

const tooOften = () =>
  new AppError('registry.search_busy', 'This node answers no more searches at the moment.', {
    advice: 'Ask again in a few seconds.',
    retryable: true,
  });
