/**
 * Sends spans to a collector by OTLP over HTTP, as JSON (https://opentelemetry.io/docs/specs/otlp/). Nothing waits for it:
 * what the collector does not take in time is dropped and counted.
 */
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { Log } from '../../platform/log.ts';

/** Spans that wait to be sent. */
const MAX_WAITING = 5_000;
const MAX_BATCH = 500;
const FLUSH_MS = 2_000;
const TIMEOUT_MS = 10_000;

export interface ExportedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string | undefined;
  name: string;
  /** https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
  kind: 'internal' | 'server' | 'client';
  /** Epoch ms. */
  startedAt: number;
  durationMs: number;
  failed: boolean;
  attributes: Readonly<Record<string, string | undefined>>;
}

export interface SpanExporter extends Closeable {
  readonly isOn: boolean;
  add(spans: readonly ExportedSpan[]): void;
  /** Spans that no collector took. */
  dropped(): number;
  /** Sends what waits; resolves once that was tried. */
  flush(): Promise<void>;
}

export function createSpanExporter(
  { clock, fetch = globalThis.fetch, log }: { clock: Clock; log: Log; fetch?: typeof globalThis.fetch },
  options: { url(): string; service: { name: string; version: string; instance: string } },
): SpanExporter {
  let waiting: ExportedSpan[] = [];
  let dropped = 0;
  let told = 0;
  let sending: Promise<void> | undefined;

  async function send(batch: readonly ExportedSpan[]): Promise<void> {
    const expired = new AbortController();
    const timer = clock.after(TIMEOUT_MS, () => expired.abort());
    try {
      const response = await fetch(options.url(), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(requestOf(batch, options.service)),
        redirect: 'error',
        signal: expired.signal,
      });
      await response.body?.cancel();
      if (!response.ok) dropped += batch.length;
    } catch (error) {
      dropped += batch.length;
      log.debug({ error: String(error) }, 'a collector took no spans');
    } finally {
      timer.cancel();
    }
  }

  async function sendAll(): Promise<void> {
    while (waiting.length > 0 && options.url() !== '') await send(waiting.splice(0, MAX_BATCH));
    if (dropped > told)
      log.warn({ dropped: dropped - told }, 'spans were dropped: the collector did not take them');
    told = dropped;
  }

  const flush = () => (sending ??= sendAll().finally(() => (sending = undefined)));
  const timer = clock.every(FLUSH_MS, () => void flush());
  return {
    get isOn() {
      return options.url() !== '';
    },
    add(spans) {
      const room = Math.max(0, MAX_WAITING - waiting.length);
      waiting.push(...spans.slice(0, room));
      dropped += Math.max(0, spans.length - room);
    },
    dropped: () => dropped,
    flush,
    close() {
      timer.cancel();
      waiting = [];
    },
  };
}

const KINDS = { internal: 1, server: 2, client: 3 } as const;
const OK = 1;
const FAILED = 2;

const attribute = (key: string, text: string) => ({ key, value: { stringValue: text } });
/** In whole microseconds: that is what durations are kept with. */
const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);

function requestOf(
  spans: readonly ExportedSpan[],
  service: { name: string; version: string; instance: string },
): object {
  const resource = {
    attributes: [
      attribute('service.name', service.name),
      attribute('service.version', service.version),
      attribute('service.instance.id', service.instance),
    ],
  };
  return {
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: service.name }, spans: spans.map(spanOf) }] }],
  };
}

const spanOf = ({ attributes, durationMs, failed, kind, startedAt, ...span }: ExportedSpan) => ({
  ...span,
  kind: KINDS[kind],
  startTimeUnixNano: nanos(startedAt),
  endTimeUnixNano: nanos(startedAt + durationMs),
  attributes: Object.entries(attributes).flatMap(([key, text]) =>
    text === undefined ? [] : [attribute(key, text)],
  ),
  status: { code: failed ? FAILED : OK },
});
