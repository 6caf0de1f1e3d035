/**
 * Reads what a peer has and this node lacks. What a peer signed itself is read whole, since it is the authority on what of
 * it still stands; the rest is compared range by range, or, with peers that cannot do that, by their inventory.
 */
import type { Filter } from '#shared/features/records/filters.ts';
import {
  decodeInventoryReply,
  decodeProofsReply,
  decodeRangesReply,
  decodeRecordsReply,
  decodeTextsReply,
  type InventoryLine,
  PROOF_BATCH,
  RECONCILE_FEATURE,
  RECORD_BATCH,
  TEXTS_ALONG_FEATURE,
} from '#shared/features/records/messages.ts';
import { createReconciliation } from '#shared/features/records/ranges.ts';
import { equalBytes, toHex } from '#shared/kernel/bytes.ts';
import type { CborValue } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { PeerInfo } from '../p2p/index.ts';
import type { Conduct } from './conduct.ts';
import { isOfNode } from './keys.ts';
import type { Proofs } from './proofs.ts';
import type { RecordStore, StoredRecord } from './store.ts';
import type { Texts } from './texts.ts';

/** Pages read from one peer in one go; a peer with more is read further at the next connection. */
const MAX_PAGES = 200;
/** Records asked of one peer in one go, likewise. */
const MAX_FETCHED = 20_000;
/** What peers offered and this node does not take (older, unwanted, not given), so that it is not asked for each time. */
const MAX_DECLINED = 20_000;
const DECLINED_MS = 3_600_000;
/** Texts that are looked at in one go. */
const MAX_WAITING_TEXTS = 600;

export interface ReadingDeps {
  store: RecordStore;
  proofs: Proofs;
  texts: Texts;
  conduct: Conduct;
  clock: Clock;
  ask(peer: PeerInfo, request: CborValue): Promise<Uint8Array>;
  /** Whether something came of it. */
  receive(bytes: Uint8Array, via: PeerInfo): 'taken' | 'known' | 'declined';
  receiveProof(first: Uint8Array, second: Uint8Array, via: PeerInfo): void;
  withdrawn(peer: PeerInfo, record: StoredRecord | undefined): void;
  interest(): Filter;
  tidy(): void;
}

