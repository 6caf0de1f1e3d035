/** Small windows and large text: nothing lies outside of the page, and everything can still be reached. */
import type { Page } from '@playwright/test';
import { ANNA_FILES, SPAM_FILES } from '#test/support/renderer/packages-world.ts';
import { expect, test, visit } from './dashboard.ts';

const pages = [
  '/',
  '/welcome',
  '/servers/everything',
  '/catalog',
  '/packages',
  '/packages/installed',
  '/packages/updates',
  '/packages/published',
  `/packages/${encodeURIComponent(ANNA_FILES)}`,
  `/packages/review/${encodeURIComponent(ANNA_FILES)}`,
  `/packages/review/${encodeURIComponent(SPAM_FILES)}`,
  '/access',
  '/access/requests',
  '/activity',
  '/activity/call-1',
  '/usage',
  '/usage/load',
  '/settings',
  '/settings/network',
  '/settings/packages',
  '/settings/data',
];

/** Elements that reach beyond the window at the side, unless something around them scrolls or cuts on purpose. */
const overflowing = (page: Page) =>
  page.evaluate(() => {
    const cuts = (element: Element | null): boolean =>
      element !== null &&
      element.id !== 'main' &&
      (getComputedStyle(element).overflowX !== 'visible' || cuts(element.parentElement));
    return [...document.querySelectorAll('#root *')]
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 1 && (left < -1 || right > innerWidth + 1) && !cuts(element.parentElement);
      })
      .map((element) => element.outerHTML.slice(0, 120));
  });

for (const language of ['en', 'ru', 'ar'] as const) {
  test.describe(language, () => {
    test.use({ language });

    for (const [width, height] of [
      [800, 600],
      [400, 700],
    ] as const) {
      test(`${width} × ${height}`, async ({ home: page }) => {
        await page.setViewportSize({ width, height });
        for (const path of pages) {
          await visit(page, path);
          await page.screenshot({
            path: `test-results/views/${path.replaceAll('/', '_')}-${language}-${width}.png`,
          });
          expect(await overflowing(page), path).toEqual([]);
          await expect(page.getByRole('navigation').getByRole('link')).toHaveCount(10);
        }
      });
    }

    test('text at 200 %', async ({ home: page }) => {
      await page.evaluate(() => {
        document.documentElement.style.fontSize = '200%';
      });
      for (const path of pages) {
        await visit(page, path);
        await page.screenshot({
          path: `test-results/views/${path.replaceAll('/', '_')}-${language}-200.png`,
        });
        expect(await overflowing(page), path).toEqual([]);
      }
    });
  });
}

test('every control is large enough to be hit', async ({ home: page }) => {
  for (const path of pages) {
    await visit(page, path);
    const small = await page.evaluate(() =>
      [
        ...document.querySelectorAll(
          'button, [role=tab], [role=radio], nav a, input:not([type=checkbox], [type=radio])',
        ),
      ]
        .map((element) => ({ html: element.outerHTML.slice(0, 120), box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 1 && (box.width < 24 || box.height < 24))
        .map(({ html }) => html),
    );
    expect(small, path).toEqual([]);
  }
});

test('nothing of a table shows through what is opened above it', async ({ home: page }) => {
  await visit(page, '/catalog');
  const header = page.getByRole('columnheader').first();
  const box = await header.boundingBox();
  if (!box) throw new Error('The table has no header.');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  const onTop = await page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.closest('main') === null, {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
  });
  expect(onTop).toBe(true);
});
