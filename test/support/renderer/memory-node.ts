/**
 * The contract answered from memory, for tests of the dashboard: realistic data, every command has its effect, streams
 * follow. A file for each slice; it knows nothing of MCP or peers.
 */
import type { NodeHandlers } from '#shared/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { answerAccess } from './memory/access.ts';
import { answerCentral } from './memory/central.ts';
import { answerClients } from './memory/clients.ts';
import { answerConditions } from './memory/conditions.ts';
import { answerDoctor } from './memory/doctor.ts';
import { answerEquivocations } from './memory/equivocations.ts';
import { answerFleet } from './memory/fleet.ts';
import { answerGovernance } from './memory/governance.ts';
import { answerIdentity } from './memory/identity.ts';
import { answerMetrics } from './memory/metrics.ts';
import { answerJoining } from './memory/joining.ts';
import { answerNode } from './memory/node.ts';
import { answerP2p } from './memory/p2p.ts';
import { answerPackages } from './memory/packages.ts';
import { answerRecovery } from './memory/recovery.ts';
import { answerRegistry } from './memory/registry.ts';
import { answerRelay } from './memory/relay.ts';
import { answerServers } from './memory/servers.ts';
import { answerSettings } from './memory/settings.ts';
import { answerTasks } from './memory/tasks.ts';
import { answerUpkeep } from './memory/upkeep.ts';
import { createMemory } from './memory/memory.ts';
import type { World } from './world.ts';

export interface MemoryNode {
  handlers: NodeHandlers;
  world: World;
  /** Tells every stream that the world was changed by hand. */
  changed(): void;
}

export function createMemoryNode(world: World, { clock }: { clock: Clock }): MemoryNode {
  const memory = createMemory(world, clock);
  const handlers: NodeHandlers = {
    ...answerNode(memory),
    ...answerConditions(memory),
    ...answerEquivocations(memory),
    ...answerFleet(memory),
    ...answerGovernance(memory),
    ...answerIdentity(memory),
    ...answerSettings(memory),
    ...answerMetrics(memory),
    ...answerP2p(memory),
    ...answerPackages(memory),
    ...answerJoining(memory),
    ...answerDoctor(memory),
    ...answerClients(memory),
    ...answerAccess(memory),
    ...answerRegistry(memory),
    ...answerCentral(memory),
    ...answerRelay(memory),
    ...answerServers(memory),
    ...answerPackages(memory),
    ...answerRecovery(memory),
    ...answerTasks(memory),
    ...answerUpkeep(memory),
  };
  return { handlers, world, changed: memory.changed };
}
