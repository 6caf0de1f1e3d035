/** Writing answers: JSON in one piece wherever possible, since a second write costs as much as the rest of a call. */
import type { ServerResponse } from 'node:http';
import { errorText, type RequestId, type RpcError, type Wire } from '#shared/features/endpoint/messages.ts';
import { CODES } from '#shared/features/endpoint/protocol.ts';

/** Header lines that every answer to a browser's script needs; empty for other clients. */
export type ExtraHeaders = readonly string[];

/** Sends one JSON document. `headers` are name, value, name, value, … */
export function sendJson(res: ServerResponse, status: number, wire: Wire, headers: ExtraHeaders = []): void {
  const length = String(wireBytes(wire));
  res.writeHead(status, ['Content-Type', 'application/json', 'Content-Length', length, ...headers]);
  if (typeof wire === 'string') {
    res.end(wire);
    return;
  }
  for (const part of wire) res.write(part);
  res.end();
}

export function wireBytes(wire: Wire): number {
  if (typeof wire === 'string') return Buffer.byteLength(wire);
  let bytes = 0;
  for (const part of wire) bytes += typeof part === 'string' ? Buffer.byteLength(part) : part.length;
  return bytes;
}

/** Joins the parts of a message, for streams that frame it as one line. */
export const wireText = (wire: Wire): string =>
  typeof wire === 'string'
    ? wire
    : wire.map((part) => (typeof part === 'string' ? part : Buffer.from(part).toString())).join('');

export function sendError(
  res: ServerResponse,
  status: number,
  error: RpcError,
  id: RequestId | null = null,
  headers: ExtraHeaders = [],
): void {
  sendJson(res, status, errorText(id, error), headers);
}

/** Refuses a request before it is looked at; what is left of its body is read past. */
export function refuse(
  res: ServerResponse,
  status: number,
  message: string,
  headers: ExtraHeaders = [],
): void {
  sendError(res, status, { code: CODES.refused, message }, null, headers);
}

export function sendEmpty(res: ServerResponse, status: number, headers: ExtraHeaders = []): void {
  res.writeHead(status, [...(status === 202 ? ['Content-Length', '0'] : []), ...headers]);
  res.end();
}
