/**
 * Where the browser returns to: a port of this machine that is open for one sign-in only (RFC 8252). Whoever else knocks
 * learns nothing and ends nothing.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pageFor } from './way-back-page.ts';

export interface WayBack {
  readonly redirectUri: string;
  close(): void;
}

export type Outcome = 'done' | 'failed' | 'ignored';

const PATH = '/callback';
const MAX_URL = 16_384;
/** Connections at a time; a browser needs two. */
const MAX_CONNECTIONS = 8;

/**
 * @param preferred a port that an earlier sign-in was registered with; another one where it is taken.
 * @param onReturn hears of each return with its parameters, and says what became of it.
 */
export async function openWayBack(
  preferred: number | undefined,
  onReturn: (parameters: URLSearchParams) => Promise<Outcome>,
): Promise<WayBack> {
  const server = createServer({ maxHeaderSize: MAX_URL * 2, requestTimeout: 10_000 }, (request, response) => {
    void answer(request, response, port, onReturn);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.unref();
  const listen = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  await listen(preferred ?? 0).catch(() => listen(0));
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: `http://127.0.0.1:${port}${PATH}`,
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  onReturn: (parameters: URLSearchParams) => Promise<Outcome>,
): Promise<void> {
  const url = (request.url ?? '').length <= MAX_URL ? URL.parse(request.url ?? '', 'http://127.0.0.1') : null;
  // The name that the browser was given is checked too: a web page must not get here under a name of its own.
  const known =
    request.method === 'GET' && url?.pathname === PATH && request.headers.host === `127.0.0.1:${port}`;
  const outcome = known ? await onReturn(url.searchParams) : 'ignored';
  response.writeHead(outcome === 'done' ? 200 : outcome === 'failed' ? 400 : 404, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(pageFor(outcome, request.headers['accept-language']));
}
