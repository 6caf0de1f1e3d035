/** Every bound of the endpoint, in one place. */
export interface EndpointLimits {
  /** HTTP connections at a time; more are closed on arrival. */
  connections: number;
  /** Local socket connections at a time. */
  socketConnections: number;
  /** Bytes of one request. */
  bodyBytes: number;
  /** Bytes of requests that are being received, all together. */
  bufferedBodyBytes: number;
  /** Calls running at a time for one session, socket connection or modern client. */
  callsPerSession: number;
  /** Legacy sessions in memory; the longest idle one makes room. */
  sessions: number;
  /** A legacy session unused for this long leaves memory; its id stays valid. */
  sessionIdleMs: number;
  /** Ended session ids that are remembered, so that they are not revived. */
  endedSessions: number;
  /** Requests to a client that wait for its answer, per session or parked call. */
  asks: number;
  /** Resource subscriptions per session or listener. */
  subscriptions: number;
  /** Modern `subscriptions/listen` streams at a time. */
  listeners: number;
  /** Modern calls that wait for their client's answers. */
  parks: number;
  /** How long such a call waits. */
  parkMs: number;
  /** Event streams kept for resumption, per session. */
  streams: number;
  /** Events kept for resumption, per stream. */
  streamEvents: number;
  /** Characters of events kept for resumption, per session. */
  streamChars: number;
  /** How long the stream of a client that went away is kept. */
  streamMs: number;
  /** Bytes a client may leave unread before its connection is closed. */
  unreadBytes: number;
  /** Items on one page of a list; so many that ordinary catalogs have one page. */
  pageItems: number;
  /** Messages in a batch (revisions that have batches). */
  batch: number;
  /** Time between comments on idle event streams, which keep middle boxes from closing them. */
  keepAliveMs: number;
  /** Changes of the catalog within this time are told in one go. */
  debounceMs: number;
  /** Requests of a server that come within this time are put to a modern client together. */
  gatherMs: number;
}

export const DEFAULT_LIMITS: EndpointLimits = {
  connections: 2_048,
  socketConnections: 256,
  bodyBytes: 4 * 1024 * 1024,
  bufferedBodyBytes: 64 * 1024 * 1024,
  callsPerSession: 512,
  sessions: 1_000,
  sessionIdleMs: 30 * 60_000,
  endedSessions: 10_000,
  asks: 64,
  subscriptions: 1_000,
  listeners: 1_000,
  parks: 1_000,
  parkMs: 5 * 60_000,
  streams: 32,
  streamEvents: 256,
  streamChars: 16 * 1024 * 1024,
  streamMs: 5 * 60_000,
  unreadBytes: 80 * 1024 * 1024,
  pageItems: 20_000,
  batch: 100,
  keepAliveMs: 15_000,
  debounceMs: 50,
  gatherMs: 10,
};
