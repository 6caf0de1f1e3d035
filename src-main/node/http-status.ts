/** HTTP's view of our errors. The code in the body says everything; the status is for generic clients. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorShape } from '#shared/kernel/errors.ts';
import { sendJson } from './http-json.ts';

const STATUS: Record<string, number> = {
  'api.malformed': 400,
  'contract.invalid_input': 400,
  'api.unauthorized': 401,
  'api.in_person_only': 403,
  'api.scope': 403,
  'api.role_too_low': 403,
  'session.link_spent': 401,
  'session.required': 401,
  'api.wrong_origin': 403,
  'contract.unknown_procedure': 404,
  'web.not_found': 404,
  'api.wrong_method': 405,
  'api.too_large': 413,
  'api.wrong_type': 415,
  'api.wrong_host': 421,
  'contract.too_many_calls': 429,
  internal: 500,
};

/** Answers a request with an error. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: ErrorShape): void {
  // A body that was refused is not read to its end: the connection ends with the answer instead.
  const headers = { ...headersOf(error), ...(request.complete ? {} : { connection: 'close' }) };
  sendJson(response, statusOf(error), { ok: false, error }, headers);
}

/** A fault of a slice is 503 where trying again can help, else 422. */
const statusOf = ({ code, retryable }: ErrorShape): number => STATUS[code] ?? (retryable ? 503 : 422);

/** What the status obliges us to say beside it. */
function headersOf({ code, details }: ErrorShape): Record<string, string> {
  if (code === 'api.unauthorized') return { 'www-authenticate': 'Bearer' };
  if (code === 'api.wrong_method') return { allow: String(details?.allowed) };
  if (code === 'contract.too_many_calls') return { 'retry-after': '1' };
  return {};
}
