/** What axe finds on a page, and when a page has come to rest. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axeCore from 'axe-core';
import type { Page } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, a line for each element. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof axeCore };
    // react-aria announces by elements that name the button they speak of, also when that is gone already.
    const everything = { exclude: [['[data-live-announcer]']] };
    const { violations, passes } = await axe.run(everything, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    if (passes.length < 20) return ['axe looked at next to nothing'];
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.html.slice(0, 160)}`),
    );
  });
}

/**
 * Animations fade colours; contrast is measured when they are over. One whose element goes away is called off instead of
 * finished, which is an end as well.
 */
export const settle = (page: Page) =>
  page.evaluate(async () => {
    const endless = (item: Animation) => item.effect?.getTiming().iterations === Infinity;
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((item) => !endless(item))
        .map((item) => item.finished),
    );
  });
