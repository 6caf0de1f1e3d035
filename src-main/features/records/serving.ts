/** Answers what connected peers ask about records: each request costs of what the peer may ask, and shows what it may see. */
import { isOpen } from '#shared/features/records/filters.ts';
import {
  decodeRecordsRequest,
  encodeRecordsMessage,
  INVENTORY_PAGE,
  RECORD_BATCH,
  type RecordsRequest,
  TEXTS_ALONG_FEATURE,
} from '#shared/features/records/messages.ts';
import { answerQuestions } from '#shared/features/records/ranges.ts';
import type { SaltedText } from '#shared/features/records/texts.ts';
import type { CborValue } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerInfo } from '../p2p/index.ts';
import type { Conduct } from './conduct.ts';
import type { Proofs } from './proofs.ts';
import type { RecordStore, StoredRecord } from './store.ts';
import type { Texts } from './texts.ts';

/** What a request costs of a peer's allowance (`conduct.ts`), by how much work it is. */
const COST: Record<RecordsRequest['op'], number> = {
  inventory: 4,
  ranges: 4,
  fetch: 1,
  get: 1,
  push: 2,
  withdraw: 1,
  proofs: 4,
  texts: 1,
};
/** A set of its own for a filter is made by reading all records. */
const FILTER_COST = 40;

export interface ServingDeps {
  store: RecordStore;
  proofs: Proofs;
  texts: Texts;
  conduct: Conduct;
  clock: Clock;
  mayHave(peer: PeerInfo, record: StoredRecord): boolean;
  /** Notes that a peer was given a record and returns its bytes. */
  noteHanded(peer: PeerInfo, record: StoredRecord): Uint8Array;
  receive(bytes: Uint8Array, via: PeerInfo): unknown;
  /** The node that signed a record stands for it no longer. */
  withdrawn(peer: PeerInfo, record: StoredRecord | undefined): void;
  /** Nothing that expired is compared. */
  tidy(): void;
}

export function createServing(deps: ServingDeps): (payload: Uint8Array, peer: PeerInfo) => Uint8Array {
  const { clock, conduct, mayHave, noteHanded, proofs, store, texts } = deps;

  function answer(payload: Uint8Array, peer: PeerInfo): Uint8Array {
    if (conduct.isIgnored(peer.peerId)) throw ignored();
    const request = understood(payload, peer);
    const filters = request.op === 'ranges' && !isOpen(request.filter);
    if (!conduct.take(peer.peerId, COST[request.op] + (filters ? FILTER_COST : 0))) throw tooMany();
    return encodeRecordsMessage(answerTo(request, peer));
  }

  function understood(payload: Uint8Array, peer: PeerInfo): RecordsRequest {
    try {
      return decodeRecordsRequest(payload);
    } catch (error) {
      conduct.blame(peer.peerId, 'malformed');
      throw error;
    }
  }

  function answerTo(request: RecordsRequest, peer: PeerInfo): CborValue {
    switch (request.op) {
      case 'inventory':
        return inventory(request.after, request.own ?? false, peer);
      case 'ranges':
        return ranges(request, peer);
      case 'fetch':
        return {
          records: given(
            request.hashes.map((hash) => store.byHash(hash)),
            peer,
          ),
          ...(request.texts && peer.features.includes(TEXTS_ALONG_FEATURE)
            ? { texts: textsBeside(request.hashes, peer) }
            : {}),
        };
      case 'get':
        return {
          records: given(
            request.keys.map((key) => current(request.type, key)),
            peer,
          ),
        };
      case 'proofs':
        return {
          proofs: proofs.others(peer.network, request.known).map(({ first, second }) => [first, second]),
        };
      case 'texts':
        return { texts: textsFor(request.commitments, peer) };
      case 'push':
        for (const bytes of request.records) deps.receive(bytes, peer);
        return {};
      case 'withdraw':
        for (const { type, key } of request.records) deps.withdrawn(peer, store.get(type, key));
        return {};
    }
  }

  function current(type: string, key: string): StoredRecord | undefined {
    const record = store.get(type, key);
    return record && !record.disputed && record.expiresAt > clock.now() ? record : undefined;
  }

  const given = (records: Array<StoredRecord | undefined>, peer: PeerInfo): Uint8Array[] =>
    records
      .filter((record) => record !== undefined)
      .filter((record) => mayHave(peer, record))
      .map((record) => noteHanded(peer, record));

  function inventory(after: string, own: boolean, peer: PeerInfo): CborValue {
    const [type = '', key = ''] = after.split('\n');
    // The place where a page ends is a key as well: it must be one that the peer may see.
    const mayPass = (row: StoredRecord) => (row.own || !own) && mayHave(peer, row);
    const rows = own
      ? ownRows({ type, key }, mayPass)
      : store.page({ type, key }, INVENTORY_PAGE, clock.now(), mayPass);
    const last = rows.length === INVENTORY_PAGE ? rows.at(-1) : undefined;
    const lines = rows.map(({ type, key, seq, hash }) => ({ type, key, seq, hash }));
    return { lines, next: last ? `${last.type}\n${last.key}` : '' };
  }

  /** The same page of own records alone, of which there are few: nobody waits for a walk over all others. */
  function ownRows(after: { type: string; key: string }, mayPass: (row: StoredRecord) => boolean) {
    const place = ({ key, type }: { type: string; key: string }) => `${type}\n${key}`;
    return store
      .own()
      .filter((row) => place(row) > place(after) && !row.disputed && row.expiresAt > clock.now())
      .sort((a, b) => (place(a) < place(b) ? -1 : 1))
      .filter(mayPass)
      .slice(0, INVENTORY_PAGE);
  }

  function ranges(request: Extract<RecordsRequest, { op: 'ranges' }>, peer: PeerInfo): CborValue {
    deps.tidy();
    try {
      const set = store.compared(peer.network, request.filter, clock.now());
      return { answers: answerQuestions(set, request.ranges) as CborValue };
    } catch (error) {
      conduct.blame(peer.peerId, 'malformed');
      throw error;
    }
  }

  /** As many as an answer has room for; who reads asks for the rest. */
  function textsBeside(hashes: readonly Uint8Array[], peer: PeerInfo): CborValue {
    const commitments = hashes
      .map((hash) => store.byHash(hash))
      .filter((record) => record !== undefined)
      .flatMap(({ key, type }) => texts.of(type, key))
      .filter(({ text }) => text !== undefined)
      .map(({ commitment }) => commitment);
    return textsFor(commitments.slice(0, RECORD_BATCH), peer).slice(0, RECORD_BATCH);
  }

  function textsFor(commitments: readonly Uint8Array[], peer: PeerInfo): SaltedText[] {
    return texts.find(commitments).flatMap(({ key, salt, text, type }) => {
      const record = store.get(type, key);
      return record && mayHave(peer, record) ? [{ salt, text }] : [];
    });
  }

  return answer;
}

const ignored = (): AppError =>
  new AppError('records.ignored', 'Too much of what this node said about records made no sense.', {
    advice: 'It is listened to again in ten minutes.',
  });

const tooMany = (): AppError =>
  new AppError('records.too_many', 'This node was asked for records too often.', {
    advice: 'Wait a moment and ask again.',
    retryable: true,
  });
