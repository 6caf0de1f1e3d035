/** Events of a fixture's streams, kept so that a client can resume. */
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

export function createEventStore(): EventStore {
  const events: Array<{ id: string; stream: string; message: Parameters<EventStore['storeEvent']>[1] }> = [];
  return {
    async storeEvent(stream, message) {
      const id = String(events.length + 1);
      events.push({ id, stream, message });
      return id;
    },
    async replayEventsAfter(lastEventId, { send }) {
      const last = events.find((event) => event.id === lastEventId);
      const missed = events.filter(
        (event) => event.stream === last?.stream && Number(event.id) > Number(lastEventId),
      );
      for (const event of missed)
        if (Object.keys(event.message).length > 0) await send(event.id, event.message);
      return last?.stream ?? '';
    },
  };
}
