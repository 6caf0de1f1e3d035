/** A plain HTTP client for MCP: says exactly what it is told, shows exactly what comes back. */
import { type IncomingHttpHeaders, request } from 'node:http';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { TOKEN } from './world.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as JSON, where it is JSON. */
  json: JsonObject;
  /** The messages of an event stream. */
  events: JsonObject[];
  /** Ids of the events, in order. */
  eventIds: string[];
  text: string;
}

export interface SendOptions {
  method?: string;
  token?: string | null;
  headers?: Record<string, string>;
  body?: string | JsonObject | readonly JsonObject[];
  /** Resolves as soon as this many events came, and closes the connection. */
  untilEvents?: number;
  onEvent?: (event: JsonObject) => void;
  signal?: AbortSignal;
}

export function send(url: string, options: SendOptions = {}): Promise<Answer> {
  const { method = 'POST', token = TOKEN, body } = options;
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const req = request(url, {
      method,
      agent: false,
      headers: {
        accept: 'application/json, text/event-stream',
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...options.headers,
      },
      ...(options.signal ? { signal: options.signal } : {}),
    });
    req.on('error', reject);
    req.on('response', (res) => {
      const answer: Answer = {
        status: res.statusCode ?? 0,
        headers: res.headers,
        json: {},
        events: [],
        eventIds: [],
        text: '',
      };
      const finish = (): void => {
        if (res.headers['content-type'] === 'application/json')
          answer.json = JSON.parse(answer.text) as JsonObject;
        resolve(answer);
      };
      let pending = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        answer.text += chunk;
        if (res.headers['content-type'] !== 'text/event-stream') return;
        pending += chunk;
        const blocks = pending.split('\n\n');
        pending = blocks.pop() ?? '';
        for (const block of blocks) take(block, answer, options.onEvent);
        if (options.untilEvents !== undefined && answer.events.length >= options.untilEvents) {
          resolve(answer);
          res.destroy();
        }
      });
      res.on('end', finish);
      res.on('error', finish);
    });
    req.end(text);
  });
}

function take(block: string, answer: Answer, onEvent: ((event: JsonObject) => void) | undefined): void {
  const id = /^id: (.*)$/m.exec(block)?.[1];
  const data = /^data: (.+)$/m.exec(block)?.[1];
  if (id !== undefined) answer.eventIds.push(id);
  if (data === undefined) return;
  const event = JSON.parse(data) as JsonObject;
  answer.events.push(event);
  onEvent?.(event);
}

export const rpc = (id: number | string, method: string, params?: JsonObject): JsonObject => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params ? { params } : {}),
});

export const notification = (method: string, params?: JsonObject): JsonObject => ({
  jsonrpc: '2.0',
  method,
  ...(params ? { params } : {}),
});

/** Opens a legacy session; further requests go through the returned function. */
export async function openSession(
  url: string,
  capabilities: JsonObject = {},
  version = '2025-11-25',
  token = TOKEN,
): Promise<{
  id: string;
  result: JsonObject;
  send(body: SendOptions['body'], options?: SendOptions): Promise<Answer>;
}> {
  const clientInfo = { name: 'test client', version: '1' };
  const opened = await send(url, {
    token,
    body: rpc(0, 'initialize', { protocolVersion: version, capabilities, clientInfo }),
  });
  const id = String(opened.headers['mcp-session-id']);
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': version };
  return {
    id,
    result: opened.json['result'] as JsonObject,
    send: (body, options = {}) =>
      send(url, {
        token,
        ...options,
        ...(body === undefined ? {} : { body }),
        headers: { ...headers, ...options.headers },
      }),
  };
}

const META = 'io.modelcontextprotocol/';

/** A modern request with everything it needs. */
export function modern(
  method: string,
  params: JsonObject = {},
  capabilities: JsonObject = {},
  meta: JsonObject = {},
): SendOptions {
  const envelope = {
    [`${META}protocolVersion`]: '2026-07-28',
    [`${META}clientInfo`]: { name: 'test client', version: '1' },
    [`${META}clientCapabilities`]: capabilities,
    ...meta,
  };
  const name = params['name'] ?? params['uri'];
  return {
    body: rpc(1, method, { ...params, _meta: envelope }),
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
  };
}