export function createReading(deps: ReadingDeps): (peer: PeerInfo) => Promise<void> {
  const { ask, clock, conduct, proofs, store, texts } = deps;
  const declined = new Map<string, number>();

  async function read(peer: PeerInfo): Promise<void> {
    deps.tidy();
    if (!peer.features.includes(RECONCILE_FEATURE)) return readInventory(peer, {});
    await readInventory(peer, { own: true });
    await readRanges(peer);
    await readProofs(peer);
    await readTexts(peer);
  }

  /** The node that signed a record is the authority on whether it still stands. */
  async function readInventory(peer: PeerInfo, own: { own?: boolean }): Promise<void> {
    const isHere = (record: StoredRecord) => record.private || record.networks.includes(peer.network);
    const ofPeer = store
      .ofOwner(peer.providerId)
      .filter((record) => isOfNode(record.key, peer) && isHere(record));
    /** What the peer has not offered so far. */
    const unoffered = new Map(ofPeer.map((record) => [toHex(record.hash), record]));
    let after = '';
    let complete = false;
    for (let page = 0; page < MAX_PAGES && !complete; page++) {
      const reply = decodeInventoryReply(await ask(peer, { op: 'inventory', after, ...own }));
      for (const line of reply.lines) unoffered.delete(toHex(line.hash));
      await fetchAll(
        peer,
        reply.lines.filter((line) => isNews(line, peer)).map(({ hash }) => hash),
      );
      after = reply.next;
      complete = after === '';
    }
    if (!complete) return;
    for (const old of unoffered.values()) {
      const now = store.get(old.type, old.key);
      if (!now || !equalBytes(now.hash, old.hash)) continue;
      deps.withdrawn(peer, now);
      // Others who did not hear of it offer it still.
      decline(now.hash, peer);
    }
  }

  function isNews(line: InventoryLine, peer: PeerInfo): boolean {
    const have = store.get(line.type, line.key);
    if (have?.own) return false;
    // What was heard in another network alone is heard here once the peer has shown that it has it.
    const isHere = have && (have.private || have.networks.includes(peer.network));
    return !isHere || have.seq < line.seq || (have.seq === line.seq && !equalBytes(have.hash, line.hash));
  }

  async function readRanges(peer: PeerInfo): Promise<void> {
    const filter = deps.interest();
    const reconciliation = createReconciliation(store.compared(peer.network, filter, clock.now()));
    for (let fetched = 0; fetched < MAX_FETCHED; ) {
      const ranges = reconciliation.next();
      if (ranges.length === 0) return;
      const reply = await ask(peer, { op: 'ranges', filter, ranges });
      const { missing } = blaming(peer, () => reconciliation.take(decodeRangesReply(reply).answers));
      const wanted = missing.filter((hash) => isWanted(hash, peer));
      if (!(await fetchAll(peer, wanted))) return;
      fetched += wanted.length;
    }
  }

  function isWanted(hash: Uint8Array, peer: PeerInfo): boolean {
    if ((declined.get(declinedName(hash, peer)) ?? -Infinity) > clock.monotonic()) return false;
    const have = store.byHash(hash);
    if (!have) return true;
    return !have.own && !have.disputed && !have.networks.includes(peer.network);
  }

  /** Fetches and stores in batches; false where the peer has little that this node takes. */
  async function fetchAll(peer: PeerInfo, hashes: readonly Uint8Array[]): Promise<boolean> {
    for (let from = 0; from < hashes.length; from += RECORD_BATCH) {
      const batch = hashes.slice(from, from + RECORD_BATCH);
      const along = peer.features.includes(TEXTS_ALONG_FEATURE);
      const request = { op: 'fetch', hashes: batch };
      const reply = await ask(peer, along ? { ...request, texts: true } : request);
      const { records, texts: beside = [] } = blaming(peer, () => decodeRecordsReply(reply));
      let taken = 0;
      for (const bytes of records) if (deps.receive(bytes, peer) !== 'declined') taken++;
      for (const given of beside) texts.take(given);
      for (const hash of batch) if (!store.byHash(hash)) decline(hash, peer);
      if (records.length === 0) conduct.blame(peer.peerId, 'notGiven');
      if (batch.length === RECORD_BATCH && taken < RECORD_BATCH / 4) return false;
    }
    return true;
  }

  function decline(hash: Uint8Array, peer: PeerInfo): void {
    declined.set(declinedName(hash, peer), clock.monotonic() + DECLINED_MS);
    if (declined.size > MAX_DECLINED) declined.delete(declined.keys().next().value as string);
  }

  const declinedName = (hash: Uint8Array, { network }: PeerInfo) => `${network}/${toHex(hash)}`;

  /** Twenty at a time: the next ones come when the peer is read again. */
  async function readProofs(peer: PeerInfo): Promise<void> {
    const reply = await ask(peer, { op: 'proofs', known: proofs.names(peer.network) });
    const given = blaming(peer, () => decodeProofsReply(reply)).proofs.slice(0, PROOF_BATCH);
    for (const [first, second] of given) deps.receiveProof(first, second, peer);
  }

  async function readTexts(peer: PeerInfo): Promise<void> {
    const commitments = texts
      .waiting(MAX_WAITING_TEXTS)
      .filter(({ key, type }) => concerns(peer, store.get(type, key)))
      .map(({ commitment }) => commitment)
      .slice(0, RECORD_BATCH);
    if (commitments.length === 0) return;
    const reply = await ask(peer, { op: 'texts', commitments });
    for (const given of blaming(peer, () => decodeTextsReply(reply)).texts) texts.take(given);
  }

  /** Nobody but its node learns that a private record waits for a text. */
  const concerns = (peer: PeerInfo, record: StoredRecord | undefined): boolean =>
    record !== undefined &&
    (record.private ? isOfNode(record.key, peer) : record.networks.includes(peer.network));

  function blaming<T>(peer: PeerInfo, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      conduct.blame(peer.peerId, 'malformed');
      throw error;
    }
  }

  return read;
}
