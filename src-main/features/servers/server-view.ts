/** A server as people see it. */
import type { ServerConfig, ServerState } from '#shared/features/servers/config.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { Lane } from './lane.ts';

export interface ServerFacts {
  config: ServerConfig;
  offers: ServerOffers | undefined;
  lanes: readonly Lane[];
  introducing: boolean;
  supervisor: { failed: boolean; waiting: boolean; restarts: number };
  /** Why it does not run, as far as something went wrong. */
  problem: AppError | undefined;
}

export function stateOf({ config, lanes, introducing, supervisor }: ServerFacts): ServerState {
  if (!config.enabled) return 'disabled';
  if (lanes.some((lane) => lane.connection)) return 'running';
  if (introducing || lanes.some((lane) => lane.opening)) return 'starting';
  if (supervisor.failed) return 'failed';
  return supervisor.waiting ? 'backoff' : 'idle';
}

export function viewOf(facts: ServerFacts): ServerView {
  const { config, offers, problem } = facts;
  const running = facts.lanes.find((lane) => lane.connection);
  return {
    ...config,
    state: stateOf(facts),
    ...(problem && !running
      ? { problem: { code: problem.code, message: problem.message, advice: problem.advice } }
      : {}),
    ...(running?.connection?.pid ? { pid: running.connection.pid } : {}),
    ...(running?.startedAt ? { startedAt: running.startedAt } : {}),
    restarts: facts.supervisor.restarts,
    ...(offers ? identityOf(offers) : {}),
    toolCount: offers?.tools.length ?? 0,
    promptCount: offers?.prompts.length ?? 0,
    resourceCount: (offers?.resources.length ?? 0) + (offers?.resourceTemplates.length ?? 0),
  };
}

function identityOf(offers: ServerOffers): Partial<ServerView> {
  const { name, title, version } = offers.serverInfo;
  return {
    serverInfo: { name, ...(title === undefined ? {} : { title }), version },
    protocolVersion: offers.protocolVersion,
    era: offers.era,
  };
}
