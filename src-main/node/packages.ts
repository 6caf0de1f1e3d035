/** Packages as a node has them: what they need of the other slices and of the settings. */
import { verifyCertificate } from '#shared/features/identity/rules.ts';
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import type { CertifiedNode } from '#shared/features/registry/entry.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { join } from 'node:path';
import type { Grants } from '../features/access/index.ts';
import type { Identity } from '../features/identity/index.ts';
import type { Network } from '../features/p2p/index.ts';
import { createPackages, type Packages, type Sandbox } from '../features/packages/index.ts';
import type { Records } from '../features/records/index.ts';
import type { PublishingNode, Registry } from '../features/registry/index.ts';
import type { Servers } from '../features/servers/index.ts';
import type { Settings } from '../features/settings/index.ts';
import type { Trust } from '../features/trust/index.ts';
import { createSecrets } from '../platform/secrets.ts';
import type { Platform } from './platform.ts';
import type { nodeSettings } from './settings.ts';

const KIB = 1024;

export interface NodePackagesDeps {
  network: Network;
  records: Records;
  servers: Servers;
  grants: Grants;
  registry: Registry;
  trust: Trust;
  identity: Identity;
  /** This node as others know it. */
  node: PublishingNode;
  certified(certificate: Uint8Array): CertifiedNode;
  sandbox?: Sandbox | undefined;
}

export function createNodePackages(
  platform: Platform,
  settings: Settings<typeof nodeSettings>,
  deps: NodePackagesDeps,
): Packages {
  const { clock, dataDir, db, keystore, log, random, verify } = platform;
  const { certified, grants, identity, network, node, records, registry, sandbox, servers, trust } = deps;
  return createPackages(
    {
      ...{ db, clock, random, log, verify, network, records, servers, grants, node, certified },
      ...(sandbox ? { sandbox } : {}),
      secrets: createSecrets(keystore, 'packages'),
      // What was signed once stays signed: whether its signer still speaks for the publisher, its log says.
      certifiedThen(certificate, at) {
        const verified = verifyCertificate(certificate, { now: at, verify });
        if (!verified.ok) throw badCertificate(verified.reason);
        const { nodePublicKey, providerId } = verified.value;
        return { nodePublicKey, providerId: identity.currentProvider(providerId) };
      },
      standing: trust.standing,
      providerName: registry.providerName,
      folder: join(dataDir.root, 'packages'),
    },
    {
      maxDownload: () => settings.get('packages.maxDownloadKib') * KIB,
      maxUpload: () => settings.get('packages.maxUploadKib') * KIB,
      seed: () => ({
        mode: settings.get('packages.seed'),
        ratio: settings.get('packages.seedRatio'),
        hours: settings.get('packages.seedHours'),
      }),
      keepVersions: () => settings.get('packages.keepVersions'),
    },
  );
}

/**
 * A server of a package may take what its operator agreed to, or less where he limited the server himself. Where the
 * system counts no memory for the sandbox, what is resident is watched.
 */
export function limitWithPackages(
  packages: Pick<Packages, 'memoryMibOf'>,
  limit: ScopedLimit | undefined,
  server: string,
): ScopedLimit | undefined {
  const agreed = packages.memoryMibOf(server);
  if (agreed === undefined) return limit;
  const memoryMib = Math.min(agreed, limit?.memoryMib ?? agreed);
  return { ...limit, scope: { kind: 'server', server }, memoryMib };
}

const badCertificate = (reason: string): AppError =>
  new AppError(
    'identity.bad_certificate',
    `The certificate of the release’s signer did not hold (${reason}).`,
    {
      advice: 'Drop it; its publisher must release it anew.',
    },
  );
