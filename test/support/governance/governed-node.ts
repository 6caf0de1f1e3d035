/** A node of network, records and governance alone: real libp2p, real SQLite, real records. */
import { createActivation, createGovernance, governanceMigrations } from '#main/features/governance/index.ts';
import { createLibp2pNetwork, p2pMigrations } from '#main/features/p2p/index.ts';
import { createRecords, recordsMigrations } from '#main/features/records/index.ts';
import { createTrust, trustMigrations } from '#main/features/trust/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import type { RULES } from '#shared/features/governance/numbers.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import type { FeatureInfo } from '#shared/features/p2p/features.ts';
import { VERSIONS } from '#shared/features/p2p/hello.ts';
import { decodeRecordsRequest, RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import type { Signer } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';

export type GovernedNode = Awaited<ReturnType<typeof startGovernedNode>>;

export interface GovernedNodeSpec {
  features: readonly FeatureInfo[];
  rules: typeof RULES;
  /** Key of the provider whose node it is; one of its own unless given. */
  root?: Signer;
}

export async function startGovernedNode(options: GovernedNodeSpec) {
  const deps = { clock: systemClock, random: systemRandom, log: silentLog, verify: createVerify() };
  const db = memoryDatabase(p2pMigrations, recordsMigrations, trustMigrations, governanceMigrations);
  const root = options.root ?? createSigner(systemRandom.bytes(32));
  const seed = systemRandom.bytes(32);
  const signer = createSigner(seed);
  const [providerId, peerId] = [providerIdOf(root.publicKey), peerIdOf(signer.publicKey)];
  const certificate = signCertificate(root, {
    nodePublicKey: signer.publicKey,
    label: 'test',
    seq: 1,
    issuedAt: Date.now(),
    rotations: [],
  });
  const certified = (bytes: Uint8Array) => {
    const verified = verifyCertificate(bytes, { now: Date.now(), verify: deps.verify });
    if (verified.ok) return verified.value;
    throw new AppError('identity.bad_certificate', verified.reason);
  };
  const trust = createTrust({ db, clock: systemClock, log: silentLog });
  const activation = createActivation({ db, log: silentLog }, options.features);
  const network = createLibp2pNetwork(
    {
      ...deps,
      db,
      privateKey: seed,
      certificate: () => certificate,
      gate: () => true,
      admit: (_peer, bytes) => ({ ok: true, providerId: certified(bytes).providerId }),
    },
    {
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      privateAddresses: 'always',
      features: {
        offered: activation.offered,
        onChanged: (listener) => activation.on('changed', listener),
      },
    },
  );
  /** Operations about records that this node asked of others, in their order. */
  const asked: string[] = [];
  const observed: typeof network = {
    ...network,
    call(peer, protocol, payload, given) {
      if (protocol === RECORDS_PROTOCOL) asked.push(decodeRecordsRequest(payload).op);
      return network.call(peer, protocol, payload, given);
    },
  };
  const records = createRecords(
    { ...deps, db, network: observed, certified, self: { signer, certificate: () => certificate } },
    { maySee: () => true, isBlocked: () => false, concerns: () => true },
  );
  let automatic = true;
  const governance = createGovernance(
    {
      ...deps,
      db,
      records,
      activation,
      certified,
      node: { providerId, peerId, signer, certificate: () => certificate },
    },
    {
      electors: () => [providerId, ...trust.known()].map((provider) => ({ provider, weight: 1 })),
      isAutomatic: () => automatic,
      versions: VERSIONS,
      peers: () => network.peers(),
      refusedVersions: () => ({ older: 0, newer: 0 }),
      providerName: () => undefined,
      rules: options.rules,
    },
  );
  await network.start();
  records.start();
  governance.start();
  return {
    root,
    providerId,
    peerId,
    trust,
    network,
    records,
    activation,
    governance,
    asked,
    address: () => network.addresses()[0] as string,
    setAutomatic: (on: boolean) => void (automatic = on),
    async stop() {
      await governance.stop();
      await records.stop();
      await network.stop();
      db.close();
    },
  };
}
