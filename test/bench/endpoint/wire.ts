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
  let answer = createAnswer();

  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    const exchange = answer.add(chunk);
    if (!exchange || !waiting) return;
    answer = createAnswer();
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

/** Gathers an answer; it is whole by its length, or by the last chunk. Large ones are looked at once, at their end. */
function createAnswer(): { add(chunk: string): Exchange | undefined } {
  let head = '';
  let headers: string | undefined;
  let length: number | undefined;
  let parts: string[] = [];
  let received = 0;

  function readHead(chunk: string): string {
    head += chunk;
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return '';
    headers = head.slice(0, end);
    const told = /\r\ncontent-length: (\d+)/i.exec(headers)?.[1];
    const status = Number(headers.slice(9, 12));
    length = told !== undefined ? Number(told) : status === 202 || status === 204 ? 0 : undefined;
    return head.slice(end + 4);
  }

  return {
    add(chunk) {
      const piece = headers === undefined ? readHead(chunk) : chunk;
      if (headers === undefined) return undefined;
      parts.push(piece);
      received += piece.length;
      if (length === undefined && !piece.endsWith('0\r\n\r\n')) return undefined;
      if (length !== undefined && received < length) return undefined;
      const exchange = { status: Number(headers.slice(9, 12)), headers, body: parts.join('') };
      parts = [];
      return exchange;
    },
  };
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
