/** What it costs two nodes to find out in what they differ, from their databases to the bytes on the wire. */
import { createProofs } from '#main/features/records/proofs.ts';
import { recordsMigrations } from '#main/features/records/index.ts';
import { createConduct } from '#main/features/records/conduct.ts';
import { createReading } from '#main/features/records/reading.ts';
import { createServing } from '#main/features/records/serving.ts';
import { createRecordStore, type RecordStore } from '#main/features/records/store.ts';
import { createTexts } from '#main/features/records/texts.ts';
import type { PeerInfo } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { encodeRecordsMessage, RECONCILE_FEATURE } from '#shared/features/records/messages.ts';
import { answerQuestions, createReconciliation } from '#shared/features/records/ranges.ts';
import { createSortedSet } from '#shared/features/records/sorted-set.ts';
import { type CborValue, decodeCbor, sha256Bytes } from '#shared/kernel/canonical.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '../../support/database.ts';
import { atMost, type Figure, measured } from '../support/report.ts';

/** An entry with its certificate, as it is signed by a node with two tools. */
const RECORD_BYTES = 900;
const DAY_MS = 24 * 3_600_000;
const MIB = 1024 * 1024;

interface Side {
  db: Database;
  store: RecordStore;
}

const bytesOf = (number: number): Uint8Array => {
  const bytes = new Uint8Array(RECORD_BYTES);
  bytes.set(utf8(`record ${number}`));
  return bytes;
};

function put(store: RecordStore, bytes: Uint8Array, now: number): void {
  const hash = sha256Bytes(bytes);
  const number = Number(new TextDecoder().decode(bytes.subarray(7, 20)).replaceAll('\0', ''));
  const owner = `provider-${number % 997}`;
  // Issued over the two days that entries live.
  const issuedAt = now - ((number * 2_654_435_761) % (2 * DAY_MS));
  store.put(
    'entry/1',
    {
      ...{ key: `${owner}/node/${number}`, owner, seq: 1, issuedAt, expiresAt: now + DAY_MS },
      private: false,
      tombstone: false,
    },
    hash,
    bytes,
    { own: false, networks: [PUBLIC_NETWORK], facets: ['tag:search'] },
  );
}

function sideOf(numbers: Iterable<number>, now: number): Side {
  const db = memoryDatabase(recordsMigrations);
  const store = createRecordStore(db);
  db.transaction(() => {
    for (const number of numbers) put(store, bytesOf(number), now);
  })();
  return { db, store };
}

const peer = {
  peerId: 'peer',
  providerId: 'provider',
  network: PUBLIC_NETWORK,
  features: [RECONCILE_FEATURE],
} as PeerInfo;

/** One node reads the other by the code that runs in a node; every byte that would travel is counted. */
async function readOver(reader: Side, server: Side, now: number) {
  const conduct = createConduct(systemClock, () => undefined);
  const partsOf = ({ db, store }: Side) => ({
    ...{ store, proofs: createProofs(db), texts: createTexts(db), clock: systemClock, conduct },
    withdrawn: () => undefined,
    tidy: () => undefined,
  });
  const answer = createServing({
    ...partsOf(server),
    mayHave: () => true,
    noteHanded: (_peer, record) => record.bytes,
    receive: () => undefined,
  });
  const traffic = { bytes: 0, compare: 0, fetches: 0 };
  const read = createReading({
    ...partsOf(reader),
    interest: () => ({}),
    receiveProof: () => undefined,
    receive(bytes) {
      put(reader.store, bytes, now);
      return 'taken';
    },
    async ask(_peer, request) {
      const payload = encodeRecordsMessage(request);
      const response = answer(payload, peer);
      traffic.bytes += payload.length + response.length;
      const { op } = request as { op: string };
      if (op === 'ranges') traffic.compare++;
      if (op === 'fetch') traffic.fetches++;
      return response;
    },
  });
  await read(peer);
  return traffic;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

async function measureDifference(): Promise<Figure[]> {
  const now = systemClock.now();
  // Fifty that only one has, fifty that only the other has, at all times.
  const kept = range(0, 10_000).filter((number) => number % 200 !== 0);
  const reader = sideOf([...kept, ...range(20_000, 20_050)], now);
  const server = sideOf(range(0, 10_000), now);
  const full = 10_000 * RECORD_BYTES;
  const traffic = await readOver(reader, server, now);
  const again = await readOver(reader, server, now);
  reader.db.close();
  server.db.close();
  return [
    atMost('reconcile.10k.bytes', (100 * traffic.bytes) / full, '% of a full transfer', 10),
    // What is fetched travels in requests of sixty at the same time as the next comparison could.
    atMost('reconcile.10k.roundtrips', traffic.compare + Math.min(traffic.fetches, 1), 'round trips', 4),
    measured('reconcile.10k.kib', traffic.bytes / 1024, 'KiB'),
    measured('reconcile.10k.again.kib', again.bytes / 1024, 'KiB'),
  ];
}

const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { system, user } = process.cpuUsage(since);
  return (system + user) / 1000;
};

/** Both ends in one process: twice what one node pays. */
async function measureMany(): Promise<Figure[]> {
  const now = systemClock.now();
  const reader = sideOf(range(0, 99_000), now);
  const server = sideOf(range(1000, 100_000), now);
  globalThis.gc?.();
  const before = process.memoryUsage();
  const started = process.cpuUsage();
  const traffic = await readOver(reader, server, now);
  const cpu = cpuMs(started);
  const after = process.memoryUsage();
  const held =
    after.heapUsed +
    after.arrayBuffers +
    after.external -
    before.heapUsed -
    before.arrayBuffers -
    before.external;
  const set = server.store.compared(PUBLIC_NETWORK, {}, now);
  const compared = process.cpuUsage();
  const other = createSortedSet();
  for (let rank = 0; rank < set.size; rank++)
    if (rank % 100 !== 0) other.add(set.item(rank).at, set.item(rank).hash);
  const building = cpuMs(compared);
  const asked = process.cpuUsage();
  const reconciliation = createReconciliation(other);
  for (let questions = reconciliation.next(); questions.length > 0; questions = reconciliation.next())
    reconciliation.take(
      answerQuestions(set, decodeCbor(encodeRecordsMessage(questions as CborValue)) as typeof questions),
    );
  const pure = cpuMs(asked);
  reader.db.close();
  server.db.close();
  return [
    atMost('reconcile.100k.cpu', cpu / 1000, 's CPU, both ends', 3),
    atMost('reconcile.100k.memory', Math.max(0, held) / MIB, 'MiB, both ends', 100),
    measured('reconcile.100k.compare.cpu', pure / 1000, 's CPU, both ends, 1 % differ, sets in memory'),
    measured('reconcile.100k.index.cpu', building / 1000, 's CPU to order 99,000 anew'),
    measured('reconcile.100k.kib', traffic.bytes / 1024, 'KiB with 1,000 records fetched'),
    measured('reconcile.100k.roundtrips', traffic.compare, 'comparisons'),
  ];
}

export const measureReconcile = async (): Promise<Figure[]> => [
  ...(await measureDifference()),
  ...(await measureMany()),
];
