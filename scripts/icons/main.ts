/**
 * Draws the icons in the system's Chromium: those of the installers from `assets/icon.svg`, those of the tray, in every
 * state, theme and size, from `assets/tray.svg`. What it writes is committed: a build needs no browser.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { root } from '../lib/root.mjs';
import { chromiumPath } from '../test/chromium.ts';
import { icnsOf, icoOf, ICNS_SIZES, ICO_SIZES } from './containers.ts';
import { LINUX_SIZES, trayFiles } from './sizes.ts';

const assets = join(root, 'assets');

const executablePath = chromiumPath();
const browser = await chromium.launch({
  ...(executablePath ? { executablePath } : {}),
  args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
});
try {
  const page = await browser.newPage();
  await drawAppIcons(page);
  await drawTrayImages(page);
} finally {
  await browser.close();
}

async function drawAppIcons(page: Page): Promise<void> {
  await open(page, 'icon.svg');
  const sizes = [...new Set([...LINUX_SIZES, ...ICO_SIZES, ...ICNS_SIZES])];
  const drawn = new Map<number, Buffer>();
  for (const size of sizes) drawn.set(size, await draw(page, size));
  emptyFolder('icons');
  for (const size of LINUX_SIZES) write(join('icons', `${size}x${size}.png`), drawn.get(size));
  write('icon.png', drawn.get(1024));
  write('icon.ico', icoOf(drawn));
  write('icon.icns', icnsOf(drawn));
}

async function drawTrayImages(page: Page): Promise<void> {
  await open(page, 'tray.svg');
  emptyFolder('tray');
  for (const { name, state, theme, size } of trayFiles()) {
    await page.evaluate(
      ([state, theme]) => {
        const svg = document.querySelector('svg');
        svg?.setAttribute('data-state', state);
        svg?.setAttribute('data-theme', theme);
      },
      [state, theme] as const,
    );
    write(join('tray', name), await draw(page, size));
  }
}

async function open(page: Page, file: string): Promise<void> {
  const svg = readFileSync(join(assets, file), 'utf8');
  await page.setContent(
    `<style>body{margin:0}body>svg{display:block;width:100vw;height:100vh}</style>${svg}`,
  );
}

async function draw(page: Page, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  return page.screenshot({ omitBackground: true });
}

function emptyFolder(name: string): void {
  rmSync(join(assets, name), { recursive: true, force: true });
  mkdirSync(join(assets, name), { recursive: true });
}

function write(name: string, bytes: Buffer | undefined): void {
  if (!bytes) throw new Error(`${name} was not drawn`);
  writeFileSync(join(assets, name), bytes);
}
