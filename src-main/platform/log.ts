import pino, { type Logger } from 'pino';
import { openLogFile } from './log-file.ts';
import { redact, redactText } from './redact.ts';

/** The log as features see it. Secrets are taken out by the names of fields and by their known forms; pass none anyway. */
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

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogOptions {
  /** Folder of `node.log` and its predecessors; absent: no file. */
  dir?: string;
  level?: LogLevel;
  /** Receives every line as well; stderr of a daemon in the foreground, say. */
  alsoTo?: (line: string) => void;
  /** Of one file, see `log-file.ts`. */
  maxBytes?: number;
  files?: number;
}

export interface OpenLog {
  log: Log;
  /** From now on these values stand in no line; read anew for each. */
  hide(values: () => Iterable<string>): void;
  close(): void;
}

/** The log of a node: one JSON object a line, `time` in epoch ms. Throws `storage.…` where the file cannot be opened. */
export function openLog({ dir, level = 'info', alsoTo, maxBytes, files }: LogOptions): OpenLog {
  const onFault = (error: unknown) => console.error('the log cannot be written', error);
  const file = dir === undefined ? undefined : openLogFile({ dir, maxBytes, files, onFault });
  let hidden: () => Iterable<string> = () => [];
  const destination = {
    write(whole: string) {
      const line = withoutValues(whole, hidden());
      file?.write(line);
      alsoTo?.(line);
    },
  };
  const options = { base: null, level, formatters: { level: (label: string) => ({ level: label }) } };
  return {
    log: asLog(pino(options, destination)),
    hide: (values) => void (hidden = values),
    close: () => file?.close(),
  };
}

/** Shorter values are too common to be found in a line without maiming it. */
const MIN_HIDDEN_LENGTH = 6;

function withoutValues(line: string, values: Iterable<string>): string {
  let out = line;
  for (const value of values)
    if (value.length >= MIN_HIDDEN_LENGTH) out = out.replaceAll(JSON.stringify(value).slice(1, -1), '•••');
  return out;
}

function asLog(logger: Logger): Log {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    if (logger.isLevelEnabled(level)) logger[level](redact(fields) as object, redactText(message));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (slice) => asLog(logger.child({ slice })),
  };
}
