/**
 * Publishing: a release is signed, put behind those before it, and told. Everything that others will ask for is on the
 * disk before the record that names it leaves this machine.
 */
import { bundleCid, bundleId } from '#shared/features/packages/bundle.ts';
import {
  type Channel,
  encodeLog,
  type LogEvent,
  MAX_EVENTS,
  newestIn,
  type PackageLog,
  readLog,
  versionsIn,
} from '#shared/features/packages/log.ts';
import type { PackageManifest } from '#shared/features/packages/manifest.ts';
import {
  PACKAGE_TYPE,
  packageKey,
  type PackageRecord,
  parsePackageKey,
  sealPackageRecord,
  storedPackageRecord,
} from '#shared/features/packages/record.ts';
import { type PackageId, packageId, type ReleaseId, sealRelease } from '#shared/features/packages/release.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import { LIFETIME_MS } from '#shared/features/records/rules.ts';
import { fromHex } from '#shared/kernel/bytes.ts';
import { jcsBytes, type JsonValue } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Envelope } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Database } from '../../../platform/sqlite.ts';
import type { Records, StoredRecord } from '../../records/index.ts';
import type { PublishingNode } from '../../registry/index.ts';
import type { Documents } from '../documents.ts';
import type { KnownPackages } from '../known.ts';
import type { BundleTable } from '../store/bundle-table.ts';
import type { Releases } from '../store/releases.ts';
import type { Checked } from './check.ts';

export interface PublishWish {
  checked: Checked;
  channel: Channel;
  notes: string;
}

export interface Published {
  id: PackageId;
  version: string;
  release: ReleaseId;
  cid: string;
}

export interface Publisher {
  /** Throws `packages.check_failed`, `packages.version_exists`, `packages.release_too_large` or `packages.too_many_events`. */
  publish(wish: PublishWish): Published;
  /** Throws `packages.no_release`. */
  setChannel(name: string, version: string, channel: Channel): void;
  /** Without a version the package ends. Throws `packages.no_release`. */
  withdraw(name: string, version: string | undefined, reason: string): void;
  /** Ids of own packages. */
  own(): PackageId[];
  renew(record: StoredRecord): Envelope | undefined;
}

export interface PublisherDeps {
  db: Database;
  clock: Clock;
  node: PublishingNode;
  records: Records;
  documents: Documents;
  known: KnownPackages;
  releases: Releases;
  table: BundleTable;
}

type Shown = Pick<
  PackageRecord,
  'title' | 'description' | 'tags' | 'license' | 'runtime' | 'platforms' | 'size' | 'tools'
>;

