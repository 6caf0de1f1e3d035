/**
 * A raw HTTP client on bare sockets: requests are one prepared write, answers are found and not parsed, so that what is
 * measured is the server. Each connection carries one request at a time, as HTTP/1.1 has it.
 */
import { connect, type Socket } from 'node:net';

export interface Exchange {
  status: number;
  headers: string;
  body: string;
}

export interface RawConnection {
  /** Sends a whole request and resolves with the whole answer. */
  send(request: string): Promise<Exchange>;
  close(): void;
}

export async function openRaw(url: URL): Promise<RawConnection> {
  const socket = connect(Number(url.port), url.hostname);
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let waiting: { resolve: (exchange: Exchange) => void; reject: (error: Error) => void } | undefined;
  let received = '';

  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    const exchange = complete(received);
    if (!exchange || !waiting) return;
    received = '';
    const { resolve } = waiting;
    waiting = undefined;
    resolve(exchange);
  });
  const fail = (error: Error): void => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed the connection')));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request, 'latin1');
      }),
    close: () => socket.destroy(),
  };
}

/** The answer once it is all there: by its length, or by the last chunk. */
function complete(text: string): Exchange | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const headers = text.slice(0, end);
  const body = text.slice(end + 4);
  const status = Number(headers.slice(9, 12));
  const length = /\r\ncontent-length: (\d+)/i.exec(headers)?.[1];
  if (length !== undefined) return body.length >= Number(length) ? { status, headers, body } : undefined;
  if (status === 202 || status === 204) return { status, headers, body: '' };
  return body.endsWith('0\r\n\r\n') ? { status, headers, body } : undefined;
}

/** The text of a POST. */
export function postText(url: URL, headers: Record<string, string>, body: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n${lines.join('')}`;
  return `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Reads an event stream that stays open; each `data` line goes to `onData`. */
export async function openEvents(url: URL, onData: (event: string, data: string) => void): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.setEncoding('latin1');
  let received = '';
  let event = 'message';
  socket.on('data', (chunk: string) => {
    const lines = (received + chunk).split('\n');
    received = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('event: ')) event = line.slice(7).trim();
      else if (line.startsWith('data: ')) onData(event, line.slice(6).trim());
      else if (line.trim() === '') event = 'message';
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nAccept: text/event-stream\r\n\r\n`);
  return socket;
}
