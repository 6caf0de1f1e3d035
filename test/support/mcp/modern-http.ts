/** The modern fixture over HTTP, inside the test's own process. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { HttpFixture } from './legacy-http.ts';
import { createModernFacts, createModernFixture, type ModernFacts } from './modern-fixture.ts';

/** @param port 0 for any. */
export async function startModernHttp(
  port = 0,
): Promise<Omit<HttpFixture, 'forget' | 'breakOff'> & { facts: ModernFacts }> {
  const facts = createModernFacts();
  const seen: HttpFixture['seen'] = [];
  const handler = createMcpHandler(() => createModernFixture(facts, () => handler.notify), {
    legacy: 'reject',
  });
  const serve = toNodeHandler(handler);
  const http = createServer((request, response) => {
    seen.push({ method: request.method ?? '', headers: request.headers });
    void serve(request, response);
  });
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    seen,
    facts,
    async close() {
      await handler.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
