/** An HTTP response that carries server-sent events. */
import type { ServerResponse } from 'node:http';
import type { EventSink } from '../legacy/streams.ts';
import type { ExtraHeaders } from './replies.ts';

const HEADERS = [
  'Content-Type',
  'text/event-stream',
  'Cache-Control',
  'no-cache, no-transform',
  'X-Accel-Buffering',
  'no',
];

/** All open event streams of the endpoint, for the comments that keep idle ones alive. */
export interface EventResponses {
  /** Turns the response into a stream. */
  open(res: ServerResponse, headers: ExtraHeaders): EventSink;
  keepAlive(): void;
  readonly size: number;
}

/** @param unreadBytes a client that leaves more than this unread loses its connection, and may come back for the rest. */
export function createEventResponses(unreadBytes: number): EventResponses {
  const open = new Set<ServerResponse>();
  return {
    open(res, headers) {
      res.writeHead(200, [...HEADERS, ...headers]);
      open.add(res);
      res.once('close', () => open.delete(res));
      return {
        write(event) {
          if (res.destroyed || res.writableEnded) return;
          res.write(event);
          if (res.writableLength > unreadBytes) res.destroy();
        },
        end: () => void res.end(),
      };
    },
    keepAlive() {
      for (const res of open) if (!res.writableEnded) res.write(': still here\n\n');
    },
    get size() {
      return open.size;
    },
  };
}
