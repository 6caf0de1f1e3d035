/** The contract of a node: every call that the window, the browser, the command line and the SDKs can make. */
import { accessContract } from './features/access/contract.ts';
import { grantsContract } from './features/access/grants-contract.ts';
import { limitsContract } from './features/access/limits.ts';
import { centralContract } from './features/registry/central.ts';
import { clientsContract } from './features/clients/contract.ts';
import { fleetContract } from './features/fleet/contract.ts';
import { governanceContract } from './features/governance/contract.ts';
import { identityContract } from './features/identity/contract.ts';
import { conditionsContract } from './features/node/conditions.ts';
import { bottleneckContract } from './features/metrics/bottleneck.ts';
import { metricsContract } from './features/metrics/contract.ts';
import { usageContract } from './features/metrics/usage.ts';
import { attentionContract } from './features/node/attention.ts';
import { equivocationsContract } from './features/node/equivocations.ts';
import { nodeContract } from './features/node/contract.ts';
import { operatorsContract } from './features/node/operators.ts';
import { setupContract } from './features/node/setup.ts';
import { tasksContract } from './features/node/tasks.ts';
import { upkeepContract } from './features/node/upkeep.ts';
import { packagesContract } from './features/packages/contract.ts';
import { p2pContract } from './features/p2p/contract.ts';
import { doctorContract } from './features/p2p/doctor.ts';
import { joiningContract } from './features/p2p/joining.ts';
import { recoveryContract } from './features/recovery/contract.ts';
import { registryContract } from './features/registry/contract.ts';
import { relayContract } from './features/relay/contract.ts';
import { cacheContract } from './features/relay/caching.ts';
import { loadContract } from './features/relay/load.ts';
import { resharingContract } from './features/relay/resharing.ts';
import { serversContract } from './features/servers/contract.ts';
import { resourcesContract } from './features/servers/resources.ts';
import { settingsContract } from './features/settings/contract.ts';
import type { ContractClient, Handlers } from './kernel/contract.ts';

export const contract = {
  ...nodeContract,
  ...operatorsContract,
  ...attentionContract,
  ...equivocationsContract,
  ...setupContract,
  ...tasksContract,
  ...upkeepContract,
  ...conditionsContract,
  ...identityContract,
  ...settingsContract,
  ...metricsContract,
  ...bottleneckContract,
  ...usageContract,
  ...p2pContract,
  ...joiningContract,
  ...doctorContract,
  ...fleetContract,
  ...governanceContract,
  ...clientsContract,
  ...accessContract,
  ...limitsContract,
  ...grantsContract,
  ...registryContract,
  ...centralContract,
  ...serversContract,
  ...packagesContract,
  ...resharingContract,
  ...resourcesContract,
  ...relayContract,
  ...loadContract,
  ...cacheContract,
  ...recoveryContract,
};

/** Raised with any change that an older caller would misunderstand. */
export const CONTRACT_VERSION = 1;

export type NodeContract = typeof contract;
export type NodeClient = ContractClient<NodeContract>;
export type NodeHandlers = Handlers<NodeContract>;
