/** A handler with nothing but the codec of calls. */
export const BARE_CALL = '/toolswarm/bench-call/1';
/** The relay's own code with nothing to check. */
export const BARE_RELAY = '/toolswarm/bench-relay/1';
