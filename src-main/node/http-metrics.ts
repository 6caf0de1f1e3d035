/** `GET /metrics` for collectors such as Prometheus: off unless switched on, and only with a token that may read. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiScope } from '#shared/features/node/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { covers } from './api-scopes.ts';
import { isForeign, isForLoopback } from './http-guards.ts';

export const METRICS_PATH = '/metrics';

export interface MetricsPageDeps {
  isOn(): boolean;
  /** Undefined for a token that is not ours. */
  authenticate(token: string): { scope: ApiScope } | undefined;
  text(): string;
}

/** Answers, or throws `api.*` for the server to send. */
export function answerMetrics(
  deps: MetricsPageDeps,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (!isForLoopback(request) || isForeign(request))
    throw new AppError('api.wrong_host', 'This server answers only to programs of this machine.', {
      advice: 'Use 127.0.0.1 or localhost in the address.',
    });
  if (!deps.isOn())
    throw new AppError('api.metrics_off', 'Figures are not told to collectors.', {
      advice: 'Switch them on with `toolswarm settings set metrics.expose true`.',
    });
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const holder = deps.authenticate(token);
  if (!holder || !covers(holder.scope, 'read'))
    throw new AppError('api.unauthorized', 'A valid token is missing.', {
      advice: 'Make one with `toolswarm api create NAME` and send it as Authorization: Bearer TOKEN.',
    });
  response.writeHead(200, {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : deps.text());
}
