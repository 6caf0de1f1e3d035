/**
 * The official registry API, `/v0.1`, beside the HTTP API: programs that know a registry browse what this node sees of the
 * network. Off unless switched on. Such programs send no token, so that none is needed for what everybody may see; what is
 * not for everyone is told to a token that may read, and to nobody else.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiScope } from '#shared/features/node/contract.ts';
import {
  itemOf,
  type ListedVersion,
  pageOf,
  pageQuerySchema,
} from '#shared/features/registry/registry-pages.ts';
import { newestFirst } from '#shared/features/registry/server-json.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { covers } from './api-scopes.ts';
import { isForeign, isForLoopback } from './http-guards.ts';
import { sendJson } from './http-json.ts';

export const REGISTRY_PREFIX = '/v0.1/';
/** Versions of one server that are listed at once. */
const MAX_VERSIONS = 1_000;

export interface RegistryApiDeps {
  isOn(): boolean;
  /** Undefined for a token that is not ours. */
  authenticate(token: string): { scope: ApiScope } | undefined;
  /** Sorted by place. */
  versions(): readonly ListedVersion[];
}

/** Answers in the words of that API, faults as well: `{error, code, advice}`. Throws nothing that is an `AppError`. */
export function answerRegistry(
  deps: RegistryApiDeps,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  try {
    const visible = allow(deps, request);
    sendTagged(request, response, answerTo(request.url ?? '/', visible));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    sendFault(request, response, error);
  }
}

/** What this caller may see. Throws `api.*`. */
function allow(deps: RegistryApiDeps, request: IncomingMessage): readonly ListedVersion[] {
  if (!isForLoopback(request) || isForeign(request))
    throw new AppError('api.wrong_host', 'This server answers only to programs of this machine.', {
      advice: 'Use 127.0.0.1 or localhost in the address.',
    });
  if (!deps.isOn())
    throw new AppError('api.registry_off', 'This node does not serve a registry.', {
      advice: 'Switch it on with `toolswarm settings set discovery.serve true`.',
    });
  if (request.method !== 'GET')
    throw new AppError('api.wrong_method', 'Use GET here.', {
      advice: 'What others share is published by their nodes, not here.',
      details: { allowed: 'GET' },
    });
  const listed = deps.versions();
  return mayReadAll(deps, request) ? listed : listed.filter((item) => !item.private);
}

/** Who shows a token means it: a wrong one is refused rather than passed over. */
function mayReadAll({ authenticate }: RegistryApiDeps, { headers }: IncomingMessage): boolean {
  if (headers.authorization === undefined) return false;
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(headers.authorization) ?? [];
  const holder = authenticate(token);
  if (holder && covers(holder.scope, 'read')) return true;
  throw new AppError('api.unauthorized', 'This token is not valid.', {
    advice: 'Make one with `toolswarm api create NAME`, or send none.',
  });
}

function answerTo(path: string, visible: readonly ListedVersion[]): object {
  const url = URL.parse(path, 'http://localhost');
  if (!url) throw notFound();
  const [collection, name, versions, version, ...rest] = pathOf(url);
  if (collection !== 'servers' || rest.length > 0) throw notFound();
  if (name === undefined) return pageOf(visible, readQuery(url));
  const isDeletedToo = url.searchParams.get('include_deleted') === 'true';
  const own = visible.filter((item) => item.name === name && (isDeletedToo || item.status === 'active'));
  if (versions !== 'versions' || own.length === 0) throw notFound();
  return version === undefined ? listVersions(own) : pick(own, version);
}

/** Parts of the path below the prefix, decoded: a name arrives as one part, its slash escaped. */
function pathOf({ pathname }: URL): string[] {
  try {
    return pathname.slice(REGISTRY_PREFIX.length).replace(/\/$/, '').split('/').map(decodeURIComponent);
  } catch {
    // A broken escape: no such path.
    throw notFound();
  }
}

function readQuery({ searchParams }: URL) {
  const parsed = pageQuerySchema.safeParse(Object.fromEntries(searchParams));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('api.malformed', `${issue?.path.join('.')}: ${issue?.message}`, {
    advice: 'Correct this part of the query; without a cursor the list begins anew.',
  });
}

function listVersions(own: readonly ListedVersion[]): object {
  const servers = own.toSorted(newestFirst).slice(0, MAX_VERSIONS).map(itemOf);
  return { servers, metadata: { count: servers.length } };
}

function pick(own: readonly ListedVersion[], version: string): object {
  const found = own.find((item) => (version === 'latest' ? item.isLatest : item.version === version));
  if (!found) throw notFound();
  return itemOf(found);
}

function sendTagged({ headers }: IncomingMessage, response: ServerResponse, body: object): void {
  const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`;
  const common = { etag, 'cache-control': 'private, no-cache', vary: 'authorization' };
  const isKnown = headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  if (isKnown) return void response.writeHead(304, common).end();
  sendJson(response, 200, body, common);
}

const STATUS: Readonly<Record<string, number>> = {
  'api.malformed': 400,
  'api.unauthorized': 401,
  'api.registry_off': 404,
  'api.not_listed': 404,
  'api.wrong_method': 405,
  'api.wrong_host': 421,
};

function sendFault(
  request: IncomingMessage,
  response: ServerResponse,
  { advice, code, message }: AppError,
): void {
  sendJson(
    response,
    STATUS[code] ?? 500,
    { error: message, code, advice },
    {
      ...(code === 'api.unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
      ...(code === 'api.wrong_method' ? { allow: 'GET' } : {}),
      ...(request.complete ? {} : { connection: 'close' }),
    },
  );
}

const notFound = (): AppError =>
  new AppError('api.not_listed', 'Server not found.', {
    advice: 'List the servers at /v0.1/servers.',
  });
