/** A handler with nothing but the codec of calls. */
export const BARE_CALL = '/toolswarm/bench-call/1';
