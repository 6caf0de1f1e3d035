/** The legacy fixture over Streamable HTTP with sessions, inside the test's own process. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createLegacyFixture } from './legacy-fixture.ts';
import { createEventStore } from './event-store.ts';

export interface HttpFixture {
  url: string;
  /** What requests looked like, newest last. */
  seen: Array<{ method: string; headers: IncomingMessage['headers'] }>;
  /** Forgets all sessions, as a restart would. */
  forget(): void;
  /** Breaks off every open answer. */
  breakOff(): void;
  close(): Promise<void>;
}

export async function startLegacyHttp(options: { json?: boolean } = {}): Promise<HttpFixture> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const seen: HttpFixture['seen'] = [];
  const open = new Set<IncomingMessage>();

  async function transportFor(id: string | undefined): Promise<StreamableHTTPServerTransport | undefined> {
    if (id !== undefined) return sessions.get(id);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: options.json ?? false,
      eventStore: createEventStore(),
      retryInterval: 20,
      onsessioninitialized: (session) => void sessions.set(session, transport),
      onsessionclosed: (session) => void sessions.delete(session),
    });
    await createLegacyFixture().connect(transport);
    return transport;
  }

  const http = createServer((request, response) => void serve(request, response));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.push({ method: request.method ?? '', headers: request.headers });
    open.add(request);
    response.on('close', () => open.delete(request));
    const transport = await transportFor(request.headers['mcp-session-id'] as string | undefined);
    if (transport) await transport.handleRequest(request, response);
    else
      response
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
  }
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    seen,
    forget: () => sessions.clear(),
    breakOff: () => open.forEach((request) => request.socket.destroy()),
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
