/**
 * The relay without policy: its own code for calls in both directions, with checks that let everything through injected in
 * place of access, limits, keys, schemas, choosing, hops and the record of calls. Beside the real one, on the same link.
 */
import type { Network } from '#main/features/p2p/index.ts';
import type { CallableTool } from '#main/features/registry/index.ts';
import type { HopClock } from '#main/features/relay/hop-clock.ts';
import { createIncoming } from '#main/features/relay/incoming.ts';
import { createOutgoing } from '#main/features/relay/outgoing.ts';
import { createSecretGuard } from '#main/features/relay/secret-guard.ts';
import type { Validation } from '#main/features/relay/validation.ts';
import { systemClock } from '#main/platform/clock.ts';
import { systemRandom } from '#main/platform/random.ts';
import { callRequestSchema, decodeMessage } from '#shared/features/relay/messages.ts';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import { testExchange } from '#test/support/mesh-node.ts';
import { BARE_RELAY } from './policy-names.ts';

const options = { idleTimeoutMs: () => 10_000, maxResultBytes: () => 8 << 20, tellClient: () => true };
const nothing = () => undefined;
const validation: Validation = { checkConstraint: nothing, checkArguments: nothing, checkResult: nothing };
const loaded = Promise.resolve(validation);
const loadValidation = () => loaded;
const hops: HopClock = { begin: nothing, answered: nothing, soFar: () => [], finish: () => [] };
const noSecrets: string[] = [];

/** The network under another protocol name: the real relay has the usual one. */
const renamed = (network: Network): Network => ({
  ...network,
  serve: (protocol, handler) =>
    protocol.includes('/call/') ? network.serve(BARE_RELAY, handler) : { close: async () => undefined },
  call: (peer, _protocol, payload, how) => network.call(peer, BARE_RELAY, payload, how),
});

/** Serves a tool to everybody. */
export function serveBare(network: Network, target: McpTarget, tool: CallableTool): void {
  const place = { release: nothing };
  const everybody = { ok: true as const, value: {} };
  createIncoming(
    {
      network: renamed(network),
      clock: systemClock,
      loadValidation,
      servers: { target: () => target, sessionEnded: nothing },
      mayCall: () => everybody,
      door: { enter: async () => place },
      once: { run: (_caller, _key, _payload, work) => work() },
      useGrant: nothing,
      isGrantGood: () => true,
      onward: () => undefined,
      judgeChain: () => ({ ok: true, value: [] }),
      isPaused: () => false,
      secretForms: () => noSecrets,
      sealing: {
        passing: () => undefined,
        start: () => ({ close: async () => undefined }),
        take: (payload, rpc) => ({
          request: decodeMessage(callRequestSchema, payload),
          content: payload,
          rpc,
          respond: (work) => work(),
        }),
      },
      mustBeSealed: () => false,
      findLocal: () => tool,
    },
    options,
  ).start(async ({ run }) => (await run(hops)).bytes);
}

/** Calls that tool at one node. */
export function callBare(network: Network, peerId: PeerId, tool: CallableTool, params: JsonObject) {
  const outgoing = createOutgoing(
    {
      network: renamed(network),
      clock: systemClock,
      random: systemRandom,
      loadValidation,
      router: { route: async ({ send }) => ({ value: await send(peerId), peerId }) },
      sealing: { session: async () => undefined, forget: nothing },
    },
    options,
  );
  const guard = () => createSecretGuard(() => noSecrets);
  return () => outgoing.call(tool, params, testExchange().exchange, hops, guard());
}
