/** A stream of the contract as server-sent events: `item` for each item, then `end` or `error`. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '#shared/kernel/clock.ts';
import type { ErrorShape } from '#shared/kernel/errors.ts';
import { type CheckedCall, pump } from '#shared/kernel/rpc/index.ts';

/** A silent stream says this often that it lives, so that a caller that went away is noticed. */
const HEARTBEAT_MS = 15_000;

/** Rejects with the handler's error; {@link endWithError} tells it to the caller. */
export async function sendEvents(
  call: CheckedCall & { kind: 'stream' },
  signal: AbortSignal,
  response: ServerResponse,
  clock: Clock,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.flushHeaders();
  const heartbeat = clock.every(HEARTBEAT_MS, () => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  });
  try {
    await pump(call.invoke({ signal }), signal, {
      async room() {
        if (response.writableNeedDrain) await once(response, 'drain', { signal });
      },
      send: (item) => void response.write(eventText('item', call.encode(item))),
    });
    response.end(eventText('end', {}));
  } finally {
    heartbeat.cancel();
  }
}

export const endWithError = (response: ServerResponse, error: ErrorShape): void =>
  void response.end(eventText('error', error));

const eventText = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
