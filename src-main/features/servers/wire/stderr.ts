/** What a server writes to stderr, at no faster a pace than it may talk otherwise. */
import type { Readable } from 'node:stream';
import type { Clock } from '#shared/kernel/clock.ts';
import { createFloodGate } from './flood-gate.ts';

export function readStderr(stderr: Readable, clock: Clock, onText: (text: string) => void): void {
  const gate = createFloodGate();
  stderr.setEncoding('utf8');
  stderr.on('data', (text: string) => {
    onText(text);
    gate.spend(text.length, clock.monotonic());
    const pauseMs = gate.pauseMs(clock.monotonic());
    if (pauseMs === 0 || stderr.isPaused()) return;
    stderr.pause();
    clock.after(pauseMs, () => stderr.resume());
  });
  // A broken pipe is told by the exit that follows.
  stderr.on('error', () => undefined);
}
