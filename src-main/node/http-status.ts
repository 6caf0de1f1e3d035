/** HTTP's view of our errors. The code in the body says everything; the status is for generic clients. */
import type { ErrorShape } from '#shared/kernel/errors.ts';

const STATUS: Record<string, number> = {
  'api.malformed': 400,
  'contract.invalid_input': 400,
  'api.unauthorized': 401,
  'api.in_person_only': 403,
  'api.scope': 403,
  'api.wrong_origin': 403,
  'contract.unknown_procedure': 404,
  'api.wrong_method': 405,
  'api.too_large': 413,
  'api.wrong_type': 415,
  'api.wrong_host': 421,
  'contract.too_many_calls': 429,
  internal: 500,
};

/** A fault of a slice is 503 where trying again can help, else 422. */
export const statusOf = ({ code, retryable }: ErrorShape): number => STATUS[code] ?? (retryable ? 503 : 422);

/** What the status obliges us to say beside it. */
export function headersOf({ code, details }: ErrorShape): Record<string, string> {
  if (code === 'api.unauthorized') return { 'www-authenticate': 'Bearer' };
  if (code === 'api.wrong_method') return { allow: String(details?.allowed) };
  if (code === 'contract.too_many_calls') return { 'retry-after': '1' };
  return {};
}
