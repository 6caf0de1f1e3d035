/**
 * Requests to addresses that a server named. What it may not do with us: reach into networks that it does not see
 * itself, send us on elsewhere, keep us waiting, or fill the memory. The address that was checked is the one that is
 * connected to, so that a name cannot change its meaning in between.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { isLoopbackHost, literalAddress, mayReach, mostPublic, type Reach, reachOf } from './addresses.ts';

/** All addresses of a host. */
export type Resolve = (host: string) => Promise<string[]>;

export interface GuardedFetchOptions {
  clock: Clock;
  resolve?: Resolve | undefined;
  timeoutMs?: number | undefined;
}

/** The part of `fetch` that OAuth needs. */
export type GuardedFetch = (
  url: string,
  init: {
    method?: string;
    headers?: Record<string, string>;
    body?: unknown;
    signal?: AbortSignal | undefined;
  },
) => Promise<Response>;

const TIMEOUT_MS = 15_000;
/** Metadata and token answers are a few kilobytes. */
export const MAX_ANSWER_BYTES = 256 * 1024;

export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) =>
    systemLookup(host, { all: true }, (error, found) =>
      error ? reject(error) : resolve(found.map(({ address }) => address)),
    ),
  );

/** @param server the MCP server on whose word the requests are made. */
export function createGuardedFetch(server: URL, options: GuardedFetchOptions): GuardedFetch {
  const resolve = options.resolve ?? systemResolve;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const reachOfHost = async (url: URL): Promise<Reach> => {
    const literal = literalAddress(url);
    if (literal) return reachOf(literal);
    return mostPublic((await resolve(url.hostname)).map(reachOf));
  };

  return async (address, init) => {
    const url = URL.parse(address);
    if (!url || url.username || url.password) throw forbidden(address, 'it is no plain address');
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url)))
      throw forbidden(url.origin, 'it is not encrypted (https)');
    const allowed = await reachOfHost(server).catch((error: Error) => {
      throw unreachable(server.origin, error);
    });
    const literal = literalAddress(url);
    if (literal && !mayReach(allowed, reachOf(literal))) throw innerNetwork(url);
    return send(url, init, { timeoutMs, clock: options.clock, lookup: checkedLookup(url, allowed, resolve) });
  };
}

/** Resolves a name and refuses it where any of its addresses lies where the server may not send us. */
function checkedLookup(url: URL, allowed: Reach, resolve: Resolve): LookupFunction {
  return (host, wanted, answer) => {
    resolve(host).then(
      (addresses) => {
        if (addresses.length === 0) return answer(new Error('ENOTFOUND'), '');
        if (!addresses.every((address) => mayReach(allowed, reachOf(address))))
          return answer(innerNetwork(url), '');
        const found: LookupAddress[] = addresses.map((address) => ({
          address,
          family: address.includes(':') ? 6 : 4,
        }));
        const [first = { address: '', family: 4 }] = found;
        if (wanted.all) answer(null, found);
        else answer(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => answer(error, ''),
    );
  };
}

interface Sending {
  timeoutMs: number;
  clock: Clock;
  lookup: LookupFunction;
}

function send(
  url: URL,
  init: Parameters<GuardedFetch>[1],
  { clock, lookup, timeoutMs }: Sending,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const body = init.body === undefined || init.body === null ? undefined : String(init.body);
    const late = new AbortController();
    const timer = clock.after(timeoutMs, () => late.abort());
    const signal = init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal;
    const options: RequestOptions = {
      method: init.method ?? 'GET',
      headers: {
        ...init.headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      lookup,
      signal,
      agent: false,
    };
    const fail = (error: Error) => {
      timer.cancel();
      reject(
        error instanceof AppError
          ? error
          : unreachable(url.origin, late.signal.aborted ? new Error('no answer') : error),
      );
    };
    const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      collect(response).then((bytes) => {
        timer.cancel();
        resolve(toResponse(response, bytes));
      }, fail);
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      response.destroy();
      throw new AppError(
        'servers.login_failed',
        'The authorization server answers at far too great length.',
        {
          advice: 'Ask those who run it.',
        },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toResponse(response: IncomingMessage, bytes: Buffer): Response {
  const status = response.statusCode ?? 500;
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const bodiless = status === 204 || status === 205 || status === 304;
  return new Response(bodiless ? null : new Uint8Array(bytes), { status, headers });
}

const forbidden = (address: string, why: string): AppError =>
  new AppError(
    'servers.login_forbidden',
    `The server sends us to ${address.slice(0, 200)} for signing in, and ${why}.`,
    {
      advice: 'Do not sign in there; ask those who run the server.',
    },
  );

const innerNetwork = (url: URL): AppError =>
  forbidden(url.origin, 'that is inside your own network, where it cannot be itself');

const unreachable = (origin: string, error: Error): AppError =>
  new AppError(
    'servers.login_unavailable',
    `${origin} cannot be reached for signing in (${(error as NodeJS.ErrnoException).code ?? error.message}).`,
    { advice: 'Try again later; the login is kept.', retryable: true },
  );
