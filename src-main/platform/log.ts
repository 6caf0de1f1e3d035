/** The log as features see it; `pino` stands behind it on a real node. Never pass secrets: they are redacted by key, not by value. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A log whose lines carry `slice`. */
  child(slice: string): Log;
}

/** Drops everything; for tests and tools. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
