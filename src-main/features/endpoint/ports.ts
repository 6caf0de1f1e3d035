/** What the endpoint needs of the slices to its left, and nothing more; `node/wiring.ts` fits them together. */
import type { TokenScope } from '#shared/features/clients/token-scopes.ts';
import type { CatalogChoice } from '#shared/features/clients/budget.ts';
import type { EventSource } from '#shared/kernel/events.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { McpExchange, McpMessage } from '#shared/features/servers/mcp.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';

/** A view of the catalog for a client. */
export interface Profile {
  name: string;
  /** Only these servers (local names, or `provider/server` for remote ones); absent: all. */
  servers?: string[] | undefined;
  /** Single tools besides, by catalog name or full id. */
  includeTools?: string[] | undefined;
  /** Single tools that are hidden all the same. */
  excludeTools?: string[] | undefined;
  /** Whether catalog names carry the server's name in front. Without it, collisions fall back to the full name. */
  prefix: boolean;
  /** Whether tools are listed or found by searching; absent: by the budget. */
  catalog?: CatalogChoice | undefined;
  /** Tokens up to which all tools are listed. */
  budget?: number | undefined;
  /** Tools that are always listed, by catalog name or full id. */
  alwaysListed?: string[] | undefined;
}

/** A tool in the catalog under its stable name. `tool` is the server's own object with its own name. */
export interface CatalogTool {
  /** Stable, at most 40 characters of `[a-zA-Z0-9_-]`. */
  name: string;
  tool: Tool;
  /** Local server name, or `provider/server` for a remote one. */
  server: string;
  /** Full tool id. */
  id: string;
  /** Marked by the operator: listed even where the catalog is searched. */
  favourite?: boolean | undefined;
}

/** A tool that stood in the catalog and waits for its operator's word. */
export interface WaitingTool extends CatalogTool {
  fingerprint: string;
  state: 'changed' | 'pending';
  /** What its provider is called. */
  provider: string;
}

/** Where a place of the interface is opened: as a link of the application, and in the browser where a dashboard is served. */
export type CallLinks = (place: string) => { app: string; web?: string | undefined };

/** A local server with its prompts and resources; remote servers contribute tools only. */
export interface CatalogServer {
  server: string;
  offers: ServerOffers;
}

export interface CatalogEvents {
  /** Lists that differ from before. */
  changed: { tools: boolean; prompts: boolean; resources: boolean };
  /** A subscribed resource changed; only these sessions asked for it. */
  resourceUpdated: { server: string; uri: string; sessions: string[] };
  /** `notifications/message` params of a server that belong to no single request; only for these sessions. */
  logged: { server: string; params: JsonObject; sessions: string[] };
}

export interface CatalogSource extends EventSource<CatalogEvents> {
  /** @param profile whose view it is; absent: what everybody sees. */
  tools(profile?: string): readonly CatalogTool[];
  servers(profile?: string): readonly CatalogServer[];
  /** Tools that were in the catalog and are not until the operator says so. Absent: there are none. */
  waiting?(): readonly WaitingTool[];
  /** Full ids of tools that fit some words, the best first. */
  find(text: string, limit: number): Promise<readonly string[]>;
}

export interface CallRouter {
  /** `tools/call` of a catalog tool; `params` carries the tool's own name. */
  callTool(id: string, params: JsonObject, exchange: McpExchange): Promise<JsonObject>;
  /** Resolves once a waiting tool may be called. Absent: such tools are unknown. Rejects with `relay.not_approved`, … */
  obtain?(tool: WaitingTool, params: JsonObject, exchange: McpExchange): Promise<void>;
  /** Any other request to one local server, with the server's own names and URIs. */
  request(server: string, message: McpMessage, exchange: McpExchange): Promise<JsonObject>;
  /** The client's session is over: whatever servers keep for it can go. */
  sessionEnded(session: string): void;
}

export interface Authenticator {
  /** The client that a bearer token belongs to, or undefined. Constant-time. */
  authenticate(token: string):
    | {
        clientId: string;
        name: string;
        profile: string;
        /** Absent: everything. */
        scope?: TokenScope;
        /** Epoch ms at which the token ends. */
        expiresAt?: number;
      }
    | undefined;
  profile(name: string): Profile | undefined;
}
