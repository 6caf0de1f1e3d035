/**
 * Calls that need a person: of tools that wait for approval, of servers that wait for a login, under grants that are used
 * up. The person is led to where he can answer, and the call goes on after that where its client waits.
 */
import { addressOfPlace } from '#shared/features/desktop/places.ts';
import { parseToolId } from '#shared/kernel/ids.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { McpExchange } from '#shared/features/servers/mcp.ts';
import {
  type CallLinks,
  type CallRouter,
  createApprovals,
  type WaitingTool,
} from '../features/endpoint/index.ts';
import type { NodeSlices } from './slices.ts';

/** Faults that a person can mend, and where. `server`: at the server that is called. */
const PLACES: Readonly<Record<string, 'server' | 'grants'>> = {
  'servers.login_needed': 'server',
  'servers.login_expired': 'server',
  'access.grant_spent': 'grants',
  'access.grant_expired': 'grants',
  'access.grant_revoked': 'grants',
  'access.not_granted': 'grants',
};

/** The tool is no longer the one that the client's view names. */
const CHANGED: ReadonlySet<string> = new Set(['registry.changed_meanwhile', 'relay.tool_changed']);

const keyOf = (id: string): string => id.replace(/[@#].*$/, '');

type Deps = Pick<NodeSlices, 'registry' | 'relay' | 'servers' | 'settings' | 'grants'> & { clock: Clock };

/** @param dashboard address of the dashboard; empty where none is served */
export function callsInPlace(
  { clock, grants, registry, relay, servers, settings }: Deps,
  dashboard: () => string,
): CallRouter {
  const links: CallLinks = (place) => ({
    app: `toolswarm://${place}`,
    web: dashboard() ? new URL(`#${addressOfPlace(place) ?? '/'}`, dashboard()).href : undefined,
  });
  const approvals = createApprovals(
    {
      clock,
      links,
      approve: (id, fingerprint) => void registry.approve(id, fingerprint),
      isApproved: (id) => registry.catalog().some((tool) => tool.id === id),
      onDecided: (listener) => registry.on('changed', listener),
    },
    {
      askInClient: () => settings.get('endpoint.approveInClient'),
      waitMs: () => settings.get('endpoint.approvalWaitMs'),
    },
  );

  /** Where the fault is mended, and when it is. */
  function wayOut(code: string, id: string) {
    const { provider = '', server = '' } = parseToolId(id) ?? {};
    if (PLACES[code] === 'server' && servers.has(server))
      return {
        link: `server/${encodeURIComponent(server)}`,
        isDone: () => servers.has(server) && servers.get(server).problem === undefined,
        on: (listener: () => void) => servers.on('changed', listener),
      };
    const before = grants.held().length;
    return {
      link: 'grants',
      // Another grant of that provider: it is told as soon as it is made.
      isDone: () =>
        grants.held().length !== before && grants.held().some((held) => held.provider === provider),
      on: (listener: () => void) => grants.on('heldChanged', listener),
    };
  }

  /** The id to call once a person has answered. Throws the fault where nobody can, or does. */
  async function callableAfter(fault: unknown, id: string, params: JsonObject, exchange: McpExchange) {
    if (!(fault instanceof AppError)) throw fault;
    const waiting = CHANGED.has(fault.code) ? waitingFor(id) : undefined;
    if (waiting) {
      await approvals.obtain(waiting, params, exchange);
      return waiting.id;
    }
    if (!Object.hasOwn(PLACES, fault.code)) throw fault;
    await approvals.mended(fault, wayOut(fault.code, id), params, exchange);
    return id;
  }

  /** The same tool as it is now, where the client's view is a moment older than what peers told. */
  function waitingFor(id: string): WaitingTool | undefined {
    const key = keyOf(id);
    const found = registry.waiting().find((tool) => keyOf(tool.id) === key);
    return found && { ...found, provider: registry.providerName(found.provider) ?? found.provider };
  }

  async function callTool(id: string, params: JsonObject, exchange: McpExchange): Promise<JsonObject> {
    try {
      return await relay.callTool(id, params, exchange);
    } catch (error) {
      // Once: what fails again is told as it is.
      return relay.callTool(await callableAfter(error, id, params, exchange), params, exchange);
    }
  }

  return { callTool, obtain: approvals.obtain, request: relay.request, sessionEnded: relay.sessionEnded };
}
