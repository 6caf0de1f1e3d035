/** A consumer that is a link and a certificate, and nothing else: many fit into one process beside the node they call. */
import { createLibp2pNetwork, p2pMigrations } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createSigner } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { signCertificate } from '#shared/features/identity/rules.ts';
import { fingerprintOf } from '#shared/features/registry/tool.ts';
import {
  CALL_PROTOCOL,
  callResponseSchema,
  decodeMessage,
  encodeMessage,
} from '#shared/features/relay/messages.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { echoTool } from '#test/support/mesh-node.ts';

/** Longer than anything is measured. */
const TIMEOUT_MS = 120_000;

export interface LightConsumer {
  /** Calls the tool `echo`; rejects with what refuses it. */
  call(timeLeftMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param address of the one node that it calls */
export async function connectLight(address: string): Promise<LightConsumer> {
  const seed = systemRandom.bytes(32);
  const certificate = signCertificate(createSigner(systemRandom.bytes(32)), {
    nodePublicKey: createSigner(seed).publicKey,
    label: 'bench',
    seq: 1,
    issuedAt: Date.now(),
    rotations: [],
  });
  const network = createLibp2pNetwork(
    {
      privateKey: seed,
      certificate: () => certificate,
      admit: () => ({ ok: true, providerId: 'bench' }),
      gate: () => true,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      db: memoryDatabase(p2pMigrations),
    },
    { listen: [], mdns: false, privateAddresses: 'always' },
  );
  await network.start();
  const { peerId } = await network.dial(address);
  const fingerprint = fingerprintOf(echoTool);

  const requestOf = (timeLeftMs: number | undefined) =>
    encodeMessage({
      server: 'echo',
      tool: 'echo',
      fingerprint,
      params: { name: 'echo', arguments: { message: 'hello' } },
      caller: { era: 'legacy', protocolVersion: '2025-11-25', capabilities: {}, session: 's' },
      manner: {
        key: Buffer.from(systemRandom.bytes(16)).toString('base64url'),
        ...(timeLeftMs === undefined ? {} : { timeLeftMs }),
      },
    });

  return {
    async call(timeLeftMs) {
      const options = { timeoutMs: TIMEOUT_MS };
      const bytes = await network.call(peerId, CALL_PROTOCOL, requestOf(timeLeftMs), options).response;
      const response = decodeMessage(callResponseSchema, bytes);
      if ('error' in response) throw new Error(response.error.message);
    },
    stop: () => network.stop(),
  };
}
