/** The catalog with ten thousand tools: typing into its filter, and scrolling. */
import type { Browser, Page } from '@playwright/test';
import { atLeast, atMost, type Figure, measured } from '../support/report.ts';
import { percentile, show, withDashboard } from './browser.ts';
import { crowdedWorld } from '#test/support/renderer/crowded-world.ts';

const WORDS = ['search notes', 'invoice', 'provider 17', 'convert files'];
/** Between keystrokes, as a quick typist has it. */
const KEY_MS = 120;
const SCROLL_MS = 4000;
const TOOLS = 10_000;

export const measureCatalog = (browser: Browser): Promise<Figure[]> =>
  withDashboard(browser, crowdedWorld(TOOLS), async (opened) => {
    await show(opened, '/catalog');
    const typing = await type(opened.page);
    const scrolling = await scroll(opened.page);
    return [
      atMost('catalog, keystroke to paint, p95', percentile(typing.painted, 0.95), 'ms', 50),
      measured('catalog, keystroke to rows that fit, p95', percentile(typing.filtered, 0.95), 'ms'),
      atLeast('catalog, scrolling', scrolling.perSecond, 'frames/s', 50),
      measured('catalog, longest frame while scrolling', scrolling.longestMs, 'ms'),
    ];
  });

interface Typing {
  /** From each key to the next frame that shows it. */
  painted: number[];
  /** From each key to the last change of the list before the next key. */
  filtered: number[];
}

async function type(page: Page): Promise<Typing> {
  const box = page.getByRole('main').getByRole('searchbox');
  await box.focus();
  await page.evaluate(() => {
    const noted = { painted: [] as number[], filtered: [] as number[], pressedAt: 0, changedAt: 0 };
    Object.assign(window, { noted });
    const afterPaint = (run: () => void) => requestAnimationFrame(() => setTimeout(run));
    document.addEventListener(
      'keydown',
      ({ timeStamp }) => {
        if (noted.changedAt > 0) noted.filtered.push(noted.changedAt - noted.pressedAt);
        Object.assign(noted, { pressedAt: timeStamp, changedAt: 0 });
        afterPaint(() => noted.painted.push(performance.now() - timeStamp));
      },
      true,
    );
    new MutationObserver(() =>
      afterPaint(() => Object.assign(noted, { changedAt: performance.now() })),
    ).observe(document.querySelector('main [role=grid]')?.parentElement?.parentElement ?? document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  for (const word of WORDS) {
    await page.keyboard.type(word, { delay: KEY_MS });
    await page.waitForTimeout(500);
    for (let at = 0; at < word.length; at++) await page.keyboard.press('Backspace', { delay: KEY_MS });
    await page.waitForTimeout(500);
  }
  return page.evaluate(() => (window as unknown as { noted: Typing }).noted);
}

async function scroll(page: Page): Promise<{ perSecond: number; longestMs: number }> {
  const grid = page.getByRole('grid');
  const box = await grid.boundingBox();
  if (!box) throw new Error('The catalog shows no table.');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(window, { frames });
    const note = (at: number) => {
      frames.push(at);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  const endsAt = performance.now() + SCROLL_MS;
  while (performance.now() < endsAt) {
    await page.mouse.wheel(0, 180);
    await page.waitForTimeout(16);
  }
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames);
  const gaps = frames.slice(1).map((at, index) => at - (frames[index] ?? at));
  const total = (frames.at(-1) ?? 0) - (frames[0] ?? 0);
  return { perSecond: (gaps.length * 1000) / total, longestMs: Math.max(...gaps) };
}
