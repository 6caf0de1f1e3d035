/** Bodies of HTTP answers, read within bounds: whole ones, and streams of server-sent events. */
import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import type { AppError } from '#shared/kernel/errors.ts';
import { tooLarge } from './errors.ts';

/** Reads a body as text. `onText` gets `undefined` when the connection broke off. */
export function readText(
  response: IncomingMessage,
  maxBytes: number,
  onText: (text: string | undefined, error?: AppError) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let over = false;
  const finish = (text: string | undefined, error?: AppError) => {
    if (over) return;
    over = true;
    onText(text, error);
  };
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) return void chunks.push(chunk);
    finish(undefined, tooLarge(bytes, maxBytes));
    response.destroy();
  });
  response.on('end', () =>
    finish((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8')),
  );
  response.on('close', () => finish(undefined));
  response.on('error', () => finish(undefined));
}

export interface EventHandlers {
  onData(data: string): void;
  onId(id: string): void;
  onRetry(delayMs: number): void;
  /** The stream is over; `error` when it was broken off by us. */
  onEnd(error?: AppError): void;
}

export function readEvents(response: IncomingMessage, maxBytes: number, handlers: EventHandlers): void {
  let over = false;
  const finish = (error?: AppError) => {
    if (over) return;
    over = true;
    handlers.onEnd(error);
  };
  const parser = createParser({
    maxBufferSize: maxBytes,
    onEvent: ({ event, data }) => {
      if (data !== '' && (event === undefined || event === 'message')) handlers.onData(data);
    },
    onId: handlers.onId,
    onRetry: handlers.onRetry,
    onError(error) {
      if (error.type !== 'max-buffer-size-exceeded') return;
      finish(tooLarge(maxBytes, maxBytes));
      response.destroy();
    },
  });
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    if (!over) parser.feed(text);
  });
  response.on('end', () => finish());
  response.on('close', () => finish());
  response.on('error', () => finish());
}