export function createPublisher(deps: PublisherDeps): Publisher {
  const { clock, documents, known, node, records, releases, table } = deps;
  const idOf = (name: string): PackageId => packageId(node.providerId, name);
  const keyOf = (name: string): string => packageKey(node.providerId, node.peerId, name);

  function logOf(name: string): PackageLog | undefined {
    const hash = known.get(idOf(name))?.log;
    const bytes = hash && documents.get(hash);
    return bytes && readLog(bytes);
  }

  const before = (name: string): PackageRecord | undefined => {
    const stored = records.get(PACKAGE_TYPE, keyOf(name));
    return stored?.own ? storedPackageRecord(stored.bytes) : undefined;
  };

  /** A clock's reading as the floor keeps sequences rising even after an older backup was restored. */
  const nextSeq = (name: string): number =>
    Math.max((before(name)?.seq ?? 0) + 1, (known.get(idOf(name))?.seq ?? 0) + 1, clock.now());

  function seal(record: Omit<PackageRecord, 'cert' | 'iat' | 'exp' | 'by' | 'seq'>, seq: number): Envelope {
    const now = clock.now();
    const signed = {
      ...record,
      cert: node.certificate(),
      iat: now,
      exp: now + LIFETIME_MS,
      by: cut(node.displayName(), 64),
      seq,
    } as PackageRecord;
    return sealPackageRecord(signed, node.signer);
  }

  /** Appends to the log and tells of it. */
  function tell(name: string, event: LogEvent, shown: Shown): void {
    const log: PackageLog = { name, events: [...(logOf(name)?.events ?? []), event] };
    if (log.events.length > MAX_EVENTS) throw tooMany();
    const { bytes, hash } = encodeLog(log);
    const versions = versionsIn(log);
    const newest = newestIn(versions, 'stable') ?? newestIn(versions, 'beta');
    const seq = nextSeq(name);
    const envelope = seal(
      {
        ...shown,
        name,
        log: hash,
        events: log.events.length,
        version: newest?.version ?? null,
        release: newest ? fromHex(newest.release) : null,
      },
      seq,
    );
    deps.db.transaction(() => {
      documents.put(bytes);
      known.set({
        package: idOf(name),
        seq,
        log: hash,
        record: envelope.bytes,
        heardAt: clock.now(),
        expiresAt: clock.now() + LIFETIME_MS,
        state: 'good',
        proof: undefined,
      });
    })();
    records.publish(PACKAGE_TYPE, envelope);
  }

  function shownOf(name: string): Shown {
    const record = before(name) ?? storedPackageRecord(known.get(idOf(name))?.record ?? new Uint8Array());
    const { description, license, platforms, runtime, size, tags, title, tools } = record;
    return { description, license, platforms, runtime, size, tags, title, tools };
  }

  function requireVersion(name: string, version: string): void {
    const log = logOf(name);
    if (!log || !versionsIn(log).some((one) => one.version === version)) throw noRelease();
  }

  return {
    publish({ channel, checked, notes }) {
      const { facts, manifest, manifestBytes, report, tools } = checked;
      if (!report.ok)
        throw checkFailed(report.findings.find(({ level }) => level === 'error')?.message ?? '');
      const log = logOf(facts.name);
      const versions = log ? versionsIn(log) : [];
      if (versions.some(({ version }) => version === facts.version)) throw versionExists(facts.version);
      const last = versions.at(-1);
      documents.put(manifestBytes);
      const envelope = sealRelease(
        {
          ...facts,
          cert: node.certificate(),
          seq: versions.length + 1,
          prev: last ? fromHex(last.release) : null,
          iat: clock.now(),
          tools: documents.put(jcsBytes(tools as unknown as JsonValue)),
          notes,
        },
        node.signer,
      );
      const release = documents.put(envelope.bytes);
      const id = releases.note(idOf(facts.name), envelope.bytes, clock.now());
      table.setPublished(bundleId(facts.bundle));
      const at = clock.now();
      tell(
        facts.name,
        { op: 'release', version: facts.version, channel, release, at },
        shownIn(manifest, checked),
      );
      return { id: idOf(facts.name), version: facts.version, release: id, cid: bundleCid(facts.bundle) };
    },
    setChannel(name, version, channel) {
      requireVersion(name, version);
      tell(name, { op: 'channel', version, channel, at: clock.now() }, shownOf(name));
    },
    withdraw(name, version, reason) {
      if (version === undefined) {
        if (!logOf(name)) throw noRelease();
        const ended = seal(
          { ...shownOf(name), name, log: null, events: 0, version: null, release: null },
          nextSeq(name),
        );
        records.publish(PACKAGE_TYPE, ended);
        return;
      }
      requireVersion(name, version);
      tell(name, { op: 'withdraw', version, reason, at: clock.now() }, shownOf(name));
    },
    own: () =>
      records
        .own()
        .filter(({ tombstone, type }) => type === PACKAGE_TYPE && !tombstone)
        .map(({ key }) => parsePackageKey(key))
        .filter(({ peer, provider }) => provider === node.providerId && peer === node.peerId)
        .map(({ name }) => idOf(name)),
    renew(stored) {
      const record = storedPackageRecord(stored.bytes);
      if (stored.key !== keyOf(record.name) || record.log === null) return undefined;
      const { cert: _, exp: __, iat: ___, ...rest } = record;
      return seal(rest, nextSeq(record.name));
    },
  };
}

/** A cut may go through a character of two halves. */
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

function shownIn(
  manifest: PackageManifest,
  { facts, tools }: { facts: Checked['facts']; tools: readonly Tool[] },
): Shown {
  return {
    title: cut(manifest.display_name ?? manifest.name, 120),
    description: cut(manifest.description, 400),
    tags: manifest.keywords.slice(0, 12),
    license: cut(manifest.license ?? '', 60),
    runtime: facts.runtime.type,
    platforms: facts.platforms,
    size: facts.bundle.size,
    tools: tools.length,
  };
}

const checkFailed = (why: string): AppError =>
  new AppError('packages.check_failed', `The package did not pass its check: ${why}`, {
    advice: 'Mend what `toolswarm packages check` says, then publish again.',
    details: { why },
  });

const versionExists = (version: string): AppError =>
  new AppError('packages.version_exists', `Version ${version} is published already.`, {
    advice: 'What was signed stays as it is: raise the version in manifest.json, then publish again.',
    details: { version },
  });

const noRelease = (): AppError =>
  new AppError('packages.no_release', 'The package has no such release.', {
    advice: 'See which there are with `toolswarm packages show`.',
  });

const tooMany = (): AppError =>
  new AppError(
    'packages.too_many_events',
    'So many things happened to this package that its history is full.',
    {
      advice: 'Publish it under another name.',
    },
  );
