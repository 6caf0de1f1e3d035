/** Looking after a node, put together: starting anew, what it takes up, what can be handed to somebody who helps. */
import { CONTRACT_VERSION } from '#shared/contract.ts';
import type { NodeStatus } from '#shared/features/node/contract.ts';
import type { upkeepContract } from '#shared/features/node/upkeep.ts';
import type { DoctorResult, doctorContract } from '#shared/features/p2p/doctor.ts';
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '#shared/features/servers/mcp.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { PRODUCT_VERSION } from '../platform/version.ts';
import { collectDiagnostics, describeMachine } from './diagnostics.ts';
import type { Platform } from './platform.ts';
import type { NodeSlices } from './slices.ts';
import { measureStorage } from './storage-usage.ts';

export interface UpkeepDeps {
  platform: Platform;
  slices: NodeSlices;
  status(): NodeStatus;
  /** What the connection doctor found when he was asked last. */
  findings(): readonly DoctorResult[];
  restart(): void;
}

/** The doctor as he is, and what he found last: whoever asks for help has asked him before. */
export function rememberFindings(doctor: Handlers<typeof doctorContract>) {
  const last = new Map<DoctorResult['check'], DoctorResult>();
  const handlers: Handlers<typeof doctorContract> = {
    async *'node.doctor'(input, context) {
      for await (const result of doctor['node.doctor'](input, context)) {
        last.set(result.check, result);
        yield result;
      }
    },
  };
  return { handlers, findings: () => [...last.values()] };
}

/** Failed calls that go along with diagnostics. */
const MAX_FAILURES = 50;

export function createUpkeep(deps: UpkeepDeps): Handlers<typeof upkeepContract> {
  const { platform, slices } = deps;
  return {
    'node.restart': () => {
      deps.restart();
      return {};
    },
    'node.storage': () => measureStorage(platform),
    'node.diagnostics': () =>
      collectDiagnostics({
        clock: platform.clock,
        logDir: platform.dataDir.logDir,
        parts: partsOf(deps),
        failures: () => recentFailures(slices),
        names: () => namesIn(slices),
      }),
  };
}

const partsOf = ({ findings, platform, slices, status }: UpkeepDeps) => ({
  about: () => ({
    version: PRODUCT_VERSION,
    contract: CONTRACT_VERSION,
    mcp: [...MODERN_VERSIONS, ...LEGACY_VERSIONS],
    ...describeMachine(),
  }),
  status,
  storage: () => measureStorage(platform),
  settings: () =>
    slices.settings.list().map(({ key, restartPending, source, value }) => ({
      key,
      value,
      source,
      restartPending,
    })),
  servers: () => slices.servers.list().map((server, index) => serverFacts(server, index)),
  peers: () =>
    slices.network.peers().map(({ agent, direction, latencyMs, peerId, version }) => ({
      peerId,
      agent,
      version,
      direction,
      latencyMs,
    })),
  traffic: () => slices.metrics.traffic(),
  doctor: () => findings().map(({ check, code, state }) => ({ check, code, state })),
});

type ServerFacts = ReturnType<NodeSlices['servers']['list']>[number];

/** Neither its name nor its command line: both say what somebody works on, and arguments may hold secrets. */
const serverFacts = (server: ServerFacts, index: number) => ({
  server: index + 1,
  transport: server.transport.type,
  state: server.state,
  era: server.era,
  protocolVersion: server.protocolVersion,
  restarts: server.restarts,
  tools: server.toolCount,
  problem: server.problem?.code,
});

const recentFailures = ({ relay }: NodeSlices) =>
  relay.invocations
    .list({ limit: MAX_FAILURES, outcome: 'error' })
    .map(({ id }) => relay.invocations.get(id));

function namesIn({ clients, identity, network, registry, servers }: NodeSlices): string[] {
  const providers = network.peers().flatMap(({ providerId }) => registry.providerName(providerId) ?? []);
  return [
    identity.view().profile.displayName,
    ...providers,
    ...clients.list().map(({ name }) => name),
    ...servers.list().map(({ name }) => name),
  ];
}
