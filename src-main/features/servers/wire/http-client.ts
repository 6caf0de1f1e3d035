/**
 * HTTP to one MCP server over `node:http` with kept-alive connections: measured at a third of the CPU of `fetch`.
 * Redirects are not followed, so that declared headers go nowhere but to the declared origin.
 */
import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { AppError } from '#shared/kernel/errors.ts';

export interface HttpClient {
  /**
   * Sends one request; `onResponse` runs when its headers are here, `onError` when there will be none. Returns how to
   * end it early, after which neither runs.
   */
  send(request: HttpSend): () => void;
  close(): void;
}

export interface HttpSend {
  method: 'POST' | 'GET' | 'DELETE';
  headers: Record<string, string>;
  body?: string;
  onResponse(response: IncomingMessage): void;
  onError(error: AppError): void;
}

/** Connections to one server; requests beyond wait for a free one. */
const MAX_SOCKETS = 256;

export function createHttpClient(url: string, declared: Record<string, string>): HttpClient {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS })
    : new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const open = secure ? httpsRequest : httpRequest;
  const common = { ...declared };

  return {
    send({ method, headers, body, onResponse, onError }) {
      let over = false;
      const options: RequestOptions = {
        method,
        agent,
        headers: {
          ...common,
          ...headers,
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        },
      };
      let sent: ClientRequest;
      try {
        sent = open(target, options);
      } catch (error) {
        // A declared header has a name or a value that HTTP does not allow.
        onError(badHeader(error as Error));
        return () => undefined;
      }
      sent.on('response', (response) => {
        if (over) response.destroy();
        else onResponse(response);
      });
      sent.on('error', (error) => {
        if (!over) onError(unreachable(target, error));
      });
      sent.end(body);
      return () => {
        over = true;
        sent.destroy();
      };
    },
    close: () => agent.destroy(),
  };
}

const badHeader = (error: Error): AppError =>
  new AppError('servers.bad_header', 'A declared header cannot be sent over HTTP.', {
    advice:
      'Check the names and values of the headers of this server: no line breaks, no letters beyond ASCII.',
    cause: error,
  });

export const unreachable = (target: URL, error: Error): AppError =>
  new AppError(
    'servers.unreachable',
    `${target.origin} cannot be reached (${(error as NodeJS.ErrnoException).code ?? error.message}).`,
    {
      advice: 'Check that the server runs and that its address is right.',
      retryable: true,
      cause: error,
    },
  );
