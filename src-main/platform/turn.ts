/**
 * Runs `run` when everything that has arrived by now was handled: once per turn of the event loop, before the next wait.
 * What is gathered until then (writes to one pipe, say) goes out in one piece, however many connections it came from.
 */
export const afterArrivals = (run: () => void): void => void setImmediate(run);
