/** What the records slice offers, needs and tells. */
import type { Filter } from '#shared/features/records/filters.ts';
import type { RecordMeta } from '#shared/features/records/rules.ts';
import type { SaltedText } from '#shared/features/records/texts.ts';
import type { CborValue } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Envelope, Signer, Verify } from '#shared/kernel/envelope.ts';
import type { EventSource } from '#shared/kernel/events.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Network } from '../p2p/index.ts';
import type { Wanted } from './exchange.ts';
import type { Equivocation } from './proofs.ts';
import type { StoredRecord } from './store.ts';
import type { RecordText } from './texts.ts';

export interface RecordKind {
  /** Envelope type, `entry/1`. */
  type: string;
  /** Gossip topic of its public records. */
  topic: string;
  /** Reads a record whose signature is verified; throws `AppError` where the signer may not say this. */
  read(record: Envelope & { value: CborValue }, now: number): RecordMeta;
  /** Signs own record anew with a later expiry and higher sequence; undefined where it should lapse. */
  renew(record: StoredRecord): Envelope | undefined;
  /** What filters select a record by, `tag:search`: at most 32 of 64 characters, what is beyond is left out. */
  facets?(record: Envelope & { value: CborValue }): readonly string[];
  /** Commitments in the record to texts that stand beside it (`texts.ts`): 8 at most, of 32 bytes. */
  texts?(record: Envelope & { value: CborValue }): readonly Uint8Array[];
}

export interface RecordsEvents {
  stored: { type: string; key: string; owner: ProviderId };
  /** Ended by a tombstone, expired, withdrawn by its node, or disputed. */
  removed: { type: string; key: string; owner: ProviderId };
  /** A text beside a record came. */
  textCame: { type: string; key: string; owner: ProviderId };
  equivocationFound: { type: string; key: string; owner: ProviderId };
  /** A record that was refused, by reason; for counters. */
  refused: { type: string; reason: string };
  /** A peer told so much nonsense that it is not listened to for ten minutes. */
  peerIgnored: { peerId: PeerId };
}

export interface PublishOptions {
  /** Where it may travel. Absent: in every network in which the node is, also those that it enters later. */
  networks?: readonly NetworkId[];
  /** Texts that the record commits to. */
  texts?: readonly SaltedText[];
}

export interface Records extends EventSource<RecordsEvents> {
  register(kind: RecordKind): void;
  start(): void;
  stop(): Promise<void>;
  /**
   * Stores an own record and spreads it: public ones to everybody in its networks, private ones to those connected who
   * may see them.
   */
  publish(type: string, envelope: Envelope, options?: PublishOptions): void;
  /** A network was left: what was heard in it alone is forgotten. */
  leave(network: NetworkId): void;
  get(type: string, key: string): StoredRecord | undefined;
  inForce(type: string): StoredRecord[];
  /** All records of a provider, whatever their state. */
  ofOwner(owner: ProviderId): StoredRecord[];
  /** Own records, tombstones included. */
  own(): StoredRecord[];
  /** Takes an own record out of the store without a trace, where its signer no longer stands for it. */
  drop(type: string, key: string): void;
  /** Forgets everything of a provider or node that was blocked. */
  forget(id: ProviderId | PeerId): void;
  /** Forgets what one node said in the name of a provider that it serves no longer. */
  forgetNode(node: PeerId, owner: ProviderId): void;
  /**
   * Asks one peer for records by key or by hash, at most 60 of each. What holds is stored, and returned as it is in force
   * here; what does not is counted as refused and left out. Rejects as a call does.
   */
  fetch(
    peer: PeerId,
    wanted: Wanted,
    options?: { signal?: AbortSignal; network?: NetworkId },
  ): Promise<StoredRecord[]>;
  /** Hands all own private records a peer may now see to it, and ends those it may no longer see. */
  reshare(key: string, type: string): void;
  /** Proofs that somebody signed two things under one number, oldest first; at most 1,000. */
  equivocations(): Equivocation[];
  /** The texts beside a record, as far as they came and were not taken back. */
  texts(type: string, key: string): RecordText[];
  /** Asks for texts that did not come with their record, instead of waiting until peers are compared with. */
  seekTexts(type: string, key: string): void;
  /**
   * Takes own texts back everywhere: a signed statement spreads, nodes drop the texts and never take them again while a
   * record names them. Throws `records.cannot_erase` where this node cannot sign statements.
   */
  erase(commitments: readonly Uint8Array[]): void;
}

export interface RecordsDeps {
  network: Network & {
    /** Where the node is in several networks. */
    networks?(): ReadonlyArray<{ id: NetworkId; state?: string }>;
  };
  db: Database;
  clock: Clock;
  random: Random;
  verify: Verify;
  log: Log;
  /** Whom a certificate speaks for. Throws `AppError`. Without it erasures are neither read nor passed on. */
  certified?(certificate: Uint8Array): {
    providerId: ProviderId;
    peerId: PeerId;
    nodePublicKey: Uint8Array;
  };
  /** Signs erasures in this node's name. */
  self?: { signer: Signer; certificate(): Uint8Array };
}

export interface RecordsOptions {
  /** Whether a provider may see an own private record. Asked anew each time. */
  maySee(provider: ProviderId, record: StoredRecord): boolean;
  isBlocked(owner: ProviderId, node: PeerId): boolean;
  /** Whether a provider means something to the operator: strangers must not take the room that it needs. */
  concerns(owner: ProviderId): boolean;
  /** What this node wants to hold of strangers. Default: everything. */
  interest?(): Filter;
  /** Peers that are read every time, not only by chance. */
  pinned?(): readonly PeerId[];
}
