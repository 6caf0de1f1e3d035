/** An hour of fifty events a second, played in a minute and a half: what the page holds afterwards. */
import type { Browser, CDPSession } from '@playwright/test';
import { busyWorld } from '#test/support/renderer/world.ts';
import { atMost, type Figure, measured } from '../support/report.ts';
import { show, withDashboard } from './browser.ts';
import { happen } from './happenings.ts';

const EVENTS = 50 * 3600;
const PARTS = 6;
const PART_MS = 15_000;
/** In the first part lists fill up to their bounds; after that nothing may grow but by noise. */
const NOISE_PERCENT = 5;

export const measureMemory = (browser: Browser): Promise<Figure[]> =>
  withDashboard(browser, busyWorld, async (opened) => {
    await show(opened, '/activity');
    const session = await opened.page.context().newCDPSession(opened.page);
    const heaps: number[] = [];
    let happened = 0;
    for (let part = 0; part < PARTS; part++) {
      // The page is left and come back to, as in a day's work.
      await opened.page.evaluate(
        (hash) => {
          location.hash = hash;
        },
        part % 2 === 0 ? '/' : '/activity',
      );
      happened += await happen(opened.dashboard.node, {
        perSecond: EVENTS / ((PARTS * PART_MS) / 1000),
        forMs: PART_MS,
      });
      await opened.page.evaluate((hash) => {
        location.hash = hash;
      }, '/');
      await opened.page.waitForTimeout(1000);
      heaps.push(await heapOf(session));
    }
    const [settled = 0, last = 0] = [heaps[1], heaps.at(-1)];
    return [
      atMost(
        'growth of the page’s memory over an hour of events',
        (last / settled - 1) * 100,
        '%',
        NOISE_PERCENT,
      ),
      measured('the page’s memory after that hour', last / 1e6, 'MB'),
      measured('events in that hour', happened, 'events'),
    ];
  });

async function heapOf(session: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}
