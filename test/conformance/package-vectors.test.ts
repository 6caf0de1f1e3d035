/** Releases, logs and records of packages, byte for byte: what another implementation has to sign, name and link. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import { type Bundle, bundleCid, bundleId, bundleSchema } from '#shared/features/packages/bundle.ts';
import { readPackageLink, writePackageLink } from '#shared/features/packages/link.ts';
import { encodeLog, type PackageLog, readLog } from '#shared/features/packages/log.ts';
import { encodeBitmap, encodePackagesMessage, readPieceRequest } from '#shared/features/packages/messages.ts';
import { fitsLog } from '#shared/features/packages/news.ts';
import { permissionsSchema } from '#shared/features/packages/permissions.ts';
import { readPackageRecord, sealPackageRecord } from '#shared/features/packages/record.ts';
import { readRelease, releaseId, sealRelease } from '#shared/features/packages/release.ts';
import { fromHex, toHex } from '#shared/kernel/bytes.ts';
import { open } from '#shared/kernel/envelope.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';

interface Vectors {
  now: number;
  seeds: { root: string; node: string };
  bundle: { id: string; cid: string };
  release: { id: string; bytes: string };
  log: string;
  record: string;
  link: string;
  request: string;
  bitmap: string;
}
const file = new URL('./vectors/packages.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

const { now } = vectors;
const verify = createVerify();
const root = createSigner(fromHex(vectors.seeds.root));
const node = createSigner(fromHex(vectors.seeds.node));
const provider = providerIdOf(root.publicKey);
const cert = signCertificate(root, {
  ...{ nodePublicKey: node.publicKey, label: 'Workshop', seq: 1, issuedAt: now, rotations: [] },
});
const hash = (byte: number) => new Uint8Array(32).fill(byte);
const bundle: Bundle = bundleSchema.parse({ size: 300_000, pieceSize: 262_144, pieces: [hash(1), hash(2)] });

const release = sealRelease(
  {
    ...{ name: 'files', version: '1.2.0-beta.1', cert, seq: 1, prev: null, iat: now, bundle },
    ...{ manifest: hash(3), tools: hash(4), fetchesCode: false, notes: 'Erste – первая – الأولى' },
    permissions: permissionsSchema.parse({ hosts: ['*.example.com'], read: ['~/Documents'] }),
    dependencies: [{ provider, name: 'other', version: '0.1.0', release: hash(5) }],
    runtime: { type: 'node', requires: '>=20' },
    platforms: ['linux', 'darwin'],
  },
  node,
);
const log: PackageLog = {
  name: 'files',
  events: [
    {
      op: 'release',
      version: '1.2.0-beta.1',
      channel: 'beta',
      release: fromHex(releaseId(release.bytes)),
      at: now,
    },
    { op: 'channel', version: '1.2.0-beta.1', channel: 'stable', at: now + 1 },
    { op: 'withdraw', version: '1.2.0-beta.1', reason: 'сломано', at: now + 2 },
  ],
};

function made(): Omit<Vectors, 'now' | 'seeds'> {
  const { bytes, hash: named } = encodeLog(log);
  const record = sealPackageRecord(
    {
      ...{ name: 'files', cert, seq: now, iat: now, exp: now + 172_800_000, log: named, events: 3 },
      ...{ version: null, release: null, title: 'Files', description: 'For everybody', tags: ['office'] },
      ...{
        license: 'MIT',
        runtime: 'node',
        platforms: ['linux', 'darwin'],
        size: 300_000,
        tools: 2,
        by: 'Ann',
      },
    },
    node,
  );
  return {
    bundle: { id: bundleId(bundle), cid: bundleCid(bundle) },
    release: { id: releaseId(release.bytes), bytes: toHex(release.bytes) },
    log: toHex(bytes),
    record: toHex(record.bytes),
    link: writePackageLink({
      ...{ provider, name: 'files', version: '1.2.0-beta.1', release: releaseId(release.bytes) },
      addresses: ['/ip4/192.0.2.1/tcp/7422'],
    }),
    request: toHex(encodePackagesMessage({ op: 'piece', bundle: fromHex(bundleId(bundle)), index: 1 })),
    bitmap: toHex(encodeBitmap((piece) => piece % 3 === 0, 10)),
  };
}

describe('what publishers of packages sign', () => {
  test('is made byte for byte', () => {
    const { now: _now, seeds: _seeds, ...wanted } = vectors;
    expect(made()).toEqual(wanted);
  });

  test('is read as it was meant', () => {
    const certifiedThen = (certificate: Uint8Array, at: number) => {
      const verified = verifyCertificate(certificate, { now: at, verify });
      if (!verified.ok) throw new Error(verified.reason);
      return verified.value;
    };
    const bytes = fromHex(vectors.release.bytes);
    const read = readRelease(bytes, { verify, certifiedThen });
    expect(read).toMatchObject({
      provider,
      release: { version: '1.2.0-beta.1', notes: 'Erste – первая – الأولى' },
    });
    const story = readLog(fromHex(vectors.log));
    expect(story).toEqual(log);
    expect(fitsLog(bytes, read.release, story)).toBe(true);
    const opened = open(fromHex(vectors.record), 'package/1', verify);
    expect(readPackageRecord(opened, (certificate) => certifiedThen(certificate, now))).toMatchObject({
      meta: { owner: provider, tombstone: false, seq: now },
      record: { title: 'Files', events: 3 },
    });
    expect(readPackageLink(vectors.link)).toMatchObject({ provider, release: vectors.release.id });
    expect(readPieceRequest(fromHex(vectors.request))).toMatchObject({ op: 'piece', index: 1 });
  });
});
