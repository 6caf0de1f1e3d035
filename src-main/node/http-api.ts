/**
 * The contract over HTTP, for SDKs and scripts: `POST /api/v1/<procedure>` with a bearer token and JSON input.
 * Queries and commands answer `{ok: true, data}` or `{ok: false, error}`; streams answer as `text/event-stream`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiScope } from '#shared/features/node/contract.ts';
import type { Operator } from '#shared/features/node/operators.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Contract, Handlers } from '#shared/kernel/contract.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import { refuseRole } from '#shared/least-role.ts';
import { type CheckedCall, checkCall, tooManyCalls } from '#shared/kernel/rpc/index.ts';
import type { Log } from '#main/platform/log.ts';
import { covers } from './api-scopes.ts';
import type { TokenHolder } from './api-tokens.ts';
import { endWithError, sendEvents } from './http-events.ts';
import { isForLoopback, isForeign } from './http-guards.ts';
import { readJson, sendJson } from './http-json.ts';
import { sendError } from './http-status.ts';
import { describeApi } from './openapi.ts';

export const API_PREFIX = '/api/v1/';

export interface HttpApiDeps<C extends Contract> {
  contract: C;
  handlersFor: (operator: Operator) => Handlers<C>;
  /** Undefined for a token that is not ours. */
  authenticate: (token: string) => TokenHolder | undefined;
  /** The scope a procedure needs; undefined where it is not served over HTTP. */
  scopeNeeded: (name: string) => ApiScope | undefined;
  /** The product's version, for the OpenAPI document. */
  productVersion: string;
  clock: Clock;
  log: Log;
}

/** Answers requests whose path starts with `API_PREFIX`. Never rejects. */
export type HttpApi = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Calls and streams under way at a time over all connections. */
const MAX_CALLS = 128;

export function createHttpApi<C extends Contract>(deps: HttpApiDeps<C>): HttpApi {
  const { contract, scopeNeeded } = deps;
  let underway = 0;
  let description: object | undefined;

  return async (request, response) => {
    const name = (request.url ?? '').slice(API_PREFIX.length).split('?', 1)[0] ?? '';
    try {
      refuseStrangers(request);
      if (name === 'openapi.json') return describe(request, response);
      allowOnly(request, 'POST');
      await answer(name, request, response);
    } catch (error) {
      fail(name, request, response, error);
    }
  };

  function describe(request: IncomingMessage, response: ServerResponse): void {
    allowOnly(request, 'GET');
    description ??= describeApi(contract, { productVersion: deps.productVersion, scopeNeeded });
    sendJson(response, 200, description);
  }

  async function answer(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const holder = authorize(name, request);
    if (underway >= MAX_CALLS) throw tooManyCalls(MAX_CALLS);
    underway += 1;
    try {
      const input = await readJson(request, MAX_BODY_BYTES);
      const call = checkCall(contract, deps.handlersFor(holder), name, input);
      await perform(call, holder.ended, response);
    } finally {
      underway -= 1;
    }
  }

  function authorize(name: string, { headers }: IncomingMessage): TokenHolder {
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    const holder = token === undefined ? undefined : deps.authenticate(token);
    if (!holder) throw unauthorized();
    const needed = scopeNeeded(name);
    if (needed && !covers(holder.scope, needed)) throw scopeTooNarrow(needed);
    if (!needed && Object.hasOwn(contract, name)) throw inPersonOnly();
    if (needed) refuseRole(name, holder.role);
    return holder;
  }

  async function perform(call: CheckedCall, ended: AbortSignal, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(callerLeft());
    });
    const signal = AbortSignal.any([controller.signal, ended]);
    if (call.kind === 'stream') return sendEvents(call, signal, response, deps.clock);
    const data = call.encode(await call.invoke({ signal }));
    signal.throwIfAborted();
    sendJson(response, 200, { ok: true, data });
  }

  function fail(name: string, request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (!(error instanceof AppError))
      deps.log.error({ err: error, method: name }, 'a call failed unexpectedly');
    const shape = toErrorShape(error);
    if (response.destroyed) return;
    if (response.headersSent) return endWithError(response, shape);
    sendError(request, response, shape);
  }
}

function refuseStrangers(request: IncomingMessage): void {
  if (!isForLoopback(request))
    throw new AppError('api.wrong_host', 'This server answers only to the names of this machine.', {
      advice: 'Use 127.0.0.1 or localhost in the address.',
    });
  if (isForeign(request))
    throw new AppError('api.wrong_origin', 'Pages of other sites may not use this server.', {
      advice: 'Call it from a program, or from the dashboard.',
    });
}

function allowOnly({ method }: IncomingMessage, allowed: 'GET' | 'POST'): void {
  if (method !== allowed)
    throw new AppError('api.wrong_method', `Use ${allowed} here.`, {
      advice: 'The OpenAPI document at /api/v1/openapi.json lists every call.',
      details: { allowed },
    });
}

const unauthorized = (): AppError =>
  new AppError('api.unauthorized', 'A valid token is missing.', {
    advice: 'Make one with `toolswarm api create NAME` and send it as Authorization: Bearer TOKEN.',
  });

const scopeTooNarrow = (needed: ApiScope): AppError =>
  new AppError('api.scope', `This call needs a token of scope ${needed}.`, {
    advice: `Make one with \`toolswarm api create NAME --scope ${needed}\`.`,
    details: { needed },
  });

const inPersonOnly = (): AppError =>
  new AppError('api.in_person_only', 'This call is not served to tokens.', {
    advice: 'Use the command line or the dashboard on the node’s machine.',
  });

const callerLeft = (): AppError =>
  new AppError('contract.disconnected', 'The caller went away.', { retryable: true });
