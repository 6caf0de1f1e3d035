/** Packages on a folder of their own, with real SQLite, real files and real servers, and nobody else on the network. */
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLibp2pNetwork, p2pMigrations } from '#main/features/p2p/index.ts';
import {
  createPackages,
  type Packages,
  packagesMigrations,
  type Sandbox,
} from '#main/features/packages/index.ts';
import { createRecords, recordsMigrations } from '#main/features/records/index.ts';
import { createServers, type Servers, serversMigrations } from '#main/features/servers/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { openDatabase } from '#main/platform/sqlite.ts';
import type { Release } from '#shared/features/packages/release.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';
import { packFolder } from '#main/features/packages/archive/pack.ts';
import { describeBundle } from '#main/features/packages/publish/describe.ts';
import { readPackageManifest, derivedFrom, MANIFEST_FILE } from '#shared/features/packages/manifest.ts';
import { jcsBytes, sha256Bytes } from '#shared/kernel/canonical.ts';
import { type FolderWish, toolNamed, writePackage } from './folders.ts';

/** Programs run as they are: what is tried here is what lies on the disk. */
const unconfined: Sandbox = {
  status: () => Promise.resolve({ usable: true, kind: 'sandbox-runtime', warnings: [], problems: [] }),
  confine: (spec) => Promise.resolve({ spec, release: () => Promise.resolve() }),
  close: () => Promise.resolve(),
};

export const PACKAGE = 'file/files';
const never = new AbortController().signal;

export interface StoreWorld {
  packages: Packages;
  servers: Servers;
  /** Installs a version whose bundle lies beside the data; `lie`: what is signed otherwise than the bundle says. */
  install(version: string, lie?: Partial<Release>): Promise<void>;
  /** The same, with how long it took to unpack, and altogether. */
  timedInstall(version: string): Promise<{ unpackMs: number; installMs: number }>;
  close(): Promise<void>;
}

/** Bundles of some versions in a folder, for as many worlds as want them. */
export async function writeVersions(
  folder: string,
  versions: readonly string[],
  wish: FolderWish = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const version of versions) {
    const root = join(folder, `source-${version}`);
    await writePackage(root, { ...wish, version });
    await packFolder(root, join(folder, `${version}.mcpb`), never);
    await rm(root, { recursive: true });
  }
}

export function openStoreWorld(dataDir: string, bundles: string): StoreWorld {
  const verify = createVerify();
  const db = openDatabase({
    file: join(dataDir, 'node.db'),
    migrations: [...p2pMigrations, ...recordsMigrations, ...serversMigrations, ...packagesMigrations],
    now: Date.now(),
  });
  const signer = createSigner(new Uint8Array(32).fill(7));
  const base = { db, clock: systemClock, random: systemRandom, log: silentLog, verify };
  const certified = () => {
    throw new Error('nobody is heard of here');
  };
  const network = createLibp2pNetwork(
    {
      ...base,
      privateKey: new Uint8Array(32).fill(7),
      certificate: () => new Uint8Array(),
      admit: certified,
      gate: () => true,
    },
    { listen: [], mdns: false },
  );
  const records = createRecords(
    { ...base, network },
    { maySee: () => false, isBlocked: () => false, concerns: () => false },
  );
  const values = new Map<string, string>();
  const secrets = {
    get: (key: string) => values.get(key),
    set: (key: string, value: string) => void values.set(key, value),
    delete: (key: string) => void values.delete(key),
    keys: () => [...values.keys()].sort(),
  };
  const servers = createServers({ ...base, secrets }, { launch: (...start) => packages.launch(...start) });
  const node = {
    providerId: providerIdOf(signer.publicKey),
    peerId: peerIdOf(signer.publicKey),
    signer,
    certificate: () => new Uint8Array(),
    displayName: () => 'test',
    addresses: () => [],
  };
  const packages: Packages = createPackages(
    {
      ...{
        ...base,
        network,
        records,
        servers,
        secrets,
        node,
        certified,
        certifiedThen: certified,
        sandbox: unconfined,
      },
      grants: { made: () => [], revoke: () => undefined },
      standing: () => ({ tier: 'unknown', weight: 0 }),
      providerName: () => undefined,
      folder: join(dataDir, 'packages'),
    },
    {
      maxDownload: () => 0,
      maxUpload: () => 0,
      seed: () => ({ mode: 'own', ratio: 0, hours: 1 }),
      keepVersions: () => 2,
    },
  );

  async function timedInstall(
    version: string,
    lie: Partial<Release> = {},
  ): Promise<{ unpackMs: number; installMs: number }> {
    const staged = packages.places.stage();
    await cp(join(bundles, `${version}.mcpb`), staged);
    const bundle = await describeBundle(staged, never);
    const id = await packages.bundles.adopt(staged, bundle);
    const startedAt = performance.now();
    const folder = await packages.bundles.unpacked(id, never);
    const unpackMs = performance.now() - startedAt;
    const manifestBytes = new Uint8Array(await readFile(join(folder, MANIFEST_FILE)));
    const release = {
      ...derivedFrom(readPackageManifest(manifestBytes)),
      ...{ bundle, cert: new Uint8Array(), seq: 1, prev: null, iat: 0, notes: '' },
      manifest: sha256Bytes(manifestBytes),
      tools: packages.documents.put(jcsBytes([toolNamed('echo')] as never)),
      ...lie,
    };
    packages.documents.put(manifestBytes);
    const kept = packages.releases.get(packages.releases.noteForeign(PACKAGE, release, 'file', Date.now()));
    if (!kept) throw new Error('it was not noted');
    await packages.installer.install(
      { kept, settings: {}, secretValues: {}, permissions: release.permissions },
      never,
    );
    return { unpackMs, installMs: performance.now() - startedAt };
  }

  return {
    packages,
    servers,
    timedInstall,
    install: async (version, lie) => void (await timedInstall(version, lie)),
    async close() {
      await servers.stopAll();
      await packages.stop();
      db.close();
    },
  };
}

/** What lies on the disk and should not, or should and does not. */
export async function litterIn({ packages }: StoreWorld): Promise<string[]> {
  const { places, table } = packages;
  const rows = table.all();
  const expected = {
    bundles: rows.filter(({ whole }) => whole).map(({ id }) => id),
    partial: [] as string[],
    versions: rows.filter(({ tree }) => tree !== undefined).map(({ id }) => id),
    staging: [] as string[],
  };
  const found: string[] = [];
  for (const [name, wanted] of Object.entries(expected)) {
    const there = await readdir(places[name as keyof typeof expected]);
    const isPartial = (id: string) => name === 'partial' && rows.some((row) => row.id === id && !row.whole);
    found.push(
      ...there
        .filter((id) => !wanted.includes(id) && !isPartial(id))
        .map((id) => `${name}/${id} is left over`),
    );
    found.push(...wanted.filter((id) => !there.includes(id)).map((id) => `${name}/${id} is missing`));
  }
  return found;
}
