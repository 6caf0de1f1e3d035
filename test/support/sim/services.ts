/** What a node serves beside its directory: tool calls, presence, connections back. So that all of it can be attacked. */
import { createRelay } from '#main/features/relay/index.ts';
import { serveDialBack } from '#main/node/dial-back.ts';
import { createPresence, PRESENCE_PROTOCOL } from '#main/node/presence.ts';
import { CALL_PROTOCOL } from '#shared/features/relay/messages.ts';
import { MANIFEST_PROTOCOL } from '#shared/features/registry/manifest.ts';
import { encodeCbor } from '#shared/kernel/canonical.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import type { SimNode } from './node.ts';
import type { World } from './world.ts';

export interface Services {
  /** Says one valid thing to every peer in each protocol that is not spoken without a reason. */
  speak(): Promise<unknown>[];
}

export function serveMore(world: World, node: SimNode): Services {
  const { network } = node;
  const { clock, log } = world;
  const relay = createRelay(
    {
      db: node.db,
      clock,
      random: world.dice.fork(`relay-${node.name}`),
      verify: world.work.verify,
      log,
      network,
      servers: {
        target: () => ({ request: async () => ({ content: [{ type: 'text', text: 'said' }] }) }),
        sessionEnded: () => undefined,
      },
      mayCall: node.access.mayCall,
      sealing: {
        self: { peerId: node.peerId, signer: node.signer, certificate: () => node.certificate },
        certified: (certificate: Uint8Array) => world.work.certified(certificate, clock.now()),
      },
      callable: node.registry.callable,
      findLocal: (server: string, tool: string) => node.registry.localTool(server, tool),
    } as Parameters<typeof createRelay>[0],
    {
      idleTimeoutMs: () => 10_000,
      maxResultBytes: () => 1 << 20,
      keepPayloads: () => false,
      retentionMs: () => 3_600_000,
      maxRunning: () => 256,
      maxWaiting: () => 1024,
      limitsOf: () => [],
      sealPolicy: () => 'off',
      seal: () => 'whenOffered',
      tellClient: () => false,
      cache: () => true,
      preference: () => ({ price: 0, trust: 0 }),
    } as Parameters<typeof createRelay>[1],
  );
  relay.start();
  createPresence({ network, log, isPaused: () => false });
  serveDialBack({ network, clock });
  network.serve('/toolswarm/echo/1', (payload) => payload.slice());

  const toolCall = () =>
    utf8(
      JSON.stringify({
        server: 'tools',
        tool: 'echo',
        fingerprint: '0'.repeat(64),
        params: { name: 'echo', arguments: { message: 'hello' } },
        caller: { era: 'legacy', protocolVersion: '2025-11-25', capabilities: {}, session: 'one' },
      }),
    );

  return {
    speak: () =>
      network.peers().flatMap(({ peerId }) =>
        (
          [
            [CALL_PROTOCOL, toolCall()],
            [PRESENCE_PROTOCOL, encodeCbor({ sharing: 'on' })],
            ['/toolswarm/dial-back/1', encodeCbor({ port: 7422 })],
            [MANIFEST_PROTOCOL, new Uint8Array(40)],
          ] as const
        ).map(([protocol, payload]) =>
          network.call(peerId, protocol, payload).response.catch(() => undefined),
        ),
      ),
  };
}
