/** What hostile publishers and peers say, against what a node believes. Real records, documents and signatures on loopback. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDocuments } from '#main/features/packages/documents.ts';
import { createHistories } from '#main/features/packages/histories.ts';
import { createKnownPackages } from '#main/features/packages/known.ts';
import { packagesMigrations } from '#main/features/packages/index.ts';
import { createLibp2pNetwork } from '#main/features/p2p/index.ts';
import { createRecords, recordsMigrations } from '#main/features/records/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import { encodeLog, type LogEvent, type PackageLog } from '#shared/features/packages/log.ts';
import { NO_PERMISSIONS } from '#shared/features/packages/permissions.ts';
import { PACKAGES_FEATURE } from '#shared/features/packages/messages.ts';
import { PACKAGE_TYPE, type PackageRecord, sealPackageRecord } from '#shared/features/packages/record.ts';
import { packageId, type Release, releaseId, sealRelease } from '#shared/features/packages/release.ts';
import { fromHex } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createHarness, type Harness } from '#test/support/network/harness.ts';
import { bundleOf, bytesOf } from '#test/support/packages/bundles.ts';

const HOUR_MS = 3_600_000;
const NAME = 'files';

describe('what is said of packages', () => {
  let world: Harness;
  beforeEach(() => {
    world = createHarness(systemClock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
  });
  afterEach(() => world.close());

  /** A node with a root of its own, and everything that is needed to believe others or to lie to them. */
  async function party(seed: number) {
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const verify = createVerify();
    const root = createSigner(new Uint8Array(32).fill(seed));
    const signer = createSigner(new Uint8Array(32).fill(seed + 100));
    const cert = signCertificate(root, {
      nodePublicKey: signer.publicKey,
      label: '',
      seq: 1,
      issuedAt: Date.now() - HOUR_MS,
      rotations: [],
    });
    const revoked = new Set<string>();
    const certified = (certificate: Uint8Array, at = clock.now()) => {
      const verified = verifyCertificate(certificate, { now: at, verify });
      if (!verified.ok) throw new AppError('identity.bad_certificate', verified.reason);
      if (revoked.has(verified.value.peerId)) throw new AppError('identity.node_removed', 'removed');
      return verified.value;
    };
    const db = memoryDatabase(recordsMigrations, packagesMigrations);
    const network = await world.node({ features: { offered: () => [PACKAGES_FEATURE] } });
    const deps = { db, clock, random: systemRandom, log: silentLog, verify, network };
    const records = createRecords(deps, { maySee: () => true, isBlocked: () => false, concerns: () => true });
    const documents = createDocuments({ ...deps, isNeeded: () => true });
    const known = createKnownPackages(db);
    const histories = createHistories({
      ...{ ...deps, records, documents, known, certified },
      certifiedThen: (certificate, at) => certified(certificate, at),
      renew: () => undefined,
    });
    documents.serve(() => true);
    const stop = histories.start();
    records.start();
    const refused: string[] = [];
    records.on('refused', ({ reason }) => refused.push(reason));
    const provider = providerIdOf(root.publicKey);
    const id = packageId(provider, NAME);
    const bundle = bundleOf(bytesOf('bundle', 1_000));

    /** A signed release, kept as a document. */
    function release(version: string, more: Partial<Release> = {}): Uint8Array {
      const { bytes } = sealRelease(
        {
          ...{ name: NAME, version, cert, seq: 1, prev: null, iat: Date.now(), bundle },
          ...{
            manifest: new Uint8Array(32),
            tools: new Uint8Array(32),
            permissions: NO_PERMISSIONS,
            dependencies: [],
          },
          ...{ runtime: { type: 'node' }, platforms: [], fetchesCode: false, notes: '' },
          ...more,
        } as Release,
        signer,
      );
      documents.put(bytes);
      return bytes;
    }
    const released = (version: string, bytes: Uint8Array): LogEvent => ({
      ...{ op: 'release', version, channel: 'stable', release: fromHex(releaseId(bytes)), at: 1 },
    });
    function record(log: PackageLog, more: Partial<PackageRecord> = {}) {
      const { bytes, hash } = encodeLog(log);
      documents.put(bytes);
      const now = Date.now();
      return sealPackageRecord(
        {
          ...{
            name: NAME,
            cert,
            seq: now,
            iat: now,
            exp: now + HOUR_MS,
            log: hash,
            events: log.events.length,
          },
          ...{ version: '1.0.0', release: null, title: '', description: '', tags: [], license: '' },
          ...{ runtime: 'node', platforms: [], size: 1, tools: 1, by: '' },
          ...more,
        } as PackageRecord,
        signer,
      );
    }
    return {
      ...{
        network,
        records,
        documents,
        known,
        histories,
        refused,
        provider,
        id,
        release,
        released,
        record,
        revoked,
      },
      peerId: peerIdOf(signer.publicKey),
      ahead: (ms: number) => (aheadMs = ms),
      log: (...events: LogEvent[]): PackageLog => ({ name: NAME, events }),
      publish: (envelope: ReturnType<typeof record>) => records.publish(PACKAGE_TYPE, envelope),
      async close() {
        await stop.close();
        await records.stop();
        db.close();
      },
    };
  }

  type Party = Awaited<ReturnType<typeof party>>;
  async function pair(): Promise<[Party, Party]> {
    const [a, b] = [await party(1), await party(2)];
    await b.network.dial(a.network.addresses()[0] ?? '');
    return [a, b];
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'ok',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const heard = (b: Party, id: string, seq: number) =>
    world.until('it is heard', () => b.histories.heardOf(id)?.record.seq === seq);

  it('is believed where everything fits', async () => {
    const [a, b] = await pair();
    const first = a.release('1.0.0');
    a.publish(a.record(a.log(a.released('1.0.0', first)), { seq: 10 }));
    await heard(b, a.id, 10);
    const found = await b.histories.release(a.id, releaseId(first));
    expect(found).toMatchObject({
      id: a.id,
      release: { version: '1.0.0' },
      logged: { channel: 'stable', seq: 1 },
    });
    await a.close();
    await b.close();
  });

  it('does not lead back behind what was heard, not even where everything else was forgotten', async () => {
    const [a, b] = await pair();
    const first = a.release('1.0.0');
    const second = a.release('1.1.0', { seq: 2, prev: fromHex(releaseId(first)) });
    const old = a.record(a.log(a.released('1.0.0', first)), { seq: 10 });
    a.publish(a.record(a.log(a.released('1.0.0', first), a.released('1.1.0', second)), { seq: 20 }));
    await heard(b, a.id, 20);
    expect((await b.histories.read(a.id)).versions).toHaveLength(2);
    b.records.forget(a.provider);
    a.records.drop(PACKAGE_TYPE, `${a.provider}/${a.peerId}/${NAME}`);
    a.publish(old);
    await heard(b, a.id, 10);
    expect((await b.histories.read(a.id)).versions.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0']);
    await a.close();
    await b.close();
  });

  it('is refused with a number that nothing could follow', async () => {
    const [a, b] = await pair();
    const log = a.log(a.released('1.0.0', a.release('1.0.0')));
    expect(() => a.publish(a.record(log, { seq: 2 ** 53 - 1 }))).toThrow();
    await a.close();
    await b.close();
  });

  it('is held to the first of two histories', async () => {
    const [a, b] = await pair();
    const first = a.release('1.0.0');
    const other = a.release('1.0.0', { notes: 'another' });
    a.publish(a.record(a.log(a.released('1.0.0', first)), { seq: 10 }));
    await heard(b, a.id, 10);
    await b.histories.read(a.id);
    a.publish(a.record(a.log(a.released('1.0.0', other)), { seq: 20 }));
    await world.until('it is found out', () => b.histories.heardOf(a.id)?.state === 'rewritten');
    expect(b.known.get(a.id)?.proof).toBeDefined();
    expect(await codeOf(b.histories.release(a.id, releaseId(other)))).toBe('packages.rewritten');
    expect(await codeOf(b.histories.release(a.id, releaseId(first)))).toBe('packages.rewritten');
    await a.close();
    await b.close();
  });

  it('is refused where one release was swapped for another', async () => {
    const [a, b] = await pair();
    const first = a.release('1.0.0');
    // Not what follows the first, though both are signed.
    const stranger = a.release('1.1.0', { seq: 2, prev: new Uint8Array(32).fill(9) });
    const lying = a.release('1.2.0', { seq: 7, prev: fromHex(releaseId(stranger)) });
    const log = a.log(a.released('1.0.0', first), a.released('1.1.0', stranger), a.released('1.2.0', lying));
    a.publish(a.record(log, { seq: 10 }));
    await heard(b, a.id, 10);
    expect(await codeOf(b.histories.release(a.id, releaseId(stranger)))).toBe('packages.bad_release');
    expect(await codeOf(b.histories.release(a.id, releaseId(lying)))).toBe('packages.bad_release');
    expect(await codeOf(b.histories.release(a.id, 'f'.repeat(64)))).toBe('packages.no_release');
    expect(await codeOf(b.histories.release(a.id, releaseId(first)))).toBe('ok');
    await a.close();
    await b.close();
  });

  it('is refused where the log is not the one that the record counts', async () => {
    const [a, b] = await pair();
    const log = a.log(a.released('1.0.0', a.release('1.0.0')));
    a.publish(a.record(log, { seq: 10, events: 5 }));
    await heard(b, a.id, 10);
    expect(await codeOf(b.histories.read(a.id))).toBe('packages.bad_log');
    await a.close();
    await b.close();
  });

  it('is refused from another’s node, and a release of another’s package is none of this one', async () => {
    const [a, b] = await pair();
    const stolen = b.release('1.0.0');
    a.documents.put(stolen);
    a.publish(a.record(a.log(a.released('1.0.0', stolen)), { seq: 10 }));
    await heard(b, a.id, 10);
    expect(await codeOf(b.histories.release(a.id, releaseId(stolen)))).toBe('packages.bad_release');
    await a.close();
    await b.close();
  });

  it('ends with the node that said it, once that is known to be removed', async () => {
    const [a, b] = await pair();
    const first = a.release('1.0.0');
    b.revoked.add(a.peerId);
    a.publish(a.record(a.log(a.released('1.0.0', first)), { seq: 10 }));
    await world.until('it is refused', () => b.refused.includes('identity.node_removed'));
    expect(b.histories.heardOf(a.id)).toBeUndefined();
    await a.close();
    await b.close();
  });

  it('grows old where nobody stands for it, and peers are asked before that is believed', async () => {
    const [a, b] = await pair();
    const log = a.log(a.released('1.0.0', a.release('1.0.0')));
    a.publish(a.record(log, { seq: 10 }));
    await heard(b, a.id, 10);
    await b.histories.read(a.id);
    expect(b.histories.heardOf(a.id)?.stale).toBe(false);
    b.ahead(2 * HOUR_MS);
    expect(b.histories.heardOf(a.id)).toMatchObject({ stale: true });
    // Its publisher says it again; the news was kept from us.
    a.records.drop(PACKAGE_TYPE, `${a.provider}/${a.peerId}/${NAME}`);
    const now = Date.now();
    a.publish(a.record(log, { seq: 11, iat: now, exp: now + 5 * HOUR_MS }));
    expect(await b.histories.refresh(a.id)).toBe(1);
    await world.until('it is fresh', () => b.histories.heardOf(a.id)?.stale === false);
    await a.close();
    await b.close();
  });
});
