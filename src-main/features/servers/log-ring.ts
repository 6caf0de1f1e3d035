/** The newest lines of a server's stderr and of what happened to it: bounded, without the values of its secrets. */
import type { Clock } from '#shared/kernel/clock.ts';
import { createEmitter } from '#shared/kernel/events.ts';

export interface LogLine {
  /** Epoch ms. */
  at: number;
  /** `stderr`: said by the server. `event`: what happened to it. */
  stream: 'stderr' | 'event';
  text: string;
}

export interface LogRing {
  event(text: string): void;
  /** Raw output; cut into lines, long ones shortened. */
  stderr(chunk: string): void;
  /** The newest lines, oldest of them first. */
  lines(limit: number): LogLine[];
  /** The last words on stderr, joined. */
  lastWords(limit: number): string;
  on(listener: (line: LogLine) => void): () => void;
}

export const MAX_LINES = 2_000;
const SLACK_LINES = 256;
export const MAX_LINE_CHARACTERS = 4_096;

/** @param redact takes the values of secrets out of a line. */
export function createLogRing(clock: Clock, redact: (text: string) => string): LogRing {
  const ring: LogLine[] = [];
  const emitter = createEmitter<{ added: LogLine }>();
  let partial = '';

  function add(stream: LogLine['stream'], text: string): void {
    const line: LogLine = { at: clock.now(), stream, text: shorten(redact(text)) };
    ring.push(line);
    // Cutting in batches keeps a flood from moving the whole ring on every line.
    if (ring.length >= MAX_LINES + SLACK_LINES) ring.splice(0, SLACK_LINES);
    emitter.emit('added', line);
  }

  return {
    event: (text) => add('event', text),
    stderr(chunk) {
      const lines = (partial + chunk).split('\n');
      partial = (lines.pop() ?? '').slice(0, MAX_LINE_CHARACTERS * 2);
      for (const line of lines) if (line.trim() !== '') add('stderr', line.trimEnd());
    },
    lines: (limit) => ring.slice(-Math.min(limit, MAX_LINES)),
    lastWords: (limit) =>
      ring
        .filter((line) => line.stream === 'stderr')
        .slice(-limit)
        .map((line) => line.text)
        .join('\n'),
    on: (listener) => emitter.on('added', listener),
  };
}

const shorten = (text: string): string =>
  text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS - 1)}…` : text;

/** Shorter values are too common to be found in a text without maiming it. */
const MIN_SECRET_LENGTH = 4;

/** Replaces each secret value by `•••`, longest first so that no part of one survives another. */
export function createRedactor(values: () => Iterable<string>): (text: string) => string {
  return (text) => {
    let out = text;
    const secrets = [...values()].filter((value) => value.length >= MIN_SECRET_LENGTH);
    for (const secret of secrets.sort((a, b) => b.length - a.length)) out = out.replaceAll(secret, '•••');
    return out;
  };
}
