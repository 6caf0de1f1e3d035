/** A busy minute: fifty things a second happen in the node, half of it seen from Home, half from Activity. */
import type { Browser } from '@playwright/test';
import { busyWorld } from '#test/support/renderer/world.ts';
import { atMost, type Figure, measured } from '../support/report.ts';
import { type Opened, show, withDashboard } from './browser.ts';
import { happen } from './happenings.ts';

const PER_SECOND = 50;
const PLACES = ['/', '/activity'];
const EACH_MS = 30_000;

export async function measureEvents(browser: Browser): Promise<Figure[]> {
  const tasks: number[] = [];
  for (const place of PLACES)
    tasks.push(...(await withDashboard(browser, busyWorld, (opened) => watch(opened, place))));
  return [
    atMost('longest task in a minute of 50 events/s', Math.max(0, ...tasks), 'ms', 100),
    measured('tasks over 50 ms in that minute', tasks.length, 'tasks'),
  ];
}

async function watch(opened: Opened, place: string): Promise<number[]> {
  await show(opened, place);
  await opened.page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: 'longtask' });
  });
  await happen(opened.dashboard.node, { perSecond: PER_SECOND, forMs: EACH_MS });
  return opened.page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
}
