/** From the link to a page that says something, and to one that answers. */
import type { Browser } from '@playwright/test';
import { busyWorld } from '#test/support/renderer/world.ts';
import { atMost, type Figure, measured } from '../support/report.ts';
import { percentile, withDashboard } from './browser.ts';
import { kilobytes, zipped } from './bundle.ts';

const RUNS = 7;
/** A main thread that was free for this long is free. */
const QUIET_MS = 1000;

interface Start {
  paintedMs: number;
  interactiveMs: number;
  /** What was loaded until the page was painted. */
  files: string[];
}

export async function measureStart(browser: Browser): Promise<Figure[]> {
  const starts: Start[] = [];
  // The first run warms the disk and the engine's own caches; every run has an empty cache of its own.
  for (let run = 0; run <= RUNS; run++) {
    const start = await startOnce(browser);
    if (run > 0) starts.push(start);
  }
  const median = (of: (start: Start) => number) => percentile(starts.map(of), 0.5);
  const { files = [] } = starts[0] ?? {};
  const bytes = files.reduce((sum, file) => sum + zipped(file), 0);
  return [
    atMost(
      'first meaningful paint',
      median(({ paintedMs }) => paintedMs),
      'ms',
      1000,
    ),
    atMost(
      'interactive',
      median(({ interactiveMs }) => interactiveMs),
      'ms',
      1500,
    ),
    measured('loaded until then: Home, its styles and English, gzip', kilobytes(bytes), 'kB'),
    measured('files loaded until then', files.length, 'files'),
  ];
}

/** Meaningful: Home's heading and what the node said of itself are painted. */
const startOnce = (browser: Browser): Promise<Start> =>
  withDashboard(browser, busyWorld, async ({ page, dashboard }) => {
    await page.addInitScript(() => {
      const noted = window as unknown as { painted?: number; busyUntil: number; files?: string[] };
      noted.busyUntil = 0;
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries())
          noted.busyUntil = Math.max(noted.busyUntil, startTime + duration);
      }).observe({ type: 'longtask', buffered: true });
      const loaded = () =>
        performance
          .getEntriesByType('resource')
          .flatMap(({ name }) => /\/(assets\/[^/]+\.(?:js|css))$/.exec(name)?.[1] ?? []);
      const look = () => {
        const isThere =
          document.querySelector('main h1') !== null && document.querySelectorAll('main li').length > 4;
        if (!isThere) return void requestAnimationFrame(look);
        requestAnimationFrame(() =>
          setTimeout(() => {
            noted.files = loaded();
            noted.painted = performance.now();
          }),
        );
      };
      requestAnimationFrame(look);
    });
    await page.goto(dashboard.openLink());
    await page.waitForFunction(() => 'painted' in window);
    await page.waitForTimeout(QUIET_MS);
    return page.evaluate(() => {
      const { busyUntil, files, painted } = window as unknown as {
        busyUntil: number;
        files: string[];
        painted: number;
      };
      return { paintedMs: painted, interactiveMs: Math.max(painted, busyUntil), files };
    });
  });
