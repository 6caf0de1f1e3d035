/** Figures for collectors: over the real web server, with the tokens of the API. */
import { afterEach, describe, expect, it } from 'vitest';
import { exposition } from '#main/node/exposition.ts';
import { createBottlenecks, createMetrics } from '#main/features/metrics/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { startWeb } from './support/web.ts';

let web: Awaited<ReturnType<typeof startWeb>> | undefined;
afterEach(() => web?.end());

const get = (token?: string) =>
  fetch(
    `${web?.origin}/metrics`,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );

describe('GET /metrics', () => {
  it('answers programs with a token that may read, and nobody else', async () => {
    web = await startWeb();
    const answer = await get(web.token('read'));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await answer.text()).toBe('toolswarm_peers 3\n');
    expect((await get()).status).toBe(401);
    expect((await get('wrong')).status).toBe(401);
  });

  it('is off unless it was switched on', async () => {
    web = await startWeb({ metrics: false });
    const answer = await get(web.token('read'));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'api.metrics_off' } });
  });
});

/** What the text format allows: a comment of its kinds, or a name with labels and a number. */
const LINE =
  /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? (?:\d+(?:\.\d+)?(?:e[+-]\d+)?))$/;

it('what is told is text that collectors read, with buckets that grow to the count', () => {
  const metrics = createMetrics({ clock: systemClock });
  for (const durationMs of [0.5, 3, 3, 40, 9_000])
    metrics.noteCall({
      direction: 'incoming',
      failed: durationMs > 1000,
      durationMs,
      bytesIn: 10,
      bytesOut: 20,
    });
  metrics.noteHops('incoming', [
    { hop: 'queue', ms: 1 },
    { hop: 'tool', ms: 2 },
  ]);
  const text = exposition({
    metrics,
    relay: {
      load: () => ({
        running: 1,
        maxRunning: 2,
        waiting: 3,
        maxWaiting: 4,
        queues: [],
        limits: [],
        refused: { rate: 1, full: 2, late: 3, shed: 4 },
        holdMs: 5,
      }),
      cache: {
        clear: () => undefined,
        state: () => ({ entries: 0, bytes: 0, hits: 1, misses: 2, joined: 3, bytesSaved: 0 }),
      },
    },
    network: { peers: () => [] },
    bottlenecks: createBottlenecks({
      clock: systemClock,
      door: () => ({
        running: 0,
        maxRunning: 1,
        waiting: 0,
        refused: { rate: 0, full: 0, late: 0, shed: 0 },
      }),
      process: () => ({ cpuShare: 0.1, loopShare: 0.2, loopDelayMs: 3 }),
    }),
    spans: { dropped: () => 7 },
    residentBytes: () => 1e8,
    uptimeMs: () => 1500,
  });
  const lines = text.trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(LINE);
  const types = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
  expect(new Set(types).size).toBe(types.length);
  expect(text).toContain('toolswarm_spans_dropped_total 7');
  expect(text).toContain('toolswarm_calls_total{direction="incoming",outcome="error"} 1');
  const buckets = lines
    .filter((line) => line.startsWith('toolswarm_call_duration_seconds_bucket{direction="incoming"'))
    .map((line) => Number(line.split(' ')[1]));
  expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
  expect(buckets.at(-1)).toBe(5);
  expect(buckets[0]).toBe(1);
  expect(text).toContain('toolswarm_hop_seconds{direction="incoming",hop="tool",quantile="0.5"}');
});
