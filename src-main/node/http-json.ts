/** JSON in and out over node:http, with bounds. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '#shared/kernel/errors.ts';

/** Throws `api.too_large`, `api.wrong_type` or `api.malformed`. An empty body is an empty object. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!/^application\/json(\s*;|$)/i.test(request.headers['content-type'] ?? '')) throw wrongType();
  const body = await readBody(request, maxBytes);
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new AppError('api.malformed', 'The body is not JSON in UTF-8.', {
      advice: 'Send one JSON object.',
      cause,
    });
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(bytes);
}

const wrongType = (): AppError =>
  new AppError('api.wrong_type', 'The body must be JSON.', {
    advice: 'Send it with Content-Type: application/json.',
  });

const tooLarge = (maxBytes: number): AppError =>
  new AppError('api.too_large', `The body is longer than ${maxBytes} bytes.`, {
    advice: 'Send smaller arguments.',
  });
