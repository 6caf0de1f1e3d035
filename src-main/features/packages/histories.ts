/**
 * What publishers say of their packages, verified: the replicated records, the logs that they name, the releases that
 * these name. Nobody is led back behind what was heard before, and who tells two histories is held to the first.
 */
import {
  type LoggedVersion,
  MAX_LOG_BYTES,
  newestIn,
  type PackageLog,
  readLog,
  versionsIn,
} from '#shared/features/packages/log.ts';
import { fitsLog, judgeLog } from '#shared/features/packages/news.ts';
import {
  PACKAGE_TOPIC,
  PACKAGE_TYPE,
  packageFacets,
  type PackageRecord,
  parsePackageKey,
  readPackageRecord,
  storedPackageRecord,
} from '#shared/features/packages/record.ts';
import {
  type CertifiedThen,
  type PackageId,
  packageId,
  parsePackageId,
  readRelease,
  type Release,
  type ReleaseId,
} from '#shared/features/packages/release.ts';
import type { CertifiedNode } from '#shared/features/registry/entry.ts';
import { equalBytes, fromHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import type { Envelope, Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { type NetworkId, type ProviderId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Network } from '../p2p/index.ts';
import type { Records, StoredRecord } from '../records/index.ts';
import type { Documents } from './documents.ts';
import type { KnownPackage, KnownPackages, PackageState } from './known.ts';

/** Peers that are asked for something newer before it is said that there is nothing. */
export const PEERS_ASKED = 3;

/** What was heard of a package, without its history. */
export interface Heard {
  id: PackageId;
  provider: ProviderId;
  record: PackageRecord;
  /** When its publisher last stood for it. */
  heardAt: number;
  /** Nobody has stood for it for longer than a record lives. */
  stale: boolean;
  state: PackageState;
  networks: readonly NetworkId[];
}

export interface History {
  heard: Heard;
  log: PackageLog;
  /** Oldest first. */
  versions: LoggedVersion[];
}

export interface VerifiedRelease {
  id: PackageId;
  release: Release;
  bytes: Uint8Array;
  logged: LoggedVersion;
}

export interface Histories extends EventSource<{ changed: { id: PackageId } }> {
  start(): Closeable;
  heard(): Heard[];
  heardOf(id: PackageId): Heard | undefined;
  /** Its history as it was last verified; undefined where it was not yet. */
  last(id: PackageId): History | undefined;
  /** Fetches and verifies. Throws `packages.unknown`, `packages.rewritten`, `packages.unavailable`, `packages.bad_log`. */
  read(id: PackageId, signal?: AbortSignal): Promise<History>;
  /** Asks peers for something newer first. Resolves with how many answered. */
  refresh(id: PackageId, signal?: AbortSignal): Promise<number>;
  /** A release that its publisher stands for. Throws as {@link read}, `packages.no_release` or `packages.bad_release`. */
  release(id: PackageId, wanted: ReleaseId, signal?: AbortSignal): Promise<VerifiedRelease>;
}

export interface HistoriesDeps {
  records: Records;
  network: Network;
  documents: Documents;
  known: KnownPackages;
  clock: Clock;
  log: Log;
  verify: Verify;
  certified(certificate: Uint8Array): CertifiedNode;
  /** The provider for whom a certificate spoke at a time, as he is called now. */
  certifiedThen: CertifiedThen;
  renew(record: StoredRecord): Envelope | undefined;
}

export function createHistories(deps: HistoriesDeps): Histories {
  const { clock, documents, known, log, network, records } = deps;
  const events = createEmitter<{ changed: { id: PackageId } }>((error) =>
    log.error({ err: error }, 'a listener failed'),
  );
  const owned = createDisposableStore();

  records.register({
    type: PACKAGE_TYPE,
    topic: PACKAGE_TOPIC,
    read: (record) => readPackageRecord(record, deps.certified).meta,
    renew: deps.renew,
    facets: ({ value }) => packageFacets(value),
  });

  const idOf = (key: string): PackageId => {
    const { name, provider } = parsePackageKey(key);
    return packageId(provider, name);
  };

  /** Records in force by package; of several nodes of a publisher the one that says most. */
  function newestByPackage(all: readonly StoredRecord[]): Map<PackageId, StoredRecord> {
    const byPackage = new Map<PackageId, StoredRecord>();
    for (const record of all) {
      const id = idOf(record.key);
      const before = byPackage.get(id);
      if (!before || saysMore(record, before)) byPackage.set(id, record);
    }
    return byPackage;
  }

  const ofPackage = (id: PackageId): StoredRecord[] =>
    records
      .ofOwner(parsePackageId(id).provider)
      .filter(({ key, type }) => type === PACKAGE_TYPE && idOf(key) === id);

  const inForce = (id: PackageId): StoredRecord | undefined =>
    newestByPackage(
      ofPackage(id).filter((one) => !one.disputed && !one.tombstone && one.expiresAt > clock.now()),
    ).get(id);

  function heardFrom(id: PackageId, stored: StoredRecord | undefined): Heard | undefined {
    const kept = known.get(id);
    if (!stored && !kept) return undefined;
    const { provider } = parsePackageId(id);
    const record = storedPackageRecord(stored?.bytes ?? (kept as KnownPackage).record);
    return {
      id,
      provider,
      record,
      heardAt: Math.max(stored?.issuedAt ?? 0, kept?.heardAt ?? 0),
      stale: !stored && (kept?.expiresAt ?? 0) <= clock.now(),
      state: kept?.state ?? 'good',
      networks: stored?.networks ?? [PUBLIC_NETWORK],
    };
  }

  function heard(): Heard[] {
    const stored = newestByPackage(records.inForce(PACKAGE_TYPE));
    const ids = new Set([...stored.keys(), ...known.all().map((one) => one.package)]);
    return [...ids].flatMap((id) => heardFrom(id, stored.get(id)) ?? []);
  }

  const heardOf = (id: PackageId) => heardFrom(id, inForce(id));

  const logOf = (id: PackageId): PackageLog | undefined => {
    const hash = known.get(id)?.log;
    const bytes = hash && documents.get(hash);
    return bytes && readLog(bytes);
  };

  function last(id: PackageId): History | undefined {
    const kept = known.get(id);
    const found = logOf(id);
    const about = heardOf(id);
    return kept && found && about ? { heard: about, log: found, versions: versionsIn(found) } : undefined;
  }

  const throughOf = ({ networks }: Heard): NetworkId | undefined =>
    networks.length === 1 ? networks[0] : undefined;

  async function read(id: PackageId, signal?: AbortSignal): Promise<History> {
    const stored = inForce(id);
    const kept = known.get(id);
    if (kept?.state === 'rewritten') throw rewritten();
    if (!stored) return last(id) ?? fail(unknown());
    const record = storedPackageRecord(stored.bytes);
    const current = last(id);
    if (kept && current && record.seq <= kept.seq) return current;
    if (!record.log) throw unknown();
    const about = heardFrom(id, stored) as Heard;
    const bytes = await documents.fetch(record.log, {
      provider: about.provider,
      network: throughOf(about),
      signal,
    });
    take(id, stored, record, bytes);
    return last(id) ?? fail(unknown());
  }

  /** Everything below is done in one turn: what is judged is what is written. */
  function take(id: PackageId, stored: StoredRecord, record: PackageRecord, bytes: Uint8Array): void {
    if (bytes.length > MAX_LOG_BYTES) throw nonsense();
    const verdict = judgeLog(record, readLog(bytes), logOf(id));
    if (verdict.kind === 'nonsense') throw nonsense();
    const kept = known.get(id);
    const about = { package: id, seq: record.seq, heardAt: stored.issuedAt, expiresAt: stored.expiresAt };
    if (verdict.kind === 'take')
      known.set({
        ...about,
        log: record.log ?? undefined,
        record: stored.bytes,
        state: 'good',
        proof: undefined,
      });
    else if (verdict.kind === 'rewritten' && kept)
      known.set({ ...kept, state: 'rewritten', proof: stored.bytes });
    events.emit('changed', { id });
    if (verdict.kind !== 'rewritten') return;
    log.warn({ package: id }, 'a publisher told two histories of a package');
    throw rewritten();
  }

  async function refresh(id: PackageId, signal?: AbortSignal): Promise<number> {
    const { provider } = parsePackageId(id);
    const keys = ofPackage(id).map(({ key }) => key);
    if (keys.length === 0) return 0;
    const peers = network
      .peers()
      .sort((a, b) => Number(b.providerId === provider) - Number(a.providerId === provider))
      .slice(0, PEERS_ASKED);
    const asked = await Promise.allSettled(
      peers.map(({ network: through, peerId }) =>
        records.fetch(
          peerId,
          { type: PACKAGE_TYPE, keys },
          { network: through, ...(signal ? { signal } : {}) },
        ),
      ),
    );
    signal?.throwIfAborted();
    return asked.filter(({ status }) => status === 'fulfilled').length;
  }

  async function release(id: PackageId, wanted: ReleaseId, signal?: AbortSignal): Promise<VerifiedRelease> {
    const history = await read(id, signal);
    const logged = history.versions.find((one) => one.release === wanted);
    if (!logged) throw noRelease();
    const { heard: about } = history;
    const bytes = await documents.fetch(fromHex(wanted), {
      provider: about.provider,
      network: throughOf(about),
      signal,
    });
    const found = readRelease(bytes, { verify: deps.verify, certifiedThen: deps.certifiedThen });
    if (found.provider !== about.provider || !fitsLog(bytes, found.release, history.log)) throw badRelease();
    return { id, release: found.release, bytes, logged };
  }

  /** Packages that matter here are followed at once; others when somebody asks. */
  function onStored({ key, type }: { key: string; type: string }): void {
    if (type !== PACKAGE_TYPE) return;
    const id = idOf(key);
    const stored = inForce(id);
    const kept = known.get(id);
    events.emit('changed', { id });
    if (!kept || !stored || kept.state !== 'good') return;
    const record = storedPackageRecord(stored.bytes);
    if (record.log && kept.log && equalBytes(record.log, kept.log) && record.seq > kept.seq)
      known.set({
        ...kept,
        seq: record.seq,
        record: stored.bytes,
        heardAt: stored.issuedAt,
        expiresAt: stored.expiresAt,
      });
    else
      read(id).catch((error: unknown) =>
        log.info({ package: id, error: String(error) }, 'the news of a package could not be read yet'),
      );
  }

  function onEquivocation({ key, type }: { key: string; type: string }): void {
    const kept = type === PACKAGE_TYPE ? known.get(idOf(key)) : undefined;
    if (!kept || kept.state === 'rewritten') return;
    known.set({ ...kept, state: 'rewritten' });
    events.emit('changed', { id: kept.package });
  }

  /** A tombstone: its publisher offers it no longer. What is installed stays. */
  function onRemoved({ key, type }: { key: string; type: string }): void {
    if (type !== PACKAGE_TYPE) return;
    const id = idOf(key);
    const kept = known.get(id);
    const ended = records.get(type, key)?.tombstone === true;
    if (kept?.state === 'good' && ended) known.set({ ...kept, state: 'ended' });
    events.emit('changed', { id });
  }

  return {
    on: events.on,
    start() {
      owned.defer(records.on('stored', onStored));
      owned.defer(records.on('removed', onRemoved));
      owned.defer(records.on('equivocationFound', onEquivocation));
      return owned;
    },
    heard,
    heardOf,
    last,
    read,
    refresh,
    release,
  };
}

const saysMore = (a: StoredRecord, b: StoredRecord): boolean => {
  const [first, second] = [storedPackageRecord(a.bytes), storedPackageRecord(b.bytes)];
  return first.events === second.events ? first.iat > second.iat : first.events > second.events;
};

export const newestOf = (history: History, channel: Parameters<typeof newestIn>[1]) =>
  newestIn(history.versions, channel);

function fail(error: AppError): never {
  throw error;
}

const unknown = (): AppError =>
  new AppError('packages.unknown', 'Nobody who was heard of publishes such a package.', {
    advice: 'Look for it with `toolswarm packages search`, or connect to its publisher first.',
    retryable: true,
  });

const rewritten = (): AppError =>
  new AppError('packages.rewritten', 'The publisher of this package told two different histories of it.', {
    advice: 'Nothing of it is installed or updated. Both records are kept as proof; ask its publisher.',
  });

const nonsense = (): AppError =>
  new AppError('packages.bad_log', 'The list of this package’s releases is not what its publisher signed.', {
    advice: 'Its publisher must mend it; nothing was installed.',
  });

const noRelease = (): AppError =>
  new AppError('packages.no_release', 'The package has no such release.', {
    advice: 'See which there are with `toolswarm packages show`.',
  });

const badRelease = (): AppError =>
  new AppError(
    'packages.bad_release',
    'The record of this release does not belong where its publisher put it.',
    {
      advice: 'Nothing was installed. Its publisher must release it anew.',
    },
  );
