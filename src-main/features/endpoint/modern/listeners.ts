/** `subscriptions/listen`: streams on which modern clients hear what they asked to hear, and nothing else. */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import type { Envelope } from '#shared/features/endpoint/classify.ts';
import {
  isObject,
  notificationText,
  type RequestId,
  resultText,
  type RpcRequest,
} from '#shared/features/endpoint/messages.ts';
import { META } from '#shared/features/endpoint/protocol.ts';
import type { Log } from '#main/platform/log.ts';
import { createCall, type Outlet } from '../call.ts';
import type { Views } from '../catalog/views.ts';
import { resourceOwner } from '../dispatch.ts';
import { busy, invalidParams, methodNotFound } from '../faults.ts';
import type { EndpointLimits } from '../limits.ts';
import type { CallRouter, CatalogEvents } from '../ports.ts';
import type { Presence } from '../presence.ts';
import { arrivalOf, callerOf, type Visitor } from './requests.ts';

export interface Listener {
  /** Whether it stays open; without anything to hear it is complete at once. */
  readonly open: boolean;
  close(graceful: boolean): void;
}

export interface Listeners {
  /** Acknowledges, then tells. Throws faults: a bad filter, too many listeners. */
  open(message: RpcRequest, envelope: Envelope, visitor: Visitor, outlet: Outlet): Promise<Listener>;
  changed(event: { profile: string; tools: boolean; prompts: boolean; resources: boolean }): void;
  resourceUpdated(event: CatalogEvents['resourceUpdated']): void;
  closeAll(): void;
}

export interface ListenersDeps {
  router: CallRouter;
  views: Views;
  presence: Presence;
  newKey(): string;
  serverInfo: JsonObject;
  log: Log;
}

interface Filter {
  toolsListChanged?: true;
  promptsListChanged?: true;
  resourcesListChanged?: true;
  resourceSubscriptions?: string[];
}

interface Open extends Listener {
  profile: string;
  key: string;
  filter: Filter;
  tell(method: string, params?: JsonObject): void;
}

export function createListeners(deps: ListenersDeps, limits: EndpointLimits): Listeners {
  const listeners = new Map<string, Open>();
  let opening = 0;

  /** Subscribes at the servers; the URIs that they took. */
  async function subscribe(
    uris: string[],
    key: string,
    envelope: Envelope,
    profile: string,
  ): Promise<string[]> {
    const view = deps.views.get(profile);
    const caller = callerOf(envelope, key, profile);
    const nothing: Outlet = { send: () => undefined };
    const ask = ({ method }: { method: string }) => Promise.reject(methodNotFound(method));
    const taken = await Promise.allSettled(
      uris.map(async (uri) => {
        const params = { uri };
        const call = createCall({ caller, params, logLevel: () => 'none', outlet: nothing, ask });
        await deps.router.request(
          resourceOwner(view, params, 'modern'),
          { method: 'resources/subscribe', params },
          call,
        );
      }),
    );
    return uris.filter((uri, at) => {
      const outcome = taken[at];
      if (outcome?.status === 'rejected')
        deps.log.debug({ err: outcome.reason as unknown, uri }, 'a resource cannot be subscribed to');
      return outcome?.status === 'fulfilled';
    });
  }

  async function honoured(asked: Filter, key: string, envelope: Envelope, profile: string): Promise<Filter> {
    const { resourceSubscriptions: uris, ...flags } = asked;
    if (!uris) return flags;
    const taken = await subscribe(uris, key, envelope, profile);
    return taken.length > 0 ? { ...flags, resourceSubscriptions: taken } : flags;
  }

  function create(
    id: RequestId,
    profile: string,
    key: string,
    filter: Filter,
    outlet: Outlet,
    left: () => void,
  ): Open {
    const tag = { [META.subscriptionId]: id };
    let open = true;
    return {
      profile,
      key,
      filter,
      get open() {
        return open;
      },
      tell(method, params) {
        if (open)
          outlet.send(
            notificationText(method, { ...params, _meta: { ...(params?.['_meta'] as JsonObject), ...tag } }),
          );
      },
      close(graceful) {
        if (!open) return;
        open = false;
        left();
        listeners.delete(key);
        if (filter.resourceSubscriptions) deps.router.sessionEnded(key);
        const _meta = { ...tag, [META.serverInfo]: deps.serverInfo };
        if (graceful) outlet.send(resultText(id, { resultType: 'complete', _meta }));
      },
    };
  }

  return {
    async open({ id, params }, envelope, visitor, outlet) {
      // What the client heard so far is what the catalog says now: the next change is told against that.
      deps.views.get(visitor.profile);
      const asked = readFilter(params?.['notifications'], limits.subscriptions);
      if (listeners.size + opening >= limits.listeners) throw busy('subscriptions');
      const key = deps.newKey();
      opening += 1;
      try {
        const filter = await honoured(asked, key, envelope, visitor.profile);
        const left = deps.presence.visited(arrivalOf(visitor, envelope));
        const listener = create(id, visitor.profile, key, filter, outlet, left);
        listener.tell('notifications/subscriptions/acknowledged', { notifications: filter as JsonObject });
        if (Object.keys(filter).length > 0) listeners.set(key, listener);
        else listener.close(true);
        return listener;
      } finally {
        opening -= 1;
      }
    },
    changed({ profile, tools, prompts, resources }) {
      for (const listener of listeners.values()) {
        if (listener.profile !== profile) continue;
        if (tools && listener.filter.toolsListChanged) listener.tell('notifications/tools/list_changed');
        if (prompts && listener.filter.promptsListChanged)
          listener.tell('notifications/prompts/list_changed');
        if (resources && listener.filter.resourcesListChanged)
          listener.tell('notifications/resources/list_changed');
      }
    },
    resourceUpdated({ uri, sessions }) {
      for (const key of sessions) {
        const listener = listeners.get(key);
        if (listener?.filter.resourceSubscriptions?.includes(uri))
          listener.tell('notifications/resources/updated', { uri });
      }
    },
    closeAll() {
      for (const listener of [...listeners.values()]) listener.close(true);
    },
  };
}

/** Throws -32602 for what is no filter. */
function readFilter(value: JsonValue | undefined, maxUris: number): Filter {
  if (!isObject(value)) throw invalidParams('The notifications to listen for are missing.');
  const filter: Filter = {};
  for (const flag of ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const) {
    if (value[flag] !== undefined && typeof value[flag] !== 'boolean')
      throw invalidParams(`${flag} is not a boolean.`);
    if (value[flag] === true) filter[flag] = true;
  }
  const uris = value['resourceSubscriptions'];
  if (uris === undefined) return filter;
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string'))
    throw invalidParams('resourceSubscriptions is not a list of URIs.');
  if (uris.length > maxUris)
    throw invalidParams(`At most ${maxUris} resources can be subscribed to at a time.`);
  return uris.length > 0 ? { ...filter, resourceSubscriptions: [...new Set(uris)] } : filter;
}
