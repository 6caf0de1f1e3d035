/**
 * Which process (lane) serves which caller. A server→client request on a shared stdio process names no caller, and
 * none is ever guessed: either the process belongs to one session, or the server is told that nobody can be asked.
 * Pure decisions; `lanes.ts` carries them out.
 */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Era, McpCaller } from '#shared/features/servers/mcp.ts';
import { isObject } from './wire/messages.ts';

export interface LanePolicy {
  interaction: 'auto' | 'on' | 'off';
  /** The server was seen asking its client. */
  interactive: boolean;
  /** The server lists other tools to clients that can be asked. */
  offersMore: boolean;
  /** A modern server hears with each call what its client can do. */
  era?: Era | undefined;
}

/** Whether clients that can be asked are served by processes of their own from the start. */
export const keepsApart = (policy: LanePolicy): boolean =>
  policy.interaction === 'on' && policy.era !== 'modern';

/** What a process declares that may be asked anything. */
export const FULL_CAPABILITIES: JsonObject = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};
export const NO_CAPABILITIES: JsonObject = {};

export type LaneChoice =
  | { kind: 'shared' }
  /** A process of the session's own. `exclusive`: one call at a time, because a modern caller is answered per call. */
  | { kind: 'own'; exclusive: boolean };

export function chooseLane(policy: LanePolicy, caller: Pick<McpCaller, 'capabilities' | 'era'>): LaneChoice {
  const asks = keepsApart(policy) || (policy.interaction === 'auto' && policy.interactive);
  if (!asks || !canBeAsked(caller.capabilities)) return { kind: 'shared' };
  return { kind: 'own', exclusive: caller.era === 'modern' };
}

/** What the shared process declares. */
export function sharedCapabilities(policy: LanePolicy): JsonObject {
  const mayAsk = policy.interaction === 'auto' && !policy.interactive && !policy.offersMore;
  return mayAsk ? FULL_CAPABILITIES : NO_CAPABILITIES;
}

/** What the process declares whose lists make the catalog. */
export function catalogCapabilities(policy: LanePolicy): JsonObject {
  return keepsApart(policy) ? FULL_CAPABILITIES : sharedCapabilities(policy);
}

export const canBeAsked = (capabilities: JsonObject): boolean =>
  ['sampling', 'elicitation', 'roots'].some((name) => isObject(capabilities[name]));

/** Whether a client that declared `capabilities` may be sent this request. */
export function declaresAsk(
  capabilities: JsonObject,
  method: string,
  params: JsonObject | undefined,
): boolean {
  switch (method) {
    case 'sampling/createMessage':
      return isObject(capabilities['sampling']);
    case 'roots/list':
      return isObject(capabilities['roots']);
    case 'elicitation/create':
      return declaresElicitation(capabilities['elicitation'], params?.['mode'] ?? 'form');
    default:
      return false;
  }
}

/** An empty object is the older way to say `form`. */
function declaresElicitation(declared: JsonObject[string] | undefined, mode: JsonObject[string]): boolean {
  if (!isObject(declared)) return false;
  if (mode === 'form') return isObject(declared['form']) || !isObject(declared['url']);
  return mode === 'url' && isObject(declared['url']);
}
